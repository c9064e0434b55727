/** Operations about what coordinators write down for members. */
import { z } from '@hono/zod-openapi';
import { mustBeSignedIn, mustOperate } from '../auth/tokens.ts';
import type { Bank } from '../bank/bank.ts';
import { act, actById, type Deed, listActs, type NamedAct, object, openObjections, settle } from '../broker/acts.ts';
import { brokerOf } from '../broker/own.ts';
import { actOfToken, slipToken } from '../broker/slips.ts';
import { findMember } from '../member/members.ts';
import { Refused } from '../node/refused.ts';
import { paths } from '../web/paths.ts';
import type { Api } from './app.ts';
import { doing, idParam, noParams, noQuery, reading } from './describe.ts';
import { actSchema, type deedSchema, newActSchema, objectionSchema, settlingSchema } from './fund-schemas.ts';
import { once } from './idempotent.ts';
import { page, pageQuery } from './schemas.ts';

const actsQuery = pageQuery.extend({
  member: z.string().max(64).optional().describe("A member's id or handle."),
  which: z
    .enum(['all', 'open'])
    .default('all')
    .describe('For the operator, `open`: objections that nobody has put right yet, at most `limit` of all members.'),
});

export function brokerRoutes(api: Api): void {
  deskOperations(api);
  readingOperations(api);
  slipOperations(api);
}

function deskOperations(api: Api): void {
  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/acts',
        operationId: 'writeDown',
        summary: 'Do something for a member who does not do it themselves, with a reason and a slip',
        status: 201,
      },
      { answer: actSchema, body: newActSchema, params: noParams },
    ),
    async (c) => {
      const { caller, bank } = c.var;
      mustOperate(caller);
      const { by, deed, ...note } = c.req.valid('json');
      const result = await once(c, async (tx, after) => {
        const broker = await brokerOf(tx, bank.id, caller, by);
        const acted = await act(tx, bank, broker, note, deedOf(deed, bank), after);
        return { status: 201, body: viewOf(bank, acted) };
      });
      return c.json(result.body, 201);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/acts/{id}/settle',
        operationId: 'settleObjection',
        summary: 'Say how an objection was put right',
        status: 200,
      },
      { answer: actSchema, body: settlingSchema, params: idParam },
    ),
    async (c) => {
      const { caller, bank } = c.var;
      mustOperate(caller);
      const { by, how } = c.req.valid('json');
      const { id } = c.req.valid('param');
      const result = await once(c, async (tx) => {
        const broker = await brokerOf(tx, bank.id, caller, by);
        return { status: 200, body: viewOf(bank, await settle(tx, await actById(tx, bank.id, id), broker, how)) };
      });
      return c.json(result.body, 200);
    },
  );
}

function readingOperations(api: Api): void {
  api.openapi(
    reading(
      {
        path: '/api/acts',
        operationId: 'listActs',
        summary: 'What coordinators wrote down, newest first: for me, or for the operator all of it',
      },
      {
        answer: page(actSchema, 'ActPage'),
        query: actsQuery,
        params: noParams,
      },
    ),
    async (c) => {
      const { caller, bank, node } = c.var;
      mustBeSignedIn(caller);
      const { cursor, limit, member, which } = c.req.valid('query');
      const { db } = node.database;
      if (which === 'open') {
        mustOperate(caller);
        const open = await openObjections(db, bank.id, limit);
        return c.json({ items: open.map((each) => viewOf(bank, each)), next: null }, 200);
      }
      const named = caller.role === 'member' ? caller.memberId : member;
      const row = named === undefined ? undefined : await findMember(db, bank.id, named);
      if (named !== undefined && row === undefined) throw new Refused('not_found');
      const found = await listActs(db, bank.id, { memberId: row?.id, before: cursor, limit });
      const items = found.map((each) => viewOf(bank, each));
      return c.json({ items, next: found.length === limit ? (items.at(-1)?.id ?? null) : null }, 200);
    },
  );

  api.openapi(
    reading(
      { path: '/api/acts/{id}', operationId: 'getAct', summary: 'One thing that was written down' },
      { answer: actSchema, query: noQuery, params: idParam },
    ),
    async (c) => {
      const { caller, bank, node } = c.var;
      mustBeSignedIn(caller);
      const own = caller.role === 'member' ? caller.memberId : undefined;
      return c.json(viewOf(bank, await actById(node.database.db, bank.id, c.req.valid('param').id, own)), 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/acts/{id}/objection',
        operationId: 'objectToAct',
        summary: 'Say that it is not right; the operator writes down what was said by telephone',
        status: 200,
      },
      { answer: actSchema, body: objectionSchema, params: idParam },
    ),
    async (c) => {
      const { caller, bank } = c.var;
      mustBeSignedIn(caller);
      const { id } = c.req.valid('param');
      const { words = '' } = c.req.valid('json');
      const own = caller.role === 'member' ? caller.memberId : undefined;
      const how = own === undefined ? 'telephone' : 'page';
      const result = await once(c, async (tx) => {
        const found = await actById(tx, bank.id, id, own);
        return { status: 200, body: viewOf(bank, await object(tx, bank, found, { how, words })) };
      });
      return c.json(result.body, 200);
    },
  );
}

/** For whoever holds the slip. */
function slipOperations(api: Api): void {
  api.openapi(
    reading(
      { path: '/api/slips/{id}', operationId: 'readSlip', summary: 'The slip of this link. Needs no token' },
      { answer: actSchema, query: noQuery, params: idParam },
    ),
    async (c) => {
      const { bank, node } = c.var;
      const id = actOfToken(bank, c.req.valid('param').id);
      return c.json(viewOf(bank, await actById(node.database.db, bank.id, id)), 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/slips/{id}/objection',
        operationId: 'objectBySlip',
        summary: 'Say that what is on the slip is not right. Needs no token',
        status: 200,
      },
      { answer: actSchema, body: objectionSchema, params: idParam },
    ),
    async (c) => {
      const { bank } = c.var;
      const id = actOfToken(bank, c.req.valid('param').id);
      const { words = '' } = c.req.valid('json');
      const result = await once(c, async (tx) => {
        const found = await actById(tx, bank.id, id);
        return { status: 200, body: viewOf(bank, await object(tx, bank, found, { how: 'slip', words })) };
      });
      return c.json(result.body, 200);
    },
  );
}

function deedOf(deed: z.infer<typeof deedSchema>, bank: Bank): Deed {
  if (deed.kind === 'gift') return { ...deed, content: deed.content ?? '' };
  if (deed.kind === 'profile' || deed.kind === 'address') return deed;
  if (deed.kind === 'step') return { kind: 'step', exchangeId: deed.exchange, wish: deed.wish };
  if (deed.kind === 'ask') {
    const { kind, to, offer, side, ...terms } = deed;
    return { kind, to, offerId: offer, side, terms };
  }
  const {
    text = '',
    language = bank.settings.language,
    place = '',
    when = '',
    visibility = 'bank',
    ...rest
  } = deed.offer;
  const offer = { ...rest, text, language, when, visibility, place: { name: place }, minutes: rest.minutes ?? null };
  return { kind: 'offer', offer: { ...offer, seats: null } };
}

function viewOf(bank: Bank, { row, memberName }: NamedAct): z.infer<typeof actSchema> {
  const { id, memberId, personName, kind, subjectId, what, reason, slip } = row;
  const { objectedHow, objection, settledHow, settledBy } = row;
  return {
    id,
    memberId,
    memberName,
    personName,
    kind,
    subjectId,
    what,
    reason,
    slip,
    link: `${bank.origin}${paths.slipLink(slipToken(bank, id))}`,
    at: row.at.toISOString(),
    objectBefore: row.objectBefore.toISOString(),
    objectedAt: row.objectedAt?.toISOString() ?? null,
    objectedHow,
    objection,
    settledAt: row.settledAt?.toISOString() ?? null,
    settledHow,
    settledBy,
  };
}
