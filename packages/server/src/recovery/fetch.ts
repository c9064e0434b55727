/**
 * Both journals of a pair, as the partner holds them.
 *
 * Promises: every entry is verified under the key that held at its place, one's own too; all pages are of
 * one life of the partner, for each is asked under the session of the greeting; what a partner presents has an
 * end, named at the first page and reached, so it can neither ask for all memory nor name what it does not show.
 * Spec: recovery.
 *
 * @module
 */
import { type Both, type Head, type KeySchedule, type Party, sameHead, type VerifiedEntry } from '@evenhour/protocol';
import { verifyRun } from '@evenhour/protocol/proof';
import type { JsonObject } from '@evenhour/protocol/wire';
import { ask, type Line, readHead, readObjects, tail } from '../delivery/line.ts';
import { PartnerError } from '../delivery/partner-client.ts';

/** Entries of one journal after a place, oldest first, each as it was signed. */
export interface Fetched {
  readonly entries: readonly VerifiedEntry[];
  readonly documents: ReadonlyMap<string, string>;
  /** The partner's head of this journal: the last of the entries, if there are any. */
  readonly head: Head;
}

/** Where a journal is read from, and what is known of it. */
interface From {
  readonly after: Head;
  /** The keys of its author at that place. */
  readonly keys: KeySchedule;
  /** How many of its entries are held here. */
  readonly held: number;
}

/** At most so many entries of one journal may come beside those that are held. */
export const MAX_MORE_ENTRIES = 500_000;
/** And at most so many bytes. */
const MAX_BYTES = 512 * 1024 * 1024;
/** At most so many entries are on a page (spec: endpoints). */
const MAX_PAGE_ENTRIES = 500;

/**
 * What follows in both journals, by author. `null` when the partner lacks a place that is read from.
 *
 * @param maxBytes at most so many bytes of one journal may come beside the entries that are held
 */
export async function fetchJournals(
  line: Line,
  from: Both<From>,
  maxBytes: number = MAX_BYTES,
): Promise<Both<Fetched> | null> {
  const first = await fetchJournal(line, 0, from[0], maxBytes);
  const second = first === null ? null : await fetchJournal(line, 1, from[1], maxBytes);
  return first === null || second === null ? null : [first, second];
}

async function fetchJournal(
  line: Line,
  author: Party,
  { after, keys, held }: From,
  maxBytes: number,
): Promise<Fetched | null> {
  const { partner } = line;
  const journal = `${partner.core.parties[partner.party].journal}/${tail(partner.pairId)}`;
  const url = author === partner.party ? journal : `${journal}/peer`;
  const entries: VerifiedEntry[] = [];
  const documents = new Map<string, string>();
  let schedule = keys;
  let place = after;
  let bytes = 0;
  // What the partner writes meanwhile comes by itself later.
  let end: Head | null = null;
  for (;;) {
    const page = await readPage(line, `${url}?after=${place.seq}&hash=${place.hash}`);
    if (page === null) {
      // A page that fitted a moment ago: what was read before is of no use.
      if (entries.length > 0) throw bad("the partner's journal changed while it was read");
      return null;
    }
    end ??= page.head;
    if (end.seq - held > MAX_MORE_ENTRIES)
      throw bad(
        `the partner presents ${end.seq - held} entries of one journal beside those that are held here; no more than ${MAX_MORE_ENTRIES} are read`,
      );
    const items = page.items.slice(0, Math.max(0, end.seq - place.seq));
    const texts = items.map((item) => JSON.stringify(item));
    bytes += texts.reduce((sum, text, index) => sum + (place.seq + 1 + index > held ? text.length : 0), 0);
    if (page.items.length > MAX_PAGE_ENTRIES || bytes > maxBytes)
      throw bad('the partner presents more of a journal at once than is read');
    const run = await verifyRun(partner.core, partner.pairId, author, items, schedule);
    if (run.bad !== null)
      throw bad(`an entry that the partner presents is refused: ${run.bad.refusal.code}`, run.bad.refusal);
    for (const [index, entry] of run.entries.entries()) {
      if (entry.seq !== place.seq + 1) throw bad('a page of the journal that the partner presents does not go on');
      entries.push(entry);
      documents.set(entry.hash, texts[index] as string);
      place = entry;
    }
    schedule = run.keys;
    if (sameHead(place, end)) return { entries, documents, head: end };
    if (items.length === 0 || place.seq >= end.seq)
      throw bad('the partner names a head of a journal and does not present it');
  }
}

function bad(message: string, refusal?: PartnerError['refusal']): PartnerError {
  return new PartnerError('bad_answer', message, refusal == null ? {} : { refusal });
}

async function readPage(line: Line, url: string): Promise<{ head: Head; items: readonly JsonObject[] } | null> {
  try {
    const answer = await ask(line, 'GET', url, '');
    return { head: readHead(answer['head']), items: readObjects(answer['entries']) };
  } catch (error) {
    if (error instanceof PartnerError && error.status === 409 && error.refusal === null) return null;
    throw error;
  }
}
