/**
 * Recomputes a stopped town from its database alone.
 *
 * Promises: every balance is added up from the postings and every position from the signed entries,
 * each proof verified and every entry judged anew by the protocol's core from the first one on; the
 * figures that the node kept are read only to be compared. Nothing is written.
 *
 * @module
 */
import {
  type AgreementCore,
  debtOf,
  keysAtStart,
  type Party,
  replay,
  startPair,
  termsOf,
  type VerifiedEntry,
} from '@evenhour/protocol';
import { verifyRun } from '@evenhour/protocol/proof';
import { type JsonObject, pairOf, parseStrict } from '@evenhour/protocol/wire';
import { and, asc, eq } from 'drizzle-orm';
import { type Database, openFolder } from '../db/database.ts';
import { account, pair as pairTable, posting, standingEntry } from '../db/schema.ts';

export interface RecomputedPair {
  readonly id: string;
  /** What this town owes the other one, from the entries alone. */
  readonly owesMinutes: number;
  /** Hashes of both journals, in order: by the first party, and by the second. */
  readonly journals: readonly [readonly string[], readonly string[]];
  readonly me: Party;
}

export interface Recomputed {
  readonly accounts: number;
  readonly postings: number;
  readonly entries: number;
  readonly pairs: readonly RecomputedPair[];
  /** Sums from the postings alone. */
  readonly membersMinutes: number;
  readonly fundsMinutes: number;
  /** What differs, in sentences. Empty when all is as the node said. */
  readonly faults: readonly string[];
}

export async function recomputeTown(folder: string): Promise<Recomputed> {
  const database = await openFolder(folder);
  try {
    const ledger = await addUp(database);
    const faults = [...ledger.faults];
    const pairs: RecomputedPair[] = [];
    let entries = 0;
    for (const row of await database.db.select().from(pairTable)) {
      if (row.status !== 'active') continue;
      const folded = await fold(database, row, faults);
      entries += folded.journals[0].length + folded.journals[1].length;
      pairs.push(folded);
      const mirror = ledger.balances.get(row.mirrorId) ?? 0;
      if (folded.owesMinutes !== row.debtMinutes)
        faults.push(`${row.peerName}: the entries say ${folded.owesMinutes} minutes, the node ${row.debtMinutes}`);
      if (folded.owesMinutes !== mirror)
        faults.push(`${row.peerName}: the entries say ${folded.owesMinutes} minutes, the postings ${mirror}`);
      // Law 5: every minute between two banks comes from a signed entry.
      const signed = new Set(folded.journals.flat());
      for (const { id, kind, debit, credit, cause } of ledger.lines)
        if ((kind === 'direct' || kind === 'post') && [debit, credit].includes(row.mirrorId) && !signed.has(cause))
          faults.push(`${row.peerName}: posting ${id} names no signed entry`);
    }
    const { accounts, postings, membersMinutes, fundsMinutes } = ledger;
    return { accounts, postings, entries, pairs, membersMinutes, fundsMinutes, faults };
  } finally {
    await database.close();
  }
}

interface Ledger {
  readonly lines: readonly (typeof posting.$inferSelect)[];
  readonly balances: ReadonlyMap<string, number>;
  readonly accounts: number;
  readonly postings: number;
  readonly membersMinutes: number;
  readonly fundsMinutes: number;
  readonly faults: readonly string[];
}

async function addUp({ db }: Database): Promise<Ledger> {
  const accounts = await db.select().from(account);
  const lines = await db.select().from(posting).orderBy(asc(posting.id));
  const balances = new Map<string, number>();
  const held = new Map<string, number>();
  const change = (map: Map<string, number>, id: string, by: number): void => void map.set(id, (map.get(id) ?? 0) + by);
  for (const line of lines) {
    if (line.kind === 'hold') change(held, line.debit, line.minutes);
    else if (line.kind !== 'direct') change(held, line.debit, -(line.heldMinutes ?? 0));
    if (line.kind !== 'direct' && line.kind !== 'post') continue;
    change(balances, line.debit, -line.minutes);
    change(balances, line.credit, line.minutes);
  }
  const faults: string[] = [];
  for (const row of accounts) {
    const balance = balances.get(row.id) ?? 0;
    const promised = held.get(row.id) ?? 0;
    if (row.balance !== balance)
      faults.push(`account ${row.id}: the postings make ${balance} minutes, the node says ${row.balance}`);
    if (row.held !== promised)
      faults.push(`account ${row.id}: the postings hold ${promised} minutes, the node says ${row.held}`);
  }
  const sum = [...balances.values()].reduce((total, each) => total + each, 0);
  if (sum !== 0) faults.push(`all accounts sum to ${sum} minutes`);
  const of = (kinds: readonly string[]): number =>
    accounts.filter((row) => kinds.includes(row.kind)).reduce((total, row) => total + (balances.get(row.id) ?? 0), 0);
  return {
    lines,
    balances,
    accounts: accounts.length,
    postings: lines.length,
    membersMinutes: of(['member']),
    fundsMinutes: of(['fund', 'unclaimed', 'loss']),
    faults,
  };
}

type PairRow = typeof pairTable.$inferSelect;

/** Plays both journals from the first entry on, in the one order in which this bank can have seen them. */
async function fold({ db }: Database, row: PairRow, faults: string[]): Promise<RecomputedPair> {
  const core = row.core as AgreementCore;
  const { pair: id, genesis } = pairOf(core);
  if (id !== row.id) faults.push(`${row.peerName}: the agreement is not the one that the pair was made from`);
  const me = row.me as Party;
  const terms = termsOf(core, id, genesis);
  const stored = await db
    .select()
    .from(standingEntry)
    .where(and(eq(standingEntry.bankId, row.bankId), eq(standingEntry.pairId, row.id)))
    .orderBy(asc(standingEntry.seq));
  const verified = async (author: Party): Promise<readonly VerifiedEntry[]> => {
    const rows = stored.filter((entry) => entry.author === author);
    const { name } = core.parties[author];
    const documents = rows.map(({ seq, document }) => {
      const parsed = parseStrict(document);
      if (!parsed.ok) throw new Error(`entry ${seq} of ${name} is not strict JSON`);
      return parsed.value as JsonObject;
    });
    const run = await verifyRun(core, id, author, documents, keysAtStart(terms, author));
    if (run.bad !== null) throw new Error(`entry ${rows[run.bad.index]?.seq} of ${name}: ${run.bad.refusal.code}`);
    for (const [index, { seq, hash }] of run.entries.entries())
      if (hash !== rows[index]?.hash) faults.push(`entry ${seq} of ${name} is kept under another hash`);
    return run.entries;
  };
  const journals = [await verified(0), await verified(1)] as const;

  const { pair, steps, fault } = replay(startPair(terms, me), new Map(), journals);
  if (fault !== null) throw new Error(`${row.peerName}: the journals do not fit: ${JSON.stringify(fault)}`);
  for (const { appended, breach } of steps) {
    const entry = `${row.peerName}: entry ${appended.entry.seq} of ${appended.entry.author === me ? 'ours' : 'theirs'}`;
    if (breach !== null) faults.push(`${entry} broke ${breach.code}`);
    if (appended.compared?.agrees === false) faults.push(`${entry} states another figure`);
  }
  return {
    id,
    me,
    owesMinutes: debtOf(pair.views[me], me),
    journals: [journals[0].map((entry) => entry.hash), journals[1].map((entry) => entry.hash)],
  };
}
