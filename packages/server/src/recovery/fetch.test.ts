/** What is read of a partner's journals when both are read from the first entry again. */
import { keysAtStart, type PairTerms, type Party, startPair } from '@evenhour/protocol';
import type { JsonObject } from '@evenhour/protocol/wire';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Line } from '../delivery/line.ts';
import { readPair } from '../journal/pair-store.ts';
import { logger } from '../node/log.ts';
import type { FakePartner } from '../testing/fake-partner.ts';
import { pay, type Stage, setStage } from '../testing/watch.ts';
import { fetchJournals } from './fetch.ts';

let stage: Stage;
let partner: FakePartner;
let line: Line;
let terms: PairTerms;
/** The entries of each journal, by its author. */
let journals: [JsonObject[], JsonObject[]];

beforeAll(async () => {
  stage = await setStage(1);
  const { town } = stage;
  partner = await (stage.partners[0] as FakePartner).agree(town);
  await pay(partner, 'moira', 30);
  await partner.quiet();
  const page = await partner.send(`/ap/journals/${partner.tail}/peer?after=0`, '', { method: 'GET', session: '-' });
  journals = partner.me === 0 ? [page.body.entries, partner.townEntries] : [partner.townEntries, page.body.entries];
  const heads = { own: partner.head, peer: partner.townHead };
  partner.replies.other = ({ path }) => {
    const { pathname, searchParams } = new URL(path, partner.origin);
    const [entries, head] = pathname.endsWith('/peer')
      ? [partner.townEntries, heads.peer]
      : [page.body.entries as JsonObject[], heads.own];
    return { body: { pair: partner.pair, head, entries: entries.slice(Number(searchParams.get('after'))) } };
  };
  const loaded = await readPair(town.database.db, town.bank.id, partner.pair);
  const known = town.node.context.partners.byPair(town.bank.id, partner.pair);
  if (loaded === null || known === undefined) throw new Error('no pair');
  terms = loaded.pair.terms;
  const context = { ...town.node.context, bank: () => town.bank, reloadBanks: () => Promise.resolve() };
  line = { context, bank: town.bank, row: loaded.row, partner: known, log: logger('test') };
});
afterAll(() => stage?.stop());

/** Reads both journals from the first entry, as a bank that holds all but `lost` entries of each. */
async function read(lost: number, maxBytes: number): Promise<number[]> {
  const from = (author: Party) => ({
    after: startPair(terms, author).heads[author],
    keys: keysAtStart(terms, author),
    held: journals[author].length - lost,
  });
  const fetched = await fetchJournals(line, [from(0), from(1)], maxBytes);
  return fetched?.map(({ entries }) => entries.length) ?? [];
}

test('the bytes that count are those beside what is held', async () => {
  const whole = journals.map((entries) => entries.length);
  expect(Math.min(...whole)).toBeGreaterThan(1);
  const [last, all] = [1, Number.MAX_SAFE_INTEGER].map((n) =>
    Math.max(
      ...journals.map((entries) => entries.slice(-n).reduce((sum, entry) => sum + JSON.stringify(entry).length, 0)),
    ),
  ) as [number, number];
  expect(await read(0, 0)).toEqual(whole);
  expect(await read(1, last)).toEqual(whole);
  await expect(read(1, last - 1)).rejects.toThrow('more of a journal at once than is read');
  expect(await read(Math.max(...whole), all)).toEqual(whole);
  await expect(read(Math.max(...whole), all - 1)).rejects.toThrow('more of a journal at once than is read');
});
