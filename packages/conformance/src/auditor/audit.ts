/**
 * An auditor for one pair: from the signed agreement and the signed entries of both journals, and
 * from nothing else, it says what each bank owes.
 *
 * Promises: it imports nothing of Evenhour. Canonical form, hashes, proofs, chain and the normative
 * formulas are written here a second time, as plainly as the specification says them, so that a
 * mistake in the core does not hide itself. It keeps no running state: every figure is computed for its
 * own cut, from the entries with effect before it. A check holds the import list.
 *
 * @module
 */
import { type Entry, Formulas, sum } from './formulas.ts';
import {
  type Document,
  hashOfKey,
  isAllowed,
  jcs,
  type KeyChange,
  multihash,
  type Party,
  readSeal,
  type Seal,
  sha256,
} from './seals.ts';

export { type Document, hashOf, isAllowed, type Json, type Party, readSeal, type Seal } from './seals.ts';

export interface Audit {
  readonly pair: string;
  /** For each bank's journal, in order: whether each entry has effect. */
  readonly effect: { readonly [bank: string]: readonly boolean[] };
  /** What each bank owes the other. The two sum to zero. */
  readonly owesMinutes: { readonly [bank: string]: number };
  /** What each bank has promised in holds that are open. */
  readonly openMinutes: { readonly [bank: string]: number };
  readonly limitMinutes: { readonly [bank: string]: number };
  /** The key that each bank's next entry is signed with, as a Multikey. */
  readonly key: { readonly [bank: string]: string };
}

/** How signatures are read. The simulator has a quicker way beside the real one. */
export interface Reader {
  readSeal(document: Document, party: Party): Seal;
  /** Whether the recovery key of a change signed its new key and the next recovery key for this pair. */
  isAllowed(change: KeyChange, pair: string): boolean;
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

/**
 * Audits a pair. `journals` holds each bank's entries in order, as they were signed.
 *
 * Throws an {@link AuditError} at the first entry whose proof, chain or acknowledgement does not
 * hold. Entries that break a rule are no error: they have no effect.
 */
export function audit(
  core: Document,
  journals: { readonly [bank: string]: readonly Document[] },
  reader: Reader = { readSeal, isAllowed },
): Audit {
  const parties = core['parties'] as unknown as [Party, Party];
  const digest = sha256(jcs(core));
  const pair = `urn:evenhour:pair:${digest.toString('base64url')}`;
  const genesis = multihash(digest);
  const check = (party: Party): Chain => chain(party, journals[party.bank] ?? [], pair, genesis, reader);
  const chains = [check(parties[0]), check(parties[1])] as const;
  const entries = [chains[0].entries, chains[1].entries] as const;
  checkAcks(parties[0], entries[0], entries[1], genesis);
  checkAcks(parties[1], entries[1], entries[0], genesis);

  const ledger = new Formulas(core, parties, entries);
  const byBank = <T>(value: (index: 0 | 1) => T): { [bank: string]: T } => ({
    [parties[0].bank]: value(0),
    [parties[1].bank]: value(1),
  });
  const lengths = [entries[0].length, entries[1].length] as const;
  return {
    pair,
    effect: byBank((index) => ledger.effect(index, lengths[index])),
    owesMinutes: byBank((index) => ledger.debt(index, lengths[index], lengths[1 - index] ?? 0)),
    openMinutes: byBank((index) => sum(ledger.open(index, lengths[index], lengths[1 - index] ?? 0))),
    limitMinutes: byBank((index) => ledger.limit(index, lengths[1 - index] ?? 0)),
    key: byBank((index) => chains[index].key),
  };
}

interface Chain {
  readonly entries: Entry[];
  /** The key of the next entry. */
  readonly key: string;
}

/** Proof under the key of its place, pair, number, epoch and chain of one journal. */
function chain(party: Party, documents: readonly Document[], pair: string, genesis: string, reader: Reader): Chain {
  let previous = genesis;
  let epoch = 0;
  let signer = party;
  const entries = documents.map((document, index) => {
    const fail = (what: string): never => {
      throw new AuditError(party.bank, index + 1, what);
    };
    if (document['pair'] !== pair) fail('belongs to another pair');
    if (document['actor'] !== party.bank) fail('is not by this bank');
    if (document['seq'] !== index + 1) fail('is not the next number');
    if (document['prev'] !== previous) fail('does not follow the entry before');
    const { hash, isSigned } = reader.readSeal(document, signer);
    if (!isSigned)
      fail(`is not signed by the key that ${signer === party ? 'the agreement' : 'the last key change'} pins`);
    previous = hash;
    const type = document['type'] as string[];
    const rises = Number(document['epoch']) - epoch;
    if (type[1] === 'Resume' ? rises <= 0 : rises !== 0) fail('is of another epoch');
    epoch += rises;
    const change = (document['keyChange'] ?? null) as KeyChange | null;
    const keyAllowed =
      change === null || (hashOfKey(change.recoveryKey) === signer.recovery && reader.isAllowed(change, pair));
    if (change !== null && keyAllowed) {
      const key = { id: party.key.id, publicKeyMultibase: change.newKey };
      signer = { ...party, key, recovery: change.nextRecovery };
    }
    const ack = document['ack'] as Document;
    return {
      epoch,
      hash,
      keyAllowed,
      kind: type[1] ?? '',
      transfer: String(document['transfer'] ?? ''),
      minutes: Number(document['minutes'] ?? 0),
      ack: Number(ack['seq']),
      document,
    };
  });
  return { entries, key: signer.key.publicKeyMultibase };
}

/** An ack names an entry that the other bank wrote, in its epoch, and never goes back. */
function checkAcks({ bank }: Party, entries: readonly Entry[], peer: readonly Entry[], genesis: string): void {
  const beginning = { epoch: 0, hash: genesis };
  let last = 0;
  for (const [index, { ack: seq, document }] of entries.entries()) {
    const ack = document['ack'] as Document;
    if (seq < last) throw new AuditError(bank, index + 1, 'acknowledges less than before');
    const named = seq === 0 ? beginning : peer[seq - 1];
    if (named?.hash !== ack['hash'] || named?.epoch !== ack['epoch'])
      throw new AuditError(bank, index + 1, 'acknowledges an entry that the other bank did not write');
    last = seq;
  }
}
