/**
 * What a partner signed, checked under the keys that count for it.
 *
 * Promises: an entry counts under the key that holds at its place of the journal; a request or an answer
 * under the key that the partner uses or a newer one; nothing is fetched. Spec: key change.
 *
 * @module
 */
import { keyAt, type Outcome, type Refusal, refusal } from '@evenhour/protocol';
import { importVerifyingKey, verifyExchangeMessage, verifyRun } from '@evenhour/protocol/proof';
import type { ExchangeMessage, JsonObject } from '@evenhour/protocol/wire';
import type { PairWork } from '../journal/pair-work.ts';
import type { IncomingEntry } from '../journal/settle.ts';
import type { IncomingMessage } from '../transfer/gifts.ts';
import type { Partner } from './partners.ts';

export const MAX_ENTRY_BYTES = 64 * 1024;

/**
 * Verifies under one key after another, the partner's newest first; `count` says how many there are once the first
 * was tried. Returns which one it was, or the refusal under the last.
 */
export async function underAccepted<T extends object>(
  verify: (nth: number) => Promise<Outcome<T>>,
  count: () => number,
): Promise<Outcome<T & { nth: number }>> {
  for (let nth = 0; ; nth++) {
    const result = await verify(nth);
    if (result.ok) return { ...result, nth };
    // A form that does not fit fits under no key.
    const otherKey = result.refusal.code === 'signature_mismatch' && result.refusal.facts['reason'] === 'signature';
    if (!otherKey || nth + 1 >= count()) return result;
  }
}

/** The entries of a run up to the first that is not one. */
export async function verifyItems(
  { core, pairId, party, keys }: Partner,
  items: readonly JsonObject[],
): Promise<{ entries: IncomingEntry[]; bad: { seq: number; refusal: Refusal } | null }> {
  const documents = items.map((item) => JSON.stringify(item));
  const large = documents.findIndex((document) => document.length > MAX_ENTRY_BYTES);
  const run = await verifyRun(core, pairId, party, large === -1 ? items : items.slice(0, large), keys[party]);
  const entries = run.entries.map((entry, index) => ({ entry, document: documents[index] as string }));
  const at = run.bad?.index ?? large;
  if (at === -1) return { entries, bad: null };
  const seq = items[at]?.['seq'];
  const refused = run.bad?.refusal ?? refusal('too_large', { maxBytes: MAX_ENTRY_BYTES });
  return { entries, bad: { seq: typeof seq === 'number' ? seq : 0, refusal: refused } };
}

/**
 * Whether the key that a run was checked with is still the one that holds at its place. Another process may have
 * taken a key change a moment ago.
 */
export function keyHolds({ pair }: PairWork, { party, keys }: Partner): boolean {
  return keyAt(keys[party], pair.heads[party].seq + 1) === pair.views[party].keys[party];
}

/**
 * An exchange message, under any key that the partner has had in this pair: it may have been signed before a
 * change, and the request or answer that brings it was checked under a key of now. What a partner presents of our own
 * is checked under our own keys.
 */
export async function verifyMessage(
  { core, pairId, keys, ...partner }: Partner,
  document: JsonObject,
  party = partner.party,
): Promise<Outcome<{ incoming: IncomingMessage<ExchangeMessage> }>> {
  let first: { ok: false; refusal: Refusal } | undefined;
  for (const { key } of [...keys[party]].reverse()) {
    const imported = await importVerifyingKey(key, core.parties[party].key.id);
    if (!imported.ok) continue;
    const result = await verifyExchangeMessage(core, pairId, party, document, imported.key);
    if (result.ok)
      return {
        ok: true,
        incoming: { message: result.message, hash: result.hash, document: JSON.stringify(document) },
      };
    first ??= result;
    if (result.refusal.code !== 'proof_mismatch') break;
  }
  return first ?? { ok: false, refusal: refusal('unknown_partner') };
}
