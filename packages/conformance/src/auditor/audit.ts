/**
 * An auditor for one pair: from the signed agreement and the signed entries of both journals, and
 * from nothing else, it says what each bank owes.
 *
 * Promises: it imports nothing of Evenhour. Canonical form, hashes, proofs, chain and the normative
 * formulas are written here a second time, as plainly as the specification says them, so that a
 * mistake in the core does not hide itself. Slow on purpose: every verdict is computed from the
 * journals by sets. A check holds the import list.
 *
 * @module
 */
import { createHash, createPublicKey, verify } from 'node:crypto';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Document = { [key: string]: Json };

export interface Audit {
  readonly pair: string;
  /** For each bank's journal, in order: whether each entry has effect. */
  readonly effect: { readonly [bank: string]: readonly boolean[] };
  /** What each bank owes the other. The two sum to zero. */
  readonly owesMinutes: { readonly [bank: string]: number };
  /** What each bank has promised in holds that are open. */
  readonly openMinutes: { readonly [bank: string]: number };
  readonly limitMinutes: { readonly [bank: string]: number };
}

/** The first thing that does not hold, and where. */
export class AuditError extends Error {
  override readonly name = 'AuditError';
  readonly bank: string;
  readonly seq: number;
  constructor(bank: string, seq: number, what: string) {
    super(`${bank} entry ${seq}: ${what}`);
    this.bank = bank;
    this.seq = seq;
  }
}

/** How entries are sealed. The simulator has a quicker way than hashes and signatures, and gives it here. */
export interface Seals {
  hashOf(document: Document): string;
  isSigned(document: Document, party: Party): boolean;
}

export interface Party {
  readonly bank: string;
  readonly key: { readonly id: string; readonly publicKeyMultibase: string };
  /** The hash of the key that allows the first key change. */
  readonly recovery: string;
  readonly grantsMinutes: number;
}

interface Entry {
  readonly kind: string;
  readonly transfer: string;
  readonly minutes: number;
  readonly ack: number;
  /** Whether its key change, if it has one, is allowed by the recovery key. */
  readonly keyAllowed: boolean;
  readonly document: Document;
}

interface Head {
  readonly epoch: number;
  readonly hash: string;
}

interface KeyChange {
  readonly newKey: string;
  readonly recoveryKey: string;
  readonly nextRecovery: string;
  readonly recoverySignature: string;
}

const CONTEXT = [
  'https://www.w3.org/ns/activitystreams',
  'https://w3id.org/security/data-integrity/v2',
  'https://w3id.org/evenhour/v1',
];

/**
 * Audits a pair. `journals` holds each bank's entries in order, as they were signed.
 *
 * Throws an {@link AuditError} at the first entry whose proof, chain or acknowledgement does not
 * hold. Entries that break a rule are no error: they have no effect.
 */
export function audit(
  core: Document,
  journals: { readonly [bank: string]: readonly Document[] },
  seals: Seals = { hashOf, isSigned },
): Audit {
  const parties = core['parties'] as unknown as [Party, Party];
  const digest = sha256(jcs(core));
  const pair = `urn:evenhour:pair:${digest.toString('base64url')}`;
  const genesis = multihash(digest);
  const read = parties.map((party) => check(party, journals[party.bank] ?? [], pair, genesis, seals));
  const heads = parties.map((party): Head[] => [
    { epoch: 0, hash: genesis },
    ...(journals[party.bank] ?? []).map((entry) => ({ epoch: Number(entry['epoch']), hash: seals.hashOf(entry) })),
  ]);
  for (const [index, party] of parties.entries()) checkAcks(party, journals[party.bank] ?? [], heads[1 - index] ?? []);

  const ledger = new Formulas(core, parties, read as [Entry[], Entry[]]);
  const byBank = <T>(value: (index: 0 | 1) => T): { [bank: string]: T } => ({
    [parties[0].bank]: value(0),
    [parties[1].bank]: value(1),
  });
  const lengths = [read[0]?.length ?? 0, read[1]?.length ?? 0] as const;
  return {
    pair,
    effect: byBank((index) => (read[index] ?? []).map((_, at) => ledger.counts(index, at))),
    owesMinutes: byBank((index) => ledger.debt(index, lengths[index], lengths[1 - index] ?? 0)),
    openMinutes: byBank((index) => sum(ledger.open(index, lengths[index], lengths[1 - index] ?? 0))),
    limitMinutes: byBank((index) => ledger.limit(index, lengths[1 - index] ?? 0)),
  };
}

/** Proof under the key of its place, pair, number, epoch and chain of one journal. */
function check(party: Party, documents: readonly Document[], pair: string, genesis: string, seals: Seals): Entry[] {
  let previous = genesis;
  let epoch = 0;
  let { key, recovery } = party;
  return documents.map((document, index) => {
    const fail = (what: string): never => {
      throw new AuditError(party.bank, index + 1, what);
    };
    if (document['pair'] !== pair) fail('belongs to another pair');
    if (document['actor'] !== party.bank) fail('is not by this bank');
    if (document['seq'] !== index + 1) fail('is not the next number');
    if (document['prev'] !== previous) fail('does not follow the entry before');
    if (!seals.isSigned(document, { ...party, key }))
      fail(`is not signed by the key that ${key === party.key ? 'the agreement' : 'the last key change'} pins`);
    previous = seals.hashOf(document);
    const type = document['type'] as string[];
    const rises = Number(document['epoch']) - epoch;
    if (type[1] === 'Resume' ? rises <= 0 : rises !== 0) fail('is of another epoch');
    epoch += rises;
    const change = (document['keyChange'] ?? null) as KeyChange | null;
    const keyAllowed = change === null || (hashOfKey(change.recoveryKey) === recovery && isAllowed(change, pair));
    if (change !== null && keyAllowed) {
      key = { id: key.id, publicKeyMultibase: change.newKey };
      recovery = change.nextRecovery;
    }
    return {
      keyAllowed,
      kind: type[1] ?? '',
      transfer: String(document['transfer'] ?? ''),
      minutes: Number(document['minutes'] ?? 0),
      ack: Number((document['ack'] as Document)['seq']),
      document,
    };
  });
}

/** An ack names an entry that the other bank wrote, in its epoch, and never goes back. */
function checkAcks(party: Party, documents: readonly Document[], peer: readonly Head[]): void {
  let last = 0;
  for (const [index, document] of documents.entries()) {
    const ack = document['ack'] as Document;
    const seq = Number(ack['seq']);
    if (seq < last) throw new AuditError(party.bank, index + 1, 'acknowledges less than before');
    if (peer[seq]?.hash !== ack['hash'] || peer[seq]?.epoch !== ack['epoch'])
      throw new AuditError(party.bank, index + 1, 'acknowledges an entry that the other bank did not write');
    last = seq;
  }
}

export function isSigned(document: Document, party: Party): boolean {
  const { proof, ...unsigned } = document;
  if (proof === null || typeof proof !== 'object' || Array.isArray(proof)) return false;
  const { proofValue, ...config } = proof as Document;
  const pinned = JSON.stringify(CONTEXT);
  if (JSON.stringify(document['@context']) !== pinned || JSON.stringify(config['@context']) !== pinned) return false;
  if (
    Object.keys(proof).sort().join() !== '@context,created,cryptosuite,proofPurpose,proofValue,type,verificationMethod'
  )
    return false;
  if (config['verificationMethod'] !== party.key.id || config['cryptosuite'] !== 'eddsa-jcs-2022') return false;
  const input = Buffer.concat([sha256(jcs(config)), sha256(jcs(unsigned))]);
  return isSignature(input, party.key.publicKeyMultibase, String(proofValue));
}

/** Whether the recovery key of a change signed its new key and the next recovery key for this pair. */
function isAllowed({ newKey, nextRecovery, recoveryKey, recoverySignature }: KeyChange, pair: string): boolean {
  return isSignature(Buffer.from(jcs({ newKey, nextRecovery, pair }), 'utf8'), recoveryKey, recoverySignature);
}

function isSignature(input: Buffer, multikey: string, signature: string): boolean {
  const raw = base58(multikey.slice(1)).subarray(2);
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') }, format: 'jwk' });
  return verify(null, input, key, base58(signature.slice(1)));
}

/** The normative formulas, by sets. */
class Formulas {
  readonly #core: Document;
  readonly #parties: readonly [Party, Party];
  readonly #journals: readonly [Entry[], Entry[]];
  readonly #verdicts: [Map<number, boolean>, Map<number, boolean>] = [new Map(), new Map()];

  constructor(core: Document, parties: readonly [Party, Party], journals: readonly [Entry[], Entry[]]) {
    this.#core = core;
    this.#parties = parties;
    this.#journals = journals;
  }

  counts(who: 0 | 1, at: number): boolean {
    const known = this.#verdicts[who].get(at);
    if (known !== undefined) return known;
    const entry = this.#journals[who][at];
    const verdict = entry !== undefined && this.#rule(who, at, entry);
    this.#verdicts[who].set(at, verdict);
    return verdict;
  }

  /** Entries with effect in the first `length` of a journal. */
  #effective(who: 0 | 1, length: number): Entry[] {
    return this.#journals[who].slice(0, length).filter((_, at) => this.counts(who, at));
  }

  debt(who: 0 | 1, own: number, peer: number): number {
    const opening = this.#core['opening'] as Document | undefined;
    const carried =
      opening === undefined ? 0 : Number(opening['minutes']) * (opening['debtor'] === this.#parties[who].bank ? 1 : -1);
    const posts = (list: Entry[]): number => sum(list.filter((entry) => entry.kind === 'Post'));
    return carried + posts(this.#effective(who, own)) - posts(this.#effective(flip(who), peer));
  }

  open(who: 0 | 1, own: number, peer: number): Entry[] {
    const mine = this.#effective(who, own);
    const ended = new Set([
      ...mine.filter((entry) => entry.kind === 'Post' || entry.kind === 'Void').map((entry) => entry.transfer),
      ...this.#effective(flip(who), peer)
        .filter((entry) => entry.kind === 'HoldDecline')
        .map((entry) => entry.transfer),
    ]);
    return mine.filter((entry) => entry.kind === 'Hold' && !ended.has(entry.transfer));
  }

  limit(who: 0 | 1, peer: number): number {
    return this.#last(flip(who), peer, 'limitMinutes') ?? this.#parties[flip(who)].grantsMinutes;
  }

  #last<T extends Json>(writer: 0 | 1, length: number, field: string): T | undefined {
    return this.#effective(writer, length)
      .filter((entry) => entry.kind === 'Amend' && entry.document[field] !== undefined)
      .at(-1)?.document[field] as T | undefined;
  }

  #rule(who: 0 | 1, at: number, entry: Entry): boolean {
    const peer = flip(who);
    const { ack, transfer } = entry;
    const named = (list: Entry[], kind: string): boolean =>
      list.some((each) => each.kind === kind && each.transfer === transfer);
    switch (entry.kind) {
      case 'Hold': {
        const holds = this.open(who, at, ack);
        return (
          entry.document['deciderKey'] === undefined &&
          entry.document['routeRef'] === undefined &&
          !named(this.#journals[who].slice(0, at), 'Hold') &&
          this.#last<boolean>(peer, ack, 'suspended') !== true &&
          this.debt(who, at, ack) + sum(holds) + entry.minutes <= this.limit(who, ack) &&
          holds.length + 1 <= 256
        );
      }
      case 'HoldAccept':
      case 'HoldDecline': {
        const mine = this.#effective(who, at);
        return named(this.open(peer, ack, at), 'Hold') && !named(mine, 'HoldAccept') && !named(mine, 'HoldDecline');
      }
      case 'Post': {
        const hold = this.open(who, at, ack).find((each) => each.transfer === transfer);
        return (
          hold !== undefined &&
          named(this.#effective(peer, ack), 'HoldAccept') &&
          entry.minutes >= 1 &&
          entry.minutes <= hold.minutes
        );
      }
      case 'Void':
        return named(this.open(who, at, ack), 'Hold');
      case 'Receipt':
        return named(this.#effective(peer, ack), 'Post') && !named(this.#effective(who, at), 'Receipt');
      case 'Amend':
        return entry.keyAllowed;
      case 'Checkpoint':
      case 'Resume':
        return true;
      default:
        return false;
    }
  }
}

function flip(who: 0 | 1): 0 | 1 {
  return who === 0 ? 1 : 0;
}

function sum(entries: readonly Entry[]): number {
  return entries.reduce((total, entry) => total + entry.minutes, 0);
}

/** RFC 8785 for what our messages hold: whole numbers, strings, booleans, lists and objects. */
function jcs(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(jcs).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  return `{${Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${jcs(value[key] as Json)}`)
    .join(',')}}`;
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}

function multihash(digest: Buffer): string {
  return `u${Buffer.concat([Buffer.from([0x12, 0x20]), digest]).toString('base64url')}`;
}

function hashOfKey(multikey: string): string {
  return multihash(sha256(multikey));
}

/** The hash of an entry: of everything but its proof. */
export function hashOf(document: Document): string {
  const { proof: _proof, ...unsigned } = document;
  return multihash(sha256(jcs(unsigned)));
}

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

function base58(text: string): Buffer {
  let value = 0n;
  for (const letter of text) {
    const digit = ALPHABET.indexOf(letter);
    if (digit === -1) throw new RangeError('not base58');
    value = value * 58n + BigInt(digit);
  }
  const hex = value === 0n ? '' : value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 1 ? `0${hex}` : hex, 'hex');
  const zeros = /^1*/.exec(text)?.[0].length ?? 0;
  return Buffer.concat([Buffer.alloc(zeros), bytes]);
}
