/**
 * One pair for vectors: its agreement and keys, and a runner that takes signed entries one by one, as
 * the bank that did not write them, and notes what the core says of each.
 *
 * @module
 */
import { type AgreementCore, termsOf } from '../core/agreement/agreement.ts';
import { appendOwn, type Draft, receive } from '../core/journal/decide.ts';
import { type Body, type Entry, type KeyChange, other, type Party, type VerifiedEntry } from '../core/journal/entry.ts';
import { judge } from '../core/journal/judge.ts';
import { type KeySchedule, keysAfter, keysAtStart } from '../core/journal/keys.ts';
import {
  debtOf,
  exposureOf,
  isRecovering,
  type Pair,
  startPair,
  type Transfer,
  transferKey,
} from '../core/journal/pair.ts';
import { signDocument } from '../proof/data-integrity.ts';
import { importSeed, type SigningKey, signBytes } from '../proof/key.ts';
import { recoveryBytes, verifyRun } from '../proof/verified.ts';
import { base58Encode, base64urlEncode, hashOf, hashOfKey } from '../wire/canonical.ts';
import { encodeEntry, pairOf } from '../wire/entry.ts';
import type { JsonObject } from '../wire/strict-json.ts';

export interface VectorFile {
  readonly name: string;
  readonly content: JsonObject;
}

export const CREATED = '2026-11-22T10:00:00Z';

export const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** The key whose seed is one byte, 32 times. */
export async function keyOf(seed: number, id: string): Promise<SigningKey> {
  return importSeed(new Uint8Array(32).fill(seed), id);
}

const IDS = ['https://gracia.example/ap/bank#key-1', 'https://leith.example/ap/bank#key-1'] as const;

/** The key of a bank that is made from this seed. Gràcia begins with 1 and Leith with 2. */
export function bankKey(party: Party, seed: number = party + 1): Promise<SigningKey> {
  return keyOf(seed, IDS[party]);
}

/** Gràcia, party 0, and Leith, party 1. A recovery key has the seed of its key and 16. */
export async function vectorCore(change: Partial<AgreementCore> = {}): Promise<AgreementCore> {
  const party = async (index: Party, name: string, grants: number, builder: string) => {
    const key = await bankKey(index);
    return {
      bank: `https://${name}.example/ap/bank`,
      name,
      key: { id: key.verificationMethod, publicKeyMultibase: key.publicMultikey },
      recovery: hashOfKey((await bankKey(index, 17 + index)).publicMultikey),
      journal: `https://${name}.example/ap/journals`,
      exchange: `https://${name}.example/ap/exchanges`,
      bridgeBuilder: builder,
      grantsMinutes: grants,
    };
  };
  return {
    version: 'https://w3id.org/evenhour/v1',
    features: [],
    parties: [await party(0, 'gracia', 600, 'Rosa'), await party(1, 'leith', 300, 'Fiona')],
    start: '2026-11-22',
    noticeDays: 30,
    public: true,
    words: ['We honour your hours as our own.'],
    nonce: base64urlEncode(new Uint8Array(32).fill(7)),
    ...change,
  };
}

/** A key change to the key of one seed, allowed by the recovery key of another, which names the next. */
export async function keyChangeTo(pair: string, seed: number, by: number, next: number): Promise<Body> {
  const [newKey, recoveryKey, nextRecovery] = await Promise.all([bankKey(1, seed), bankKey(1, by), bankKey(1, next)]);
  const named = { newKey: newKey.publicMultikey, nextRecovery: hashOfKey(nextRecovery.publicMultikey) };
  const signature = await signBytes(recoveryKey, recoveryBytes(pair, named));
  const keyChange: KeyChange = {
    ...named,
    recoveryKey: recoveryKey.publicMultikey,
    recoverySignature: `z${base58Encode(signature)}`,
  };
  return { kind: 'Amend', keyChange };
}

/** A transfer of one of the two banks. */
export const at = (id: string, bank: 'gracia' | 'leith' = 'leith'): string =>
  `https://${bank}.example/ap/transfers/${id}`;
export const hold = (id: string, minutes: number, bank: 'gracia' | 'leith' = 'leith'): Body => ({
  kind: 'Hold',
  transfer: at(id, bank),
  minutes,
  payerRef: 'payer-1',
  payeeRef: 'payee-1',
  detail: base64urlEncode(new Uint8Array(32).fill(9)),
});
export const accept = (id: string, bank: 'gracia' | 'leith' = 'leith'): Body => ({
  kind: 'HoldAccept',
  transfer: at(id, bank),
});

export interface Step {
  readonly party: Party;
  readonly body: Body | ((writer: Side) => Body);
  /** `not_an_entry` is class (a), `not_next` class (0), `fault` class (b) or a fork, `breach` class (c). */
  readonly expect: 'applied' | 'breach' | 'not_next' | 'fault' | 'not_an_entry';
  readonly code?: string;
  readonly change?: Partial<Draft> | ((writer: Side) => Partial<Draft>);
  /** The seed of the key that signs, when it is not the bank's first. */
  readonly seed?: number;
  readonly flags?: readonly string[];
  readonly why: string;
}

/** One bank of a story. */
export class Side {
  pair: Pair;
  keys: readonly [KeySchedule, KeySchedule];
  readonly #book = new Map<string, Transfer>();
  readonly #held = new Map<string, string>();

  constructor(terms: Parameters<typeof startPair>[0], me: Party) {
    this.pair = startPair(terms, me);
    this.keys = [keysAtStart(terms, 0), keysAtStart(terms, 1)];
  }

  receive(entry: VerifiedEntry): ReturnType<typeof receive> {
    const held = this.#held.get(`${entry.author} ${entry.epoch} ${entry.seq}`);
    const result = receive(this.pair, this.#book, entry, held);
    if (result.outcome === 'appended') this.#keep(result.pair, entry, result.appended.transfer);
    return result;
  }

  own(entry: Entry): void {
    const breach = judge(this.pair.views[this.pair.me], this.#book, this.pair.me, entry.body);
    const { pair, appended } = appendOwn(this.pair, this.#book, entry, breach);
    this.#keep(pair, entry, appended.transfer);
  }

  #keep(pair: Pair, entry: Entry, transfer: Transfer | null): void {
    this.pair = pair;
    const keys = keysAfter(this.keys[entry.author], entry);
    this.keys = entry.author === 0 ? [keys, this.keys[1]] : [this.keys[0], keys];
    this.#held.set(`${entry.author} ${entry.epoch} ${entry.seq}`, entry.hash);
    if (transfer !== null) this.#book.set(transferKey(transfer.debtor, transfer.id), transfer);
  }
}

/** The file of one story. Throws when the core says otherwise than the story expects. */
export async function storyFile(
  name: string,
  about: string,
  core: AgreementCore,
  story: readonly Step[],
): Promise<VectorFile> {
  const { pair, genesis } = pairOf(core);
  const terms = termsOf(core, pair, genesis);
  const sides = [new Side(terms, 0), new Side(terms, 1)] as const;
  const byBank = <T>(value: (party: Party) => T): { [bank: string]: T } => ({
    [core.parties[0].bank]: value(0),
    [core.parties[1].bank]: value(1),
  });
  const cases: JsonObject[] = [];
  for (const [index, step] of story.entries()) {
    const writer = sides[step.party];
    const reader = sides[other(step.party)];
    const head = writer.pair.heads[step.party];
    const draft: Draft = {
      author: step.party,
      epoch: head.epoch,
      seq: head.seq + 1,
      prev: head.hash,
      ack: writer.pair.heads[other(step.party)],
      body: typeof step.body === 'function' ? step.body(writer) : step.body,
      ...(typeof step.change === 'function' ? step.change(writer) : step.change),
    };
    const unsigned = encodeEntry(core, pair, draft);
    const key = await bankKey(step.party, step.seed ?? step.party + 1);
    const document = (await signDocument(unsigned, key, CREATED)) as unknown as JsonObject;
    const run = await verifyRun(core, pair, step.party, [document], reader.keys[step.party]);
    const { outcome, code, entry } = await judged(run, reader);
    if (outcome !== step.expect || (step.code ?? null) !== code)
      throw new Error(`${name} ${index} "${step.why}": ${outcome} ${code}`);
    if (entry !== undefined && (outcome === 'applied' || outcome === 'breach')) writer.own(entry);
    cases.push({
      name: step.why,
      writer: core.parties[step.party].bank,
      flags: [...(step.flags ?? [])],
      outcome,
      code,
      hash: hashOf(unsigned),
      debtMinutes: byBank((party) => debtOf(reader.pair.views[reader.pair.me], party)),
      exposureMinutes: byBank((party) => exposureOf(reader.pair.views[reader.pair.me], party)),
      recovering: byBank((party) => isRecovering(sides[party].pair)),
      document,
    });
  }
  const seeds = byBank((party) => hex(new Uint8Array(32).fill(party + 1)));
  return { name, content: { about, core: core as unknown as JsonObject, pair, genesis, seeds, cases } };
}

async function judged(
  run: Awaited<ReturnType<typeof verifyRun>>,
  reader: Side,
): Promise<{ outcome: string; code: string | null; entry: VerifiedEntry | undefined }> {
  const [entry] = run.entries;
  if (entry === undefined) return { outcome: 'not_an_entry', code: run.bad?.refusal.code ?? null, entry };
  const result = reader.receive(entry);
  if (result.outcome !== 'appended') return { outcome: result.outcome, code: result.refusal.code, entry };
  return { outcome: result.breach === null ? 'applied' : 'breach', code: result.breach?.code ?? null, entry };
}
