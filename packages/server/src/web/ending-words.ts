/**
 * Everything that the pages say about the end of an agreement, and about hours that nobody owes any more.
 *
 * Promises: as `words.ts`. Nobody is blamed; every figure says who has it and what becomes of it.
 *
 * @module
 */
import { firstName, short } from './format.ts';

export const ending = {
  title: 'How it ended',
  by: { us: (us: string) => `${us} ended it`, them: (_us: string, them: string) => `${them} ended it` },
  line: (who: string, when: string) => `${who} on ${when}. An end is for good; what was given stays given.`,
  because: (words: string) => `Why: ${words}`,
  unsettled: (town: string) => `What stands between us is settled as soon as ${town} says which hours it has.`,
  even: (town: string) => `Nothing was left between us and ${town}.`,
  weLean: (us: string, town: string, minutes: number) => `${us} was left with ${short(minutes)} to give to ${town}.`,
  theyLean: (us: string, town: string, minutes: number) => `${town} was left with ${short(minutes)} to give to ${us}.`,
  back: (minutes: number) => `${short(minutes)} that had not arrived there went back to whoever gave them.`,
  lost: (minutes: number, town: string) =>
    `${short(minutes)} had come to us that ${town} does not count. Whoever received them keeps them; our community carries them.`,
  alone: (town: string) => `${town} could not be asked, so only what it had signed was counted.`,
  all: 'Hours that our community carries',
};

export const closing = {
  title: 'End it for good',
  text: (town: string) =>
    `For when the two books cannot be brought together again, or ${town} is gone. What both books confirm stays; hours that had not arrived go back to whoever gave them. It cannot be undone.`,
  because: 'Why? Members will read this.',
  button: (town: string) => `End it with ${town} for good`,
  how: 'What do we settle with?',
  together: (town: string) => `With what ${town} says it has, as soon as it answers.`,
  gone: (town: string) => `${town} is gone for good and cannot be asked: with what it has signed.`,
  settle: 'Settle without them',
};

export const following = {
  title: 'Begin anew',
  text: (town: string) =>
    `A new agreement can carry over what is left between us and ${town}. Both sign it, as the first time.`,
  button: 'Make the link',
  fromBefore: (us: string, town: string, toGive: number) =>
    toGive > 0
      ? `From before, ${us} has ${short(toGive)} to give to ${town}.`
      : `From before, ${town} has ${short(-toGive)} to give to ${us}.`,
};

export const losses = {
  title: 'Hours we carry together',
  heading: (minutes: number) =>
    minutes === 0 ? 'Our community carries no lost hours' : `Our community carries ${short(minutes)}`,
  lead: 'When an agreement with a town breaks, hours may have come to us that nobody owes any more. Whoever received them keeps them. The difference is not taken from anybody: it stands here, in an account of its own, for all to see.',
  none: (bridgeBuilder: string) => `No agreement has ended so far. ${firstName(bridgeBuilder)} can tell you more.`,
  list: 'Agreements that have ended',
};
