/**
 * Writes everything of a bank that proves it into a folder.
 *
 * Promises: one moment of the database, read in pieces, so that memory does not grow with the history; signed
 * documents exactly as they were signed; no names and no words of members unless asked. The form of the folder
 * is in `folder.ts`. It only reads the database, and never writes into a folder that has something in it.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { createWriteStream, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type AgreementStatus, debtOf, other, type Party, type Transfer } from '@evenhour/protocol';
import { and, asc, eq, gt, sql } from 'drizzle-orm';
import type { z } from 'zod';
import type { BankRow } from '../bank/bank.ts';
import type { Database, Queries } from '../db/database.ts';
import {
  account,
  bankKey,
  droppedEntry,
  evidence,
  journalEntry,
  member,
  pairEnd,
  pair as pairTable,
  pairTransfer,
  posting,
  transfer,
} from '../db/schema.ts';
import { holdOf } from '../exchange/across-holds.ts';
import { type PairRow, presentView, readEntries } from '../journal/pair-store.ts';
import { FolderError } from './folder.ts';
import {
  type accountShape,
  type agreementShape,
  type bankShape,
  closeFile,
  droppedFile,
  type evidenceShape,
  type exchangeShape,
  FILES,
  FORMAT,
  journalFile,
  type keyShape,
  type manifestShape,
  type postingShape,
  type receiptShape,
} from './shapes.ts';

export interface Exported {
  readonly files: number;
  readonly lines: number;
}

const PAGE = 1000;

/** @param words whether members' names and words are written too */
export async function exportBank(database: Database, row: BankRow, root: string, words: boolean): Promise<Exported> {
  mustBeEmpty(root);
  const out = new Writer(root);
  // One moment for all pages: what commits meanwhile is not seen.
  await database.db.transaction((tx) => writeAll(tx as unknown as Queries, row, out, words), {
    isolationLevel: 'repeatable read',
    accessMode: 'read only',
  });
  const files = out.files.sort((a, b) => (a.path < b.path ? -1 : 1));
  const manifest = { format: FORMAT, bank: row.origin, madeAt: new Date().toISOString(), private: words, files };
  await out.one<typeof manifestShape>(FILES.manifest, manifest as z.infer<typeof manifestShape>);
  return { files: files.length, lines: files.reduce((sum, { lines }) => sum + lines, 0) };
}

function mustBeEmpty(root: string): void {
  const found = statSync(root, { throwIfNoEntry: false });
  if (found?.isDirectory() === false) throw new FolderError(`${root} is a file. Name a folder that is not there yet.`);
  if (found !== undefined && readdirSync(root).length > 0)
    throw new FolderError(`The folder ${root} has something in it. Name an empty one, or one that is not there yet.`);
}

async function writeAll(tx: Queries, bank: BankRow, out: Writer, words: boolean): Promise<void> {
  await out.one<typeof bankShape>(FILES.bank, {
    origin: bank.origin,
    name: bank.name,
    actor: `${bank.origin}/ap/bank`,
  });
  await out.lines<typeof keyShape>(FILES.keys, keys(tx, bank.id));
  await out.lines<typeof accountShape>(FILES.accounts, accounts(tx, bank.id, words));
  await out.lines<typeof postingShape>(FILES.postings, postings(tx, bank.id));
  await out.lines<typeof exchangeShape>(FILES.exchanges, exchanges(tx, bank.id, words));
  await out.lines<typeof evidenceShape>(FILES.evidence, evidences(tx, bank.id));
  // Without both yeses there is no pair.
  const rows = await tx
    .select()
    .from(pairTable)
    .where(and(eq(pairTable.bankId, bank.id), sql`${pairTable.accept} is not null and ${pairTable.offer} is not null`))
    .orderBy(asc(pairTable.createdAt));
  for (const row of rows) await writePair(tx, row, out);
}

async function writePair(tx: Queries, row: PairRow, out: Writer): Promise<void> {
  const me = row.me as Party;
  const name = `pairs/${new URL(row.peerOrigin).host.replace(/[^a-z0-9.-]/g, '-')}_${row.id.slice(18, 26)}`;
  const [end] = await tx
    .select()
    .from(pairEnd)
    .where(and(eq(pairEnd.bankId, row.bankId), eq(pairEnd.pairId, row.id)));
  const view = presentView(row);
  await out.one<typeof agreementShape>(`${name}/agreement.json`, {
    pair: row.id,
    partner: row.peerBank,
    status: row.status as AgreementStatus,
    mirror: row.mirrorId,
    owesMinutes: debtOf(view, me),
    openMinutes: view.openMinutes[me],
    ...(end?.settlement && { settlement: end.settlement as z.infer<typeof agreementShape>['settlement'] }),
  });
  const documents = [
    [`${name}/offer.json`, row.offer],
    [`${name}/accept.json`, row.accept],
    [closeFile(name, true), end?.own ?? null],
    [closeFile(name, false), end?.theirs ?? null],
  ] as const;
  for (const [file, document] of documents) if (document !== null) await out.texts(file, [document]);
  for (const author of [me, other(me)] as const)
    await out.texts(journalFile(name, author === me), journal(tx, row, author));
  await out.texts(droppedFile(name), await dropped(tx, row));
  await out.lines<typeof receiptShape>(`${name}/receipts.jsonl`, receipts(tx, row));
}

async function* journal(tx: Queries, row: PairRow, author: Party): AsyncGenerator<string> {
  let after = 0;
  while (true) {
    const entries = await readEntries(tx, row.bankId, row.id, author, after, PAGE);
    for (const entry of entries) yield entry.document;
    const last = entries.at(-1);
    if (last === undefined) return;
    after = last.seq;
  }
}

/** Entries of a life that was given up in a restore; there are never many. */
async function dropped(tx: Queries, { bankId, id }: PairRow): Promise<string[]> {
  const of = journalEntry;
  const rows = await tx
    .select({ document: of.document })
    .from(of)
    .innerJoin(
      droppedEntry,
      and(
        eq(droppedEntry.bankId, of.bankId),
        eq(droppedEntry.pairId, of.pairId),
        eq(droppedEntry.author, of.author),
        eq(droppedEntry.seq, of.seq),
        eq(droppedEntry.epoch, of.epoch),
      ),
    )
    .where(and(eq(of.bankId, bankId), eq(of.pairId, id)))
    .orderBy(asc(of.author), asc(of.seq), asc(of.epoch));
  return rows.map(({ document }) => document);
}

async function* keys(tx: Queries, bankId: string): AsyncGenerator<z.infer<typeof keyShape>> {
  const rows = await tx.select().from(bankKey).where(eq(bankKey.bankId, bankId)).orderBy(asc(bankKey.createdAt));
  for (const { id, purpose, publicKey, createdAt } of rows)
    yield { id, purpose, publicKey, createdAt: createdAt.toISOString() };
}

/** Rows in the order of their ids, a page at a time. */
async function* paged<R extends { id: string }>(page: (after: string) => Promise<R[]>): AsyncGenerator<R> {
  let after = '';
  while (true) {
    const rows = await page(after);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = last.id;
  }
}

async function* accounts(tx: Queries, bankId: string, words: boolean): AsyncGenerator<z.infer<typeof accountShape>> {
  const rows = paged((after) =>
    tx
      .select({ id: account.id, kind: account.kind, balance: account.balance, held: account.held, name: member.name })
      .from(account)
      .leftJoin(member, and(eq(member.bankId, account.bankId), eq(member.accountId, account.id)))
      .where(and(eq(account.bankId, bankId), gt(account.id, after)))
      .orderBy(asc(account.id))
      .limit(PAGE),
  );
  for await (const { id, kind, balance, held, name } of rows)
    yield { id, kind, balanceMinutes: balance, heldMinutes: held, ...(words && name !== null && { name }) };
}

async function* postings(tx: Queries, bankId: string): AsyncGenerator<z.infer<typeof postingShape>> {
  const rows = paged((after) =>
    tx
      .select()
      .from(posting)
      .where(and(eq(posting.bankId, bankId), gt(posting.id, after)))
      .orderBy(asc(posting.id))
      .limit(PAGE),
  );
  for await (const row of rows)
    yield {
      id: row.id,
      kind: row.kind,
      debit: row.debit,
      credit: row.credit,
      minutes: row.minutes,
      ...(row.holdId !== null && { holdId: row.holdId }),
      ...(row.heldMinutes !== null && { heldMinutes: row.heldMinutes }),
      cause: row.cause,
      ...(row.transferId !== null && { transferId: row.transferId }),
      at: row.at.toISOString(),
    };
}

async function* exchanges(tx: Queries, bankId: string, words: boolean): AsyncGenerator<z.infer<typeof exchangeShape>> {
  const rows = paged((after) =>
    tx
      .select()
      .from(transfer)
      .where(and(eq(transfer.bankId, bankId), gt(transfer.id, after)))
      .orderBy(asc(transfer.id))
      .limit(PAGE),
  );
  for await (const row of rows)
    yield {
      id: row.id,
      direction: row.direction,
      ...(row.pairId !== null && { pair: row.pairId }),
      memberId: row.memberId,
      accountId: row.accountId,
      minutes: row.minutes,
      status: row.status,
      ...(row.code !== null && { code: row.code }),
      ...(row.transfer !== null && { transfer: row.transfer }),
      ...(row.detail !== null && { detail: row.detail }),
      ...(row.reverses !== null && { reverses: row.reverses }),
      ...(row.exchangeId !== null && row.part !== null && { exchange: row.exchangeId, part: row.part }),
      createdAt: row.createdAt.toISOString(),
      ...(words && {
        private: {
          counterparty: row.counterparty,
          counterpartyName: row.counterpartyName,
          content: row.content,
          ...(row.salt !== null && { salt: row.salt }),
          ...(row.exchangeId !== null && row.pairId !== null && (await holdOf(tx, row))),
        },
      }),
    };
}

async function* evidences(tx: Queries, bankId: string): AsyncGenerator<z.infer<typeof evidenceShape>> {
  const rows = paged((after) =>
    tx
      .select()
      .from(evidence)
      .where(and(eq(evidence.bankId, bankId), gt(evidence.id, after)))
      .orderBy(asc(evidence.id))
      .limit(PAGE),
  );
  for await (const { id, pairId, code, at, document } of rows)
    yield { id, pair: pairId, code, at: at.toISOString(), document };
}

async function* receipts(tx: Queries, row: PairRow): AsyncGenerator<z.infer<typeof receiptShape>> {
  for (const debtor of [0, 1] as const) {
    const rows = paged((after) =>
      tx
        .select({ id: pairTransfer.id, state: pairTransfer.state })
        .from(pairTransfer)
        .where(
          and(
            eq(pairTransfer.bankId, row.bankId),
            eq(pairTransfer.pairId, row.id),
            eq(pairTransfer.debtor, debtor),
            gt(pairTransfer.id, after),
          ),
        )
        .orderBy(asc(pairTransfer.id))
        .limit(PAGE),
    );
    for await (const { state } of rows) {
      const { id, posted, postedMinutes, receipted } = state as Transfer;
      if (posted === null || postedMinutes === null || receipted === null) continue;
      yield {
        transfer: id,
        from: debtor === row.me ? 'us' : 'them',
        minutes: postedMinutes,
        post: posted,
        receipt: receipted,
      };
    }
  }
}

/** Writes files and remembers what the manifest says of them. */
class Writer {
  readonly #root: string;
  readonly files: { path: string; lines: number; sha256: string }[] = [];

  constructor(root: string) {
    this.#root = root;
  }

  /** A file that is one value. */
  async one<S extends z.ZodType>(file: string, value: z.infer<S>): Promise<void> {
    await this.texts(file, [JSON.stringify(value)]);
  }

  /** A value in each line. */
  async lines<S extends z.ZodType>(file: string, values: AsyncIterable<z.infer<S>>): Promise<void> {
    await this.texts(file, texts(values));
  }

  /** A text in each line. */
  async texts(file: string, lines: Iterable<string> | AsyncIterable<string>): Promise<void> {
    const path = join(this.#root, file);
    mkdirSync(dirname(path), { recursive: true });
    const hash = createHash('sha256');
    let count = 0;
    const hashed = async function* (): AsyncGenerator<string> {
      for await (const line of lines) {
        const text = `${line}\n`;
        hash.update(text);
        count += 1;
        yield text;
      }
    };
    await pipeline(hashed, createWriteStream(path, { flags: 'wx' }));
    this.files.push({ path: file, lines: count, sha256: hash.digest('hex') });
  }
}

async function* texts(values: AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const value of values) yield JSON.stringify(value);
}
