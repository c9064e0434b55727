/**
 * How entries get their hashes and proofs, and how a receiver checks them.
 *
 * Promises: both ways refuse what the writer did not seal. The real one is the protocol's own:
 * canonical form, SHA-256, Ed25519, from bytes and back. The stand-in is as strict about content
 * and writer and costs a hundredth; it remembers which documents it made, and reads any other from
 * its beginning.
 *
 * @module
 */
import { hash as digest, KeyObject, sign, verify } from 'node:crypto';
import { type Draft, type Entry, type Outcome, type Party, refuse, type VerifiedEntry } from '@evenhour/protocol';
import {
  completeProof,
  type PreparedProof,
  prepareProof,
  type SigningKey,
  useSignatures,
  verifyEntry,
} from '@evenhour/protocol/proof';
import {
  decodeEntry,
  encodeEntry,
  hashOf,
  isPinnedContext,
  type JsonObject,
  parseStrict,
} from '@evenhour/protocol/wire';
import type { Agreement } from './agreement.ts';
import { type BankKey, type BankKeys, bankOf } from './keys.ts';
import type { Soon } from './store.ts';

export type Verified = Outcome<{ entry: VerifiedEntry }>;

/** Hashes, proofs and checks of one run of the simulator. */
export interface Sealer {
  /** The wire form of a draft, without its proof, and its hash. It is to be sealed with this key, a Multikey. */
  encode(agreement: Agreement, draft: Draft, key: string): { document: JsonObject; hash: string };
  /** The document with the writer's proof. */
  seal(agreement: Agreement, entry: Entry, document: JsonObject): Soon<JsonObject>;
  /** Checks a document of `author` under the one key that counts at its place. */
  verify(agreement: Agreement, author: Party, document: JsonObject, key: string): Soon<Verified>;
  /** For the auditor: the hash of a document without its proof. */
  readonly hashOf: (document: JsonObject) => string;
  /** For the auditor: whether it is sealed with this key. Left out where it can find out for itself. */
  readonly isSealed?: (document: JsonObject, key: string) => boolean;
}

/** When every entry of the simulator was signed; nothing depends on it. */
const CREATED = '2026-11-22T09:00:00Z';

const keyObjects = new WeakMap<SigningKey['privateKey'], KeyObject>();

function keyObject(key: SigningKey['privateKey']): KeyObject {
  const known = keyObjects.get(key) ?? KeyObject.from(key);
  keyObjects.set(key, known);
  return known;
}

/** Signatures where they are asked for: with everything on one thread, handing one over costs as much as making it. */
function useOneThread(): void {
  useSignatures({
    sign: async (key, bytes) => new Uint8Array(sign(null, bytes, keyObject(key))),
    verify: async (key, bytes, signature) => verify(null, bytes, keyObject(key), signature),
  });
}

/** Real canonical form, hashes and Ed25519. The same document in another packet is looked at once. */
export function realSealer(keys: BankKeys): Sealer {
  useOneThread();
  const keyOf = (agreement: Agreement, author: Party, key: string): BankKey =>
    keys[bankOf(agreement.core.parties[author].bank)]?.find((each) => each.signing.publicMultikey === key) as BankKey;
  const verified = new WeakMap<JsonObject, { readonly result: Verified; readonly key: string }>();
  const prepared = new WeakMap<JsonObject, PreparedProof<JsonObject>>();
  return {
    encode: (agreement, draft, key) => {
      const document = encodeEntry(agreement.core, agreement.id, draft);
      const proof = prepareProof(document, keyOf(agreement, draft.author, key).signing, CREATED);
      prepared.set(document, proof);
      return { document, hash: proof.hash };
    },
    seal: (_agreement, _entry, document) => completeProof(prepared.get(document) as PreparedProof<JsonObject>),
    verify: (agreement, author, document, key) => {
      const { result: known, key: under } = verified.get(document) ?? {};
      if (known?.ok && known.entry.author === author && under === key && document['pair'] === agreement.id)
        return known;
      const parsed = parseStrict(new TextEncoder().encode(JSON.stringify(document)));
      if (!parsed.ok) return refuse('malformed_json');
      const { verifying } = keyOf(agreement, author, key);
      const soon = verifyEntry(agreement.core, agreement.id, author, parsed.value as JsonObject, verifying);
      return soon.then((result) => {
        verified.set(document, { result, key });
        return result;
      });
    },
    hashOf,
  };
}

/** Plain hashes of the document's text, and a proof that names key and hash. */
export class StandInSealer implements Sealer {
  readonly #entries = new WeakMap<JsonObject, Entry>();
  readonly #keys = new WeakMap<JsonObject, string>();

  encode(agreement: Agreement, draft: Draft, key: string): { document: JsonObject; hash: string } {
    const document = encodeEntry(agreement.core, agreement.id, draft);
    this.#keys.set(document, key);
    return { document, hash: plainHash(document) };
  }

  seal(_agreement: Agreement, entry: Entry, document: JsonObject): JsonObject {
    const sealed = { ...document, proof: { by: this.#keys.get(document) ?? '', hash: entry.hash } };
    this.#entries.set(sealed, entry);
    return sealed;
  }

  verify(agreement: Agreement, author: Party, document: JsonObject, key: string): Verified {
    const known = this.#entries.get(document);
    if (known !== undefined && known.author === author && document['pair'] === agreement.id)
      return this.isSealed(document, key) ? { ok: true, entry: known as VerifiedEntry } : refuse('proof_mismatch');
    const decoded = decodeEntry(agreement.core, agreement.id, document);
    if (!decoded.ok) return decoded;
    if (!isPinnedContext(document['@context'])) return refuse('context_mismatch');
    if (decoded.draft.author !== author) return refuse('foreign_origin');
    if (!this.isSealed(document, key)) return refuse('proof_mismatch');
    return { ok: true, entry: { ...decoded.draft, hash: this.hashOf(document) } as VerifiedEntry };
  }

  readonly hashOf = (document: JsonObject): string => {
    const known = this.#entries.get(document);
    if (known !== undefined) return known.hash;
    const { proof: _proof, ...rest } = document;
    return plainHash(rest);
  };

  readonly isSealed = (document: JsonObject, key: string): boolean => {
    const proof = document['proof'] as JsonObject | undefined;
    return proof !== undefined && proof['by'] === key && proof['hash'] === this.hashOf(document);
  };
}

function plainHash(document: JsonObject): string {
  return `uEiA${digest('sha256', JSON.stringify(document), 'base64url')}`;
}

/** One digest over many lines of text. */
export function digestOf(lines: readonly string[]): string {
  return digest('sha256', lines.join('\n'), 'hex');
}
