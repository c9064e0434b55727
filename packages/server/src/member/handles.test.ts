/** Short names: how names are spelt, and that of many who come at once with one name everybody gets in. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bank, Banks, createBank } from '../bank/bank.ts';
import { type Database, openPostgres } from '../db/database.ts';
import { createSeal } from '../node/seal.ts';
import { hasTestPostgres, testDatabase } from '../testing/postgres.ts';
import { handlesFor } from './handles.ts';
import { type Newcomer, prepareCard, takeIn } from './joining.ts';
import { HANDLE } from './members.ts';

test.each([
  ['Rosa Vidal', ['rosa', 'rosa.vidal', 'rosa.vidal.2']],
  ['Núria', ['nuria', 'nuria.2']],
  ['Øystein Łoś', ['oystein', 'oystein.los']],
  ['Sinéad O’Brien', ['sinead', 'sinead.obrien']],
  ['فاطمة الزهراء', ['fatma', 'fatma.alzhra']],
  ['سَمِيرة', ['smira', 'smira.2']],
  ['Олена Коваль', ['olena', 'olena.koval']],
  ['Γιώργος', ['giorgos', 'giorgos.2']],
  ['王小明', ['member', 'member.2']],
  ['🙂', ['member', 'member.2']],
])('%s is called %j', (name, first) => {
  const wishes = handlesFor(name);
  expect(wishes.slice(0, first.length)).toEqual(first);
  for (const wish of wishes) expect(wish).toMatch(HANDLE);
  expect(handlesFor(name).slice(0, -1)).toEqual(wishes.slice(0, -1));
});

test('a name is never too long for an address', () => {
  for (const wish of handlesFor(`${'щ'.repeat(60)} ${'a'.repeat(90)}`)) expect(wish).toMatch(HANDLE);
});

describe.skipIf(!hasTestPostgres())('many of one name who come at once', () => {
  const seal = createSeal('s'.repeat(40));
  let databases: Database[] = [];
  let bank: Bank;

  beforeAll(async () => {
    const url = await testDatabase();
    databases = [await openPostgres(url), await openPostgres(url)];
    const [database] = databases as [Database];
    const id = await createBank(database, seal, { origin: 'https://leith.example', name: 'Leith', mayOweMinutes: 120 });
    const banks = new Banks(database, seal);
    await banks.reload();
    bank = banks.byId(id) as Bank;
  });
  afterAll(async () => {
    for (const database of databases) await database.close();
  });

  test('all get in, each with a handle of their own and one account', async () => {
    const newcomer: Newcomer = {
      ...{ name: 'Rosa Vidal', kind: 'person', about: '', email: '', phone: '1', reach: '', language: '' },
    };
    const ready = await prepareCard({ seal }, bank, 'en');
    const come = (index: number) =>
      (databases[index % 2] as Database).transaction((tx) =>
        takeIn(tx, { seal }, bank, newcomer, '', { ...ready, hash: `${index}` }),
      );
    const all = await Promise.all(Array.from({ length: 12 }, (_, index) => come(index)));
    const handles = all.map(({ member }) => member.handle);
    expect(new Set(handles).size).toBe(12);
    expect(handles).toEqual(expect.arrayContaining(['rosa', 'rosa.vidal', 'rosa.vidal.2']));
    const { rows } = (await (databases[0] as Database).db.execute(
      `select count(*)::int as n from account where kind = 'member'`,
    )) as unknown as { rows: { n: number }[] };
    expect(rows).toEqual([{ n: 12 }]);
  });
});
