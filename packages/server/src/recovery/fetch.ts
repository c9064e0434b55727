/**
 * Both journals of a pair, as the partner holds them.
 *
 * Promises: every entry is verified under the key that held at its place, one's own too; all pages are of
 * one life of the partner, for each is asked under the session of the greeting. Spec: recovery.
 *
 * @module
 */
import type { Both, Head, KeySchedule, Party, VerifiedEntry } from '@evenhour/protocol';
import { verifyRun } from '@evenhour/protocol/proof';
import type { JsonObject } from '@evenhour/protocol/wire';
import { ask, type Line, readHead, tail } from '../delivery/line.ts';
import { PartnerError } from '../delivery/partner-client.ts';

/** Entries of one journal after a place, oldest first, each as it was signed. */
export interface Fetched {
  readonly entries: readonly VerifiedEntry[];
  readonly documents: ReadonlyMap<string, string>;
  /** The partner's head of this journal. */
  readonly head: Head;
}

/**
 * What follows `heads` in both journals, by author. `null` when the partner lacks one of these heads.
 *
 * @param keys the schedules of both banks at these heads
 */
export async function fetchJournals(
  line: Line,
  heads: Both<Head>,
  keys: Both<KeySchedule>,
): Promise<Both<Fetched> | null> {
  const first = await fetchJournal(line, 0, heads[0], keys[0]);
  const second = first === null ? null : await fetchJournal(line, 1, heads[1], keys[1]);
  return first === null || second === null ? null : [first, second];
}

async function fetchJournal(line: Line, author: Party, after: Head, keys: KeySchedule): Promise<Fetched | null> {
  const { partner } = line;
  const journal = `${partner.core.parties[partner.party].journal}/${tail(partner.pairId)}`;
  const url = author === partner.party ? journal : `${journal}/peer`;
  const entries: VerifiedEntry[] = [];
  const documents = new Map<string, string>();
  let schedule = keys;
  let place = after;
  for (;;) {
    const page = await readPage(line, `${url}?after=${place.seq}&hash=${place.hash}`);
    if (page === null) {
      // A page that fitted a moment ago: what was read before is of no use.
      if (entries.length > 0) throw new PartnerError('bad_answer', "the partner's journal changed while it was read");
      return null;
    }
    const run = await verifyRun(partner.core, partner.pairId, author, page.items, schedule);
    if (run.bad !== null)
      throw new PartnerError('bad_answer', `an entry that the partner presents is refused: ${run.bad.refusal.code}`, {
        refusal: run.bad.refusal,
      });
    for (const [index, entry] of run.entries.entries()) {
      entries.push(entry);
      documents.set(entry.hash, JSON.stringify(page.items[index]));
    }
    schedule = run.keys;
    const last = entries.at(-1);
    if (last === undefined || page.items.length === 0 || last.seq >= page.head.seq)
      return { entries, documents, head: page.head };
    place = last;
  }
}

async function readPage(line: Line, url: string): Promise<{ head: Head; items: readonly JsonObject[] } | null> {
  try {
    const answer = await ask(line, 'GET', url, '');
    const items = Array.isArray(answer['entries']) ? (answer['entries'] as readonly JsonObject[]) : [];
    return { head: readHead(answer['head']), items };
  } catch (error) {
    if (error instanceof PartnerError && error.status === 409 && error.refusal === null) return null;
    throw error;
  }
}
