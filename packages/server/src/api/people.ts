/** Operations about people: coming in by code or card, hats, one's own sessions and passkeys. */
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { readAddress, redeemCode, requestCode } from '../auth/codes.ts';
import { type Entered, enter, enterByCard } from '../auth/entering.ts';
import { type PasskeyRow, passkeysOf, removePasskey, renamePasskey } from '../auth/passkeys.ts';
import { endOtherSessions, endOwnSession, type SessionRow, sessionsOf } from '../auth/sessions.ts';
import { mustBePerson, mustBeSignedIn, mustOperate } from '../auth/tokens.ts';
import { DESK_HAT, giveHat, hatsOf, takeHat, wearersOf } from '../member/people.ts';
import { Refused } from '../node/refused.ts';
import { languageOr } from '../web/words.ts';
import type { Api } from './app.ts';
import { doing, idParam, noBody, noParams, noQuery, reading } from './describe.ts';
import type { ApiEnv } from './env.ts';
import { once, onceAsked } from './idempotent.ts';
import {
  cardWordsSchema,
  codeRequestSchema,
  codeSchema,
  codeSentSchema,
  endedSchema,
  enteredSchema,
  hatsSchema,
  newHatSchema,
  passkeyNameSchema,
  passkeySchema,
  passkeysSchema,
  sessionSchema,
  sessionsSchema,
  takenHatSchema,
  wornHatSchema,
} from './people-schemas.ts';

const longIdParam = z.object({ id: z.string().min(1).max(1400) });
const hatQuery = z.object({
  member: z.string().max(64).optional().describe('For the desk: whose; `desk` for its own.'),
});

export function peopleRoutes(api: Api): void {
  signInOperations(api);
  hatOperations(api);
  ownOperations(api);
}

function signInOperations(api: Api): void {
  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/sign-in/codes',
        operationId: 'requestCode',
        summary: 'Send six figures to an address, if anybody comes in by it. Needs no token',
        status: 202,
      },
      { answer: codeSentSchema, body: codeRequestSchema, params: noParams },
    ),
    async (c) => {
      const { email, language } = c.req.valid('json');
      const { node, bank, source } = c.var;
      const asked = { email, language: languageOr(language ?? '', bank), source };
      const result = await onceAsked(
        c,
        () => requestCode(node, bank, asked),
        async (_tx, request) => ({ status: 202, body: { request } }),
      );
      return c.json(result.body, 202);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/sign-in/code',
        operationId: 'signInByCode',
        summary: 'Exchange six figures for a token of thirty days. Needs no token',
        status: 201,
      },
      { answer: enteredSchema, body: codeSchema, params: noParams },
    ),
    async (c) => {
      const { request, code, memberId } = c.req.valid('json');
      const { node, bank, source } = c.var;
      const result = await onceAsked(
        c,
        () =>
          redeemCode(node, bank, { asker: request, code, source }, (tx, { id }) =>
            enter(tx, bank, id, { how: 'code', agent: agentOf(c), app: true }, memberId),
          ),
        async (_tx, entered) => ({ status: 201, body: enteredView(entered) }),
      );
      return c.json(result.body, 201);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/sign-in/card',
        operationId: 'signInByCard',
        summary: 'Exchange the words of a card for a token of thirty days. Needs no token',
        status: 201,
      },
      { answer: enteredSchema, body: cardWordsSchema, params: noParams },
    ),
    async (c) => {
      const { words, memberId } = c.req.valid('json');
      const { node, bank, source } = c.var;
      const result = await onceAsked(
        c,
        () =>
          enterByCard(node, bank, { words, source }, (tx, personId) =>
            enter(tx, bank, personId, { how: 'card', agent: agentOf(c), app: true }, memberId),
          ),
        async (_tx, entered) => ({ status: 201, body: enteredView(entered) }),
      );
      return c.json(result.body, 201);
    },
  );
}

function hatOperations(api: Api): void {
  api.openapi(
    reading(
      {
        path: '/api/hats',
        operationId: 'listHats',
        summary: 'For whom the caller may act; for the desk also who may act for a member',
      },
      { answer: hatsSchema, query: hatQuery, params: noParams },
    ),
    async (c) => {
      mustBeSignedIn(c.var.caller);
      const { member } = c.req.valid('query');
      const { db } = c.var.node.database;
      if (member === undefined) {
        mustBePerson(c.var.caller);
        return c.json({ items: (await hatsOf(db, c.var.bank.id, c.var.caller.personId)).map(hatView) }, 200);
      }
      mustOperate(c.var.caller);
      const of = member === 'desk' ? DESK_HAT : member;
      return c.json({ items: (await wearersOf(db, c.var.bank.id, of)).map(hatView) }, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/hats',
        operationId: 'giveHat',
        summary: 'Let a person act for a member, or look after the desk',
        status: 200,
      },
      { answer: hatsSchema, body: newHatSchema, params: noParams },
    ),
    async (c) => {
      mustOperate(c.var.caller);
      const { memberId, personId, email, name } = c.req.valid('json');
      const role = memberId === DESK_HAT ? 'desk' : 'acts';
      if ((personId === undefined) === (email === undefined || name === undefined))
        throw new Refused('invalid_request', { field: 'personId', reason: 'name a person, or an address and a name' });
      const who = personId === undefined ? { email: readAddress(email ?? ''), name: name ?? '' } : { personId };
      const result = await once(c, async (tx) => {
        await giveHat(tx, c.var.bank.id, { memberId, role, ...who });
        return { status: 200, body: { items: (await wearersOf(tx, c.var.bank.id, memberId)).map(hatView) } };
      });
      return c.json(result.body, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/hats/take',
        operationId: 'takeHat',
        summary: 'Take a hat from a person; sessions that wear it end',
        status: 200,
      },
      { answer: hatsSchema, body: takenHatSchema, params: noParams },
    ),
    async (c) => {
      mustOperate(c.var.caller);
      const { memberId, personId } = c.req.valid('json');
      const result = await once(c, async (tx) => {
        await takeHat(tx, c.var.bank.id, personId, memberId);
        return { status: 200, body: { items: (await wearersOf(tx, c.var.bank.id, memberId)).map(hatView) } };
      });
      return c.json(result.body, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/hats/wear',
        operationId: 'wearHat',
        summary: "A token with another of the caller's hats",
        status: 201,
      },
      { answer: enteredSchema, body: wornHatSchema, params: noParams },
    ),
    async (c) => {
      mustBePerson(c.var.caller);
      const { personId } = c.var.caller;
      const { memberId } = c.req.valid('json');
      const result = await once(c, async (tx) => {
        const beginning = { how: 'token', agent: agentOf(c), app: true } as const;
        return { status: 201, body: enteredView(await enter(tx, c.var.bank, personId, beginning, memberId)) };
      });
      return c.json(result.body, 201);
    },
  );
}

function ownOperations(api: Api): void {
  api.openapi(
    reading(
      { path: '/api/sessions', operationId: 'listSessions', summary: "The caller's own sessions, the latest first" },
      { answer: sessionsSchema, query: noQuery, params: noParams },
    ),
    async (c) => {
      mustBePerson(c.var.caller);
      const rows = await sessionsOf(c.var.node.database.db, c.var.bank.id, c.var.caller.personId);
      return c.json({ items: rows.map((row) => sessionView(c, row)) }, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/sessions/{id}/end',
        operationId: 'endSession',
        summary: "End one of the caller's own sessions",
        status: 200,
      },
      { answer: sessionSchema, body: noBody, params: idParam },
    ),
    async (c) => {
      mustBePerson(c.var.caller);
      const { personId } = c.var.caller;
      const { id } = c.req.valid('param');
      const result = await once(c, async (tx) => ({
        status: 200,
        body: sessionView(c, await endOwnSession(tx, c.var.bank.id, personId, id)),
      }));
      return c.json(result.body, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/sessions/end-others',
        operationId: 'endOtherSessions',
        summary: "End all of the caller's own sessions but this one",
        status: 200,
      },
      { answer: endedSchema, body: noBody, params: noParams },
    ),
    async (c) => {
      mustBePerson(c.var.caller);
      const { personId, tokenHash } = c.var.caller;
      const result = await once(c, async (tx) => ({
        status: 200,
        body: { ended: await endOtherSessions(tx, c.var.bank.id, personId, tokenHash) },
      }));
      return c.json(result.body, 200);
    },
  );

  api.openapi(
    reading(
      { path: '/api/passkeys', operationId: 'listPasskeys', summary: "The caller's own passkeys" },
      { answer: passkeysSchema, query: noQuery, params: noParams },
    ),
    async (c) => {
      mustBePerson(c.var.caller);
      const rows = await passkeysOf(c.var.node.database.db, c.var.bank.id, c.var.caller.personId);
      return c.json({ items: rows.map(passkeyView) }, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/passkeys/{id}/name',
        operationId: 'renamePasskey',
        summary: "Name one of the caller's own passkeys",
        status: 200,
      },
      { answer: passkeySchema, body: passkeyNameSchema, params: longIdParam },
    ),
    async (c) => {
      mustBePerson(c.var.caller);
      const { personId } = c.var.caller;
      const { id } = c.req.valid('param');
      const { name } = c.req.valid('json');
      const result = await once(c, async (tx) => ({
        status: 200,
        body: passkeyView(await renamePasskey(tx, c.var.bank.id, personId, id, name)),
      }));
      return c.json(result.body, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/passkeys/{id}/remove',
        operationId: 'removePasskey',
        summary: "Remove one of the caller's own passkeys",
        status: 200,
      },
      { answer: passkeySchema, body: noBody, params: longIdParam },
    ),
    async (c) => {
      mustBePerson(c.var.caller);
      const { personId } = c.var.caller;
      const { id } = c.req.valid('param');
      const result = await once(c, async (tx) => ({
        status: 200,
        body: passkeyView(await removePasskey(tx, c.var.bank.id, personId, id)),
      }));
      return c.json(result.body, 200);
    },
  );
}

function agentOf(c: Context<ApiEnv>): string {
  return (c.req.header('user-agent') ?? '').slice(0, 500);
}

function hatView({ personId, personName, memberId, role, name }: Entered['hat']) {
  return { personId, personName, memberId, role, name };
}

function enteredView({ secret, hat, hats }: Entered) {
  return { token: secret, hat: hatView(hat), hats: hats.map(hatView) };
}

function sessionView(c: Context<ApiEnv>, row: SessionRow) {
  const { id, app, how, device, memberId } = row;
  return {
    id,
    current: row.hash === c.var.caller?.tokenHash,
    app,
    how,
    device,
    memberId,
    startedAt: row.startedAt.toISOString(),
    seenAt: row.seenAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
  };
}

function passkeyView({ id, name, createdAt, usedAt }: PasskeyRow) {
  return { id, name, createdAt: createdAt.toISOString(), usedAt: usedAt?.toISOString() ?? null };
}
