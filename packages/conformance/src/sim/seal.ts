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
import { hash as digest } from 'node:crypto';
import { type Draft, type Entry, type Outcome, type Party, refuse, type VerifiedEntry } from '@evenhour/protocol';
import { signDocument, verifyEntry } from '@evenhour/protocol/proof';
import {
  decodeEntry,
  encodeEntry,
  hashOf,
  isPinnedContext,
  type JsonObject,
  parseStrict,
} from '@evenhour/protocol/wire';
import type { Agreement, BankKey } from './agreement.ts';
import type { Soon } from './store.ts';

export type Verified = Outcome<{ entry: VerifiedEntry }>;

/** Hashes, proofs and checks of one run of the simulator. */
export interface Sealer {
  /** The wire form of a draft, without its proof, and its hash. */
  encode(agreement: Agreement, draft: Draft): { document: JsonObject; hash: string };
  /** The document with the writer's proof. */
  seal(agreement: Agreement, entry: Entry, document: JsonObject): Soon<JsonObject>;
  verify(agreement: Agreement, author: Party, document: JsonObject): Soon<Verified>;
  /** For the auditor: the hash of a document without its proof. */
  hashOf(document: JsonObject): string;
  /** For the auditor: whether a bank sealed the document. Left out where it can find out for itself. */
  readonly isSealed?: (document: JsonObject, bank: string) => boolean;
}

/** When every entry of the simulator was signed; nothing depends on it. */
const CREATED = '2026-11-22T09:00:00Z';

/** Real canonical form, hashes and Ed25519. The same document in another packet is looked at once. */
export function realSealer(keys: readonly BankKey[], bankOf: (origin: string) => number): Sealer {
  const keyOf = (agreement: Agreement, author: Party): BankKey =>
    keys[bankOf(agreement.core.parties[author].bank)] as BankKey;
  const verified = new WeakMap<JsonObject, Verified>();
  return {
    encode: (agreement, draft) => {
      const document = encodeEntry(agreement.core, agreement.id, draft);
      return { document, hash: hashOf(document) };
    },
    seal: (agreement, entry, document) =>
      signDocument(document, keyOf(agreement, entry.author).signing, CREATED) as Promise<JsonObject>,
    verify: (agreement, author, document) => {
      const known = verified.get(document);
      if (known?.ok && known.entry.author === author && document['pair'] === agreement.id) return known;
      const parsed = parseStrict(new TextEncoder().encode(JSON.stringify(document)));
      if (!parsed.ok) return refuse('malformed_json');
      const { verifying } = keyOf(agreement, author);
      const soon = verifyEntry(agreement.core, agreement.id, author, parsed.value as JsonObject, verifying);
      return soon.then((result) => {
        verified.set(document, result);
        return result;
      });
    },
    hashOf,
  };
}

/** Plain hashes of the document's text, and a proof that names writer and hash. */
export class StandInSealer implements Sealer {
  readonly #entries = new WeakMap<JsonObject, Entry>();

  encode(agreement: Agreement, draft: Draft): { document: JsonObject; hash: string } {
    const document = encodeEntry(agreement.core, agreement.id, draft);
    return { document, hash: plainHash(document) };
  }

  seal(agreement: Agreement, entry: Entry, document: JsonObject): JsonObject {
    const sealed = { ...document, proof: { by: agreement.core.parties[entry.author].bank, hash: entry.hash } };
    this.#entries.set(sealed, entry);
    return sealed;
  }

  verify(agreement: Agreement, author: Party, document: JsonObject): Verified {
    const known = this.#entries.get(document);
    if (known !== undefined && known.author === author && document['pair'] === agreement.id)
      return { ok: true, entry: known as VerifiedEntry };
    const decoded = decodeEntry(agreement.core, agreement.id, document);
    if (!decoded.ok) return decoded;
    if (!isPinnedContext(document['@context'])) return refuse('context_mismatch');
    if (decoded.draft.author !== author) return refuse('foreign_origin');
    if (!this.isSealed(document, agreement.core.parties[author].bank)) return refuse('proof_mismatch');
    return { ok: true, entry: { ...decoded.draft, hash: this.hashOf(document) } as VerifiedEntry };
  }

  hashOf(document: JsonObject): string {
    const known = this.#entries.get(document);
    if (known !== undefined) return known.hash;
    const { proof: _proof, ...rest } = document;
    return plainHash(rest);
  }

  readonly isSealed = (document: JsonObject, bank: string): boolean => {
    const proof = document['proof'] as JsonObject | undefined;
    return proof !== undefined && proof['by'] === bank && proof['hash'] === this.hashOf(document);
  };
}

function plainHash(document: JsonObject): string {
  return `uEiA${digest('sha256', JSON.stringify(document), 'base64url')}`;
}

/** One digest over many lines of text. */
export function digestOf(lines: readonly string[]): string {
  return digest('sha256', lines.join('\n'), 'hex');
}
