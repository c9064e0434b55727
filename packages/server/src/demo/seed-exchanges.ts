/**
 * Exchanges of the demo's past and present.
 *
 * Promises: those of the past are what a node would have written then, with their own dates: both logs, the fold of
 * them, the hours put aside and moved, the thanks. Those under way are asked, agreed and recorded by the node's own
 * functions.
 *
 * @module
 */
import { type Act, foldExchange, type Side, type Step } from '@evenhour/protocol';
import { eq } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import { localTime, momentOf } from '../clock/zone.ts';
import type { Database, Queries } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { exchange, exchangeStep, exchangeTalk, member, posting, transfer } from '../db/schema.ts';
import { askExchange } from '../exchange/asking.ts';
import { writeStep } from '../exchange/steps.ts';
import type { MemberRow } from '../member/members.ts';
import type { Done, TownPlan, Underway } from './people/plan.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

export async function writeExchanges(database: Database, bank: Bank, plan: TownPlan): Promise<void> {
  await database.transaction(async (tx) => {
    const rows = await tx.select().from(member).where(eq(member.bankId, bank.id));
    const find = (handle: string): MemberRow => {
      const row = rows.find((each) => each.handle === handle);
      if (row === undefined) throw new Error(`${plan.name} has nobody called ${handle}`);
      return row;
    };
    for (const done of plan.done) await writeDone(tx, bank, done, find);
    for (const underway of plan.underway) await begin(tx, bank, plan, underway, find);
  });
}

async function writeDone(tx: Queries, bank: Bank, done: Done, find: (handle: string) => MemberRow): Promise<void> {
  const [daysAgo, giverHandle, receiverHandle, minutes, what, thanks] = done;
  const [giver, receiver] = [find(giverHandle), find(receiverHandle)];
  const end = Date.now() - daysAgo * DAY_MS;
  const story: readonly (readonly [side: Side, act: Act, hoursBefore: number])[] = [
    ['receiver', { kind: 'Offer', terms: { minutes, content: what } }, 72],
    ['giver', { kind: 'Accept', answers: { side: 'receiver', n: 1 } }, 70],
    ['giver', { kind: 'Claim', minutes }, 2],
    ['receiver', { kind: 'AcceptClaim', answers: { side: 'giver', n: 2 } }, 0],
  ];
  const logs: Record<Side, Step[]> = { giver: [], receiver: [] };
  const id = newId(end - 72 * HOUR_MS);
  for (const [side, act, hoursBefore] of story) {
    const seen = logs[side === 'giver' ? 'receiver' : 'giver'].length;
    const step = { n: logs[side].length + 1, seen, act };
    logs[side].push(step);
    await tx.insert(exchangeStep).values({
      bankId: bank.id,
      exchangeId: id,
      side,
      ...step,
      by: 'member',
      at: new Date(end - hoursBefore * HOUR_MS),
    });
  }
  const address = (row: MemberRow): string => `${bank.origin}/ap/${row.id}`;
  await tx.insert(exchange).values({
    bankId: bank.id,
    id,
    url: `${bank.origin}/ap/exchanges/${id}`,
    ownSide: 'both',
    giverId: giver.id,
    receiverId: receiver.id,
    giverName: giver.name,
    receiverName: receiver.name,
    giverAddress: address(giver),
    receiverAddress: address(receiver),
    title: what,
    state: foldExchange(logs),
    status: 'confirmed',
    minutes,
    reserved: 'settled',
    createdAt: new Date(end - 72 * HOUR_MS),
    updatedAt: new Date(end),
  });
  const transferId = await moveHours(tx, bank, { id, giver, receiver, minutes, what, end });
  if (thanks === undefined) return;
  await tx.insert(exchangeTalk).values({
    bankId: bank.id,
    exchangeId: id,
    id: `${transferId}-thanks`,
    side: 'receiver',
    kind: 'thanks',
    text: thanks,
    by: 'member',
    shown: true,
    toId: giver.id,
    at: new Date(end + HOUR_MS),
  });
}

interface Moved {
  readonly id: string;
  readonly giver: MemberRow;
  readonly receiver: MemberRow;
  readonly minutes: number;
  readonly what: string;
  readonly end: number;
}

/** Put aside when it was agreed, moved when it was confirmed. */
async function moveHours(tx: Queries, bank: Bank, { id, giver, receiver, minutes, what, end }: Moved): Promise<string> {
  const agreedAt = end - 70 * HOUR_MS;
  const transferId = newId(agreedAt);
  const holdId = newId(agreedAt);
  await tx.insert(transfer).values({
    bankId: bank.id,
    id: transferId,
    direction: 'local',
    url: `${bank.origin}/ap/exchanges/${transferId}`,
    memberId: receiver.id,
    accountId: receiver.accountId,
    counterparty: giver.id,
    counterpartyName: giver.name,
    minutes,
    content: what,
    status: 'settled',
    ownRef: bank.references.make(receiver.id, transferId),
    holdId,
    purpose: 'exchange',
    exchangeId: id,
    part: 1,
    createdAt: new Date(agreedAt),
    updatedAt: new Date(end),
  });
  const line = {
    bankId: bank.id,
    debit: receiver.accountId,
    credit: giver.accountId,
    minutes,
    cause: transferId,
    transferId,
  };
  await tx.insert(posting).values({ ...line, id: holdId, kind: 'hold', at: new Date(agreedAt) });
  await tx
    .insert(posting)
    .values({ ...line, id: newId(end), kind: 'post', holdId, heldMinutes: minutes, at: new Date(end) });
  return transferId;
}

/** Asked by whoever receives; agreed and recorded by whoever gives. */
async function begin(
  tx: Queries,
  bank: Bank,
  { timeZone }: TownPlan,
  [giver, receiver, minutes, what, stands, inDays]: Underway,
  find: (handle: string) => MemberRow,
): Promise<void> {
  const by = { by: 'member' } as const;
  const today = localTime(new Date(), timeZone);
  // Whatever the time is now, people meet by day.
  const at = inDays === undefined ? undefined : momentOf({ ...today, day: today.day + inDays, hour: 11 }, timeZone);
  const startTime = at?.toISOString();
  let asked = await askExchange(
    tx,
    bank,
    {
      memberId: find(receiver).id,
      to: find(giver).handle,
      side: 'receiver',
      terms: { minutes, content: what, ...(startTime !== undefined && { startTime }) },
      by,
    },
    [],
  );
  if (stands === 'asked') return;
  const accept: Act = { kind: 'Accept', answers: { side: 'receiver', n: 1 } };
  asked = await writeStep(tx, bank, asked, 'giver', accept, by, []);
  if (stands === 'recorded') await writeStep(tx, bank, asked, 'giver', { kind: 'Claim', minutes }, by, []);
}
