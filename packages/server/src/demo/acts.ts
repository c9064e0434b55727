/**
 * What can be done to the towns: send an hour, pull a plug, replay, forge, pass a limit.
 *
 * Promises: each is done through the public HTTP as anybody could do it, except the plug, which is
 * the operating system's; each says what it did and what the bank answered; nobody as whom a visitor walked in
 * gives or receives anything by it.
 *
 * @module
 */
import { type Agreement, EvenhourError, type Member, type Transfer } from '@evenhour/client';
import { agreementWith } from './connect.ts';
import type { Town } from './towns.ts';

/** What a gift says of itself before it is given. */
export interface Sent {
  readonly from: Town;
  readonly to: Town;
  readonly transfer: Transfer;
}

export interface Choice {
  readonly from: Town;
  readonly to: Town;
  readonly minutes?: number;
  /** Between 0 and 1; which of the people. */
  readonly luck?: () => number;
}

/**
 * Somebody in one town gives somebody in another an hour, for what the other one did. Returns once the giver's bank has
 * taken it.
 */
export async function sendHour({ from, to, minutes = 60, luck = Math.random }: Choice): Promise<Sent> {
  const giver = pick(
    (await people(from)).filter((each) => room(each) >= minutes),
    richest,
    luck,
  );
  if (giver === undefined) throw new Error(`nobody in ${from.name} can give that much now`);
  const receiver = to.on ? pick((await people(to)).filter(worksAfar(to)), poorest, luck) : undefined;
  const reached = to.plan.people.filter(({ does, handle }) => does !== undefined && !to.walkedIn.has(handle));
  const handle = receiver?.handle ?? reached[Math.floor(luck() * reached.length)]?.handle ?? 'bank';
  const content = reached.find((each) => each.handle === handle)?.does ?? '';
  const transfer = await from.api.give({ from: giver.handle, to: `${handle}@${to.host}`, minutes, content });
  return { from, to, transfer };
}

export interface Replayed {
  readonly from: Town;
  readonly to: Town;
  readonly sent: number;
  /** How many of them the partner had counted before. */
  readonly known: number;
  /** Nothing moved by it at either town. */
  readonly unchanged: boolean;
}

const AGAIN = 4;

/** Sends a town's last entries a second time. */
export async function replay(from: Town, to: Town): Promise<Replayed> {
  const [ours, theirs] = await Promise.all([agreementWith(from, to), agreementWith(to, from)]);
  const answer = await from.api.agreements.resend(ours.id, Math.max(0, ours.journal.ours.seq - AGAIN));
  const [after, theirsAfter] = await Promise.all([agreementWith(from, to), agreementWith(to, from)]);
  const unchanged = samePlace(ours, after) && samePlace(theirs, theirsAfter);
  return { from, to, sent: answer.sent, known: answer.known, unchanged };
}

/** Whether both journals and both figures are where they were. */
export function samePlace(a: Agreement, b: Agreement): boolean {
  return (
    a.position.owesMinutes === b.position.owesMinutes &&
    a.journal.ours.hash === b.journal.ours.hash &&
    a.journal.theirs.hash === b.journal.theirs.hash
  );
}

export interface PastLimit {
  readonly from: Town;
  readonly to: Town;
  readonly askedMinutes: number;
  /** What the partner honours more, as the refusal says. */
  readonly honoursMinutes: number;
  readonly code: string;
  readonly sentence: string;
}

/** Asks for an hour more than the partner honours. */
export async function passLimit(from: Town, to: Town): Promise<PastLimit> {
  const { position } = await agreementWith(from, to);
  const askedMinutes = position.roomMinutes + 60;
  const giver = firstOf(from);
  const receiver = firstOf(to);
  try {
    await from.api.give({
      from: giver,
      to: `${receiver}@${to.host}`,
      minutes: askedMinutes,
      content: 'More than is honoured',
    });
  } catch (error) {
    if (!(error instanceof EvenhourError)) throw error;
    return {
      from,
      to,
      askedMinutes,
      honoursMinutes: Number(error.facts['roomMinutes'] ?? 0),
      code: error.code,
      sentence: error.message,
    };
  }
  throw new Error(`${from.name} was let past the limit of ${to.name}`);
}

async function people(town: Town): Promise<Member[]> {
  return (await town.api.members.list({ pageSize: 200 }).all()).filter(
    (each) => each.kind !== 'fund' && each.status === 'active' && !town.walkedIn.has(each.handle),
  );
}

function firstOf({ plan, walkedIn }: Town): string {
  return plan.people.find(({ handle }) => !walkedIn.has(handle))?.handle ?? '';
}

/** How many minutes somebody can still give. */
function room({ balance }: Member): number {
  if (balance === undefined || balance.floorMinutes === null) return Number.POSITIVE_INFINITY;
  return balance.balanceMinutes - balance.heldMinutes - balance.floorMinutes;
}

/** Whether somebody does things by telephone or post. */
function worksAfar({ plan }: Town): (each: Member) => boolean {
  const handles = new Set(plan.people.filter(({ does }) => does !== undefined).map(({ handle }) => handle));
  return ({ handle }) => handles.has(handle);
}

const richest = (a: Member, b: Member): number => (b.balance?.balanceMinutes ?? 0) - (a.balance?.balanceMinutes ?? 0);
const poorest = (a: Member, b: Member): number => -richest(a, b);

/** One of the first four in this order, so that over time hours even out. */
function pick(
  members: readonly Member[],
  order: (a: Member, b: Member) => number,
  luck: () => number,
): Member | undefined {
  const first = [...members].sort(order).slice(0, 4);
  return first[Math.floor(luck() * first.length)];
}
