/**
 * From a person who has shown who they are to a session that wears one of their hats.
 *
 * Promises: nobody wears a hat that is not theirs; each coming in is a session of its own; whoever has come in
 * before hears of a device that was never seen; another hat is no other way in, and lasts no longer.
 *
 * @module
 */
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { type Hat, hatsOf, mustWear } from '../member/people.ts';
import { Refused } from '../node/refused.ts';
import type { Seal } from '../node/seal.ts';
import { notify } from '../notification/notify.ts';
import { countAttempt, giveBack } from './attempts.ts';
import { hashWords, holdCard, useCard } from './cards.ts';
import type { Here } from './codes.ts';
import { type Beginning, beginSession, deviceOf, devicesOf, findSessionOf, type SessionOf } from './sessions.ts';
import type { Caller } from './tokens.ts';

export interface Entered {
  readonly secret: string;
  readonly hat: Hat;
  /** All that this person may wear. */
  readonly hats: readonly Hat[];
}

/**
 * Begins a person's session with the hat that is asked for, else with their own name. Refuses `not_allowed` without
 * any.
 */
export async function enter(
  tx: Queries,
  bank: Bank,
  personId: string,
  beginning: Beginning,
  memberId?: string,
): Promise<Entered> {
  const hats = await hatsOf(tx, bank.id, personId);
  const chosen = memberId === undefined ? hats[0] : await mustWear(tx, bank.id, personId, memberId);
  if (chosen === undefined) throw new Refused('not_allowed');
  await tellOfNewDevice(tx, bank, personId, beginning.agent, hats);
  const secret = await beginSession(tx, bank.id, sessionFor(chosen), beginning);
  return { secret, hat: chosen, hats };
}

/**
 * Begins a session with another hat for somebody who is in: it counts as theirs did, and is over when theirs would be.
 * Refuses `not_found` for a hat that is not theirs, `not_signed_in` when theirs has just ended.
 */
export async function changeHat(
  tx: Queries,
  bank: Bank,
  { personId, tokenHash }: Caller & { readonly personId: string },
  { agent, app }: Pick<Beginning, 'agent' | 'app'>,
  memberId: string,
): Promise<Entered> {
  await holdCard(tx, bank.id, personId);
  const before = await findSessionOf(tx, bank.id, tokenHash);
  if (before === undefined) throw new Refused('not_signed_in');
  const hat = await mustWear(tx, bank.id, personId, memberId);
  const beginning = { how: before.how, agent, app: app === true, until: before.expiresAt };
  const secret = await beginSession(tx, bank.id, sessionFor(hat), beginning);
  return { secret, hat, hats: await hatsOf(tx, bank.id, personId) };
}

/** What a session with this hat stands for. */
export function sessionFor({ role, memberId, personId }: Hat): SessionOf {
  return role === 'desk' ? { role: 'operator', personId } : { role: 'member', memberId, personId };
}

async function tellOfNewDevice(
  tx: Queries,
  bank: Bank,
  personId: string,
  agent: string,
  hats: readonly Hat[],
): Promise<void> {
  const own = hats.find(({ role }) => role === 'acts');
  if (own === undefined) return;
  const known = await devicesOf(tx, bank.id, personId);
  if (known.size === 0 || known.has(deviceOf(agent))) return;
  await notify(tx, bank, {
    memberId: own.memberId,
    kind: 'sign_in_new_device',
    facts: { at: new Date().toISOString() },
    href: '/me/doors',
  });
}

/**
 * Comes in by the words of a card. Counted before anybody looks, so that guesses at once are counted too. Refuses
 * `invalid_request` for the field `words`, and `too_many_requests`.
 */
export async function enterByCard<T>(
  { database, seal }: { database: Here['database']; seal: Seal },
  bank: Bank,
  given: { readonly words: string; readonly source: string },
  work: (tx: Queries, personId: string) => Promise<T>,
): Promise<T> {
  const { db } = database;
  await countAttempt(db, bank.id, 'card_source', given.source);
  await countAttempt(db, bank.id, 'card_bank', 'all');
  const hash = await hashWords(seal, bank.id, given.words);
  const done = await database.transaction(async (tx) => {
    const personId = await useCard(tx, bank.id, hash);
    return personId === null ? null : { value: await work(tx, personId) };
  });
  if (done === null) throw new Refused('invalid_request', { field: 'words', reason: 'on no card' });
  await giveBack(db, bank.id, 'card_source', given.source);
  await giveBack(db, bank.id, 'card_bank', 'all');
  return done.value;
}
