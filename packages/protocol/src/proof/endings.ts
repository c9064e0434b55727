/**
 * Checks of a Close, of evidence of a fork, and of the presentation of a pair.
 *
 * Promises: each says exactly what is proved and by which keys; nothing is fetched. Evidence and
 * presentation carry an agreement, and an agreement names its keys itself: who checks one must know
 * one of those keys already, and is told which. Spec: the end of a pair, fork, recovery.
 *
 * @module
 */
import { type AgreementCore, checkCore, termsOf } from '../core/agreement/agreement.ts';
import { other, type Party } from '../core/journal/entry.ts';
import { type KeySchedule, keysAtStart } from '../core/journal/keys.ts';
import type { Both } from '../core/journal/pair.ts';
import { type Outcome, refuse } from '../core/refusal.ts';
import { canonical } from '../wire/canonical.ts';
import { type ClosingHeads, decodeClose } from '../wire/endings.ts';
import { pairOf } from '../wire/entry.ts';
import { forkSchema, presentationSchema } from '../wire/schemas.ts';
import type { JsonObject } from '../wire/strict-json.ts';
import { verifyDocument } from './data-integrity.ts';
import { importVerifyingKey, type VerifyingKey } from './key.ts';
import { verifyRun } from './verified.ts';

/** Verifies that `author` ends this pair. `key` is the one that its next entry would be signed with. */
export async function verifyClose(
  core: AgreementCore,
  pair: string,
  author: Party,
  document: JsonObject,
  key: VerifyingKey,
): Promise<Outcome<{ heads: ClosingHeads; hash: string }>> {
  const decoded = decodeClose(core, pair, document);
  if (!decoded.ok) return decoded;
  if (decoded.author !== author) return refuse('foreign_origin', { actor: core.parties[decoded.author].bank });
  const proof = await verifyDocument(document, key);
  return proof.ok ? { ok: true, heads: decoded.heads, hash: proof.hash } : proof;
}

/** What evidence of a fork proves: that the holder of `agreedKey` signed two histories. */
export interface ProvenFork {
  readonly pair: string;
  readonly bank: string;
  readonly epoch: number;
  readonly seq: number;
  readonly hashes: readonly [string, string];
  /** The key that the agreement in the evidence names. Compare it with one known to be the bank's. */
  readonly agreedKey: string;
}

/**
 * Verifies evidence of a fork, by itself.
 *
 * Refuses `schema_mismatch`, `foreign_pair` (the core makes another pair), `foreign_origin`,
 * `invalid_request` (fact `reason`: `no_fork` when the entries do not contradict each other), and
 * whatever is wrong with one of the proofs.
 */
export async function verifyFork(document: JsonObject): Promise<Outcome<{ fork: ProvenFork }>> {
  const parsed = forkSchema.safeParse(document);
  if (!parsed.success) return refuse('schema_mismatch', { path: parsed.error.issues[0]?.path.join('.') ?? '' });
  const core = parsed.data.core as AgreementCore;
  const { pair, genesis } = pairOf(core);
  if (parsed.data.pair !== pair) return refuse('foreign_pair', { pair: parsed.data.pair });
  const author = partyOf(core, parsed.data.actor);
  if (author === null) return refuse('foreign_origin', { actor: parsed.data.actor });
  const changes = parsed.data.keyChanges as unknown as JsonObject[];
  const keys = await verifyChanges(core, pair, genesis, author, changes);
  if (!keys.ok) return keys;
  const run = await verifyRun(core, pair, author, parsed.data.entries as unknown as JsonObject[], keys.schedule);
  if (run.bad !== null) return { ok: false, refusal: run.bad.refusal };
  const [first, second] = run.entries;
  if (first === undefined || second === undefined) return refuse('schema_mismatch', { path: 'entries' });
  if (first.epoch !== second.epoch || first.seq !== second.seq || first.hash >= second.hash)
    return refuse('invalid_request', { reason: 'no_fork' });
  const { epoch, seq } = first;
  const agreedKey = core.parties[author].key.publicKeyMultibase;
  const hashes = [first.hash, second.hash] as const;
  return { ok: true, fork: { pair, bank: core.parties[author].bank, epoch, seq, hashes, agreedKey } };
}

/** A pair as a partner presents it: enough to fetch and check both journals. */
export interface Presented {
  readonly core: AgreementCore;
  readonly pair: string;
  readonly genesis: string;
  readonly me: Party;
  /** Which keys to expect of each bank: for entries by their `seq`, for requests the newest. */
  readonly keys: Both<KeySchedule>;
}

/**
 * Verifies the presentation of a pair to a bank that does not know it. The partner's keys count
 * because this bank's own signature stands under the agreement that names them.
 *
 * @param bank this bank's actor
 * @param ownKeys every Multikey that this bank ever signed with, from its outside backup
 *
 * Refuses `schema_mismatch`, `foreign_pair`, `unknown_partner` (fact `reason: 'not_my_agreement'`)
 * and `wrong_key` (`not_my_key`), what is wrong with the core, and what is wrong with a proof.
 */
export async function verifyPresentation(
  document: JsonObject,
  bank: string,
  ownKeys: readonly string[],
): Promise<Outcome<{ presented: Presented }>> {
  const parsed = presentationSchema.safeParse(document);
  if (!parsed.success) return refuse('schema_mismatch', { path: parsed.error.issues[0]?.path.join('.') ?? '' });
  const offer = document['offer'] as JsonObject;
  const accept = document['accept'] as JsonObject;
  const core = offer['core'] as unknown as AgreementCore;
  const { pair, genesis } = pairOf(core);
  const named = [document['pair'], offer['pair'], accept['pair']];
  if (
    canonical(offer['core'] as JsonObject) !== canonical(accept['core'] as JsonObject) ||
    named.some((id) => id !== pair)
  )
    return refuse('foreign_pair', { pair: String(document['pair']) });
  const sound = checkCore(core);
  if (!sound.ok) return sound;
  const me = partyOf(core, bank);
  if (me === null) return refuse('unknown_partner', { reason: 'not_my_agreement' });
  if (!ownKeys.includes(core.parties[me].key.publicKeyMultibase)) return refuse('wrong_key', { reason: 'not_my_key' });
  if (partyOf(core, String(offer['actor'])) === partyOf(core, String(accept['actor'])))
    return refuse('foreign_origin', { reason: 'one_signature_missing' });
  for (const yes of [offer, accept]) {
    const party = partyOf(core, String(yes['actor']));
    if (party === null) return refuse('foreign_origin', { actor: String(yes['actor']) });
    const { id, publicKeyMultibase } = core.parties[party].key;
    const key = await importVerifyingKey(publicKeyMultibase, id);
    if (!key.ok) return key;
    const proof = await verifyDocument(yes, key.key);
    if (!proof.ok) return proof;
  }
  const changes = document['keyChanges'] as readonly JsonObject[];
  const stray = changes.find((change) => partyOf(core, String(change['actor'])) === null);
  if (stray !== undefined) return refuse('foreign_origin', { actor: String(stray['actor']) });
  const mine = await verifyChanges(core, pair, genesis, me, changesOf(core, me, changes));
  if (!mine.ok) return mine;
  const theirs = await verifyChanges(core, pair, genesis, other(me), changesOf(core, other(me), changes));
  if (!theirs.ok) return theirs;
  const keys = me === 0 ? ([mine.schedule, theirs.schedule] as const) : ([theirs.schedule, mine.schedule] as const);
  return { ok: true, presented: { core, pair, genesis, me, keys } };
}

/** The schedule that follows from a bank's key changes. Each is signed with the key before it, or all is refused. */
async function verifyChanges(
  core: AgreementCore,
  pair: string,
  genesis: string,
  author: Party,
  changes: readonly JsonObject[],
): Promise<Outcome<{ schedule: KeySchedule }>> {
  const run = await verifyRun(core, pair, author, changes, keysAtStart(termsOf(core, pair, genesis), author));
  if (run.bad !== null) return { ok: false, refusal: run.bad.refusal };
  return { ok: true, schedule: run.keys };
}

function changesOf(core: AgreementCore, party: Party, changes: readonly JsonObject[]): JsonObject[] {
  return changes.filter((change) => change['actor'] === core.parties[party].bank);
}

function partyOf(core: AgreementCore, bank: string): Party | null {
  const index = core.parties.findIndex((party) => party.bank === bank);
  return index === 0 || index === 1 ? index : null;
}
