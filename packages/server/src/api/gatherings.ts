/** Operations about gatherings: calling them, seats, who came, and everybody's hours by one act. */
import type { z } from '@hono/zod-openapi';
import type { Caller } from '../auth/tokens.ts';
import { mustBeSignedIn } from '../auth/tokens.ts';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { calendarBehind, calendarOf, calendarToken, renewCalendar } from '../gathering/calendar.ts';
import { creditGathering, followGuests } from '../gathering/credit.ts';
import { cancelGathering, changeGathering, createGathering, type GatheringInput } from '../gathering/gatherings.ts';
import { hereCode, markPresent, signIn } from '../gathering/presence.ts';
import { signUp, withdrawFromGathering } from '../gathering/seats.ts';
import {
  attendedBy,
  findGathering,
  type GatheringRow,
  gatheringsToCome,
  hostedBy,
  hostNames,
  placeIn,
  placeOf,
  statusOf,
  TOWN,
} from '../gathering/store.ts';
import { gatheringView, maySeeGathering } from '../gathering/view.ts';
import { Refused } from '../node/refused.ts';
import type { Api } from './app.ts';
import { doing, idParam, noBody, noParams, noQuery, reading } from './describe.ts';
import {
  calendarSchema,
  creditSchema,
  gatheringCancelSchema,
  gatheringChangeSchema,
  gatheringQuery,
  gatheringSchema,
  gatheringSummarySchema,
  newGatheringSchema,
  presenceSchema,
  signInSchema,
  signUpSchema,
  withdrawalSchema,
} from './gathering-schemas.ts';
import { once } from './idempotent.ts';
import { page } from './schemas.ts';

type View = z.infer<typeof gatheringSchema>;

export function gatheringRoutes(api: Api): void {
  readOperations(api);
  hostOperations(api);
  guestOperations(api);
  calendarOperations(api);
}

function readOperations(api: Api): void {
  api.openapi(
    reading(
      { path: '/api/gatherings', operationId: 'listGatherings', summary: 'Gatherings to come, or those of mine' },
      { answer: page(gatheringSummarySchema, 'GatheringPage'), query: gatheringQuery, params: noParams },
    ),
    async (c) => {
      const { caller, bank, node } = c.var;
      const { which } = c.req.valid('query');
      const { db } = node.database;
      if (which !== 'coming') mustBeSignedIn(caller);
      const { rows, next } = await pageFor(db, bank, caller, c.req.valid('query'));
      const names = await hostNames(db, bank, rows);
      return c.json({ items: rows.map((row) => summaryOf(row, names.get(row.hostId) ?? '')), next }, 200);
    },
  );

  api.openapi(
    reading(
      { path: '/api/gatherings/{id}', operationId: 'getGathering', summary: 'One gathering' },
      { answer: gatheringSchema, query: noQuery, params: idParam },
    ),
    async (c) => {
      const { caller, bank, node } = c.var;
      const row = await findGathering(node.database.db, bank.id, c.req.valid('param').id);
      if (caller === null && row?.visibility !== 'public') throw new Refused('not_signed_in');
      if (row === undefined || !maySeeGathering(row, caller)) throw new Refused('not_found');
      return c.json(await viewOf(node.database.db, bank, row, caller), 200);
    },
  );
}

/** One page of a list, and where it goes on. Refuses `invalid_request` for a cursor that is none of this list. */
async function pageFor(
  db: Queries,
  bank: Bank,
  caller: Caller | null,
  { which, cursor, limit }: z.infer<typeof gatheringQuery>,
): Promise<{ readonly rows: GatheringRow[]; readonly next: string | null }> {
  const own = caller?.role === 'member' ? caller.memberId : TOWN;
  if (which === 'attended') {
    const found = await attendedBy(db, bank.id, own, limit, { before: cursor });
    const next = found.length === limit ? (found.at(-1)?.guest.id ?? null) : null;
    return { rows: found.map(({ gathering }) => gathering), next };
  }
  const place = cursor === undefined ? undefined : placeIn(cursor);
  if (cursor !== undefined && place === undefined) throw new Refused('invalid_request', { field: 'cursor' });
  const coming = which === 'coming';
  const rows = coming
    ? await gatheringsToCome(db, bank.id, { everybody: caller === null, now: new Date(), limit, after: place })
    : await hostedBy(db, bank.id, own, limit, place);
  const last = rows.length === limit ? rows.at(-1) : undefined;
  return { rows, next: last === undefined ? null : placeOf(last, coming ? 'endsAt' : 'startsAt') };
}

function hostOperations(api: Api): void {
  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/gatherings',
        operationId: 'createGathering',
        summary: 'Call people together; the operator does for the town',
        status: 201,
      },
      { answer: gatheringSchema, body: newGatheringSchema, params: noParams },
    ),
    async (c) => {
      const { caller, bank } = c.var;
      mustBeSignedIn(caller);
      const input = inputOf(c.req.valid('json'), bank);
      const result = await once(c, async (tx) => ({
        status: 201,
        body: await viewOf(tx, bank, await createGathering(tx, bank, caller, input), caller),
      }));
      return c.json(result.body, 201);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/gatherings/{id}',
        operationId: 'changeGathering',
        summary: 'Say all of it anew; guests hear of another time or place',
        status: 200,
      },
      { answer: gatheringSchema, body: gatheringChangeSchema, params: idParam },
    ),
    async (c) => {
      const { caller, bank } = c.var;
      mustBeSignedIn(caller);
      const { id } = c.req.valid('param');
      const { reason, by, ...said } = c.req.valid('json');
      const input = inputOf(said, bank);
      const result = await once(c, async (tx, after) => ({
        status: 200,
        body: await viewOf(tx, bank, await changeGathering(tx, bank, caller, id, input, after, { reason, by }), caller),
      }));
      return c.json(result.body, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/gatherings/{id}/cancel',
        operationId: 'cancelGathering',
        summary: 'Call it off: guests are told, and hours are free again',
        status: 200,
      },
      { answer: gatheringSchema, body: gatheringCancelSchema, params: idParam },
    ),
    async (c) => {
      const { caller, bank, node } = c.var;
      mustBeSignedIn(caller);
      const { id } = c.req.valid('param');
      const result = await once(c, async (tx) => ({
        status: 200,
        body: await viewOf(tx, bank, await cancelGathering(tx, bank, caller, id, c.req.valid('json')), caller),
      }));
      await followGuests(node.signals, bank, id);
      return c.json(result.body, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/gatherings/{id}/present',
        operationId: 'markPresent',
        summary: 'Say who came, those unannounced too',
        status: 200,
      },
      { answer: gatheringSchema, body: presenceSchema, params: idParam },
    ),
    async (c) => {
      const { caller, bank } = c.var;
      mustBeSignedIn(caller);
      const { id } = c.req.valid('param');
      const { here, more = [] } = c.req.valid('json');
      const result = await once(c, async (tx) => ({
        status: 200,
        body: await viewOf(tx, bank, await markPresent(tx, bank, caller, id, { here, more }), caller),
      }));
      return c.json(result.body, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/gatherings/{id}/credit',
        operationId: 'creditGathering',
        summary: 'Write down the hours of everybody who came; the others did not come',
        status: 200,
      },
      { answer: gatheringSchema, body: creditSchema, params: idParam },
    ),
    async (c) => {
      const { caller, bank, node } = c.var;
      mustBeSignedIn(caller);
      const { id } = c.req.valid('param');
      const { lines: said, reason, by } = c.req.valid('json');
      const lines = said.map(({ guest, minutes }) => ({ guestId: guest, minutes }));
      await once(c, async (tx) => ({
        status: 200,
        body: { id: (await creditGathering(tx, bank, caller, id, lines, { reason, by })).id },
      }));
      await followGuests(node.signals, bank, id);
      const row = await findGathering(node.database.db, bank.id, id);
      if (row === undefined) throw new Refused('not_found');
      return c.json(await viewOf(node.database.db, bank, row, caller), 200);
    },
  );
}

function guestOperations(api: Api): void {
  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/gatherings/{id}/sign-up',
        operationId: 'signUp',
        summary: 'Take a seat, or a place on the waiting list',
        status: 200,
      },
      { answer: gatheringSchema, body: signUpSchema, params: idParam },
    ),
    async (c) => {
      const { caller, bank } = c.var;
      mustBeSignedIn(caller);
      const { id } = c.req.valid('param');
      const { member: memberId, ...said } = c.req.valid('json');
      const result = await once(c, async (tx, after) => {
        await signUp(tx, bank, caller, id, { memberId, ...said }, after);
        return { status: 200, body: await viewAgain(tx, bank, id, caller) };
      });
      return c.json(result.body, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/gatherings/{id}/withdraw',
        operationId: 'withdrawFromGathering',
        summary: 'Give a seat back; who waits moves up',
        status: 200,
      },
      { answer: gatheringSchema, body: withdrawalSchema, params: idParam },
    ),
    async (c) => {
      const { caller, bank } = c.var;
      mustBeSignedIn(caller);
      const { id } = c.req.valid('param');
      const { guest, reason, by } = c.req.valid('json');
      const result = await once(c, async (tx, after) => {
        await withdrawFromGathering(tx, bank, caller, id, guest, after, { reason, by });
        return { status: 200, body: await viewAgain(tx, bank, id, caller) };
      });
      return c.json(result.body, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/gatherings/{id}/sign-in',
        operationId: 'signIn',
        summary: 'Say that I am here, with the code of the poster',
        status: 200,
      },
      { answer: gatheringSchema, body: signInSchema, params: idParam },
    ),
    async (c) => {
      const { caller, bank } = c.var;
      mustBeSignedIn(caller);
      const { id } = c.req.valid('param');
      const { code } = c.req.valid('json');
      const result = await once(c, async (tx) => {
        await signIn(tx, bank, caller, id, code);
        return { status: 200, body: await viewAgain(tx, bank, id, caller) };
      });
      return c.json(result.body, 200);
    },
  );
}

function calendarOperations(api: Api): void {
  const calendar = async (tx: Queries, bank: Bank, token: string) => ({
    link: `${bank.origin}/calendar/${token}`,
    ics: await calendarBehind(tx, bank, token),
  });

  api.openapi(
    reading(
      { path: '/api/calendar', operationId: 'getCalendar', summary: 'My gatherings as a calendar, and its address' },
      { answer: calendarSchema, query: noQuery, params: noParams },
    ),
    async (c) => {
      const { caller, bank, node } = c.var;
      const { db } = node.database;
      const memberId = memberIdOf(caller);
      return c.json(await calendar(db, bank, await calendarToken(db, bank, memberId)), 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/calendar/renew',
        operationId: 'renewCalendar',
        summary: 'Make the address of my calendar anew; the one before ends',
        status: 200,
      },
      { answer: calendarSchema, body: noBody, params: noParams },
    ),
    async (c) => {
      const { caller, bank } = c.var;
      const memberId = memberIdOf(caller);
      const result = await once(c, async (tx) => ({
        status: 200,
        body: await calendar(tx, bank, await renewCalendar(tx, bank, memberId)),
      }));
      return c.json(result.body, 200);
    },
  );
}

function memberIdOf(caller: Caller | null): string {
  mustBeSignedIn(caller);
  if (caller.role !== 'member') throw new Refused('not_allowed');
  return caller.memberId;
}

function inputOf(said: z.infer<typeof newGatheringSchema>, bank: Bank): GatheringInput {
  const { latitude, longitude, place = '', startsAt, endsAt, ...rest } = said;
  return {
    ...rest,
    text: rest.text ?? '',
    language: rest.language ?? bank.settings.language,
    rule: rest.rule ?? 'none',
    minutes: rest.minutes ?? 0,
    visibility: rest.visibility ?? 'bank',
    place: { name: place, latitude, longitude },
    startsAt: new Date(startsAt),
    endsAt: new Date(endsAt),
  };
}

function summaryOf(row: GatheringRow, hostName: string): z.infer<typeof gatheringSummarySchema> {
  const { id, kind, title, language, place, seats, taken, rule, minutes, visibility, hostId } = row;
  return {
    ...{ id, kind, title, language, place, seats, rule, minutes, visibility, hostId, hostName },
    startsAt: row.startsAt.toISOString(),
    endsAt: row.endsAt.toISOString(),
    free: Math.max(0, seats - taken),
    status: statusOf(row),
  };
}

async function viewAgain(tx: Queries, bank: Bank, id: string, caller: Caller): Promise<View> {
  return viewOf(tx, bank, (await findGathering(tx, bank.id, id)) as GatheringRow, caller);
}

async function viewOf(tx: Queries, bank: Bank, row: GatheringRow, caller: Caller | null): Promise<View> {
  const { hostName, waiting, mine, me, guests, names } = await gatheringView(tx, bank, row, caller);
  return {
    ...summaryOf(row, hostName),
    ...{ text: row.text, offerId: row.offerId, waiting, mine, me },
    guests: [...guests],
    names: [...names],
    hereCode: mine ? hereCode(bank, row.id) : null,
    ics: calendarOf(bank, [row]),
  };
}
