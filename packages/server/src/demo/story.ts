/**
 * What happens when nobody presses a key: hours cross, and now and then somebody breaks something.
 *
 * Promises: one thing at a time, at a pace that can be read; a plug that the story pulls it puts back,
 * unless it is told to stop, and one that somebody else pulled it leaves out; it pulls none of a town that somebody
 * is looking at, and nobody as whom somebody walked in takes part.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ActName } from '../web/live-models.ts';
import { sendHour } from './acts.ts';
import { clientOf } from './api.ts';
import type { Acts } from './live-acts.ts';
import type { Town } from './towns.ts';
import type { Watch } from './watch.ts';
import type { World } from './world.ts';

export interface StoryOptions {
  /** Also pull plugs, replay, forge and pass limits. */
  readonly breaks: boolean;
  readonly signal: AbortSignal;
  readonly paceMs?: number;
}

const PACE_MS = 4_000;
/** For so long after somebody looked at a town's pages or walked in the story leaves its plug alone. */
const VISIT_MS = 15 * 60_000;

/** The first hours after the agreements, so that something stands between the towns: `[from, to, minutes]`. */
const OPENING = [
  [0, 1, 120],
  [1, 2, 90],
  [2, 0, 60],
  [0, 2, 120],
  [0, 2, 90],
  [1, 0, 60],
  [0, 2, 120],
  [2, 1, 45],
  [0, 2, 150],
  [0, 1, 90],
  [0, 2, 180],
] as const;

export async function playOpening({ towns }: World, watch: Watch, signal: AbortSignal): Promise<void> {
  for (const [from, to, minutes] of OPENING) {
    if (signal.aborted) return;
    try {
      const { transfer } = await sendHour({ from: towns[from], to: towns[to], minutes });
      await towns[from].api.transfers.waitFor(transfer.id, { timeoutMs: 5_000 });
    } catch {
      // Somebody has pulled a plug already. The story goes on without this hour.
    }
    await watch.now();
  }
}

/** Who comes to a gathering of another town: `[town, who, what]`. */
const VISITORS = [
  [1, 'rosa', 'Soup and Stitches'],
  [0, 'davie', 'Set dancing for two left feet'],
  [2, 'colm', 'Bread from yesterday'],
] as const;
const READ_TRIES = 60;

/** Takes their seats as soon as their towns have read what the others offer; gives up after a minute. */
export async function seatVisitors({ towns }: World, signal: AbortSignal): Promise<void> {
  for (const [at, who, title] of VISITORS) {
    const { api, origin } = towns[at];
    const visitor = clientOf(origin, (await api.members.issueToken(who)).token);
    for (let tries = 0; tries < READ_TRIES; tries++) {
      if (towns[at].walkedIn.has(who)) break;
      const { items } = await visitor.offers.list({ q: title }).page();
      const offer = items.find((each) => each.title === title);
      if (offer !== undefined) {
        await visitor.exchanges.ask({ offer: offer.id, minutes: offer.minutes ?? 60, content: 'I would like to come' });
        break;
      }
      await sleep(1_000, undefined, { signal });
    }
  }
}

/** The towns as they are, but for the first that nobody has looked at lately, which comes first. */
export function victimFirst<T extends Pick<Town, 'visitedWithin'>>(turns: readonly T[], ms: number): [T, T, T] {
  const alone = Math.max(
    0,
    turns.findIndex((town) => !town.visitedWithin(ms)),
  );
  return [turns[alone], ...turns.filter((_, at) => at !== alone)] as [T, T, T];
}

/** Plays until the signal. What cannot be done, because somebody did something else first, is left out. */
export async function playStory(
  { towns }: Pick<World, 'towns'>,
  acts: Acts,
  { breaks, signal, paceMs = PACE_MS }: StoryOptions,
): Promise<void> {
  const pause = (ms = paceMs): Promise<void> => sleep(ms, undefined, { signal });
  const act = async (name: ActName, town: Town, to?: Town): Promise<void> => {
    if (town.on) await acts(name, town, { silent: true, ...(to !== undefined && { to }) });
  };
  const hour = async (from: number): Promise<void> => {
    await act('send', towns[(from % 3) as 0 | 1 | 2]);
    await pause();
  };
  try {
    for (let round = 0; ; round++) {
      const turns = [2, 0, 1].map((turn) => towns[((round + turn) % 3) as 0 | 1 | 2]);
      const [victim, giver, other] = victimFirst(turns, VISIT_MS);
      for (let count = 0; count < 3; count++) await hour(round + count);
      if (!breaks) continue;
      await act('replay', giver);
      await pause();
      await hour(round + 1);
      // Asked anew: somebody may have come in, or pulled the plug, since the round began.
      if (victim.on && !victim.visitedWithin(VISIT_MS)) {
        await acts('plug', victim);
        await pause(paceMs / 2);
        await act('send', giver, victim);
        await pause(paceMs / 2);
        await act('send', other, victim);
        await pause();
        if (!victim.on) await acts('plug', victim);
        await pause();
      }
      await hour(round + 2);
      await act('forge', other);
      await pause();
      await hour(round);
      await act('limit', giver);
      await pause();
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
