/** Finding what is a member's does not read the history of the bank. */
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openMemory } from '../db/database.ts';
import { type Scene, setScene } from '../exchange/testing.ts';
import { rowsOf } from '../ledger/ledger.ts';
import { TABLES } from './tables.ts';

let database: Database;
let scene: Scene;

beforeAll(async () => {
  database = await openMemory();
  scene = await setScene(database);
  const bank = scene.bank.id;
  const many = sql`generate_series(1, 20000) n`;
  const url = sql`'https://leith.example/ap/exchanges/' || n`;
  await database.db.execute(sql`insert into exchange_message (bank_id, pair_id, id, direction, exchange_id, hash, document, pending)
    select ${bank}, 'pair', ${url} || '/1', case when n % 2 = 0 then 'in' else 'out' end, ${url}, '', '', n % 1000 = 0 from ${many}`);
  await database.db.execute(sql`insert into exchange (bank_id, id, url, pair_id, own_side, giver_id, receiver_id, giver_name,
      receiver_name, giver_address, receiver_address, title, state, status, minutes)
    select ${bank}, 'e' || n, ${url}, 'pair', 'both', 'giver' || n, 'receiver' || n, '', '', '', '', '', '{}', 'declined', 1 from ${many}`);
  await database.db.execute(sql`insert into exchange_step (bank_id, exchange_id, side, n, seen, act, by)
    select ${bank}, 'e' || n, 'giver', 1, 0, '{}', 'member' from ${many}`);
  await database.db.execute(sql`insert into exchange_talk (bank_id, exchange_id, id, side, kind, text, by)
    select ${bank}, 'e' || n, 't', 'giver', 'talk', '', 'member' from ${many}`);
  await database.db.execute(sql`insert into transfer (bank_id, id, direction, pair_id, url, member_id, account_id, counterparty,
      counterparty_name, minutes, content, status, own_ref)
    select ${bank}, 't' || n, 'out', 'pair', ${url} || '/t', 'giver' || n, '', '', '', 1, '', 'settled', '' from ${many}`);
  for (const name of TABLES_READ) await database.db.execute(sql`analyze ${sql.identifier(name)}`);
});
afterAll(() => database?.close());

const FOUND = ['exchange_message', 'exchange_step', 'exchange_talk'] as const;
const TABLES_READ = [...FOUND, 'exchange', 'transfer'];

test.each(FOUND)('%s is found by its index', async (name) => {
  const whose = { bankId: scene.bank.id, memberId: 'receiver77', personIds: [] };
  const which = sql`from ${sql.identifier(name)} t where t.bank_id = ${scene.bank.id} and ${TABLES[name]?.rows(whose)}`;
  expect(rowsOf(await database.db.execute(sql`select count(*)::int as n ${which}`))).toEqual([{ n: 1 }]);
  const plan = rowsOf<{ 'QUERY PLAN': string }>(await database.db.execute(sql`explain select * ${which}`));
  const said = plan.map((line) => line['QUERY PLAN']).join('\n');
  expect(said).not.toMatch(/Seq Scan on (exchange|transfer)/);
});
