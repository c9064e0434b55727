/**
 * A bank with very many members, offers and hours, for `bench -- pages`.
 *
 * Promises: the first few of each are made by the node's own functions; the others are copies of those rows with ids,
 * names and members of their own, written in bulk. Hours go through the ledger's triggers like all others.
 *
 * @module
 */
import { beginSession } from '../../packages/server/dist/auth/sessions.js';
import type { Bank } from '../../packages/server/dist/bank/bank.js';
import type { Database, Queries } from '../../packages/server/dist/db/database.js';
import { newId } from '../../packages/server/dist/db/id.js';
import { addMember } from '../../packages/server/dist/member/members.js';
import { updateProfile } from '../../packages/server/dist/member/profile.js';
import { CATEGORIES } from '../../packages/server/dist/offer/categories.js';
import { createOffer } from '../../packages/server/dist/offer/offers.js';
import { setPlace } from '../../packages/server/dist/offer/places.js';
import { giveAll } from '../../packages/server/dist/transfer/giving.js';
import type { Sql } from './borrowed.ts';
import { type Doings, type DoingsSize, fillDays } from './doings.ts';

export interface CrowdSize extends DoingsSize {
  readonly members: number;
  readonly offers: number;
  /** Hours that were given before. */
  readonly gifts: number;
}

/** A bank and its database, opened by the bench itself. */
export interface Place {
  readonly database: Database;
  readonly bank: Bank;
  readonly sql: Sql;
}

export interface Crowd extends Doings {
  /** Cookies of members who look at pages. */
  readonly sessions: readonly string[];
  readonly memberIds: readonly string[];
  readonly offerIds: readonly string[];
  /** Of each visitor hours that they gave. */
  readonly giftIds: readonly string[];
}

/** How many of each are made one by one. */
const MODELS = 400;
const TOGETHER = 5_000;
const VISITORS = 40;

const THINGS = 'tap bicycle curtain letter shelf garden bread fiddle chess form wall coat dog song stair'.split(' ');
const DOINGS = 'mended sharpened planted written painted walked baked taught carried sung'.split(' ');
export const PLACES = ['Harbour', 'Hill', 'Old Town', 'Station', 'Links', 'Mill', 'Bridge', 'Green'];

/** Fills a bank that has nobody yet. */
export async function gather({ database, bank, sql }: Place, size: CrowdSize): Promise<Crowd> {
  await database.transaction(async (tx) => {
    // From one to the next it is two kilometres: some are near each other, and some are not.
    for (const [at, name] of PLACES.entries())
      await setPlace(tx, bank, name, { latitude: 55.9 + at / 50, longitude: -3.2 + at / 100 });
  });
  const models = await database.transaction((tx) => makeModels(tx, bank, Math.min(MODELS, size.members)));
  const memberIds = [...models, ...(await copyMembers(sql, bank, models[0] as string, size.members - models.length))];
  const offerIds = await database.transaction((tx) => makeOffers(tx, bank, models));
  offerIds.push(...(await copyOffers(sql, bank, memberIds, size.offers - offerIds.length)));
  await writeHours(database, bank, models, memberIds, size.gifts);
  const visitors = models.slice(0, VISITORS);
  const doings = await fillDays({ database, bank, sql }, visitors, memberIds, size);
  // What they were told was mailed long ago.
  await sql.query('update notice set mail_at = null where mail_at is not null');
  await sql.query("delete from due where kind = 'notices'");
  const gifts = await sql.query<{ id: string }>(
    'select (select id from transfer where member_id = v.id order by id limit 1) as id from unnest($1::text[]) as v(id)',
    [visitors],
  );
  const sessions = await Promise.all(
    visitors.map((memberId) =>
      beginSession(
        database.db,
        bank.id,
        { role: 'member', memberId, personId: memberId },
        { how: 'code', agent: 'bench' },
      ),
    ),
  );
  const giftIds = gifts.map(({ id }) => id);
  return { ...doings, sessions, giftIds, memberIds: visitors, offerIds: offerIds.slice(0, VISITORS) };
}

async function makeModels(tx: Queries, bank: Bank, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 1; i <= count; i++) {
    const about = `${word(DOINGS, i)} ${word(THINGS, i)}`;
    const { id } = await addMember(tx, bank, { handle: `m${i}`, name: nameOf(i), about });
    await updateProfile(tx, bank.id, id, { place: word(PLACES, i) });
    ids.push(id);
  }
  return ids;
}

async function copyMembers(sql: Sql, bank: Bank, model: string, count: number): Promise<string[]> {
  const all: string[] = [];
  for (let from = 0; from < count; from += TOGETHER) {
    const some = Array.from({ length: Math.min(TOGETHER, count - from) }, (_, i) => MODELS + from + i + 1);
    const ids = some.map(() => newId());
    const values = [ids, some.map((i) => `m${i}`), some.map(nameOf), bank.id, model];
    const copies = 'unnest($1::text[], $2::text[], $3::text[]) as n(id, handle, name)';
    await sql.query(
      `with c as (select * from ${copies}), accounts as (
          insert into account select (jsonb_populate_record(a, jsonb_build_object('id', 'member:' || c.id))).*
          from account a, c where a.bank_id = $4 and a.id = 'member:' || $5)
        insert into member select (jsonb_populate_record(m, jsonb_build_object('id', c.id, 'handle', c.handle,
          'name', c.name, 'name_key', lower(c.name), 'account_id', 'member:' || c.id))).*
        from member m, c where m.bank_id = $4 and m.id = $5`,
      values,
    );
    all.push(...ids);
  }
  return all;
}

async function makeOffers(tx: Queries, bank: Bank, memberIds: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const [i, memberId] of memberIds.entries()) {
    const [doing, thing] = [word(DOINGS, i * 7), word(THINGS, i)];
    const row = await createOffer(tx, bank, memberId, {
      kind: i % 3 === 0 ? 'need' : 'offer',
      title: `A ${thing} ${doing}, number ${i}`,
      text: `${word(THINGS, i + 3)} and ${word(THINGS, i + 5)}, ${word(DOINGS, i + 1)} together. Ask me.`,
      language: 'en',
      category: CATEGORIES[i % CATEGORIES.length] as (typeof CATEGORIES)[number],
      place: { name: word(PLACES, i) },
      when: 'Evenings',
      minutes: 60,
      seats: null,
      visibility: 'partners',
    });
    ids.push(row.id);
  }
  return ids;
}

/** Each a copy of one that was made, by somebody else. */
async function copyOffers(sql: Sql, bank: Bank, memberIds: readonly string[], count: number): Promise<string[]> {
  const all: string[] = [];
  for (let from = 0; from < count; from += TOGETHER) {
    const some = Array.from({ length: Math.min(TOGETHER, count - from) }, (_, i) => from + i);
    const ids = some.map(() => newId());
    const by = some.map((i) => memberIds[(i * 31) % memberIds.length] as string);
    await sql.query(
      `with models as (
          select o.*, row_number() over (order by id) - 1 as nth from offer o where bank_id = $3 order by id limit ${MODELS}),
        copies as (select * from unnest($1::text[], $2::text[]) with ordinality as n(id, by, nth))
      insert into offer
      select (jsonb_populate_record(null::offer, to_jsonb(m) || jsonb_build_object('id', c.id, 'member_id', c.by))).*
      from copies c join models m on m.nth = c.nth % (select count(*) from models)`,
      [ids, by, bank.id],
    );
    all.push(...ids);
  }
  return all;
}

/** Half of the hours are of those who look at pages, so that their statements are long. */
async function writeHours(
  database: Database,
  bank: Bank,
  visitors: readonly string[],
  memberIds: readonly string[],
  count: number,
): Promise<void> {
  for (let from = 0; from < count; from += 500) {
    const gifts = Array.from({ length: Math.min(500, count - from) }, (_, i) => {
      const at = from + i;
      const giver = (at % 2 === 0 ? visitors[(at / 2) % VISITORS] : memberIds[(at * 17) % memberIds.length]) as string;
      const index = ((at * 13 + 5) % Math.min(MODELS, memberIds.length)) + 1;
      return { from: giver, to: `m${index}`, minutes: 1 + (at % 4), content: `For the ${word(THINGS, at)}` };
    });
    await database.transaction((tx) => giveAll(tx, bank, gifts));
  }
}

function word(words: readonly string[], at: number): string {
  return words[at % words.length] as string;
}

function nameOf(at: number): string {
  return `${word(['Ana', 'Ben', 'Carla', 'Dan', 'Eva', 'Finn', 'Gia', 'Hugo'], at)} ${word(PLACES, at >> 3)}-${at}`;
}
