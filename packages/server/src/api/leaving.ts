/** Operations about taking everything along, and leaving. */
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { mustBe, mustBeSignedIn, mustOperate } from '../auth/tokens.ts';
import { everythingOf } from '../leaving/everything.ts';
import {
  askToLeave,
  confirmLeaving,
  type LeavingRow,
  leavingOf,
  letFundPay,
  listLeaving,
  stay,
} from '../leaving/leaving.ts';
import { findMember, type MemberRow } from '../member/members.ts';
import { Refused } from '../node/refused.ts';
import type { Api } from './app.ts';
import { doing, idParam, noBody, noParams, noQuery, reading } from './describe.ts';
import type { ApiEnv } from './env.ts';
import { once } from './idempotent.ts';
import { orNull } from './schemas.ts';

const leavingSchema = z
  .object({
    memberId: z.string(),
    word: z.string().describe('What the second step asks for; empty once it was said.'),
    askedAt: z.string(),
    goesAt: z.string().nullable().describe('When everything goes, after the second step.'),
    fundPays: z.boolean(),
    waitsFor: z.enum(['', 'exchanges', 'hours', 'fund']).describe('What stands in the way, if anything.'),
  })
  .openapi('Leaving');

const everythingSchema = z
  .object({
    format: z.literal('evenhour-member/1'),
    bank: z.object({ name: z.string(), origin: z.string() }),
    madeAt: z.string(),
    tables: z.record(z.string(), z.array(z.record(z.string(), z.unknown()))),
  })
  .openapi('Everything');

const leaves = z.object({ leaving: orNull(leavingSchema) });

export function leavingRoutes(api: Api): void {
  api.openapi(
    reading(
      {
        path: '/api/members/{id}/everything',
        operationId: 'getEverything',
        summary: 'Everything that the bank has about a member. For the member',
      },
      { answer: everythingSchema, query: noQuery, params: idParam },
    ),
    async (c) => {
      const row = await own(c);
      const { tables, ...rest } = await everythingOf(c.var.node.database.db, c.var.bank, row.id);
      return c.json({ ...rest, tables: tables as Record<string, Record<string, unknown>[]> }, 200);
    },
  );

  api.openapi(
    reading(
      { path: '/api/members/{id}/leaving', operationId: 'getLeaving', summary: 'Whether a member is about to leave' },
      { answer: leaves, query: noQuery, params: idParam },
    ),
    async (c) => {
      mustBeSignedIn(c.var.caller);
      const row = await memberIn(c);
      mustBe(c.var.caller, row.id);
      const found = await leavingOf(c.var.node.database.db, c.var.bank, row.id);
      return c.json({ leaving: found && view(c, found) }, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/members/{id}/leaving',
        operationId: 'askToLeave',
        summary: 'The first step of leaving for good: answers a word to be said in the second. For the member',
        status: 201,
      },
      { answer: leavingSchema, body: noBody, params: idParam },
    ),
    async (c) => {
      const row = await own(c);
      const { bank } = c.var;
      const language = row.language || bank.settings.language;
      const result = await once(c, async (tx) => ({
        status: 201,
        body: view(c, await askToLeave(tx, bank, row.id, language)),
      }));
      return c.json(result.body, 201);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/members/{id}/leaving/confirm',
        operationId: 'confirmLeaving',
        summary: 'The second step, with the word. Everything goes after seven days, unless it is taken back',
        status: 200,
      },
      { answer: leavingSchema, body: z.strictObject({ word: z.string().min(1).max(50) }), params: idParam },
    ),
    async (c) => {
      const row = await own(c);
      const { word } = c.req.valid('json');
      const result = await once(c, async (tx) => ({
        status: 200,
        body: view(c, await confirmLeaving(tx, c.var.bank, row.id, word)),
      }));
      return c.json(result.body, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/members/{id}/leaving/stay',
        operationId: 'stay',
        summary: 'Take leaving back. For the member',
        status: 200,
      },
      { answer: leaves, body: noBody, params: idParam },
    ),
    async (c) => {
      const row = await own(c);
      const result = await once(c, async (tx) => {
        await stay(tx, c.var.bank, row.id);
        return { status: 200, body: { leaving: null } };
      });
      return c.json(result.body, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/members/{id}/leaving/fund',
        operationId: 'letFundPay',
        summary: 'The community fund makes up the hours that a leaving member still has to give. For the operator',
        status: 200,
      },
      { answer: leavingSchema, body: noBody, params: idParam },
    ),
    async (c) => {
      mustOperate(c.var.caller);
      const row = await memberIn(c);
      const result = await once(c, async (tx) => ({
        status: 200,
        body: view(c, await letFundPay(tx, c.var.bank, row.id)),
      }));
      return c.json(result.body, 200);
    },
  );

  api.openapi(
    reading(
      { path: '/api/leaving', operationId: 'listLeaving', summary: 'Who is about to leave. For the operator' },
      {
        answer: z.object({
          items: z.array(leavingSchema.extend({ name: z.string(), balanceMinutes: z.int() }).openapi('LeavingMember')),
        }),
        query: noQuery,
        params: noParams,
      },
    ),
    async (c) => {
      mustOperate(c.var.caller);
      const found = await listLeaving(c.var.node.database.db, c.var.bank, 200);
      const items = found.map(({ row, name, balanceMinutes }) => ({ ...view(c, row), name, balanceMinutes }));
      return c.json({ items }, 200);
    },
  );
}

async function memberIn(c: Context<ApiEnv>): Promise<MemberRow> {
  const row = await findMember(c.var.node.database.db, c.var.bank.id, c.req.param('id') ?? '');
  if (row === undefined) throw new Refused('not_found');
  return row;
}

/** The member who asks, about themselves. The desk does not take anybody's leave. */
async function own(c: Context<ApiEnv>): Promise<MemberRow> {
  const { caller } = c.var;
  mustBeSignedIn(caller);
  const row = await memberIn(c);
  if (caller.role !== 'member' || caller.memberId !== row.id) throw new Refused('not_allowed');
  return row;
}

/** The word is the member's own. */
function view(c: Context<ApiEnv>, row: LeavingRow): z.infer<typeof leavingSchema> {
  return {
    memberId: row.memberId,
    word: c.var.caller?.role === 'member' ? row.word : '',
    askedAt: row.askedAt.toISOString(),
    goesAt: row.goesAt?.toISOString() ?? null,
    fundPays: row.fundPays,
    waitsFor: row.waitsFor as 'hours',
  };
}
