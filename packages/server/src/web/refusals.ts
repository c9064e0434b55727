/**
 * Refusals in the words of a member: what happened, and what to do.
 *
 * Promises: every code that a member or an operator can meet on a page has a sentence of its own in the area
 * `refusal`; any other code gets a kind one. Every sentence names who has to act, and none blames the reader.
 *
 * @module
 */
import type { Facts, RefusalCode } from '@evenhour/protocol';
import { firstName } from './format.ts';
import type { RefusalView } from './models.ts';
import type { Words } from './words.ts';

/** Who the sentences speak of. `town` is the other town, `who` the other member. */
export interface Place {
  readonly bank: string;
  readonly bridgeBuilder: string;
  readonly town?: string | undefined;
  readonly who?: string | undefined;
}

export interface RefusalText {
  readonly what: string;
  readonly todo: string;
}

/**
 * Codes that are said in another way when the core knows a figure: which fact holds it, and the key of the sentence.
 */
const withFigure: Partial<Record<RefusalCode, { readonly fact: string; readonly key: string }>> = {
  too_large: { fact: 'maxPictureBytes', key: 'too_large_picture' },
  limit_reached: { fact: 'roomMinutes', key: 'limit_reached_room' },
  not_enough_hours: { fact: 'availableMinutes', key: 'not_enough_hours_left' },
  over_transfer_cap: { fact: 'capMinutes', key: 'over_transfer_cap_limit' },
};

/** Says a refusal, or something kind when there is no code or no sentence for it. */
export function sayRefusal(words: Words, refusal: RefusalView | null, place: Place): RefusalText {
  const { t, say, short, capital } = words;
  const minutes = refusal === null ? 0 : figureOf(refusal.code, refusal.facts ?? {});
  const named = {
    town: place.town ?? t('refusal.otherTown'),
    who: place.who || t('refusal.thisMember'),
    name: firstName(place.bridgeBuilder),
    bank: place.bank,
    hours: short(minutes),
  };
  const code = refusal?.code ?? 'other';
  const key = minutes > 0 && refusal !== null ? withFigure[refusal.code]?.key : code;
  const sentence = (end: 'what' | 'todo') =>
    capital(say(`refusal.${key}.${end}`, named) ?? t(`refusal.other.${end}`, { name: named.name }));
  return { what: sentence('what'), todo: sentence('todo') };
}

/** Minutes; 0 when none is known. */
function figureOf(code: RefusalCode, facts: Facts): number {
  const value = facts[withFigure[code]?.fact ?? ''];
  return typeof value === 'number' ? value : 0;
}
