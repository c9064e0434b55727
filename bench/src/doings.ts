/**
 * What the members of a very large bank have done and have before them, for `bench -- pages`: exchanges, gatherings
 * and what they were told. Half of it is of those who look at pages, so that their lists are long.
 *
 * Promises: the first ones are made by the node's own functions; the others are copies of those rows, written in bulk.
 *
 * @module
 */
import type { Bank } from '../../packages/server/dist/bank/bank.js';
import type { Queries } from '../../packages/server/dist/db/database.js';
import { newId } from '../../packages/server/dist/db/id.js';
import { askExchange } from '../../packages/server/dist/exchange/asking.js';
import { writeStep } from '../../packages/server/dist/exchange/steps.js';
import { createGathering } from '../../packages/server/dist/gathering/gatherings.js';
import { signUp } from '../../packages/server/dist/gathering/seats.js';
import { notify } from '../../packages/server/dist/notification/notify.js';
import type { Sql } from './borrowed.ts';
import type { Place } from './crowd.ts';

/** How many of each there are in the end. */
export interface DoingsSize {
  readonly exchanges: number;
  readonly gatherings: number;
  readonly notices: number;
}

export interface Doings {
  /** Of each visitor one that waits. */
  readonly exchangeIds: readonly string[];
  /** To come. */
  readonly gatheringIds: readonly string[];
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const TOGETHER = 5_000;
/** One of so many gatherings is still to come. */
const TO_COME = 40;
const UNREAD = 5;

export async function fillDays(
  { database, bank, sql }: Place,
  visitors: readonly string[],
  memberIds: readonly string[],
  size: DoingsSize,
): Promise<Doings> {
  const doings = await database.transaction(async (tx) => ({
    exchangeIds: await makeExchanges(tx, bank, visitors),
    gatheringIds: await makeGatherings(tx, bank, visitors),
  }));
  await database.transaction((tx) => tellAll(tx, bank, visitors));
  await copyExchanges(sql, bank, visitors, memberIds, size.exchanges);
  await copyGatherings(sql, bank, memberIds, size.gatherings);
  await copyNotices(sql, bank, visitors, size.notices);
  return doings;
}

/** Each visitor asks the next one; half of it is agreed, and one in four is done. */
async function makeExchanges(tx: Queries, bank: Bank, visitors: readonly string[]): Promise<string[]> {
  const by = { by: 'member' } as const;
  const ids: string[] = [];
  for (const [at, memberId] of visitors.entries()) {
    const terms = { minutes: 60, content: `An hour with the ${at % 2 === 0 ? 'garden' : 'letters'}` };
    let asked = await askExchange(
      tx,
      bank,
      { memberId, to: `m${((at + 1) % visitors.length) + 1}`, side: 'receiver', terms, by },
      [],
    );
    ids.push(asked.row.id);
    if (at % 2 === 0) continue;
    asked = await writeStep(tx, bank, asked, 'giver', { kind: 'Accept', answers: { side: 'receiver', n: 1 } }, by, []);
    if (at % 4 === 1) continue;
    asked = await writeStep(tx, bank, asked, 'giver', { kind: 'Claim', minutes: 60 }, by, []);
    await writeStep(tx, bank, asked, 'receiver', { kind: 'AcceptClaim', answers: { side: 'giver', n: 2 } }, by, []);
  }
  return ids;
}

async function makeGatherings(tx: Queries, bank: Bank, visitors: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const [at, hostId] of visitors.entries()) {
    const startsAt = new Date(Date.now() + (at + 1) * DAY_MS);
    const row = await createGathering(
      tx,
      bank,
      { role: 'member', memberId: hostId, tokenHash: '' },
      {
        kind: 'class',
        title: `A class in shelves, ${at}`,
        text: 'Bring a plank.',
        language: 'en',
        place: { name: 'Mill', latitude: 55.9, longitude: -3.2 },
        startsAt,
        endsAt: new Date(startsAt.getTime() + HOUR_MS),
        seats: 12,
        rule: 'none',
        minutes: 0,
        visibility: 'bank',
      },
    );
    for (let more = 1; more <= 5; more++) {
      const memberId = visitors[(at + more) % visitors.length] as string;
      await signUp(tx, bank, { role: 'member', memberId, tokenHash: '' }, row.id, { shown: true }, []);
    }
    ids.push(row.id);
  }
  return ids;
}

async function tellAll(tx: Queries, bank: Bank, visitors: readonly string[]): Promise<void> {
  for (const memberId of visitors)
    await notify(tx, bank, {
      memberId,
      kind: 'thanks',
      facts: { name: 'Agnes' },
      href: '/exchanges',
    });
}

/** Of exchanges that are done, by a visitor and somebody else. */
async function copyExchanges(
  sql: Sql,
  bank: Bank,
  visitors: readonly string[],
  memberIds: readonly string[],
  count: number,
): Promise<void> {
  for (let from = 0; from < count; from += TOGETHER) {
    const some = Array.from({ length: Math.min(TOGETHER, count - from) }, (_, i) => from + i);
    const ids = some.map(() => newId());
    const givers = some.map(
      (i) => (i % 2 === 0 ? visitors : memberIds)[i % (i % 2 === 0 ? visitors : memberIds).length],
    );
    const receivers = some.map((i) => memberIds[(i * 7 + 1) % memberIds.length]);
    await sql.query(
      `with model as (select * from exchange where bank_id = $1 and status = 'confirmed' order by id limit 1),
        copies as (select * from unnest($2::text[], $3::text[], $4::text[]) as n(id, giver, receiver)),
        steps as (
          insert into exchange_step
          select (jsonb_populate_record(s, jsonb_build_object('exchange_id', c.id))).*
          from model m join exchange_step s on s.bank_id = m.bank_id and s.exchange_id = m.id, copies c)
      insert into exchange
      select (jsonb_populate_record(null::exchange, to_jsonb(m) || jsonb_build_object('id', c.id, 'url', m.url || '/' || c.id, 'giver_id', c.giver,
        'receiver_id', c.receiver, 'reserved', 'settled'))).*
      from model m, copies c`,
      [bank.id, ids, givers, receivers],
    );
  }
}

/** Most of them are over. */
async function copyGatherings(sql: Sql, bank: Bank, memberIds: readonly string[], count: number): Promise<void> {
  for (let from = 0; from < count; from += TOGETHER) {
    const some = Array.from({ length: Math.min(TOGETHER, count - from) }, (_, i) => from + i);
    await sql.query(
      `with model as (select * from gathering where bank_id = $1 order by id limit 1),
        copies as (select * from unnest($2::text[], $3::text[], $4::int[]) as n(id, host, nth)),
        guests as (
          insert into gathering_guest
          select (jsonb_populate_record(g, jsonb_build_object('gathering_id', c.id, 'id', c.id || g.id))).*
          from model m join gathering_guest g on g.bank_id = m.bank_id and g.gathering_id = m.id, copies c)
      insert into gathering
      select (jsonb_populate_record(null::gathering, to_jsonb(m) || jsonb_build_object('id', c.id, 'host_id', c.host, 'offer_id', null,
        'status', case when c.nth % ${TO_COME} = 0 then 'open' else 'credited' end,
        'starts_at', m.starts_at + c.nth % ${TO_COME} * interval '-10 days' + interval '1 day',
        'ends_at', m.ends_at + c.nth % ${TO_COME} * interval '-10 days' + interval '1 day'))).*
      from model m, copies c`,
      [bank.id, some.map(() => newId()), some.map((i) => memberIds[(i * 11) % memberIds.length]), some],
    );
  }
}

/** All but a few have been read. */
async function copyNotices(sql: Sql, bank: Bank, visitors: readonly string[], count: number): Promise<void> {
  for (let from = 0; from < count; from += TOGETHER) {
    const some = Array.from({ length: Math.min(TOGETHER, count - from) }, (_, i) => from + i);
    await sql.query(
      `with model as (select * from notice where bank_id = $1 order by id limit 1)
      insert into notice
      select (jsonb_populate_record(null::notice, to_jsonb(m) || jsonb_build_object('id', c.id, 'member_id', c.member, 'mail_at', null,
        'read_at', case when c.nth < ${UNREAD * visitors.length} then null else now() end))).*
      from model m, unnest($2::text[], $3::text[], $4::int[]) as c(id, member, nth)`,
      [bank.id, some.map(() => newId()), some.map((i) => visitors[i % visitors.length]), some],
    );
  }
}
