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
  appendOwn,
  debtOf,
  judge,
  other,
  type Pair,
  type Party,
  receive,
  startPair,
  type Transfer,
  termsOf,
  transferKey,
  type VerifiedEntry,
} from '@evenhour/protocol';
import { importVerifyingKey, verifyEntry } from '@evenhour/protocol/proof';
import { type JsonObject, pairOf, parseStrict } from '@evenhour/protocol/wire';
import { asc } from 'drizzle-orm';
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
  const peer = other(me);
  const stored = await db.select().from(standingEntry).orderBy(asc(standingEntry.seq));
  const mine = stored.filter((entry) => entry.pairId === row.id);
  const journals = [await verified(core, id, 0, mine, faults), await verified(core, id, 1, mine, faults)] as const;

  const book = new Map<string, Transfer>();
  let pair = startPair(termsOf(core, id, genesis), me);
  const keep = (next: Pair, transfer: Transfer | null): void => {
    pair = next;
    if (transfer !== null) book.set(transferKey(transfer.debtor, transfer.id), transfer);
  };
  const theirs = [...journals[peer]];
  const take = (): void => {
    const entry = theirs.shift();
    if (entry === undefined) throw new Error(`${row.peerName}: an entry of ours acknowledges one that is not there`);
    const result = receive(pair, book, entry, undefined);
    if (result.outcome !== 'appended')
      throw new Error(`${row.peerName}: entry ${entry.seq} of theirs is refused: ${result.refusal.code}`);
    if (result.breach !== null)
      faults.push(`${row.peerName}: entry ${entry.seq} of theirs broke ${result.breach.code}`);
    if (result.appended.compared?.agrees === false)
      faults.push(`${row.peerName}: statement ${entry.seq} of theirs says another figure`);
    keep(result.pair, result.appended.transfer);
  };
  for (const entry of journals[me]) {
    while (pair.heads[peer].seq < entry.ack.seq) take();
    const head = pair.heads[me];
    if (entry.prev !== head.hash || entry.seq !== head.seq + 1)
      faults.push(`${row.peerName}: entry ${entry.seq} of ours does not continue the journal`);
    const breach = judge(pair.views[me], book, me, entry.body);
    if (breach !== null) faults.push(`${row.peerName}: entry ${entry.seq} of ours broke ${breach.code}`);
    const next = appendOwn(pair, book, entry, breach);
    keep(next.pair, next.appended.transfer);
  }
  while (theirs.length > 0) take();
  const [first, second] = journals;
  return {
    id,
    me,
    owesMinutes: debtOf(pair.views[me], me),
    journals: [first.map((entry) => entry.hash), second.map((entry) => entry.hash)],
  };
}

/** One party's entries, each with its proof verified under the key that the agreement pins. */
async function verified(
  core: AgreementCore,
  pair: string,
  author: Party,
  rows: readonly (typeof standingEntry.$inferSelect)[],
  faults: string[],
): Promise<VerifiedEntry[]> {
  const { id, publicKeyMultibase } = core.parties[author].key;
  const imported = await importVerifyingKey(publicKeyMultibase, id);
  if (!imported.ok) throw new Error(`the key of ${core.parties[author].name} cannot be read`);
  const entries: VerifiedEntry[] = [];
  for (const row of rows.filter((each) => each.author === author)) {
    const parsed = parseStrict(row.document);
    if (!parsed.ok) throw new Error(`entry ${row.seq} of ${core.parties[author].name} is not strict JSON`);
    const checked = await verifyEntry(core, pair, author, parsed.value as JsonObject, imported.key);
    if (!checked.ok) throw new Error(`entry ${row.seq} of ${core.parties[author].name}: ${checked.refusal.code}`);
    if (checked.entry.hash !== row.hash)
      faults.push(`entry ${row.seq} of ${core.parties[author].name} is kept under another hash`);
    entries.push(checked.entry);
  }
  return entries;
}
