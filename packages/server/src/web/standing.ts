/**
 * How it stands with a town, in one sentence and one dial.
 *
 * Promises: the same standing is said in the same words on every page.
 *
 * @module
 */
import { firstName, list, type Reading, since, soon } from './format.ts';
import type { Frame, Standing, Theme, Town } from './models.ts';
import * as words from './words.ts';

/** What is known beside the standing, where a page knows it. */
export interface StandingFacts {
  readonly theyHonourMoreMinutes?: number;
  readonly theirBridgeBuilder?: string;
}

export function reading(frame: Frame): Reading {
  return { timeZone: frame.bank.timeZone, now: frame.now };
}

export function whyHalted(because: string | null): string {
  return words.halted[because ?? 'other'] ?? words.halted['other'] ?? '';
}

export function sayStanding(frame: Frame, town: Town, standing: Standing, facts: StandingFacts = {}): string {
  const say = words.standing;
  const ours = frame.bank.bridgeBuilder;
  switch (standing.kind) {
    case 'open': {
      const more = facts.theyHonourMoreMinutes;
      if (more === undefined) return say.open(town.name);
      return more > 0 ? say.more(town.name, more) : say.full(town.name, ours);
    }
    case 'waiting':
      return say.waiting(town.name);
    case 'off': {
      const when = soon(standing.nextAttemptAt, reading(frame));
      return standing.since
        ? say.offSince(town.name, since(standing.since, reading(frame)), when)
        : say.off(town.name, when);
    }
    case 'silent':
      return standing.since ? say.silentSince(town.name, since(standing.since, reading(frame))) : say.silent(town.name);
    case 'halted':
      return say.halted(whyHalted(standing.because), bothNames(ours, facts.theirBridgeBuilder ?? town.name));
    case 'suspended':
      return standing.by === 'them' ? say.suspendedByThem(town.name) : say.suspendedByUs(town.name);
    case 'agreeing':
      return say.agreeing(town.name);
    case 'ended':
      return say.ended(town.name);
  }
}

function bothNames(ours: string, theirs: string): string {
  return list([firstName(theirs), firstName(ours)]);
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
