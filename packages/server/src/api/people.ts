/** Operations about people: hats, who the caller is, and one's own sessions. */
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { cardOf } from '../auth/cards.ts';
import { changeAddress, readAddress, requestAddress } from '../auth/codes.ts';
import { changeHat } from '../auth/entering.ts';
import { endOtherSessions, endOwnSession, type SessionRow, sessionsOf } from '../auth/sessions.ts';
import { mustBe, mustBePerson, mustBeSignedIn, mustOperate } from '../auth/tokens.ts';
import { letAct } from '../broker/hats.ts';
import type { Queries } from '../db/database.ts';
import { wearersWithCards } from '../member/cards.ts';
import {
  DESK_HAT,
  dropWaitingHat,
  findPerson,
  hatsOf,
  otherBanksOf,
  takeHat,
  waitingHatsFor,
  wearersOf,
} from '../member/people.ts';
import { Refused } from '../node/refused.ts';
import { languageOr } from '../web/words.ts';
import type { Api } from './app.ts';
import { doing, idParam, noBody, noParams, noQuery, reading } from './describe.ts';
import type { ApiEnv } from './env.ts';
import { once, onceAsked } from './idempotent.ts';
import {
  addressCodeSchema,
  codeRequestSchema,
  codeSentSchema,
  endedSchema,
  enteredSchema,
  hatsSchema,
  newHatSchema,
  personSchema,
  sessionSchema,
  sessionsSchema,
  takenHatSchema,
  waitingHatSchema,
  wearersSchema,
  wornHatSchema,
} from './people-schemas.ts';
import { agentOf, enteredView, hatView } from './sign-in.ts';

const hatQuery = z.object({
  member: z
    .string()
    .max(64)
    .optional()
    .describe('Who may act for this member; members ask for themselves only. For the desk also `desk`: its own.'),
});

export function peopleRoutes(api: Api): void {
  hatOperations(api);
  ownOperations(api);
}

function hatOperations(api: Api): void {
  api.openapi(
    reading(
      {
        path: '/api/hats',
        operationId: 'listHats',
        summary: 'For whom the caller may act; with `member` who may act for that member',
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
      const of = member === 'desk' ? DESK_HAT : member;
      mustBe(c.var.caller, of);
      if (c.var.caller.role === 'operator') return c.json(await wearersView(db, c.var.bank.id, of), 200);
      const items = (await wearersOf(db, c.var.bank.id, of)).map(hatView);
      return c.json({ items, waiting: [...(await waitingHatsFor(db, c.var.bank.id, of))] }, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/hats',
        operationId: 'giveHat',
        summary:
          'Let a person act for a member, or look after the desk; coordinators not themselves for a member not theirs',
        status: 200,
      },
      { answer: wearersSchema, body: newHatSchema, params: noParams },
    ),
    async (c) => {
      mustOperate(c.var.caller);
      const by = c.var.caller.personId;
      const { memberId, personId, email, name } = c.req.valid('json');
      const role = memberId === DESK_HAT ? 'desk' : 'acts';
      if ((personId === undefined) === (email === undefined || name === undefined))
        throw new Refused('invalid_request', { field: 'personId', reason: 'name a person, or an address and a name' });
      const who = personId === undefined ? { email: readAddress(email ?? ''), name: name ?? '' } : { personId };
      const result = await once(c, async (tx) => {
        await letAct(tx, c.var.bank, by, { memberId, role, ...who });
        return { status: 200, body: await wearersView(tx, c.var.bank.id, memberId) };
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
      { answer: wearersSchema, body: takenHatSchema, params: noParams },
    ),
    async (c) => {
      mustOperate(c.var.caller);
      const { memberId, personId } = c.req.valid('json');
      const result = await once(c, async (tx) => {
        await takeHat(tx, c.var.bank.id, personId, memberId);
        return { status: 200, body: await wearersView(tx, c.var.bank.id, memberId) };
      });
      return c.json(result.body, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/hats/drop',
        operationId: 'dropWaitingHat',
        summary: 'Take back a hat that waits for the owner of an address',
        status: 200,
      },
      { answer: wearersSchema, body: waitingHatSchema, params: noParams },
    ),
    async (c) => {
      mustOperate(c.var.caller);
      const { memberId, email } = c.req.valid('json');
      const result = await once(c, async (tx) => {
        await dropWaitingHat(tx, c.var.bank.id, readAddress(email), memberId);
        return { status: 200, body: await wearersView(tx, c.var.bank.id, memberId) };
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
        summary: "A token with another of the caller's hats; it ends when the caller's does",
        status: 201,
      },
      { answer: enteredSchema, body: wornHatSchema, params: noParams },
    ),
    async (c) => {
      const { caller } = c.var;
      mustBePerson(caller);
      const { memberId } = c.req.valid('json');
      const result = await once(c, async (tx) => {
        const beginning = { agent: agentOf(c), app: true };
        return { status: 201, body: enteredView(await changeHat(tx, c.var.bank, caller, beginning, memberId)) };
      });
      return c.json(result.body, 201);
    },
  );
}

function ownOperations(api: Api): void {
  api.openapi(
    reading(
      {
        path: '/api/person',
        operationId: 'getPerson',
        summary: 'Who the caller is, by which ways they come in, and their other banks of this node',
      },
      { answer: personSchema, query: noQuery, params: noParams },
    ),
    async (c) => {
      mustBePerson(c.var.caller);
      return c.json(await personView(c.var.node.database.db, c.var.bank.id, c.var.caller.personId), 200);
    },
  );

  addressOperations(api);

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
}

/** The address by which the caller comes in, in two steps. */
function addressOperations(api: Api): void {
  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/person/address',
        operationId: 'requestAddress',
        summary: 'Send six figures to an address by which the caller wants to come in from now on',
        status: 202,
      },
      { answer: codeSentSchema, body: codeRequestSchema, params: noParams },
    ),
    async (c) => {
      mustBePerson(c.var.caller);
      const { personId } = c.var.caller;
      const { email, language } = c.req.valid('json');
      const { node, bank, source } = c.var;
      const asked = { email, language: languageOr(language ?? '', bank), source };
      const result = await onceAsked(
        c,
        () => requestAddress(node, bank, personId, asked),
        async (_tx, request) => ({ status: 202, body: { request } }),
      );
      return c.json(result.body, 202);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/person/address/confirm',
        operationId: 'changeAddress',
        summary: 'Come in by the new address, with the figures that were sent there; the one before hears of it',
        status: 200,
      },
      { answer: personSchema, body: addressCodeSchema, params: noParams },
    ),
    async (c) => {
      mustBePerson(c.var.caller);
      const { personId } = c.var.caller;
      const { request: asker, code, language } = c.req.valid('json');
      const { node, bank, source } = c.var;
      const given = { asker, code, source, language: languageOr(language ?? '', bank) };
      const result = await onceAsked(
        c,
        () => changeAddress(node, bank, personId, given),
        async (tx) => ({ status: 200, body: await personView(tx, bank.id, personId) }),
      );
      return c.json(result.body, 200);
    },
  );
}

/** Refuses `not_found`. */
async function personView(db: Queries, bankId: string, personId: string) {
  const row = await findPerson(db, bankId, personId);
  if (row === undefined) throw new Refused('not_found');
  const cardAt = await cardOf(db, bankId, personId);
  const { id, name, email } = row;
  return {
    ...{ id, name, email },
    cardIssuedAt: cardAt?.toISOString() ?? null,
    banks: [...(await otherBanksOf(db, bankId, personId))],
  };
}

/** Who may act for a member, or looks after the desk, and for whom a hat waits. */
async function wearersView(tx: Queries, bankId: string, memberId: string) {
  const wearers = await wearersWithCards(tx, bankId, memberId);
  return {
    items: wearers.map((hat) => ({ ...hatView(hat), hasCard: hat.hasCard })),
    waiting: [...(await waitingHatsFor(tx, bankId, memberId))],
  };
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
