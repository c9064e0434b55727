/**
 * A process that is a partner bank and that writes a long history for itself and a real bank.
 *
 * Promises: every entry goes through the core's own `write` and `receive` on both sides and is signed with the key
 * that the agreement pins, and the real bank's database ends as its node would have left it: both journals, the
 * transfers and the fold. The node must not run meanwhile. Hours go to and fro in rounds of twenty transfers, of
 * which each is four entries. Only the journals are written; there are no members behind them.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import {
  type Body,
  type Entry,
  other,
  type Pair,
  type Party,
  receive,
  startPair,
  statementFor,
  type Transfer,
  termsOf,
  transferKey,
  type VerifiedEntry,
  write,
} from '@evenhour/protocol';
import { completeProof, prepareProof, type SigningKey } from '@evenhour/protocol/proof';
import { draftHasher, encodeEntry } from '@evenhour/protocol/wire';
import { newId } from '../../packages/server/dist/db/id.js';
import {
  entryRows,
  type LoadedPair,
  pairColumns,
  readPair,
  type StoredEntry,
  transferRows,
} from '../../packages/server/dist/journal/pair-store.js';
import { FakePartner } from '../../packages/server/dist/testing/fake-partner.js';
import { serveJobs } from './children.ts';
import { agreeWith, openSite, type SiteKeys } from './stand-in.ts';
import type { Office } from './towns.ts';

export type WriterJob =
  | { readonly kind: 'listen' }
  | { readonly kind: 'agree'; readonly office: Office; readonly keys: SiteKeys }
  | { readonly kind: 'write'; readonly keys: SiteKeys; readonly entries: number };

/** The columns of the pair, as the node would have left them. */
export interface Written extends Pick<ReturnType<typeof pairColumns>, 'debtMinutes' | 'openMinutes' | 'limitMinutes'> {
  readonly state: unknown;
  readonly version: string;
  readonly deliveredSeq: number;
  readonly sendAfterSeq: number;
  readonly statedSeqs: number;
}

const TRANSFERS_A_ROUND = 20;
const ROUNDS_A_COMMIT = 10;

/** One bank's fold, with the transfers of the last two rounds. */
interface Side {
  pair: Pair;
  readonly book: Map<string, Transfer>;
  readonly key: SigningKey;
}

/** Both banks of one pair, without a network between them. */
class Writer {
  readonly #loaded: LoadedPair;
  readonly #sides: readonly [Side, Side];
  readonly #bank: Party;
  #transfers = 0;
  readonly #rounds: string[][] = [];

  constructor(loaded: LoadedPair, bankKey: SigningKey, partnerKey: SigningKey) {
    const { row, core, pair } = loaded;
    this.#loaded = loaded;
    this.#bank = pair.me;
    const partner: Side = {
      pair: startPair(termsOf(core, row.id, row.genesis), other(pair.me)),
      book: new Map(),
      key: partnerKey,
    };
    const bank: Side = { pair, book: new Map(), key: bankKey };
    this.#sides = pair.me === 0 ? [bank, partner] : [partner, bank];
  }

  get pair(): Pair {
    return this.#sides[this.#bank].pair;
  }

  /** A round: holds, their acceptance, posts, receipts. Returns what the bank stores of it. */
  async round(debtor: Party): Promise<{ entries: StoredEntry[]; transfers: Transfer[] }> {
    const ids = Array.from({ length: TRANSFERS_A_ROUND }, () => {
      const { origin } = new URL(this.#loaded.core.parties[debtor].bank);
      return `${origin}/ap/transfers/${++this.#transfers}`;
    });
    const minutes = (index: number): number => 1 + (index % 60);
    const entries: Promise<StoredEntry>[] = [];
    for (const [index, transfer] of ids.entries())
      entries.push(
        this.#append(debtor, {
          kind: 'Hold',
          transfer,
          minutes: minutes(index),
          payerRef: reference(`payer ${transfer}`),
          payeeRef: reference(`payee ${transfer}`),
          detail: reference(`detail ${transfer}`),
        }),
      );
    for (const transfer of ids) entries.push(this.#append(other(debtor), { kind: 'HoldAccept', transfer }));
    for (const [index, transfer] of ids.entries())
      entries.push(this.#append(debtor, { kind: 'Post', transfer, minutes: minutes(index) }));
    for (const transfer of ids)
      entries.push(this.#append(other(debtor), { kind: 'Receipt', transfer, unclaimed: false }));
    const keys = ids.map((id) => transferKey(debtor, id));
    const { book } = this.#sides[this.#bank];
    const transfers = keys.map((key) => book.get(key) as Transfer);
    this.#forget(keys);
    return { entries: await Promise.all(entries), transfers };
  }

  /** Both banks say what they compute, and with it that they have everything: the pair is at rest. */
  statements(): Promise<StoredEntry[]> {
    const state = (author: Party) =>
      this.#append(author, { kind: 'Checkpoint', statement: statementFor(this.#sides[author].pair) });
    return Promise.all([state(this.#bank), state(other(this.#bank))]);
  }

  /** What nobody refers to any more is dropped, so that a long history costs no more than a short one. */
  #forget(keys: string[]): void {
    this.#rounds.push(keys);
    if (this.#rounds.length <= 2) return;
    for (const key of this.#rounds.shift() ?? []) for (const { book } of this.#sides) book.delete(key);
  }

  #append(author: Party, body: Body): Promise<StoredEntry> {
    const [writer, reader] = [this.#sides[author], this.#sides[other(author)]];
    const { core, row } = this.#loaded;
    const written = write(writer.pair, writer.book, body, draftHasher(core, row.id));
    if (!written.ok) throw new Error(`an entry was refused: ${written.refusal.code}`);
    const { entry, judged, transfer } = written.appended;
    const received = receive(reader.pair, reader.book, entry as VerifiedEntry, undefined);
    if (received.outcome !== 'appended' || received.breach !== null) throw new Error('an entry has no effect');
    writer.pair = written.pair;
    reader.pair = received.pair;
    if (transfer !== null)
      for (const { book } of this.#sides) book.set(transferKey(transfer.debtor, transfer.id), transfer);
    return this.#sign(entry, writer.key).then((document) => ({ judged, ackSeq: entry.ack.seq, document }));
  }

  async #sign(entry: Entry, key: SigningKey): Promise<string> {
    const { core, row } = this.#loaded;
    const created = new Date().toISOString();
    return JSON.stringify(await completeProof(prepareProof(encodeEntry(core, row.id, entry), key, created)));
  }
}

function reference(of: string): string {
  return createHash('sha256').update(of).digest('base64url');
}

let partner: FakePartner | undefined;

async function work(job: WriterJob): Promise<object> {
  if (job.kind === 'listen') {
    partner = await FakePartner.start();
    return { origin: partner.origin };
  }
  if (partner === undefined) throw new Error('the partner does not listen');
  const { database, bank } = await openSite(job.keys);
  try {
    if (job.kind === 'agree') {
      await agreeWith(partner, job.office, bank);
      return { agreementId: partner.agreementId, pairId: partner.pair };
    }
    const loaded = await readPair(database.db, bank.id, partner.pair);
    if (loaded === null || loaded.pair.heads.some(({ seq }) => seq > 0))
      throw new Error('the pair is not there or has begun already');
    const writer = new Writer(loaded, bank.key, partner.keys.signing);
    for (let written = 0, round = 0; written < job.entries; ) {
      const entries: StoredEntry[] = [];
      const transfers: Transfer[] = [];
      for (let i = 0; i < ROUNDS_A_COMMIT && written < job.entries; i++, round++) {
        const done = await writer.round(round % 2 === 0 ? 0 : 1);
        entries.push(...done.entries);
        transfers.push(...done.transfers);
        written += done.entries.length;
      }
      await database.transaction(async (tx) => {
        await tx.execute(entryRows(bank.id, partner?.pair ?? '', entries));
        await tx.execute(transferRows(bank.id, partner?.pair ?? '', transfers));
      });
    }
    const statements = await writer.statements();
    await database.transaction((tx) => tx.execute(entryRows(bank.id, partner?.pair ?? '', statements)));
    const { heads, me } = writer.pair;
    partner.townHead = heads[me];
    partner.head = heads[partner.me];
    return {
      ...pairColumns(writer.pair),
      version: newId(),
      deliveredSeq: heads[me].seq,
      sendAfterSeq: heads[me].seq,
      statedSeqs: heads[0].seq + heads[1].seq,
    } satisfies Written;
  } finally {
    await database.close();
  }
}

serveJobs<WriterJob>(work);
