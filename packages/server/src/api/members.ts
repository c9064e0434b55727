/** Operations about the bank and its members. */
import { z } from '@hono/zod-openapi';
import { eq, sql } from 'drizzle-orm';
import type { Context } from 'hono';
import { readAddress } from '../auth/codes.ts';
import { issueToken, mustBe, mustBeSignedIn, mustNotCoordinate, mustOperate } from '../auth/tokens.ts';
import { member } from '../db/schema.ts';
import { totals } from '../ledger/ledger.ts';
import {
  addMember,
  balanceOf,
  findMember,
  listMembers,
  type MemberRow,
  setStatus,
  statementOf,
} from '../member/members.ts';
import { membersNamed, placeOf, reachFor, updateProfile } from '../member/profile.ts';
import { linesOf, periodOf, statementCsv, wholePeriod } from '../member/statement.ts';
import { examine } from '../node/doctor.ts';
import { Refused } from '../node/refused.ts';
import { lookAgain } from '../offer/offers.ts';
import { type Language, languages, wordsOf } from '../web/words.ts';
import type { Api } from './app.ts';
import { doing, idParam, noBody, noParams, noQuery, reading } from './describe.ts';
import type { ApiEnv } from './env.ts';
import { once } from './idempotent.ts';
import {
  bankSchema,
  checkSchema,
  memberSchema,
  memberStatusSchema,
  newMemberSchema,
  page,
  pageQuery,
  profileChangeSchema,
  type profileSchema,
  statementFileSchema,
  statementLineSchema,
  tokenSchema,
} from './schemas.ts';

type MemberView = z.infer<typeof memberSchema>;

const day = z.iso.date().optional();
const periodShape = {
  from: day.describe("The first day, in the bank's time zone."),
  to: day.describe('The last day, which counts.'),
};
const LANGUAGES = Object.keys(languages) as [Language, ...Language[]];

const memberQuery = pageQuery.extend({ search: z.string().max(100).optional() });

export function memberRoutes(api: Api): void {
  api.openapi(
    reading(
      { path: '/api/bank', operationId: 'getBank', summary: 'This bank and its books' },
      { answer: bankSchema, query: noQuery, params: noParams },
    ),
    async (c) => {
      const { bank, node } = c.var;
      const sums = await totals(node.database.db, bank.id);
      const [count] = await node.database.db
        .select({ members: sql<number>`count(*)::int` })
        .from(member)
        .where(sql`${eq(member.bankId, bank.id)} and ${member.kind} <> 'fund'`);
      const { name, theme, phone, timeZone, bridgeBuilder } = bank.settings;
      return c.json(
        {
          name,
          origin: bank.origin,
          actor: bank.actor,
          theme,
          phone,
          timeZone,
          bridgeBuilder,
          members: count?.members ?? 0,
          books: {
            membersMinutes: sums.members,
            fundsMinutes: sums.funds,
            partnersMinutes: sums.partners,
            unclaimedMinutes: sums.unclaimed,
            lossesMinutes: sums.losses,
            heldMinutes: sums.held,
            sumMinutes: sums.sum,
          },
        },
        200,
      );
    },
  );

  api.openapi(
    reading(
      {
        path: '/api/members',
        operationId: 'listMembers',
        summary: 'Members, oldest first; with `search` those whose names begin so, by name',
      },
      { answer: page(memberSchema, 'MemberPage'), query: memberQuery, params: noParams },
    ),
    async (c) => {
      mustBeSignedIn(c.var.caller);
      const { cursor, limit, search } = c.req.valid('query');
      if (search !== undefined) {
        const after = cursor === undefined ? undefined : Buffer.from(cursor, 'base64url').toString('utf8');
        const all = c.var.caller.role === 'operator';
        const found = await membersNamed(c.var.node.database.db, c.var.bank.id, { search, after, limit, all });
        const last = found.length === limit ? found.at(-1) : undefined;
        const next = last === undefined ? null : Buffer.from(placeOf(last)).toString('base64url');
        return c.json({ items: await Promise.all(found.map((row) => viewOf(c, row))), next }, 200);
      }
      const rows = await listMembers(c.var.node.database.db, c.var.bank.id, cursor, limit);
      const items = await Promise.all(rows.filter((row) => mayKnow(c, row)).map((row) => viewOf(c, row)));
      return c.json({ items, next: rows.length === limit ? (rows.at(-1)?.id ?? null) : null }, 200);
    },
  );

  api.openapi(
    doing(
      { method: 'post', path: '/api/members', operationId: 'addMember', summary: 'Add a member', status: 201 },
      { answer: memberSchema, body: newMemberSchema, params: noParams },
    ),
    async (c) => {
      mustOperate(c.var.caller);
      const input = c.req.valid('json');
      const result = await once(c, async (tx) => {
        const row = await addMember(tx, c.var.bank, {
          handle: input.handle,
          name: input.name,
          ...(input.kind !== undefined && { kind: input.kind }),
          ...(input.about !== undefined && { about: input.about }),
        });
        return { status: 201, body: baseView(row) };
      });
      return c.json(result.body, 201);
    },
  );

  api.openapi(
    reading(
      { path: '/api/members/{id}', operationId: 'getMember', summary: 'One member, by id or handle' },
      { answer: memberSchema, query: noQuery, params: idParam },
    ),
    async (c) => {
      mustBeSignedIn(c.var.caller);
      const row = await memberOf(c, c.req.valid('param').id);
      if (!mayKnow(c, row)) throw new Refused('not_found');
      return c.json({ ...(await viewOf(c, row)), profile: profileOf(c, row) }, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/members/{id}',
        operationId: 'updateMember',
        summary: 'Change what a member says about themselves; what is left out stays',
        status: 200,
      },
      { answer: memberSchema, body: profileChangeSchema, params: idParam },
    ),
    async (c) => {
      mustBeSignedIn(c.var.caller);
      const row = await memberOf(c, c.req.valid('param').id);
      mustBe(c.var.caller, row.id);
      mustNotCoordinate(c.var.caller);
      const { email, ...rest } = c.req.valid('json');
      const address = email === undefined ? {} : { email: email === '' ? '' : readAddress(email) };
      const result = await once(c, async (tx) => {
        const changed = await updateProfile(tx, c.var.bank.id, row.id, { ...rest, ...address });
        return { status: 200, body: { ...baseView(changed), profile: profileOf(c, changed) } };
      });
      return c.json(result.body, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/members/{id}/status',
        operationId: 'setMemberStatus',
        summary: 'Suspend a member, or let them in again',
        status: 200,
      },
      { answer: memberSchema, body: memberStatusSchema, params: idParam },
    ),
    async (c) => {
      mustOperate(c.var.caller);
      const row = await memberOf(c, c.req.valid('param').id);
      if (row.kind === 'fund') throw new Refused('not_allowed');
      const { status } = c.req.valid('json');
      const result = await once(c, async (tx) => {
        const changed = await setStatus(tx, c.var.bank.id, row.id, status);
        await lookAgain(tx, c.var.bank, row.id);
        return { status: 200, body: baseView(changed) };
      });
      return c.json(result.body, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/members/{id}/tokens',
        operationId: 'issueMemberToken',
        summary: "Make a token for a member, with the bank's own token only; it is shown once",
        status: 201,
      },
      { answer: tokenSchema, body: noBody, params: idParam },
    ),
    async (c) => {
      mustOperate(c.var.caller);
      // Whoever has it is that member, and no slip says so. What coordinators do for a member is written down.
      mustNotCoordinate(c.var.caller);
      const row = await memberOf(c, c.req.valid('param').id);
      const result = await once(c, async (tx) => ({
        status: 201,
        body: { token: await issueToken(tx, c.var.bank.id, 'member', row.id), memberId: row.id },
      }));
      return c.json(result.body, 201);
    },
  );

  api.openapi(
    reading(
      {
        path: '/api/members/{id}/statement',
        operationId: 'getStatement',
        summary: "What moved on a member's account, newest first",
      },
      { answer: page(statementLineSchema, 'StatementPage'), query: pageQuery.extend(periodShape), params: idParam },
    ),
    async (c) => {
      mustBeSignedIn(c.var.caller);
      const row = await memberOf(c, c.req.valid('param').id);
      mustBe(c.var.caller, row.id);
      const { cursor, limit, from, to } = c.req.valid('query');
      const period = periodOf(from, to, c.var.bank.settings.timeZone);
      const lines = await statementOf(c.var.node.database.db, c.var.bank.id, row.accountId, cursor, limit, period);
      const items = lines.map((line) => ({
        id: line.id,
        at: line.at.toISOString(),
        minutes: line.minutes,
        direction: line.direction,
        counterpartyName: line.counterpartyName,
        town: line.town,
        content: line.content,
        transferId: line.transferId,
      }));
      return c.json({ items, next: lines.length === limit ? (lines.at(-1)?.id ?? null) : null }, 200);
    },
  );

  api.openapi(
    reading(
      {
        path: '/api/members/{id}/statement/file',
        operationId: 'getStatementFile',
        summary: "What moved on a member's account in a stretch of time, as CSV. A year at most",
      },
      {
        answer: statementFileSchema,
        query: z.object({ ...periodShape, language: z.enum(LANGUAGES).default('en') }),
        params: idParam,
      },
    ),
    async (c) => {
      mustBeSignedIn(c.var.caller);
      const row = await memberOf(c, c.req.valid('param').id);
      mustBe(c.var.caller, row.id);
      const { from, to, language } = c.req.valid('query');
      const { id, settings } = c.var.bank;
      const stretch = wholePeriod(from, to, settings.timeZone);
      const lines = await linesOf(c.var.node.database.db, id, row.accountId, stretch);
      const csv = statementCsv(lines, wordsOf(language), settings.timeZone);
      return c.json({ name: `${row.handle}-${stretch.firstDay}-${stretch.lastDay}.csv`, csv }, 200);
    },
  );

  api.openapi(
    reading(
      { path: '/api/doctor', operationId: 'examine', summary: 'The promises that this bank can check of itself' },
      { answer: z.object({ items: z.array(checkSchema) }), query: noQuery, params: noParams },
    ),
    async (c) => {
      mustOperate(c.var.caller);
      return c.json({ items: await examine(c.var.node, c.var.bank) }, 200);
    },
  );
}

async function memberOf(c: Context<ApiEnv>, idOrHandle: string): Promise<MemberRow> {
  const row = await findMember(c.var.node.database.db, c.var.bank.id, idOrHandle);
  if (row === undefined) throw new Refused('not_found');
  return row;
}

/** Of whoever rests or has left, only they themselves and the desk know. */
export function mayKnow({ var: { caller } }: Context<ApiEnv>, { id, status }: MemberRow): boolean {
  return status === 'active' || caller?.role === 'operator' || caller?.memberId === id;
}

function profileOf({ var: { caller } }: Context<ApiEnv>, row: MemberRow): z.infer<typeof profileSchema> {
  const { speaks, howFar, whenFree, place, askFor, website, reachShown, language, latitude, longitude } = row;
  const asker = { desk: caller?.role === 'operator', memberId: caller?.role === 'member' ? caller.memberId : '' };
  const coordinates =
    latitude === null || longitude === null ? null : { latitude: latitude / 100, longitude: longitude / 100 };
  const reach = reachFor(row, asker);
  return { speaks, howFar, whenFree, place, coordinates, askFor, website, reach, reachShown, language };
}

export function baseView(row: MemberRow): MemberView {
  const { id, handle, name, kind, status, about } = row;
  return { id, handle, name, kind, status, about, createdAt: row.createdAt.toISOString() };
}

/** The balance is shown to the member, and to the operator. The fund's is public. */
async function viewOf(c: Context<ApiEnv>, row: MemberRow): Promise<MemberView> {
  const { caller, node, bank } = c.var;
  const mine = caller?.role === 'operator' || (caller?.role === 'member' && caller.memberId === row.id);
  if (!mine && row.kind !== 'fund') return baseView(row);
  return { ...baseView(row), balance: await balanceOf(node.database.db, bank.id, row.accountId) };
}
