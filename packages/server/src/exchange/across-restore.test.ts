/** Exchanges that one of two real nodes has forgotten, because its database was put back. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { hasTestPostgres } from '../testing/postgres.ts';
import { type Name, TwoTowns } from './across-testing.ts';

let two: TwoTowns;
let books: [number, number] = [0, 0];

beforeAll(async () => {
  two = await TwoTowns.start(hasTestPostgres() ? 'postgres' : 'pglite');
}, 120_000);
afterAll(() => two?.towns.stop());

afterEach(async () => {
  await two.quiet();
  expect(await two.towns.settle('Leith', 'Gràcia')).toEqual([]);
  expect(await two.balances()).toEqual(books);
});

function moved(minutes: number): void {
  books = [books[0] - minutes, books[1] + minutes];
}

/** Says what is left to say, so that the exchange ends with its hours settled. */
async function end(url: string, minutes: number): Promise<void> {
  await two.both(url, 'agreed', 'yes');
  await two.say('Gràcia', url, { do: 'record', minutes });
  await two.both(url, 'claimed');
  await two.say('Leith', url, { do: 'confirm' });
  await two.both(url, 'confirmed', 'settled');
  moved(minutes);
}

const NAMES: Name[] = ['Leith', 'Gràcia'];

test.each(NAMES)('%s forgets an exchange that was agreed: it comes back whole, and ends well', async (name) => {
  const copy = await two.towns.backUp(name);
  const url = await two.ask('Leith', 'receiver', 40);
  await two.both(url, 'proposed');
  await two.say('Gràcia', url, { do: 'accept' });
  await two.both(url, 'agreed', 'yes');
  await two.towns.putBack(name, copy);
  await two.see(name, url, 'agreed', 'yes');
  expect(await two.story(url)).toEqual(['giver 1 Accept', 'receiver 1 Offer']);
  await end(url, 40);
});

test.each(NAMES)('%s forgets the end of an exchange, with its hours', async (name) => {
  const url = await two.ask('Gràcia', 'giver', 30);
  await two.both(url, 'proposed');
  await two.say('Leith', url, { do: 'accept' });
  await two.both(url, 'agreed', 'yes');
  const copy = await two.towns.backUp(name);
  await two.say('Leith', url, { do: 'record', minutes: 25 });
  await two.both(url, 'claimed');
  await two.say('Gràcia', url, { do: 'confirm' });
  await two.both(url, 'confirmed', 'settled');
  moved(25);
  await two.towns.putBack(name, copy);
  await two.both(url, 'confirmed', 'settled');
  expect(await two.parts('Leith', url)).toEqual(['1 settled 25']);
  expect(await two.parts('Gràcia', url)).toEqual(['1 settled 25']);
});

test.each(NAMES)('%s forgets a whole exchange, with its hours', async (name) => {
  const copy = await two.towns.backUp(name);
  const url = await two.ask('Leith', 'receiver', 20);
  await two.both(url, 'proposed');
  await two.say('Gràcia', url, { do: 'accept' });
  await end(url, 20);
  await two.towns.putBack(name, copy);
  await two.both(url, 'confirmed', 'settled');
  expect(await two.parts('Leith', url)).toEqual(['1 settled 20']);
  expect(await two.parts('Gràcia', url)).toEqual(['1 settled 20']);
});

test.each(NAMES)('%s forgets a cancel: nothing stays held', async (name) => {
  const url = await two.ask('Leith', 'receiver', 30);
  await two.both(url, 'proposed');
  await two.say('Gràcia', url, { do: 'accept' });
  await two.both(url, 'agreed', 'yes');
  const copy = await two.towns.backUp(name);
  await two.say(name, url, { do: 'cancel' });
  await two.both(url, 'cancelled', 'none');
  await two.towns.putBack(name, copy);
  await two.both(url, 'cancelled', 'none');
});
