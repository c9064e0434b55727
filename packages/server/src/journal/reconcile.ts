/**
 * Reconciliation: when the partner states another figure than we compute, the entry is looked for that the two
 * banks count differently, and kept for the two bridge builders.
 *
 * Promises: it goes on beside all else, so a partner that answers with nonsense or not at all keeps nothing waiting;
 * after a search there is a pause, so false Checkpoints cost no more than true ones; what is found is kept once, as the
 * partner signed it; nothing else is changed. Spec: reconciliation.
 *
 * @module
 */
import {
  beginSearch,
  firstDifference,
  narrow,
  nextProbe,
  other,
  type Party,
  type Statement,
  sameHead,
} from '@evenhour/protocol';
import { type JsonObject, statementSchema } from '@evenhour/protocol/wire';
import { desc } from 'drizzle-orm';
import type { Queries } from '../db/database.ts';
import { evidence } from '../db/schema.ts';
import { type Line, tail } from '../delivery/line.ts';
import { askPartner, PartnerError } from '../delivery/partner-client.ts';
import { Refused } from '../node/refused.ts';
import { statementInFront } from './earlier.ts';
import { keepOnce, keptAs } from './evidence.ts';
import { type LoadedPair, type PairLine, readEntries, readPair } from './pair-store.ts';
import { PairWork } from './pair-work.ts';

/** What such an entry is kept as. */
const CODE = 'reconciliation';
/** How long after a search the next one is begun, whatever came of it: a Checkpoint costs its writer one entry. */
const PAUSE_MS = 60_000;

/** Looks for the difference of one pair, while there is one: one search at a time, one for each Checkpoint. */
export class Reconciler {
  readonly #wake: () => void;
  #running: Promise<void> | null = null;
  /** When the Checkpoint came that was looked into to the end. */
  #done = 0;
  #notBefore = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `wake` is called when it is time to look again. */
  constructor(wake: () => void) {
    this.#wake = wake;
  }

  /** Begins a search if the partner's last Checkpoint calls for one. */
  look(line: Line): void {
    const { statementAgrees, statementAt } = line.row;
    const came = statementAt?.getTime() ?? 0;
    if (statementAgrees !== false || came === this.#done) return;
    if (this.#running !== null || Date.now() < this.#notBefore) return;
    this.#running = findDifference(line)
      .then(() => {
        this.#done = came;
      })
      .catch((error: unknown) => {
        if (error instanceof PartnerError)
          line.log.info('It cannot be found where the figures of the partner part from ours.', {
            message: error.message,
          });
        else line.log.error('Looking for a difference failed for a reason of our own.', { error });
      })
      .finally(() => {
        this.#running = null;
        this.#notBefore = Date.now() + PAUSE_MS;
        clearTimeout(this.#timer);
        this.#timer = setTimeout(this.#wake, PAUSE_MS + 5);
        this.#timer.unref();
      });
  }

  async stop(): Promise<void> {
    await this.#running;
    clearTimeout(this.#timer);
  }
}

/** Finds the entry of the partner's journal at which the two banks part. Throws a {@link PartnerError}. */
async function findDifference(line: Line): Promise<void> {
  const { context, bank, row, partner } = line;
  const { db } = context.database;
  const loaded = await readPair(db, bank.id, row.id);
  if (loaded?.pair.differs === undefined) return;
  const author: Party = other(loaded.pair.me);
  let search = beginSearch(loaded.pair.differs.seq);
  for (let seq = nextProbe(search); seq !== null; seq = nextProbe(search)) {
    const mine = await ownStatement(db, loaded, author, seq);
    if (mine === null) throw new Error(`entry ${seq} of pair ${row.id} is gone`);
    search = narrow(search, seq, mine, await askStatement(line, author, seq, mine));
  }
  const seq = firstDifference(search);
  const [entry] = await readEntries(db, bank.id, row.id, author, seq - 1, 1);
  if (entry === undefined) throw new Error(`entry ${seq} of pair ${row.id} is gone`);
  const found = await context.signals.commit(async (tx) => {
    const work = await PairWork.open(tx, bank, row.id);
    if (work?.pair.differs === undefined) return false;
    return keepOnce(tx, row, CODE, entry.document);
  });
  if (found)
    line.log.error('The partner and we count an entry of its journal differently.', {
      partner: partner.core.parties[partner.party].name,
      seq,
    });
}

/** What we compute in front of an entry. Throws a {@link PartnerError} where that is more than we count again. */
async function ownStatement(tx: Queries, loaded: LoadedPair, author: Party, seq: number): Promise<Statement | null> {
  try {
    return await statementInFront(tx, loaded, author, seq);
  } catch (cause) {
    if (!(cause instanceof Refused)) throw cause;
    const says = `the partner acknowledges too little of our journal to count again what is in front of its entry ${seq}`;
    throw new PartnerError('refused', says, { refusal: cause.refusal });
  }
}

/** What the partner computes in front of an entry. Throws a {@link PartnerError} when it says something else. */
async function askStatement(
  { context, bank, row, partner }: Line,
  author: Party,
  seq: number,
  { heads }: Statement,
): Promise<Statement> {
  const { journal } = partner.core.parties[partner.party];
  const whose = encodeURIComponent(partner.core.parties[author].bank);
  const url = `${journal}/${tail(row.id)}/statement?author=${whose}&seq=${seq}`;
  const answer = await askPartner(context.outgoing, bank, partner, 'GET', url, '', '-');
  const said = statementSchema.safeParse(answer['statement']);
  const fits = answer['pair'] === row.id && answer['seq'] === seq && said.success;
  if (!fits || !sameHead(said.data.heads.own, heads.own) || !sameHead(said.data.heads.peer, heads.peer))
    throw new PartnerError('bad_answer', `the partner states nothing in front of entry ${seq} of its journal`);
  return said.data;
}

/** The number of the partner's entry that was last found to be counted differently, or `null`. */
export async function differenceAt(tx: Queries, row: Pick<PairLine, 'bankId' | 'id'>): Promise<number | null> {
  const [found] = await tx
    .select({ document: evidence.document })
    .from(evidence)
    .where(keptAs(row, CODE))
    .orderBy(desc(evidence.id))
    .limit(1);
  return found === undefined ? null : Number((JSON.parse(found.document) as JsonObject)['seq']);
}
