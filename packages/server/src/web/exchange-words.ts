/**
 * An exchange in sentences, as one of the two reads it.
 *
 * Promises: the same state is said in the same words on every page; the other one is called by name, and nobody is
 * blamed.
 *
 * @module
 */
import { otherSide } from '@evenhour/protocol';
import { LAPSE_DAYS } from '../exchange/turns.ts';
import type { ExchangeSummary, ExchangeView, SideView, StoryStep } from '../exchange/view.ts';
import { firstName, type Reading } from './format.ts';
import type { Words } from './words.ts';

export function otherOf(view: ExchangeSummary): SideView {
  return view.side === 'giver' ? view.receiver : view.giver;
}

/** What somebody is called: a person by the first name. */
export function called({ name, kind }: Pick<SideView, 'name' | 'kind'>): string {
  return firstName(name, kind ?? 'person');
}

/** The one sentence that says how it stands. */
export function sayState(
  words: Words,
  view: ExchangeSummary & Partial<Pick<ExchangeView, 'change' | 'record' | 'story'>>,
): string {
  const { t, long } = words;
  const { title, side, minutes } = view;
  if (side === null)
    return t('exchange.deskHeading', { giver: called(view.giver), receiver: called(view.receiver), title });
  const name = called(otherOf(view));
  const mine = view.waitsFor === side;
  const hours = long(minutes);
  switch (view.status) {
    case 'none':
    case 'proposed':
      if (mine) return t(side === 'giver' ? 'exchange.askedGive' : 'exchange.askedReceive', { name, title });
      return t(side === 'giver' ? 'exchange.iOffered' : 'exchange.iAsked', { name, title });
    case 'agreed':
      return t(mine ? 'exchange.changeFor' : 'exchange.agreed', { name, title });
    case 'claimed':
      if (minutes === 0) return t(mine ? 'exchange.theySayNot' : 'exchange.iSayNot', { name });
      return t(mine ? 'exchange.theySay' : 'exchange.iSay', { name, hours });
    case 'disputed':
      return t('exchange.disputed', { name });
    case 'confirmed':
      if (minutes === 0) return t('exchange.confirmedNone');
      return t(side === 'giver' ? 'exchange.confirmedGive' : 'exchange.confirmedReceive', { name, hours });
    case 'declined':
    case 'cancelled':
      return sayEnd(words, view, name);
  }
}

function sayEnd({ t }: Words, view: ExchangeSummary & Partial<Pick<ExchangeView, 'story'>>, name: string): string {
  const { title } = view;
  const last = view.story?.findLast(({ counted }) => counted);
  if (last?.wroteBy === 'bank') return t('exchange.lapsed', { title });
  const me = view.endedBy === view.side;
  if (view.status === 'declined') return t(me ? 'exchange.declinedByMe' : 'exchange.declinedBy', { name, title });
  return t(me ? 'exchange.cancelledByMe' : 'exchange.cancelledBy', { name, title });
}

/** What it means, and what comes next. */
export function sayLead(words: Words, view: ExchangeView, who: Builders, when: Reading): string {
  const { t, spoken, day, capital } = words;
  const name = view.side === null ? called(view.giver) : called(otherOf(view));
  const mine = view.side !== null && view.waitsFor === view.side;
  if (view.reserved === 'over')
    return t('exchange.leadTownsEnded', { town: view.receiver.town ?? view.giver.town ?? '' });
  switch (view.status) {
    case 'proposed':
      return mine ? t('exchange.leadProposedMine') : t('exchange.leadProposedTheirs', { name });
    case 'agreed':
      return view.change === null ? t('exchange.leadAgreed') : t('exchange.leadChange');
    case 'claimed':
      return mine
        ? t('exchange.leadClaimedMine', { hours: spoken(view.minutes) })
        : t('exchange.leadClaimedTheirs', { name });
    case 'disputed':
      return capital(
        t('exchange.leadDisputed', { ...who, day: view.deadline === null ? '' : day(new Date(view.deadline), when) }),
      );
    case 'confirmed':
      return view.reserved === 'settled' ? t('exchange.leadConfirmed') : t('exchange.waitsForRoom');
    default:
      return t('exchange.leadOver');
  }
}

/** Whether the receiver's hours are put aside, in words; nothing where there is nothing to say. */
export function sayReserved(
  { t, long }: Words,
  view: ExchangeSummary & Partial<Pick<ExchangeView, 'terms'>>,
): string | null {
  const mine = view.side === 'receiver';
  const name = called(view.receiver);
  const town = view.receiver.town ?? view.giver.town ?? '';
  switch (view.reserved) {
    case 'yes':
      return t('exchange.reservedYes', { hours: long(view.terms?.minutes ?? view.minutes) });
    case 'asked':
      return t('exchange.reservedAsked', { town });
    case 'no':
      if (view.status === 'confirmed') return null;
      if (view.reservedCode === 'over_member_cap') return t('exchange.reservedOverCap', { town });
      if (view.reservedCode !== 'not_enough_hours') return t('exchange.reservedNoRoom');
      return mine ? t('exchange.reservedNoHoursMine') : t('exchange.reservedNoHours', { name });
    case 'over':
      return t('exchange.reservedOver', { town });
    case 'settled':
      return view.minutes === 0 ? null : t('exchange.settled', { hours: long(view.minutes) });
    case 'none':
      return null;
  }
}

/** When it is to be: `Tuesday 24 November at 15:00`. */
export function sayWhen({ t, weekday, clock }: Words, startTime: string, when: Reading): string {
  const at = new Date(startTime);
  return t('exchange.whenAt', { day: weekday(at, when), time: clock(at, when.timeZone) });
}

/** One step of the story, told to its reader. */
export function sayStep(words: Words, view: ExchangeView, step: StoryStep, bank: string): string {
  const { t, long } = words;
  const me = step.by === view.side;
  const name = called(step.by === 'giver' ? view.giver : view.receiver);
  const hours = step.minutes === null ? '' : long(step.minutes);
  switch (step.kind) {
    case 'Offer':
      return me ? t('exchange.storyYouAsked') : t('exchange.storyAsked', { name });
    case 'Counter':
      return me ? t('exchange.storyYouCounter', { hours }) : t('exchange.storyCounter', { name, hours });
    case 'Accept':
      return me ? t('exchange.storyYouAccept') : t('exchange.storyAccept', { name });
    case 'Reject':
      return me ? t('exchange.storyYouReject') : t('exchange.storyReject', { name });
    case 'Withdraw':
      if (step.wroteBy === 'bank') return t('exchange.storyLapse', { days: LAPSE_DAYS });
      return me ? t('exchange.storyYouWithdraw') : t('exchange.storyWithdraw', { name });
    case 'Cancel':
      return me ? t('exchange.storyYouCancel') : t('exchange.storyCancel', { name });
    case 'Claim':
      return me ? t('exchange.storyYouClaim', { hours }) : t('exchange.storyClaim', { name, hours });
    case 'Update':
      return me ? t('exchange.storyYouUpdate', { hours }) : t('exchange.storyUpdate', { name, hours });
    case 'AcceptClaim':
      if (step.wroteBy === 'bank')
        return me && view.yesAhead ? t('exchange.storyAhead') : t('exchange.storyRule', { bank });
      return me ? t('exchange.storyYouConfirm') : t('exchange.storyConfirm', { name });
    case 'RejectClaim':
      return me ? t('exchange.storyYouContest') : t('exchange.storyContest', { name });
  }
}

/** Who looks at a dispute, and how many they are. */
export interface Builders {
  readonly who: string;
  readonly n: number;
}

/**
 * The bridge builder of each town, as the agreement or the bank names them; of a town that names nobody, its office.
 */
export function builders(
  { list, t }: Words,
  towns: readonly { readonly town: string; readonly name: string }[],
): Builders {
  const names = towns.map(({ town, name }) => (name === '' ? t('exchange.office', { town }) : firstName(name)));
  return { who: list(names), n: names.length };
}

/** The other side's reader of a view; for the pair of halves. */
export function sides(view: ExchangeView): { readonly me: 'giver' | 'receiver'; readonly other: 'giver' | 'receiver' } {
  const me = view.side ?? 'receiver';
  return { me, other: otherSide(me) };
}
