/**
 * A process that reads both journals of a pair from a database as a stranger would: it verifies every proof under
 * the pinned keys, then folds every entry from the beginning.
 *
 * Pages of the size of a run are read one after the other, and of the transfers only those that a page names are
 * handed to the core, as at a node. Reading the pages is not measured.
 *
 * @module
 */
import { isDeepStrictEqual } from 'node:util';
import {
  type AgreementCore,
  type Both,
  type KeySchedule,
  keysAtStart,
  type Pair,
  type Party,
  replay,
  startPair,
  type Transfer,
  termsOf,
  transferKey,
  type VerifiedEntry,
} from '@evenhour/protocol';
import { verifyRun } from '@evenhour/protocol/proof';
import type { JsonObject } from '@evenhour/protocol/wire';
import { pairColumns, readEntries } from '../../packages/server/dist/journal/pair-store.js';
import { serveJobs } from './children.ts';
import { openSite, type SiteKeys } from './stand-in.ts';

/** `points`: after how many entries of both journals together a figure is noted; each a whole number of pages. */
export interface ReaderJob {
  readonly keys: SiteKeys;
  readonly pair: string;
  readonly genesis: string;
  readonly core: AgreementCore;
  readonly me: Party;
  readonly points: readonly number[];
  /** The fold as the node keeps it. */
  readonly state: unknown;
}

export interface Point {
  readonly entries: number;
  readonly verifySeconds: number;
  readonly foldSeconds: number;
  readonly rssMb: number;
}

export interface Reading {
  readonly points: readonly Point[];
  /** Whether the fold is the one that the database keeps. */
  readonly agrees: boolean;
}

const PAGE = 200;

class Reader {
  pair: Pair;
  verifyMs = 0;
  foldMs = 0;
  readonly #job: ReaderJob;
  readonly #keys: Both<KeySchedule>;
  readonly #book = new Map<string, Transfer>();

  constructor(job: ReaderJob) {
    this.#job = job;
    const terms = termsOf(job.core, job.pair, job.genesis);
    this.pair = startPair(terms, job.me);
    this.#keys = [keysAtStart(terms, 0), keysAtStart(terms, 1)];
  }

  async take(pages: Both<readonly string[]>): Promise<void> {
    const began = performance.now();
    const journals = [await this.#verify(0, pages[0]), await this.#verify(1, pages[1])] as const;
    const verified = performance.now();
    const named = new Map<string, Transfer>();
    for (const { body } of [...journals[0], ...journals[1]]) {
      if (!('transfer' in body)) continue;
      for (const key of [transferKey(0, body.transfer), transferKey(1, body.transfer)]) {
        const known = this.#book.get(key);
        if (known !== undefined) named.set(key, known);
      }
    }
    const replayed = replay(this.pair, named, journals);
    if (replayed.fault !== null) throw new Error(`the journals do not fit: ${JSON.stringify(replayed.fault)}`);
    for (const [key, transfer] of replayed.transfers) this.#book.set(key, transfer);
    this.pair = replayed.pair;
    this.foldMs += performance.now() - verified;
    this.verifyMs += verified - began;
  }

  async #verify(author: Party, documents: readonly string[]): Promise<readonly VerifiedEntry[]> {
    const { core, pair } = this.#job;
    const parsed = documents.map((document) => JSON.parse(document) as JsonObject);
    const run = await verifyRun(core, pair, author, parsed, this.#keys[author]);
    if (run.bad !== null) throw new Error(`an entry does not hold: ${run.bad.refusal.code}`);
    return run.entries;
  }
}

async function readAll(job: ReaderJob): Promise<Reading> {
  const { database, bank } = await openSite(job.keys);
  const pageOf = async (author: Party, after: number): Promise<string[]> => {
    const rows = await readEntries(database.db, bank.id, job.pair, author, after, PAGE);
    return rows.map(({ document }) => document);
  };
  const pages = async (after: number): Promise<Both<string[]>> => [await pageOf(0, after), await pageOf(1, after)];
  try {
    // The first pages once to warm up: a program that has just started is slower at the beginning of any journal.
    const warmUp = new Reader(job);
    for (let after = 0; after < (job.points[0] ?? 0) / 2; after += PAGE) await warmUp.take(await pages(after));
    const reader = new Reader(job);
    const points: Point[] = [];
    let after = 0;
    for (const entries of job.points) {
      for (; 2 * after < entries; after += PAGE) await reader.take(await pages(after));
      points.push({
        entries,
        verifySeconds: Number((reader.verifyMs / 1000).toFixed(3)),
        foldSeconds: Number((reader.foldMs / 1000).toFixed(3)),
        rssMb: Math.round(process.memoryUsage().rss / 2 ** 20),
      });
    }
    // The statements at the end.
    await reader.take(await pages(after));
    return { points, agrees: isDeepStrictEqual(JSON.parse(JSON.stringify(pairColumns(reader.pair).state)), job.state) };
  } finally {
    await database.close();
  }
}

serveJobs<ReaderJob>(readAll);
