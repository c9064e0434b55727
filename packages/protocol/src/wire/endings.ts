/**
 * The documents around the end of a pair and around what a backup does not know: Close, evidence of a
 * fork, the presentation of a pair. None of them is a journal entry.
 *
 * Promises: the same facts make the same document at every bank. Proofs are checked in `proof/`.
 * Spec: the end of a pair, fork, recovery.
 *
 * @module
 */
import type { AgreementCore } from '../core/agreement/agreement.ts';
import type { Head, Party } from '../core/journal/entry.ts';
import { type Outcome, refuse } from '../core/refusal.ts';
import { hashOf } from './canonical.ts';
import { CONTEXT } from './context.ts';
import { entryId } from './entry.ts';
import { closeSchema } from './schemas.ts';
import type { JsonObject } from './strict-json.ts';

/** The last entries that a bank holds: of its own journal, and of the other's. */
export interface ClosingHeads {
  readonly own: Head;
  readonly peer: Head;
}

/** A pair is closed once by a bank, so this is the only id of its kind. */
export function closeId(core: AgreementCore, pair: string, author: Party): string {
  return entryId(core, pair, author, 0, 0).replace(/\/0\/0$/, '/close');
}

/** The wire form of a Close, without its proof. */
export function encodeClose(core: AgreementCore, pair: string, author: Party, heads: ClosingHeads): JsonObject {
  const head = ({ epoch, seq, hash }: Head): JsonObject => ({ epoch, seq, hash });
  return {
    '@context': [...CONTEXT],
    id: closeId(core, pair, author),
    type: ['Activity', 'Close'],
    actor: core.parties[author].bank,
    pair,
    heads: { own: head(heads.own), peer: head(heads.peer) },
  };
}

/** Reads a Close of this pair. Refuses `schema_mismatch`, `foreign_pair`, `foreign_origin`. */
export function decodeClose(
  core: AgreementCore,
  pair: string,
  document: JsonObject,
): Outcome<{ author: Party; heads: ClosingHeads }> {
  const parsed = closeSchema.safeParse(document);
  if (!parsed.success) return refuse('schema_mismatch', { path: parsed.error.issues[0]?.path.join('.') ?? '' });
  const { id, actor, pair: named, heads } = parsed.data;
  if (named !== pair) return refuse('foreign_pair', { pair: named });
  const author = core.parties.findIndex((party) => party.bank === actor);
  if (author !== 0 && author !== 1) return refuse('foreign_origin', { actor });
  if (id !== closeId(core, pair, author)) return refuse('foreign_origin', { id });
  return { ok: true, author, heads };
}

/**
 * Evidence of a fork, from two signed entries. They stand in the order of their hashes, so that
 * whoever finds the fork makes the same document.
 *
 * @param keyChanges the writer's signed key changes before that place, oldest first
 */
export function makeFork(
  core: AgreementCore,
  pair: string,
  author: Party,
  entries: readonly [JsonObject, JsonObject],
  keyChanges: readonly JsonObject[],
): JsonObject {
  const [first, second] = entries;
  return {
    '@context': [...CONTEXT],
    type: ['Object', 'Fork'],
    pair,
    actor: core.parties[author].bank,
    core: core as unknown as JsonObject,
    keyChanges: [...keyChanges],
    entries: hashOf(first) < hashOf(second) ? [first, second] : [second, first],
  };
}

/** What a bank shows to a partner that was restored and does not know their pair. All three are signed already. */
export function makePresentation(
  pair: string,
  offer: JsonObject,
  accept: JsonObject,
  keyChanges: readonly JsonObject[],
): JsonObject {
  return {
    '@context': [...CONTEXT],
    type: ['Object', 'Presentation'],
    pair,
    offer,
    accept,
    keyChanges: [...keyChanges],
  };
}
