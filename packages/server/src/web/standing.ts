/**
 * How it stands with a town, in one sentence and one dial.
 *
 * Promises: the same standing is said in the same words on every page.
 *
 * @module
 */
import { firstName, type Reading } from './format.ts';
import type { Difference, Frame, Standing, Theme, Town } from './models.ts';
import type { Words } from './words.ts';

/** What is known beside the standing, where a page knows it. */
export interface StandingFacts {
  readonly theyHonourMoreMinutes?: number;
  readonly theirBridgeBuilder?: string;
}

export function reading(frame: Frame): Reading {
  return { timeZone: frame.bank.timeZone, now: frame.now };
}

/** Why a pair stands still. Words of the core that have no sentence get a general one. */
export function whyHalted({ t, say }: Words, because: string | null): string {
  return say(`standing.halted.${because ?? 'other'}`) ?? t('standing.halted.other');
}

export function sayStanding(frame: Frame, { name: town }: Town, standing: Standing, facts: StandingFacts = {}): string {
  const { words, bank } = frame;
  const { t, short, since, soon } = words;
  const at = reading(frame);
  switch (standing.kind) {
    case 'open': {
      const more = facts.theyHonourMoreMinutes;
      if (more === undefined) return t('standing.open', { town });
      if (more > 0) return t('standing.more', { town, hours: short(more) });
      return t('standing.full', { town, name: firstName(bank.bridgeBuilder) });
    }
    case 'waiting':
      return t('standing.waiting', { town });
    case 'off': {
      const when = soon(standing.nextAttemptAt, at);
      return standing.since
        ? t('standing.offSince', { town, since: since(standing.since, at), when })
        : t('standing.off', { town, when });
    }
    case 'silent':
      return standing.since
        ? t('standing.silentSince', { town, since: since(standing.since, at) })
        : t('standing.silent', { town });
    case 'halted':
      return sayHalted(frame, standing.because, facts.theirBridgeBuilder ?? town);
    case 'suspended':
      return standing.by === 'them' ? t('standing.suspendedByThem', { town }) : t('standing.suspendedByUs', { town });
    case 'agreeing':
      return t('standing.agreeing', { town });
    case 'ended':
      return t('standing.ended', { town });
  }
}

/** Why new hours wait, and who looks: somebody there, and our own bridge builder. */
export function sayHalted({ words, bank }: Frame, because: string | null, theirs: string): string {
  const both = words.list([firstName(theirs), firstName(bank.bridgeBuilder)]);
  return words.t('standing.halted', { why: whyHalted(words, because), both });
}

/** That two figures are not the same, and where they part. */
export function sayDifference({ t, short }: Words, town: string, difference: Difference): string {
  const { theySayMinutes, weSayMinutes, partsAtSeq } = difference;
  const figures = t('towns.notSame', { they: short(theySayMinutes), we: short(weSayMinutes) });
  return partsAtSeq === null ? figures : `${figures} ${t('towns.partsAt', { seq: partsAtSeq, town })}`;
}

/** Which halves are there: ours at the start, the town's at the end. */
export function standingDial(us: Theme, town: Town, standing: Standing): { start: Theme | null; end: Theme | null } {
  switch (standing.kind) {
    case 'open':
      return { start: us, end: town.theme };
    case 'waiting':
    case 'off':
    case 'silent':
    case 'agreeing':
      return { start: us, end: null };
    case 'suspended':
      return standing.by === 'us' ? { start: null, end: town.theme } : { start: us, end: null };
    case 'halted':
    case 'ended':
      return { start: null, end: null };
  }
}
