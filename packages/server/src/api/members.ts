/** Operations about the bank and its members. */
import { z } from '@hono/zod-openapi';
import { eq, sql } from 'drizzle-orm';
import type { Context } from 'hono';
import { issueToken, mustBe, mustBeSignedIn, mustOperate } from '../auth/tokens.ts';
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
import { examine } from '../node/doctor.ts';
import { Refused } from '../node/refused.ts';
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
  statementLineSchema,
  tokenSchema,
} from './schemas.ts';

type MemberView = z.infer<typeof memberSchema>;

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
      { path: '/api/members', operationId: 'listMembers', summary: 'Members, oldest first' },
      { answer: page(memberSchema, 'MemberPage'), query: pageQuery, params: noParams },
    ),
    async (c) => {
      mustBeSignedIn(c.var.caller);
      const { cursor, limit } = c.req.valid('query');
      const rows = await listMembers(c.var.node.database.db, c.var.bank.id, cursor, limit);
      const items = await Promise.all(rows.map((row) => viewOf(c, row)));
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
      return c.json(await viewOf(c, await memberOf(c, c.req.valid('param').id)), 200);
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
      const result = await once(c, async (tx) => ({
        status: 200,
        body: baseView(await setStatus(tx, c.var.bank.id, row.id, status)),
      }));
      return c.json(result.body, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/members/{id}/tokens',
        operationId: 'issueMemberToken',
        summary: 'Make a token for a member; it is shown once',
        status: 201,
      },
      { answer: tokenSchema, body: noBody, params: idParam },
    ),
    async (c) => {
      mustOperate(c.var.caller);
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
      { answer: page(statementLineSchema, 'StatementPage'), query: pageQuery, params: idParam },
    ),
    async (c) => {
      mustBeSignedIn(c.var.caller);
      const row = await memberOf(c, c.req.valid('param').id);
      mustBe(c.var.caller, row.id);
      const { cursor, limit } = c.req.valid('query');
      const lines = await statementOf(c.var.node.database.db, c.var.bank.id, row.accountId, cursor, limit);
      const items = lines.map((line) => ({
        id: line.id,
        at: line.at.toISOString(),
        minutes: line.minutes,
        direction: line.direction,
        counterpartyName: line.counterpartyName,
        content: line.content,
        transferId: line.transferId,
      }));
      return c.json({ items, next: lines.length === limit ? (lines.at(-1)?.id ?? null) : null }, 200);
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

function baseView(row: MemberRow): MemberView {
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
