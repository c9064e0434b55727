/**
 * A card for a member: for the person who acts for them.
 *
 * Promises: a member whom nobody acts for yet gets a person together with the card; of several persons the desk
 * names one.
 *
 * @module
 */
import { cardOf, issueCard, revokeCards } from '../auth/cards.ts';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { Refused } from '../node/refused.ts';
import { notify } from '../notification/notify.ts';
import type { CardReady } from './joining.ts';
import { findMember } from './members.ts';
import { addPerson, giveHat, type Hat, wearersOf } from './people.ts';

/** Where the QR code of a card leads; the page there has one button. */
export const cardPath = (words: readonly string[]) => `/card/${encodeURIComponent(words.join('-'))}`;

export interface IssuedCard {
  readonly personId: string;
  readonly words: readonly string[];
}

/** Who may act for a member, or looks after the desk, and whether a card lets them in. */
export async function wearersWithCards(
  tx: Queries,
  bankId: string,
  memberId: string,
): Promise<(Hat & { readonly hasCard: boolean })[]> {
  const hats = await wearersOf(tx, bankId, memberId);
  return Promise.all(hats.map(async (hat) => ({ ...hat, hasCard: (await cardOf(tx, bankId, hat.personId)) !== null })));
}

/** Refuses `not_found`, and `invalid_request` for the field `personId` when several act for the member. */
export async function issueCardFor(
  tx: Queries,
  bank: Bank,
  idOrHandle: string,
  personId: string | undefined,
  ready: CardReady,
): Promise<IssuedCard> {
  const row = await findMember(tx, bank.id, idOrHandle);
  if (row === undefined || row.kind === 'fund') throw new Refused('not_found');
  const wearers = await wearersOf(tx, bank.id, row.id);
  const chosen = wearers.find((hat) => hat.personId === personId) ?? (personId === undefined ? wearers[0] : undefined);
  if (personId !== undefined && chosen === undefined) throw new Refused('not_found');
  if (personId === undefined && wearers.length > 1)
    throw new Refused('invalid_request', { field: 'personId', reason: 'several act for this member' });
  const id = chosen?.personId ?? (await addPerson(tx, bank.id, row.name)).id;
  if (chosen === undefined) await giveHat(tx, bank.id, { personId: id, memberId: row.id, role: 'acts' });
  await issueCard(tx, bank.id, id, ready.hash);
  await notify(tx, bank, { memberId: row.id, kind: 'card_issued', facts: {}, href: '/me/doors' });
  return { personId: id, words: ready.words };
}

/**
 * Ends the cards of whoever acts for a member, or of one of them. Returns whether there were any. Refuses `not_found`.
 */
export async function revokeCardsOf(
  tx: Queries,
  bankId: string,
  idOrHandle: string,
  personId?: string,
): Promise<boolean> {
  const row = await findMember(tx, bankId, idOrHandle);
  if (row === undefined) throw new Refused('not_found');
  const wearers = (await wearersOf(tx, bankId, row.id)).filter(
    (hat) => personId === undefined || hat.personId === personId,
  );
  if (personId !== undefined && wearers.length === 0) throw new Refused('not_found');
  let any = false;
  for (const hat of wearers) any = (await revokeCards(tx, bankId, hat.personId)) || any;
  return any;
}
