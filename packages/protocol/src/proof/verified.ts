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
import type { Entry, Party, VerifiedEntry } from '../core/journal/entry.ts';
import { type KeySchedule, keyAt, keysAfter } from '../core/journal/keys.ts';
import { type Outcome, type Refusal, refuse } from '../core/refusal.ts';
import { base58Decode, canonicalBytes } from '../wire/canonical.ts';
import { decodeEntry } from '../wire/entry.ts';
import { decodeExchangeMessage, type ExchangeMessage } from '../wire/messages.ts';
import type { JsonObject } from '../wire/strict-json.ts';
import { verifyDocument } from './data-integrity.ts';
import { decodeMultikey, importVerifyingKey, type VerifyingKey, verifyBytes } from './key.ts';

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

export interface VerifiedRun {
  /** The entries up to the first that is not one. */
  readonly entries: readonly VerifiedEntry[];
  /** The schedule with the key changes of these entries. */
  readonly keys: KeySchedule;
  readonly bad: { readonly index: number; readonly refusal: Refusal } | null;
}

/**
 * Verifies a run of one bank's entries, each with the key that held at its `seq`, also across key
 * changes within the run. In parallel, but for the wait at each key change.
 *
 * @param keys the schedule of `author` before the run
 */
export async function verifyRun(
  core: AgreementCore,
  pair: string,
  author: Party,
  documents: readonly JsonObject[],
  keys: KeySchedule,
): Promise<VerifiedRun> {
  const pending: Promise<Outcome<{ entry: VerifiedEntry }>>[] = [];
  let schedule = keys;
  for (const document of documents) {
    const seq = typeof document['seq'] === 'number' ? document['seq'] : 0;
    const key = await importVerifyingKey(keyAt(schedule, seq), core.parties[author].key.id);
    const checked = key.ok ? verifyEntry(core, pair, author, document, key.key) : Promise.resolve(key);
    pending.push(checked);
    if (document['keyChange'] === undefined) continue;
    const result = await checked;
    if (!result.ok) break;
    schedule = keysAfter(schedule, result.entry);
  }
  const entries: VerifiedEntry[] = [];
  for (const [index, result] of (await Promise.all(pending)).entries()) {
    if (!result.ok) return { entries, keys: entries.reduce(keysAfter, keys), bad: { index, refusal: result.refusal } };
    entries.push(result.entry);
  }
  return { entries, keys: schedule, bad: null };
}

/** What the recovery key signs to allow a new key. */
export function recoveryBytes(pair: string, change: { newKey: string; nextRecovery: string }): Uint8Array<ArrayBuffer> {
  return canonicalBytes({ newKey: change.newKey, nextRecovery: change.nextRecovery, pair });
}

async function verifyRecovery(
  pair: string,
  change: { newKey: string; recoveryKey: string; nextRecovery: string; recoverySignature: string },
): Promise<boolean> {
  // A key that nothing verifies under would end the journal.
  if (decodeMultikey(change.newKey) === undefined) return false;
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
