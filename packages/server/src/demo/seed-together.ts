/**
 * What a town of the demo does together: gatherings, the community fund, what its coordinator writes down.
 *
 * Promises: everything is done by the functions that a member's page and the desk's call, in their order; only the time
 * of a gathering that was is put back, for nobody can call people together for yesterday.
 *
 * @module
 */
import { and, eq } from 'drizzle-orm';
import type { Caller } from '../auth/tokens.ts';
import type { Bank } from '../bank/bank.ts';
import { act } from '../broker/acts.ts';
import type { Broker } from '../broker/own.ts';
import { localTime, momentOf } from '../clock/zone.ts';
import type { Database, Queries } from '../db/database.ts';
import { person } from '../db/schema.ts';
import { Signals } from '../delivery/signals.ts';
import { answerRequest, askFund } from '../fund/fund.ts';
import { creditGathering, followGuests } from '../gathering/credit.ts';
import { createGathering } from '../gathering/gatherings.ts';
import { hereCode, signIn } from '../gathering/presence.ts';
import { signUp } from '../gathering/seats.ts';
import { type GatheringRow, storeGathering } from '../gathering/store.ts';
import { findMember } from '../member/members.ts';
import { addPerson, DESK_HAT, giveHat } from '../member/people.ts';
import type { Meeting } from './people/plan.ts';
import type { TownPlan } from './people.ts';

const MINUTE_MS = 60_000;
const WEEK_MS = 7 * 24 * 60 * MINUTE_MS;

export async function writeTogether(database: Database, bank: Bank, plan: TownPlan): Promise<void> {
  const { fund, gatherings, slips } = plan.together;
  const signals = new Signals(database);
  const credited = await signals.commit(async (tx) => {
    const broker = await seatAtDesk(tx, bank, plan);
    const desk = { role: 'operator', tokenHash: '', personId: broker.personId } as const;
    const idOf = async (handle: string): Promise<string> => {
      const row = await findMember(tx, bank.id, handle);
      if (row === undefined) throw new Error(`${plan.name} has nobody called ${handle}`);
      return row.id;
    };
    for (const { by, granted: because, ...wish } of fund) {
      const { id } = await askFund(tx, bank, await idOf(by), wish);
      if (because !== undefined) await answerRequest(tx, bank, desk, id, { yes: true, because }, []);
    }
    for (const { member, reason, slip, ...gift } of slips)
      await act(tx, bank, broker, { member, reason, slip }, { kind: 'gift', ...gift }, []);
    const over: string[] = [];
    for (const meeting of gatherings) {
      const guests: Caller[] = [];
      for (const handle of meeting.guests) guests.push(callerOf(await idOf(handle)));
      const host = meeting.host === undefined ? desk : callerOf(await idOf(meeting.host));
      const { id, status } = await gather(tx, bank, plan, meeting, host, guests);
      if (status === 'credited') over.push(id);
    }
    return over;
  });
  for (const id of credited) await followGuests(signals, bank, id);
}

/** The town's bridge builder, with the desk's hat. */
async function seatAtDesk(tx: Queries, bank: Bank, { id: town, bridgeBuilder: name }: TownPlan): Promise<Broker> {
  const [known] = await tx
    .select()
    .from(person)
    .where(and(eq(person.bankId, bank.id), eq(person.name, name)));
  const { id: personId } = known ?? (await addPerson(tx, bank.id, name, `desk@${town}.example`));
  await giveHat(tx, bank.id, { personId, memberId: DESK_HAT, role: 'desk' });
  return { personId, name };
}

function callerOf(memberId: string): Caller & { readonly role: 'member' } {
  return { role: 'member', memberId, tokenHash: '' };
}

async function gather(
  tx: Queries,
  bank: Bank,
  plan: TownPlan,
  meeting: Meeting,
  host: Caller,
  guests: readonly Caller[],
): Promise<GatheringRow> {
  const { kind, title, text, place, seats, guestsGive, guestsReceive, seenBy = 'bank', inDays, hour, lasts } = meeting;
  const day = localTime(new Date(), plan.timeZone);
  const startsAt = momentOf({ ...day, day: day.day + inDays, hour }, plan.timeZone);
  const endsAt = new Date(startsAt.getTime() + lasts * MINUTE_MS);
  const over = endsAt <= new Date();
  const later = (date: Date): Date => (over ? new Date(date.getTime() + WEEK_MS) : date);
  const called = await createGathering(tx, bank, host, {
    ...{ kind, title, text, seats, language: plan.language, visibility: seenBy },
    place: { name: place },
    startsAt: later(startsAt),
    endsAt: later(endsAt),
    rule: guestsGive !== undefined ? 'guests_give' : guestsReceive !== undefined ? 'guests_receive' : 'none',
    minutes: guestsGive ?? guestsReceive ?? 0,
  });
  // Guests are told when it began, and seats are given as long as it has not ended.
  const row = over ? await storeGathering(tx, called, { startsAt }) : called;
  for (const guest of guests) await signUp(tx, bank, guest, row.id, { shown: true }, []);
  if (!over) return row;
  await storeGathering(tx, row, { endsAt });
  const lines = [];
  for (const guest of guests.slice(0, -1)) {
    const { id } = await signIn(tx, bank, guest, row.id, hereCode(bank, row.id), startsAt);
    lines.push({ guestId: id, minutes: row.minutes });
  }
  return creditGathering(tx, bank, host, row.id, lines);
}
