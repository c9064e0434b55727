/**
 * What this bank computes in front of an earlier entry of either journal.
 *
 * Promises: the figures are those of the core's fold at that entry's own cut, whatever came since; it begins at our
 * last Checkpoint within the cut, which says what the fold was there, and reads what followed it, a page at a time and
 * no more than {@link MAX_FOLDED} entries: a partner that acknowledges nothing has us count from the first entry. It
 * only reads. Spec: reconciliation.
 *
 * @module
 */
import {
  advance,
  type Both,
  type Head,
  type Judged,
  minutes,
  other,
  type Party,
  type Statement,
  startPair,
  statementFor,
  type Transfer,
  type View,
} from '@evenhour/protocol';
import type { JsonObject } from '@evenhour/protocol/wire';
import { and, desc, eq, lte } from 'drizzle-orm';
import type { Queries } from '../db/database.ts';
import { standingEntry } from '../db/schema.ts';
import { Refused } from '../node/refused.ts';
import { headAt, judgedEntries, type LoadedPair, loadTransfers, type PairLine } from './pair-store.ts';

/** So many entries are read at once. */
export const PAGE = 500;
/** At most so many entries of both journals are counted again. A bank may write 1,000 before it hears of ours. */
export const MAX_FOLDED = 2000;

type Row = Pick<PairLine, 'bankId' | 'id' | 'genesis'>;

/**
 * What `author` had to state in front of its entry `seq`, as we count. `null` when we hold no such entry. Refuses
 * `too_large` when too much would have to be counted.
 */
export async function statementInFront(
  tx: Queries,
  { row, pair: { terms, me } }: LoadedPair,
  author: Party,
  seq: number,
): Promise<Statement | null> {
  const [entry] = await judgedEntries(tx, row, author, { after: seq - 1, upTo: seq });
  const own = await headAt(tx, row, author, seq - 1);
  const peer = entry === undefined ? null : await headAt(tx, row, other(author), entry.ackSeq);
  if (own === null || peer === null) return null;
  const cut: Both<number> = author === 0 ? [own.seq, peer.seq] : [peer.seq, own.seq];
  const start = startPair(terms, me).views[me];
  const from = (await atLastCheckpoint(tx, row, me, start, cut)) ?? start;
  const after = cut[0] - from.cut[0] + (cut[1] - from.cut[1]);
  if (after > MAX_FOLDED) throw new Refused('too_large', { maxEntries: MAX_FOLDED });
  const view = await fold(tx, row, me, from, cut);
  const heads: Both<Head> = author === 0 ? [own, peer] : [peer, own];
  return statementFor({ ...startPair(terms, author), heads, views: [view, view] });
}

/** The fold at our last Checkpoint within the cut, as far as a statement tells it. */
async function atLastCheckpoint(
  tx: Queries,
  row: Row,
  me: Party,
  start: View,
  cut: Both<number>,
): Promise<View | null> {
  const [last] = await tx
    .select({ seq: standingEntry.seq, ackSeq: standingEntry.ackSeq, document: standingEntry.document })
    .from(standingEntry)
    .where(
      and(
        eq(standingEntry.bankId, row.bankId),
        eq(standingEntry.pairId, row.id),
        eq(standingEntry.author, me),
        eq(standingEntry.kind, 'Checkpoint'),
        lte(standingEntry.seq, cut[me]),
        lte(standingEntry.ackSeq, cut[other(me)]),
      ),
    )
    .orderBy(desc(standingEntry.seq))
    .limit(1);
  if (last === undefined) return null;
  const { debtMinutes, openMinutes, limitMinutes } = (JSON.parse(last.document) as JsonObject)[
    'statement'
  ] as unknown as Statement;
  const both = ({ own, peer }: { own: number; peer: number }): View['limits'] =>
    me === 0 ? [minutes(own), minutes(peer)] : [minutes(peer), minutes(own)];
  return {
    ...start,
    cut: me === 0 ? [last.seq, last.ackSeq] : [last.ackSeq, last.seq],
    debt: minutes(me === 0 ? debtMinutes : -debtMinutes),
    openMinutes: both(openMinutes),
    limits: both(limitMinutes),
  };
}

/** Goes on with a view up to a cut: an own entry as soon as its ack is reached, else the partner's next. */
async function fold(tx: Queries, row: Row, me: Party, start: View, cut: Both<number>): Promise<View> {
  const mine = entriesBetween(tx, row, me, start.cut[me], cut[me]);
  const theirs = entriesBetween(tx, row, other(me), start.cut[other(me)], cut[other(me)]);
  let view = start;
  let [own, foreign] = [await mine.next(), await theirs.next()];
  while (!(own.done && foreign.done)) {
    if (!own.done && (foreign.done || own.value.judged.ackSeq <= view.cut[other(me)])) {
      view = advance(view, own.value.judged, own.value.book);
      own = await mine.next();
    } else if (!foreign.done) {
      view = advance(view, foreign.value.judged, foreign.value.book);
      foreign = await theirs.next();
    }
  }
  return view;
}

/** Entries after one place up to another, each with the transfers of its page. */
async function* entriesBetween(
  tx: Queries,
  row: Row,
  author: Party,
  from: number,
  upTo: number,
): AsyncGenerator<{ judged: Judged & { ackSeq: number }; book: ReadonlyMap<string, Transfer> }, undefined> {
  for (let after = from; after < upTo; ) {
    const page = await judgedEntries(tx, row, author, { after, upTo, limit: PAGE });
    const ids = page.flatMap(({ transfer }) => (transfer === null ? [] : [transfer]));
    const book = await loadTransfers(tx, row.bankId, row.id, ids);
    for (const judged of page) yield { judged, book };
    after = page.at(-1)?.seq ?? upTo;
  }
}
