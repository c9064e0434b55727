/**
 * What a restored bank does with the two journals that its partner gave it.
 *
 * Promises: the core rebuilds the pair; here the rows follow. What is applied again moves its minutes
 * again, what no longer stands gives them back, and a Resume begins the new epoch, all in one commit.
 *
 * @module
 */
import {
  type Entry,
  type Head,
  type KeySchedule,
  keysAfter,
  keysAtStart,
  type Party,
  recover,
  startPair,
  type Transfer,
  transferKey,
  type VerifiedEntry,
} from '@evenhour/protocol';
import type { JsonObject } from '@evenhour/protocol/wire';
import type { Bank, Incoming, Link } from './bank.ts';
import { type EntryRow, keys, type Work } from './work.ts';

/** Both journals, as far as they are fetched. */
export interface Fetched {
  /** Whether they are fetched from the first entry on, and not from what the backup holds. */
  readonly whole: boolean;
  readonly documents: { readonly mine: JsonObject[]; readonly yours: JsonObject[] };
  readonly heads: { mine?: Head; yours?: Head };
}

export function nothingFetched(whole: boolean): Fetched {
  return { whole, documents: { mine: [], yours: [] }, heads: {} };
}

/**
 * Rebuilds the pair in `work` from verified entries.
 *
 * @returns true when the journals have to be fetched from the first entry on
 */
export function rebuild(
  bank: Bank,
  link: Link,
  work: Work,
  fetched: Fetched,
  mine: readonly Incoming[],
  theirs: readonly Incoming[],
): boolean {
  const { me, agreement } = link;
  const entries = (list: readonly Incoming[]): VerifiedEntry[] => list.map(({ entry }) => entry);
  const before = work.transfers();
  const recovered = recover({
    pair: fetched.whole ? startPair(agreement.terms, me) : work.pair,
    transfers: fetched.whole ? new Map() : before,
    backup: fetched.whole ? [journal(bank, link, 0), journal(bank, link, 1)] : [[], []],
    partner: me === 0 ? [entries(mine), entries(theirs)] : [entries(theirs), entries(mine)],
  });
  if (!recovered.ok) {
    if (recovered.next === 'from_the_beginning') return true;
    work.change = { mode: 'halted', halted: recovered.refusal };
    return false;
  }
  for (const author of [0, 1] as const)
    for (const entry of recovered.dropped[author].toReversed()) giveBack(work, entry, before);
  for (const [key, transfer] of before) if (!recovered.transfers.has(key)) work.tx.drop(work.transferKey(transfer));
  const documents = new Map([...mine, ...theirs].map(({ entry, document }) => [entry.hash, document]));
  for (const { appended, breach } of recovered.reapplied)
    work.keep(appended, documents.get(appended.entry.hash) ?? {}, breach?.code ?? null);
  for (const transfer of recovered.transfers.values()) work.tx.put(work.transferKey(transfer), transfer);
  work.pair = recovered.pair;
  work.keys = [scheduleOf(work, 0), scheduleOf(work, 1)];
  work.resume(bank.ports.chance());
  work.change = { mode: 'open', sent: fetched.heads.mine ?? { epoch: 0, seq: 0, hash: agreement.terms.genesis } };
  return false;
}

/** The keys of a bank, from its journal as it stands now. */
function scheduleOf(work: Work, author: Party): KeySchedule {
  let keys = keysAtStart(work.agreement.terms, author);
  for (let seq = 1; seq <= work.pair.heads[author].seq; seq++)
    keys = keysAfter(keys, (work.entry(author, seq) as EntryRow).entry);
  return keys;
}

function giveBack(work: Work, entry: Entry, transfers: ReadonlyMap<string, Transfer>): void {
  work.tx.drop(keys.entry(work.number, entry.author, entry.seq));
  if (entry.body.kind !== 'Post') return;
  const transfer = transfers.get(transferKey(entry.author, entry.body.transfer));
  if (transfer?.posted === entry.seq) work.undo(entry, transfer);
}

function journal(bank: Bank, link: Link, author: Party): Entry[] {
  const head = bank.row(link).pair.heads[author].seq;
  return Array.from(
    { length: head },
    (_, at) => (bank.store.rows.get(keys.entry(link.number, author, at + 1)) as EntryRow).entry,
  );
}
