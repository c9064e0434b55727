/**
 * Carries out the steps of a script.
 *
 * @module
 */
import type { Body } from '@evenhour/protocol';
import type { Bank, Link } from './bank.ts';
import { close, SUCCESSOR } from './ending.ts';
import { changeTo } from './keys.ts';
import { tell } from './liar.ts';
import { enough, type Step } from './script.ts';
import type { Job } from './wire.ts';
import { MEMBERS, type Work } from './work.ts';
import { SAFETY_MS, type World } from './world.ts';

/** How often a member tries, and after how long again. */
const TRIES = 4;
const AGAIN_MS = 1_500;

/** Does one step. Gives back a job that waits for a promise, as everything does that starts a job. */
export function perform(world: World, step: Step): ReturnType<World['spawn']> {
  const { node } = world.place(step.bank);
  const { bank } = node;
  world.note(`step ${step.do} ${step.bank}`);
  switch (step.do) {
    case 'crash':
      world.doom(step.bank, { points: step.points, downMs: step.downMs, commitsBack: step.back });
      return;
    case 'cut':
      world.network.cut(step.bank, step.to, world.now + step.ms);
      return;
    case 'slow':
      world.network.slow(step.bank, step.to, world.now + step.ms, step.byMs);
      return;
    case 'skew':
      world.skew(step.bank, step.aheadMs, step.ms);
      return;
    case 'local':
      return world.spawn(bank, bank.local(member(step.from), member(step.to), step.minutes));
    default:
  }
  const link = linkOf(bank, step.link);
  if (link === undefined) return;
  switch (step.do) {
    case 'give':
      if (step.spare && hasEnough(world)) return;
      return world.spawn(bank, give(world, bank, step, TRIES));
    case 'grant':
      return world.spawn(
        bank,
        bank.say(link, () => ({ kind: 'Amend', limitMinutes: step.minutes })),
      );
    case 'suspend':
      return world.spawn(
        bank,
        bank.say(link, () => ({ kind: 'Amend', suspended: step.on })),
      );
    case 'close':
      return world.spawn(bank, close(bank, link));
    case 'rekey':
      return world.spawn(
        bank,
        bank.say(link, (work) => nextKey(world, bank, work)),
      );
    case 'state':
      return world.spawn(bank, bank.state(link));
    case 'lie':
      return world.spawn(bank, tell(world, node, link, step.lie));
  }
}

/** One of the bank's pairs; where one is over, the pair that follows it. */
function linkOf(bank: Bank, which: number): Link | undefined {
  const first = bank.links.filter(({ number }) => number < SUCCESSOR);
  const link = first[which % first.length];
  return bank.links.find(({ number }) => number === (link?.number ?? 0) + SUCCESSOR) ?? link;
}

/** The key after the present one, unless there is none. */
function nextKey(world: World, bank: Bank, { pair, agreement }: Work): Body | null {
  const own = world.keys[bank.index] ?? [];
  const at = own.findIndex(({ signing }) => signing.publicMultikey === pair.views[pair.me].keys[pair.me]);
  const [present, next] = [own[at], own[at + 1]];
  if (present === undefined || next === undefined) return null;
  return { kind: 'Amend', keyChange: changeTo(next, present, agreement.id), recoveryVerified: true };
}

/** More transfers than a seed needs cost time and show little: they are spread over the time that there is. */
function hasEnough({ judge, now, script }: World): boolean {
  return judge.started > 3 + (enough(script.banks) + 3) * Math.min(1, (now * 1.15) / SAFETY_MS);
}

/** A member who is refused tries again a little later. */
function* give(world: World, bank: Bank, step: Extract<Step, { do: 'give' }>, tries: number): Job {
  const link = linkOf(bank, step.link);
  if (link === undefined) return;
  const payee = step.payee < MEMBERS ? member(step.payee) : step.payee === MEMBERS ? 'nobody' : 'moved-away';
  const minutes = step.size === 'plain' ? step.minutes : step.size;
  const given = yield* bank.give(link, { payer: member(step.payer), payee, minutes, plan: step.plan });
  if (!given && step.size === 'plain' && tries > 1)
    world.soon(bank, AGAIN_MS, () => give(world, bank, step, tries - 1));
}

function member(number: number): string {
  return `m${number % MEMBERS}`;
}
