/** Operations about exchanges: what two members ask, agree, do, record and confirm. */
import type { Side } from '@evenhour/protocol';
import type { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { countAttempt } from '../auth/attempts.ts';
import { mustBeSignedIn, mustOperate } from '../auth/tokens.ts';
import { askAtDesk, atDesk } from '../broker/desk.ts';
import type { Queries } from '../db/database.ts';
import type { Signal } from '../delivery/signals.ts';
import { doInExchange, maySee, putRight, settleDispute, type Wish } from '../exchange/acts.ts';
import { askExchange } from '../exchange/asking.ts';
import { disputedExchanges, type Exchange, listExchanges, loadExchange } from '../exchange/exchange-store.ts';
import { countWords, giveContact, say, showThanks, thank, thanksOf } from '../exchange/talk.ts';
import { exchangeView, kindsIn, sideOf, summaryOf, townsOf } from '../exchange/view.ts';
import { findMember } from '../member/members.ts';
import { Refused } from '../node/refused.ts';
import { actingFor, namedMember } from './acting.ts';
import type { Api } from './app.ts';
import { doing, idParam, noParams, reading } from './describe.ts';
import type { ApiEnv } from './env.ts';
import {
  answerSchema,
  askSchema,
  contactSchema,
  contestSchema,
  counterSchema,
  declineSchema,
  endSchema,
  exchangeSchema,
  exchangeSummarySchema,
  listQuery,
  recordSchema,
  rightSchema,
  saySchema,
  settleSchema,
  shownSchema,
  sideQuery,
  thanksSchema,
} from './exchange-schemas.ts';
import { once } from './idempotent.ts';
import { mayKnow } from './members.ts';
import { page, pageQuery, transferSchema } from './schemas.ts';
import { transferView } from './transfers.ts';

type View = z.infer<typeof exchangeSchema>;

export function exchangeRoutes(api: Api): void {
  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/exchanges',
        operationId: 'askExchange',
        summary: 'Ask somebody, here or in a partner town; nothing moves until both have said yes',
        status: 201,
      },
      { answer: exchangeSchema, body: askSchema, params: noParams },
    ),
    async (c) => {
      const { caller, bank, node } = c.var;
      mustBeSignedIn(caller);
      const { member, offer, to, side, yesAhead, reason, by: coordinator, ...terms } = c.req.valid('json');
      const memberId = await actingFor(c, caller, member, 'say who asks');
      if (caller.role === 'member') await countAttempt(node.database.db, bank.id, 'ask_member', memberId);
      const by = { by: caller.role === 'member' ? 'member' : 'desk', personId: caller.personId ?? null } as const;
      const result = await once(c, async (tx, after) => {
        const ask = { by, memberId, offerId: offer, to, side, terms, yesAhead };
        const exchange = await askAtDesk(tx, bank, caller, { memberId, reason, by: coordinator }, () =>
          askExchange(tx, bank, ask, after),
        );
        return { status: 201, body: await viewFor(c, tx, exchange, side) };
      });
      return c.json(result.body, 201);
    },
  );

  api.openapi(
    reading(
      {
        path: '/api/exchanges',
        operationId: 'listExchanges',
        summary: "A member's exchanges, newest first; for the desk those in dispute",
      },
      { answer: page(exchangeSummarySchema, 'ExchangePage'), query: listQuery, params: noParams },
    ),
    async (c) => {
      const { caller, bank, node } = c.var;
      mustBeSignedIn(caller);
      const { db } = node.database;
      const { cursor, limit, member, which } = c.req.valid('query');
      const memberId =
        caller.role === 'member'
          ? caller.memberId
          : member === undefined
            ? null
            : await namedMember(c, member, 'say who asks');
      const rows =
        memberId === null
          ? await disputedExchanges(db, bank.id, limit)
          : await listExchanges(db, bank.id, { memberId, which, before: cursor, limit });
      const towns = await townsOf(db, bank.id);
      const asMember = memberId === null ? caller : ({ role: 'member', memberId, tokenHash: '' } as const);
      const kinds = await kindsIn(db, bank.id, rows);
      const items = rows.map((row) => summaryOf(row, sideOf(row, asMember), towns, kinds));
      const more = memberId !== null && rows.length === limit;
      return c.json({ items, next: more ? (rows.at(-1)?.id ?? null) : null }, 200);
    },
  );

  api.openapi(
    reading(
      {
        path: '/api/exchanges/{id}',
        operationId: 'getExchange',
        summary: 'One exchange with its story and what may be done now',
      },
      { answer: exchangeSchema, query: sideQuery, params: idParam },
    ),
    async (c) => {
      const { caller, bank, node } = c.var;
      mustBeSignedIn(caller);
      const { db } = node.database;
      const exchange = await loadExchange(db, bank.id, c.req.valid('param').id);
      if (exchange === undefined || !maySee(exchange.row, caller)) throw new Refused('not_found');
      return c.json(await viewFor(c, db, exchange, c.req.valid('query').side), 200);
    },
  );

  /** One operation: its last word in the address, its name, what it says, its body, and the wish that it makes. */
  function wishing<
    B extends z.ZodType<{ side?: Side | undefined; reason?: string | undefined; by?: string | undefined }>,
  >(
    [word, operationId, summary]: readonly [string, string, string],
    body: B,
    wishOf: (body: z.output<B>) => Wish,
  ): void {
    api.openapi(
      doing(
        { method: 'post', path: `/api/exchanges/{id}/${word}`, operationId, summary, status: 200 },
        // Which body it is matters to its own wish alone.
        { answer: exchangeSchema, body: body as z.ZodType as typeof endSchema, params: idParam },
      ),
      async (c) => {
        const asked = c.req.valid('json') as unknown as z.output<B>;
        const { side, reason, by } = asked;
        const { id } = c.req.valid('param');
        const wish = wishOf(asked);
        const view = await onceIn(c, side, (tx, after, caller) =>
          atDesk(tx, c.var.bank, caller, { id, side, did: wish.do, reason, by }, () =>
            doInExchange(tx, c.var.bank, caller, id, wish, after, side),
          ),
        );
        return c.json(view, 200);
      },
    );
  }

  wishing(['accept', 'acceptExchange', 'Say yes to what is proposed'], answerSchema, ({ answers }) => ({
    do: 'accept',
    answers,
  }));
  wishing(['decline', 'declineExchange', 'Say no to what is proposed'], declineSchema, ({ answers, because }) => ({
    do: 'decline',
    answers,
    because,
  }));
  wishing(
    ['counter', 'counterExchange', 'Propose other terms'],
    counterSchema,
    ({ side: _side, reason: _reason, by: _by, ...terms }) => ({
      do: 'counter',
      terms,
    }),
  );
  wishing(['withdraw', 'withdrawExchange', 'Take back what one has proposed'], endSchema, ({ because }) => ({
    do: 'withdraw',
    because,
  }));
  wishing(
    ['cancel', 'cancelExchange', 'Cancel what was agreed, before hours are recorded'],
    endSchema,
    ({ because }) => ({ do: 'cancel', because }),
  );
  wishing(
    ['record', 'recordHours', 'Record the hours; the other side confirms them'],
    recordSchema,
    ({ minutes, doneOn }) => ({ do: 'record', minutes, doneOn }),
  );
  wishing(
    ['record/change', 'changeRecord', 'Change what one recorded, before it is confirmed'],
    recordSchema,
    ({ minutes, doneOn }) => ({ do: 'change_record', minutes, doneOn }),
  );
  wishing(
    ['confirm', 'confirmHours', 'Confirm what the other side recorded; the hours move'],
    answerSchema,
    ({ answers }) => ({ do: 'confirm', answers }),
  );
  wishing(
    ['contest', 'contestHours', 'Say that a record is not right; the bridge builders look by a deadline'],
    contestSchema,
    ({ answers, because }) => ({ do: 'contest', answers, because }),
  );

  for (const [word, operationId, summary, speak] of [
    ['say', 'sayInExchange', 'Say something to the other one', say],
    ['thanks', 'thankForExchange', 'Thank the other one, once', thank],
  ] as const)
    api.openapi(
      doing(
        { method: 'post', path: `/api/exchanges/{id}/${word}`, operationId, summary, status: 200 },
        { answer: exchangeSchema, body: saySchema, params: idParam },
      ),
      async (c) => {
        const { text, side, reason, by } = c.req.valid('json');
        const { id } = c.req.valid('param');
        const { caller, bank, node } = c.var;
        mustBeSignedIn(caller);
        await countWords(node.database.db, bank.id, caller);
        const view = await onceIn(c, side, (tx, after) =>
          atDesk(tx, bank, caller, { id, side, did: word, reason, by }, () =>
            speak(tx, bank, caller, id, text, after, side),
          ),
        );
        return c.json(view, 200);
      },
    );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/exchanges/{id}/contact',
        operationId: 'giveContact',
        summary: "Give the other one the caller's own telephone number or address",
        status: 200,
      },
      { answer: exchangeSchema, body: contactSchema, params: idParam },
    ),
    async (c) => {
      const view = await onceIn(c, undefined, (tx, after, caller) => {
        if (caller.role !== 'member') throw new Refused('not_allowed');
        return giveContact(tx, c.var.bank, caller, c.req.valid('param').id, c.req.valid('json').what, after);
      });
      return c.json(view, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/exchanges/{id}/thanks/shown',
        operationId: 'showThanks',
        summary: 'Show the thanks that the caller received to others, or no more',
        status: 200,
      },
      { answer: exchangeSchema, body: shownSchema, params: idParam },
    ),
    async (c) => {
      const view = await onceIn(c, undefined, (tx, _after, caller) => {
        if (caller.role !== 'member') throw new Refused('not_allowed');
        return showThanks(tx, c.var.bank, caller, c.req.valid('param').id, c.req.valid('json').shown);
      });
      return c.json(view, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/exchanges/{id}/settle',
        operationId: 'settleDispute',
        summary: 'The desk writes down what its member of a dispute now stands by; the other side confirms it',
        status: 200,
      },
      { answer: exchangeSchema, body: settleSchema, params: idParam },
    ),
    async (c) => {
      const { fundMinutes = 0, side, minutes, reason, by } = c.req.valid('json');
      const { id } = c.req.valid('param');
      const view = await onceIn(c, side, (tx, after, caller) => {
        mustOperate(caller);
        return atDesk(tx, c.var.bank, caller, { id, side, did: 'record', reason, by }, () =>
          settleDispute(tx, c.var.bank, caller, id, { side, minutes, fundMinutes }, after),
        );
      });
      return c.json(view, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/exchanges/{id}/right',
        operationId: 'putExchangeRight',
        summary: 'Put right what was confirmed: hours to the other one, by a new line that names the first',
        status: 202,
      },
      { answer: transferSchema, body: rightSchema, params: idParam },
    ),
    async (c) => {
      const { caller, bank } = c.var;
      mustBeSignedIn(caller);
      const { minutes, content = '', side, reason, by } = c.req.valid('json');
      const { id } = c.req.valid('param');
      const result = await once(c, async (tx, after) => {
        const given = await atDesk(tx, bank, caller, { id, side, did: 'right', reason, by }, () =>
          putRight(tx, bank, caller, id, { minutes, content, side }, after),
        );
        return { status: 202, body: await transferView(tx, bank.id, given.exchange) };
      });
      return c.json(result.body, 202);
    },
  );

  api.openapi(
    reading(
      {
        path: '/api/members/{id}/thanks',
        operationId: 'listThanks',
        summary: 'Thanks that a member received, newest first; for others those that the member shows',
      },
      { answer: page(thanksSchema, 'ThanksPage'), query: pageQuery, params: idParam },
    ),
    async (c) => {
      const { caller, bank, node } = c.var;
      mustBeSignedIn(caller);
      const { db } = node.database;
      const { cursor, limit } = c.req.valid('query');
      const row = await findMember(db, bank.id, c.req.valid('param').id);
      if (row === undefined || !mayKnow(c, row)) throw new Refused('not_found');
      const shownOnly = caller.role === 'member' && caller.memberId !== row.id;
      const rows = await thanksOf(db, bank.id, row.id, { shownOnly, before: cursor, limit });
      const items = rows.map((each) => ({ ...each, at: each.at.toISOString() }));
      return c.json({ items, next: rows.length === limit ? (rows.at(-1)?.id ?? null) : null }, 200);
    },
  );
}

type Doing = (tx: Queries, after: Signal[], caller: NonNullable<ApiEnv['Variables']['caller']>) => Promise<Exchange>;

/** Does something once for the request's key, and says what the exchange is then. */
async function onceIn(c: Context<ApiEnv>, side: Side | undefined, work: Doing): Promise<View> {
  const { caller } = c.var;
  mustBeSignedIn(caller);
  const result = await once(c, async (tx, after) => ({
    status: 200,
    body: await viewFor(c, tx, await work(tx, after, caller), side),
  }));
  return result.body;
}

async function viewFor(c: Context<ApiEnv>, tx: Queries, exchange: Exchange, side: Side | undefined): Promise<View> {
  const { caller, bank } = c.var;
  mustBeSignedIn(caller);
  const view = await exchangeView(tx, exchange, sideOf(exchange.row, caller, side), bank.settings.timeZone);
  return {
    ...view,
    transferIds: [...view.transferIds],
    acts: [...view.acts],
    story: [...view.story],
    talk: [...view.talk],
  };
}
