/**
 * Entries that came from a partner, verified each under the key that counts at its place.
 *
 * @module
 */
import { type KeySchedule, keyAt, keysAfter, type Party, type Refusal } from '@evenhour/protocol';
import type { JsonObject } from '@evenhour/protocol/wire';
import type { Bank, Incoming, Link } from './bank.ts';
import type { Verified } from './seal.ts';
import type { Soon } from './store.ts';
import type { Job } from './wire.ts';
import type { Work } from './work.ts';

/** The entries up to the first that is none, and what is wrong with that one. */
interface VerifiedRun {
  readonly good: readonly Incoming[];
  readonly bad: { readonly seq: number; readonly refusal: Refusal } | null;
}

/** Opens the pair with entries of the partner, verified under the keys that count while the pair is locked. */
export function* openWith(
  bank: Bank,
  link: Link,
  documents: readonly JsonObject[],
): Job<VerifiedRun & { readonly work: Work }> {
  const peer = bank.peerOf(link);
  for (;;) {
    const keys = bank.row(link).keys[peer];
    const verified = yield* verifyRun(bank, link, peer, documents, keys);
    yield { lock: link.number };
    const work = bank.open(link);
    if (work.keys[peer] === keys) return { work, ...verified };
    bank.ports.unlock(bank, link.number);
  }
}

/** Verifies one after the other, also across a key change. */
export function* verifyRun(
  bank: Bank,
  link: Link,
  author: Party,
  documents: readonly JsonObject[],
  keys: KeySchedule,
): Job<VerifiedRun> {
  if (documents.length === 0) return { good: [], bad: null };
  const soon: Soon<Verified>[] = [];
  let schedule = keys;
  for (const document of documents) {
    const key = keyAt(schedule, Number(document['seq']));
    const checked = bank.sealer.verify(link.agreement, author, document, key);
    soon.push(checked);
    if (document['keyChange'] === undefined) continue;
    const result = (checked instanceof Promise ? yield checked : checked) as Verified;
    if (!result.ok) break;
    schedule = keysAfter(schedule, result.entry);
  }
  const waits = soon.some((each) => each instanceof Promise);
  const results = (waits ? yield Promise.all(soon) : soon) as Verified[];
  const good: Incoming[] = [];
  for (const [index, document] of documents.entries()) {
    const verified = results[index] as Verified;
    if (!verified.ok) return { good, bad: { seq: Number(document['seq']), refusal: verified.refusal } };
    good.push({ entry: verified.entry, document });
  }
  return { good, bad: null };
}
