/**
 * From a parsed document to a value that the core accepts.
 *
 * Promises: schema and both contexts, then the proof under the pinned key, then origin and pair;
 * only what passed all of them becomes a `VerifiedEntry`. No key is looked up: the caller gives
 * the one that the agreement or the last key change pins. Spec: class (a).
 *
 * @module
 */
import type { AgreementCore } from '../core/agreement/agreement.ts';
import type { ExchangeMessage } from '../core/exchange/gift.ts';
import type { Entry, Party, VerifiedEntry } from '../core/journal/entry.ts';
import { type Outcome, refuse } from '../core/refusal.ts';
import { base58Decode, canonicalBytes } from '../wire/canonical.ts';
import { decodeEntry } from '../wire/entry.ts';
import { decodeExchangeMessage } from '../wire/messages.ts';
import type { JsonObject } from '../wire/strict-json.ts';
import { verifyDocument } from './data-integrity.ts';
import { importVerifyingKey, type VerifyingKey, verifyBytes } from './key.ts';

/**
 * Verifies a journal entry of `author` in this pair.
 *
 * @param key the key that is pinned for `author` at this place of its journal
 */
export async function verifyEntry(
  core: AgreementCore,
  pair: string,
  author: Party,
  document: JsonObject,
  key: VerifyingKey,
): Promise<Outcome<{ entry: VerifiedEntry }>> {
  const decoded = decodeEntry(core, pair, document);
  if (!decoded.ok) return decoded;
  const signer = decoded.draft.author;
  if (signer !== author) return refuse('foreign_origin', { actor: core.parties[signer].bank });
  const proof = await verifyDocument(document, key);
  if (!proof.ok) return proof;
  const entry: Entry = { ...decoded.draft, hash: proof.hash };
  if (entry.body.kind !== 'Amend' || entry.body.keyChange === undefined)
    return { ok: true, entry: entry as VerifiedEntry };
  const recoveryVerified = await verifyRecovery(pair, entry.body.keyChange);
  return { ok: true, entry: { ...entry, body: { ...entry.body, recoveryVerified } } as VerifiedEntry };
}

/** What the recovery key signs to allow a new key. */
export function recoveryBytes(pair: string, change: { newKey: string; nextRecovery: string }): Uint8Array<ArrayBuffer> {
  return canonicalBytes({ newKey: change.newKey, nextRecovery: change.nextRecovery, pair });
}

async function verifyRecovery(
  pair: string,
  change: { newKey: string; recoveryKey: string; nextRecovery: string; recoverySignature: string },
): Promise<boolean> {
  const imported = await importVerifyingKey(change.recoveryKey, 'recovery');
  const signature = base58Decode(change.recoverySignature.slice(1));
  if (!imported.ok || signature === undefined || signature.length !== 64) return false;
  return verifyBytes(imported.key, recoveryBytes(pair, change), signature);
}

/** Verifies an exchange message of `author` in this pair. */
export async function verifyExchangeMessage(
  core: AgreementCore,
  pair: string,
  author: Party,
  document: JsonObject,
  key: VerifyingKey,
): Promise<Outcome<{ message: ExchangeMessage; hash: string }>> {
  const decoded = decodeExchangeMessage(core, pair, document);
  if (!decoded.ok) return decoded;
  if (decoded.author !== author) return refuse('foreign_origin', { actor: core.parties[decoded.author].bank });
  const proof = await verifyDocument(document, key);
  if (!proof.ok) return proof;
  return { ok: true, message: decoded.message, hash: proof.hash };
}
