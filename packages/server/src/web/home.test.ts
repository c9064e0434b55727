/** The first page as a member sees it, the statement on paper and as a file, and thanks. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { account } from '../db/schema.ts';
import { standOf } from '../member/members.ts';
import { type Streets, startStreets } from '../testing/streets.ts';
import { until } from '../testing/town.ts';
import type { Visitor } from '../testing/visitor.ts';
import { giveAll } from '../transfer/giving.ts';

let streets: Streets;
let moira: Visitor;
let id: string;
beforeAll(async () => {
  streets = await startStreets();
  const { leith, gracia, tokens } = streets;
  moira = await streets.visitor('leith').signIn(tokens.moira);
  id = (await leith.call('GET', '/api/members/moira')).body.id;
  const give = (to: string, minutes: number, content: string, token: string) =>
    leith.call('POST', '/api/transfers', { to, minutes, content }, { token });
  await give('moira', 95, '=cmd()', tokens.agnes);
  const { body } = await give(`rosa@${gracia.host}`, 60, 'Catalan', tokens.moira);
  await until(async () => (await leith.call('GET', `/api/transfers/${body.id}`)).body.status === 'settled');
});
afterAll(() => streets?.stop());

/** What a browser fetches for a page: the page, its style and its font, as they travel. */
async function weigh(visitor: Visitor, path: string): Promise<number> {
  const { html } = await visitor.get(path);
  const assets = [...html.matchAll(/(?:href|src)="(\/assets\/[^"]+\.(?:css|js|woff2))"/g)].map(
    ([, address = '']) => address,
  );
  let bytes = gzipSync(html).length;
  for (const address of new Set(assets)) {
    const answer = await fetch(`${streets.leith.origin}${address}`);
    const body = new Uint8Array(await answer.arrayBuffer());
    bytes += address.endsWith('.woff2') ? body.length : gzipSync(body).length;
  }
  return bytes;
}

describe('home', () => {
  test('greets by the first name and says what was passed on, and how it stands', async () => {
    const { html } = await moira.get('/');
    expect(html).toContain('Good day, Moira.');
    expect(html).toContain('You have passed on 1 h, and others have passed on 1 h 35 min to you.');
    expect(html).toContain('35 minutes is still looking for its other half');
  });

  test('puts giving and asking side by side, and a guest finds both too', async () => {
    for (const visitor of [moira, streets.visitor('leith')]) {
      const { html } = await visitor.get('/');
      const [, pair = ''] = /<div class="whole whole--hero"[^>]*>(.*?)<\/div>/s.exec(html) ?? [];
      expect([...pair.matchAll(/<a href="([^"]+)"/g)].map(([, href]) => href)).toEqual(['/find?kind=need', '/find']);
    }
  });

  test('weighs at most 50 kB with its font and its style', async () => {
    expect(await weigh(moira, '/')).toBeLessThanOrEqual(50_000);
    expect(await weigh(streets.visitor('leith'), '/')).toBeLessThanOrEqual(50_000);
  });
});

describe('totals', () => {
  test('stand with the account and are what its lines add up to', async () => {
    const { db } = streets.leith.database;
    const { moved } = await standOf(db, streets.leith.bank.id, `member:${id}`);
    expect(moved).toEqual({ givenMinutes: 60, cameMinutes: 95, timeGivenMinutes: 0, timeReceivedMinutes: 0 });
    const rows = await db.select().from(account);
    for (const { balance, given, came } of rows) expect(balance).toBe(came - given);
  });
});

describe('the statement', () => {
  const today = new Date().toISOString().slice(0, 10);

  test('has months, and receipts for what is settled', async () => {
    const { html } = await moira.get('/me');
    expect(html).toContain(new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric' }).format(new Date()));
    expect(html).toMatch(/href="\/receipt\/[0-9A-Z]{26}"/);
  });

  test('is printed for a stretch of days, oldest first, and not for more than a year', async () => {
    const { status, html } = await moira.get(`/statement/print?from=${today}&to=${today}`);
    expect(status).toBe(200);
    expect(html).toContain('In these days you received 1 hour 35 minutes and gave 1 hour.');
    expect(html.indexOf('=cmd()')).toBeLessThan(html.indexOf('Catalan'));
    const wrong = ['from=2000-01-01&to=2026-01-01', `from=${today}&to=2026-01-01`, 'from=2026-02-31'];
    for (const page of ['print', 'file'])
      for (const days of wrong) {
        const seen = await moira.get(`/statement/${page}?${days}`);
        expect([seen.status, seen.html.includes('at most a year apart')], days).toEqual([400, true]);
        expect(seen.html).toContain(`value="${days.slice(5, 15)}"`);
      }
    expect((await moira.get('/statement/print?from=2020-01-01&to=2020-02-01')).html).toContain('Nothing has moved');
  });

  test('is a file that no spreadsheet runs, on the page and by the API', async () => {
    const { html, headers } = await moira.get(`/statement/file?from=${today}&to=${today}`);
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(html).toContain(",'=cmd(),95,1:35\r\n");
    const path = `/api/members/${id}/statement/file?from=${today}&to=${today}&language=es`;
    const { body } = await streets.leith.call('GET', path, undefined, { token: streets.tokens.moira });
    expect(body.csv.split('\r\n')).toHaveLength(4);
    const others = await streets.leith.call('GET', path, undefined, { token: streets.tokens.agnes });
    expect(others.status).toBe(403);
  });

  test('by the API only of some days', async () => {
    const ask = (query: string) =>
      streets.leith.call('GET', `/api/members/${id}/statement?${query}`, undefined, { token: streets.tokens.moira });
    expect((await ask(`from=${today}`)).body.items).toHaveLength(2);
    expect((await ask('to=2020-01-01')).body.items).toEqual([]);
    expect((await ask('from=2020-13-01')).status).toBe(400);
  });
});

test('a statement of many lines is on several sheets, and each one says what moved in all of it', async () => {
  const { leith } = streets;
  const { id: davieId } = (await leith.call('POST', '/api/members', { handle: 'davie', name: 'Davie Ross' })).body;
  const { token } = (await leith.call('POST', `/api/members/${davieId}/tokens`, {})).body;
  const gifts = Array.from({ length: 120 }, (_, n) => ({
    ...{ from: davieId, to: 'agnes', minutes: 1, content: `Number ${n}.` },
  }));
  await leith.database.transaction((tx) => giveAll(tx, leith.bank, gifts));
  const davie = await streets.visitor('leith').signIn(token);
  const { html } = await davie.get('/statement/print');
  expect(html).toContain('On this sheet are 100 of 120 lines.');
  expect(html).toContain('gave 2 hours');
  const contents = (page: string) => [...page.matchAll(/Number \d+\./g)].map(([content]) => content);
  const [, older = ''] = /href="(\/statement\/print\?[^"]*before=[^"]+)"/.exec(html) ?? [];
  const { html: before } = await davie.get(older.replaceAll('&amp;', '&'));
  expect(before).toContain('On this sheet are 20 of 120 lines.');
  expect(before).toContain('gave 2 hours');
  expect([contents(html).length, contents(before).length]).toEqual([100, 20]);
  expect(new Set([...contents(html), ...contents(before)])).toEqual(new Set(gifts.map(({ content }) => content)));
  expect(before).not.toContain('The sheet before this one');
});

test('thanks: an empty page says what to do', async () => {
  expect((await moira.get('/thanks')).html).toContain('Nobody has written to you yet.');
});
