/** Operations about hours that are given. */
import { keyAt, type Party } from '@evenhour/protocol';
import { importVerifyingKey, verifyEntry } from '@evenhour/protocol/proof';
import { type JsonObject, parseStrict } from '@evenhour/protocol/wire';
import { z } from '@hono/zod-openapi';
import { and, asc, eq, sql } from 'drizzle-orm';
import type { Context } from 'hono';
import { mustBe, mustBeSignedIn, mustNotCoordinate } from '../auth/tokens.ts';
import type { Bank } from '../bank/bank.ts';
import { pair as pairTable, posting, standingEntry } from '../db/schema.ts';
import { findMember } from '../member/members.ts';
import type { NodeContext } from '../node/env.ts';
import { Refused } from '../node/refused.ts';
import { takeBack } from '../transfer/take-back.ts';
import { listTransfers, maySee, type TransferRow, transferById } from '../transfer/transfer-store.ts';
import type { Api } from './app.ts';
import { doing, idParam, noBody, noParams, noQuery, reading } from './describe.ts';
import type { ApiEnv } from './env.ts';
import { keyOf, once } from './idempotent.ts';
import { type journalEntrySchema, newTransferSchema, page, pageQuery, proofSchema, transferSchema } from './schemas.ts';

export type TransferView = z.infer<typeof transferSchema>;

const FINAL: readonly string[] = ['settled', 'declined', 'returned'];

export function transferRoutes(api: Api): void {
  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/transfers',
        operationId: 'give',
        summary: 'Give hours to somebody here or in a partner town',
        status: 202,
      },
      { answer: transferSchema, body: newTransferSchema, params: noParams },
    ),
    async (c) => {
      const { caller, bank, node } = c.var;
      mustBeSignedIn(caller);
      mustNotCoordinate(caller);
      const input = c.req.valid('json');
      const from = input.from ?? (caller.role === 'member' ? caller.memberId : undefined);
      if (from === undefined) throw new Refused('invalid_request', { field: 'from', reason: 'say who gives' });
      const answer = await node.giving.give(bank, {
        ...(await keyOf(c)),
        gift: {
          from,
          to: input.to,
          minutes: input.minutes,
          content: input.content ?? '',
          ...(input.reverses !== undefined && { reverses: input.reverses }),
          ...(input.unnamed === true && { unnamed: true }),
          ...(caller.role === 'member' && { onlyFrom: caller.memberId }),
        },
        answer: ({ exchange, agreementId }) => viewOf(exchange, agreementId),
      });
      return c.json(answer, 202);
    },
  );

  api.openapi(
    reading(
      { path: '/api/transfers', operationId: 'listTransfers', summary: 'Hours given and received, newest first' },
      {
        answer: page(transferSchema, 'TransferPage'),
        query: pageQuery.extend({
          member: z.string().max(64).optional().describe("A member's id or handle. Members see their own only."),
          agreement: z.string().max(64).optional().describe('Only hours that crossed by this agreement, by its id.'),
        }),
        params: noParams,
      },
    ),
    async (c) => {
      const { caller, bank, node } = c.var;
      mustBeSignedIn(caller);
      const { cursor, limit, member, agreement } = c.req.valid('query');
      const db = node.database.db;
      const memberId = caller.role === 'member' ? caller.memberId : await memberIdOf(c, member);
      const pairId = agreement === undefined ? undefined : await pairIdOf(c, agreement);
      const rows = await listTransfers(db, bank.id, {
        limit,
        ...(memberId !== undefined && { memberId }),
        ...(pairId !== undefined && { pairId }),
        ...(cursor !== undefined && { before: cursor }),
      });
      const items = await Promise.all(rows.map((row) => transferView(db, bank.id, row)));
      return c.json({ items, next: rows.length === limit ? (rows.at(-1)?.id ?? null) : null }, 200);
    },
  );

  api.openapi(
    reading(
      {
        path: '/api/transfers/{id}',
        operationId: 'getTransfer',
        summary: 'One transfer; waits up to waitMs for its end',
      },
      {
        answer: transferSchema,
        query: z.object({ waitMs: z.coerce.number().int().min(0).max(30_000).default(0) }),
        params: idParam,
      },
    ),
    async (c) => {
      const { bank, node } = c.var;
      const { waitMs } = c.req.valid('query');
      const first = await exchangeFor(c, c.req.valid('param').id);
      const row =
        FINAL.includes(first.status) || waitMs === 0
          ? first
          : await untilEnd(node, bank, first, waitMs, c.req.raw.signal);
      return c.json(await transferView(node.database.db, bank.id, row), 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/transfers/{id}/take-back',
        operationId: 'takeBack',
        summary: 'Take back hours that the other town has not answered; the giver has them again',
        status: 200,
      },
      { answer: transferSchema, body: noBody, params: idParam },
    ),
    async (c) => {
      const { caller, bank } = c.var;
      const { id, memberId } = await exchangeFor(c, c.req.valid('param').id);
      mustBe(caller, memberId);
      const result = await once(c, async (tx, after) => ({
        status: 200,
        body: await transferView(tx, bank.id, await takeBack(tx, bank, id, after)),
      }));
      return c.json(result.body, 200);
    },
  );

  api.openapi(
    reading(
      {
        path: '/api/transfers/{id}/proof',
        operationId: 'getProof',
        summary: 'The signed entries and the ledger lines of one transfer',
      },
      { answer: proofSchema, query: noQuery, params: idParam },
    ),
    async (c) => {
      const { bank, node } = c.var;
      const row = await exchangeFor(c, c.req.valid('param').id);
      return c.json(await proofOf(node, bank, row), 200);
    },
  );
}

/** The exchange, if the caller may see it. Somebody else's looks like none. */
async function exchangeFor(c: Context<ApiEnv>, id: string): Promise<TransferRow> {
  const { caller, bank, node } = c.var;
  mustBeSignedIn(caller);
  const row = await transferById(node.database.db, bank.id, id);
  if (row === undefined || !maySee(row, caller)) throw new Refused('not_found');
  return row;
}

/** A member's id from an id or a handle. Refuses `not_found`. */
async function memberIdOf(c: Context<ApiEnv>, idOrHandle: string | undefined): Promise<string | undefined> {
  if (idOrHandle === undefined) return undefined;
  const row = await findMember(c.var.node.database.db, c.var.bank.id, idOrHandle);
  if (row === undefined) throw new Refused('not_found', { member: idOrHandle });
  return row.id;
}

async function pairIdOf(c: Context<ApiEnv>, agreementId: string): Promise<string> {
  const [row] = await c.var.node.database.db
    .select({ id: pairTable.id })
    .from(pairTable)
    .where(and(eq(pairTable.bankId, c.var.bank.id), eq(pairTable.agreementId, agreementId)));
  if (row === undefined) throw new Refused('not_found');
  return row.id;
}

/** Waits for the signal of this exchange and looks again, until its end or the time is over. */
async function untilEnd(
  node: NodeContext,
  bank: Bank,
  first: TransferRow,
  waitMs: number,
  gone: AbortSignal,
): Promise<TransferRow> {
  let row = first;
  let wake: () => void = () => {};
  const off = node.signals.on((signal) => {
    if (
      signal.kind === 'everything' ||
      (signal.kind === 'transfer' && signal.bankId === bank.id && signal.id === first.id)
    )
      wake();
  });
  const end = Date.now() + waitMs;
  try {
    while (true) {
      const changed = new Promise<void>((resolve) => {
        wake = resolve;
      });
      row = (await transferById(node.database.db, bank.id, first.id)) ?? row;
      const left = end - Date.now();
      if (FINAL.includes(row.status) || left <= 0 || gone.aborted) return row;
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([
        changed,
        new Promise<void>((resolve) => {
          timer = setTimeout(resolve, left);
        }),
      ]);
      clearTimeout(timer);
    }
  } finally {
    off();
  }
}

export async function transferView(
  db: NodeContext['database']['db'],
  bankId: string,
  row: TransferRow,
): Promise<TransferView> {
  return viewOf(row, row.pairId === null ? null : await agreementIdOf(db, bankId, row.pairId));
}

function viewOf(row: TransferRow, agreementId: string | null): TransferView {
  return {
    id: row.id,
    direction: row.direction,
    status: row.status,
    code: row.code,
    facts: row.facts,
    memberId: row.memberId,
    counterparty: row.counterparty,
    counterpartyName: row.counterpartyName,
    agreementId,
    exchangeId: row.exchangeId,
    minutes: row.minutes,
    content: row.content,
    transfer: row.transfer,
    purpose: row.purpose,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

/** An agreement's id never changes, so it is remembered. */
const agreementIds = new Map<string, string>();

async function agreementIdOf(
  db: NodeContext['database']['db'],
  bankId: string,
  pairId: string,
): Promise<string | null> {
  const key = `${bankId} ${pairId}`;
  const known = agreementIds.get(key);
  if (known !== undefined) return known;
  const [row] = await db
    .select({ agreementId: pairTable.agreementId })
    .from(pairTable)
    .where(and(eq(pairTable.bankId, bankId), eq(pairTable.id, pairId)));
  if (row === undefined) return null;
  agreementIds.set(key, row.agreementId);
  return row.agreementId;
}

/** Everything that proves one transfer, with its signatures verified now. */
export async function proofOf(node: NodeContext, bank: Bank, row: TransferRow): Promise<z.infer<typeof proofSchema>> {
  const { db } = node.database;
  const partner = row.pairId === null ? undefined : node.partners.byPair(bank.id, row.pairId);
  const entries =
    row.pairId === null || row.transfer === null
      ? []
      : await db
          .select()
          .from(standingEntry)
          .where(
            and(
              eq(standingEntry.bankId, bank.id),
              eq(standingEntry.pairId, row.pairId),
              eq(standingEntry.transfer, row.transfer),
            ),
          )
          .orderBy(
            asc(standingEntry.at),
            sql`array_position(array['Hold','HoldAccept','HoldDecline','Post','Void','Receipt'], ${standingEntry.kind})`,
          );
  const lines = await db
    .select()
    .from(posting)
    .where(and(eq(posting.bankId, bank.id), eq(posting.transferId, row.id)))
    .orderBy(asc(posting.id));
  const checks = await Promise.all(entries.map((entry) => isSigned(partner, entry)));
  return {
    transfer: await transferView(db, bank.id, row),
    checked: entries.length > 0 && checks.every(Boolean),
    entries: entries.map((entry) => journalView(entry, partner?.me ?? 0)),
    postings: lines.map((line) => ({
      id: line.id,
      kind: line.kind,
      from: line.debit,
      to: line.credit,
      minutes: line.minutes,
      at: line.at.toISOString(),
    })),
  };
}

async function isSigned(
  partner: ReturnType<NodeContext['partners']['byPair']>,
  entry: typeof standingEntry.$inferSelect,
): Promise<boolean> {
  if (partner === undefined) return false;
  const parsed = parseStrict(entry.document);
  if (!parsed.ok) return false;
  const author = entry.author as Party;
  const key = await importVerifyingKey(keyAt(partner.keys[author], entry.seq), partner.core.parties[author].key.id);
  if (!key.ok) return false;
  const verified = await verifyEntry(partner.core, partner.pairId, author, parsed.value as JsonObject, key.key);
  return verified.ok && verified.entry.hash === entry.hash;
}

export function journalView(entry: typeof standingEntry.$inferSelect, me: number): z.infer<typeof journalEntrySchema> {
  return {
    author: entry.author === me ? 'us' : 'them',
    epoch: entry.epoch,
    seq: entry.seq,
    hash: entry.hash,
    kind: entry.kind,
    breach: entry.breach,
    at: entry.at.toISOString(),
    document: JSON.parse(entry.document) as Record<string, unknown>,
  };
}
