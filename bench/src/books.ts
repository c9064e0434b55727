/**
 * What the two databases say: who is quiet, what has settled, whether the books are right.
 *
 * Promises: it only reads, and believes rows, not answers.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgreementCore, Party } from '@evenhour/protocol';
import { importVerifyingKey, verifyEntry } from '@evenhour/protocol/proof';
import type { JsonObject } from '@evenhour/protocol/wire';
import type { Town } from './towns.ts';

const QUIET_MS = 60_000;
const LOOK_MS = 20;

/** Waits until neither bank has a gift or a transfer under way. Returns whether it came to that. */
export async function untilQuiet(towns: readonly Town[]): Promise<boolean> {
  const end = Date.now() + QUIET_MS;
  while (Date.now() < end) {
    const busy = await Promise.all(towns.map(isBusy));
    if (!busy.includes(true)) return true;
    await sleep(LOOK_MS);
  }
  return false;
}

async function isBusy({ sql }: Town): Promise<boolean> {
  const [row] = await sql.query<{ busy: boolean }>(`select
    exists (select 1 from transfer where status in ('offered', 'accepted')) or
    exists (select 1 from pair_transfer where underway) or
    exists (select 1 from exchange_message where pending) as busy`);
  return row?.busy ?? true;
}

/**
 * How many gifts between the two are settled in both databases: the payer's exchange says so, both journals
 * as they are held on either side have the receipt, and both ledgers have the posting.
 */
export async function countSettled([a, b]: readonly [Town, Town]): Promise<number> {
  const [outA, outB, heldA, heldB] = await Promise.all([paid(a), paid(b), received(a), received(b)]);
  return outA.filter((id) => heldB.has(id)).length + outB.filter((id) => heldA.has(id)).length;
}

async function paid({ sql }: Town): Promise<string[]> {
  const rows = await sql.query<{ transfer: string }>(`
    select e.transfer from transfer e
    join journal_entry j on j.bank_id = e.bank_id and j.pair_id = e.pair_id and j.transfer = e.transfer and j.kind = 'Receipt'
    join posting p on p.bank_id = e.bank_id and p.transfer_id = e.id and p.kind = 'post'
    where e.direction = 'out' and e.status = 'settled' and j.breach is null`);
  return rows.map(({ transfer }) => transfer);
}

async function received({ sql }: Town): Promise<Set<string>> {
  const rows = await sql.query<{ transfer: string }>(`
    select e.transfer from transfer e
    join journal_entry j on j.bank_id = e.bank_id and j.pair_id = e.pair_id and j.transfer = e.transfer and j.kind = 'Receipt'
    join posting p on p.bank_id = e.bank_id and p.transfer_id = e.id and p.kind = 'direct'
    where e.direction = 'in' and e.status = 'settled' and j.breach is null`);
  return new Set(rows.map(({ transfer }) => transfer));
}

export interface Books {
  /** Entries of the other bank's journal that are held; none is stored before its own proof was verified. */
  readonly verified: number;
  /** Bytes of the signed documents (journal entries and exchange messages) that a bank has from the other one. */
  readonly bytes: number;
  /** What is wrong, in sentences. */
  readonly wrong: readonly string[];
}

interface Sums {
  readonly sum: number;
  readonly held: number;
  readonly mirror: number;
  readonly breaches: number;
  readonly evidence: number;
  readonly halted: number;
  readonly verified: number;
  readonly bytes: number;
}

export async function readBooks(towns: readonly [Town, Town]): Promise<Books> {
  const [a, b] = await Promise.all([sumsOf(towns[0]), sumsOf(towns[1])]);
  const wrong: string[] = [];
  for (const [{ name }, sums] of [
    [towns[0], a],
    [towns[1], b],
  ] as const) {
    if (sums.sum !== 0) wrong.push(`the balances at ${name} sum to ${sums.sum} minutes`);
    if (sums.held !== 0) wrong.push(`${sums.held} minutes are still held at ${name}`);
    if (sums.breaches + sums.evidence > 0)
      wrong.push(`${name} holds ${sums.breaches} entries with a breach and ${sums.evidence} pieces of evidence`);
    if (sums.halted > 0) wrong.push(`the pair is halted at ${name}`);
  }
  if (a.mirror + b.mirror !== 0) wrong.push(`the mirror accounts are ${a.mirror} and ${b.mirror}, not opposite`);
  return { verified: a.verified + b.verified, bytes: a.bytes + b.bytes, wrong };
}

async function sumsOf({ sql }: Town): Promise<Sums> {
  const [row] = await sql.query<Sums>(`select
    (select sum(balance)::float8 from account) as sum,
    (select sum(held)::float8 from account) as held,
    (select sum(balance)::float8 from account where kind = 'mirror') as mirror,
    (select count(*)::int from journal_entry where breach is not null) as breaches,
    (select count(*)::int from evidence) as evidence,
    (select count(*)::int from pair where mode = 'halted') as halted,
    (select count(*)::int from journal_entry j join pair p on p.bank_id = j.bank_id and p.id = j.pair_id where j.author <> p.me) as verified,
    (select coalesce(sum(octet_length(document)), 0)::float8 from journal_entry j join pair p on p.bank_id = j.bank_id and p.id = j.pair_id where j.author <> p.me)
    + (select coalesce(sum(octet_length(document)), 0)::float8 from exchange_message where direction = 'in') as bytes`);
  if (row === undefined) throw new Error('the books could not be read');
  return row;
}

const AUDITED = 250;

/** Verifies the proofs of some entries that a bank holds of the other one, once more. Returns how many are false. */
export async function countFalseProofs({ sql }: Town): Promise<number> {
  const rows = await sql.query<{ pair: string; core: AgreementCore; author: Party; document: string }>(`
    select p.id as pair, p.core, j.author, j.document from journal_entry j
    join pair p on p.bank_id = j.bank_id and p.id = j.pair_id
    where j.author <> p.me order by random() limit ${AUDITED}`);
  const checks = rows.map(async ({ pair, core, author, document }) => {
    const pinned = core.parties[author].key;
    const key = await importVerifyingKey(pinned.publicKeyMultibase, pinned.id);
    return key.ok && (await verifyEntry(core, pair, author, JSON.parse(document) as JsonObject, key.key)).ok;
  });
  return (await Promise.all(checks)).filter((isTrue) => !isTrue).length;
}
