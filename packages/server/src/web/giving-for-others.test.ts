/** The community fund, gifts that wait, and slips, through the pages. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { coordinator } from '../testing/people.ts';
import { freePort, startTown, type Town } from '../testing/town.ts';
import { type Seen, Visitor } from '../testing/visitor.ts';

let town: Town;
let by: string;
const tokens: Record<string, string> = {};
const ids: Record<string, string> = {};
const visitors: Record<string, Visitor> = {};
const visitor = (who: string): Visitor => visitors[who] as Visitor;

beforeAll(async () => {
  const port = await freePort();
  town = await startTown({ name: 'Leith', port, allow: [] });
  by = await coordinator(town);
  for (const [handle, name] of [
    ['moira', 'Moira Baird'],
    ['agnes', 'Agnes Tulloch'],
  ] as const) {
    ids[handle] = (await town.call('POST', '/api/members', { handle, name })).body.id;
    tokens[handle] = (await town.call('POST', `/api/members/${ids[handle]}/tokens`)).body.token;
    visitors[handle] = await new Visitor(town.node, town.origin).signIn(tokens[handle] as string);
  }
  visitors['desk'] = await new Visitor(town.node, town.origin).signIn(town.token);
  visitors['guest'] = new Visitor(town.node, town.origin);
});
afterAll(() => town?.stop());

const balance = async (who: string) =>
  (await town.call('GET', `/api/members/${who}`)).body.balance.balanceMinutes as number;

describe('the fund', () => {
  const ask = (fields: object) => visitor('agnes').fill('/fund', '/fund/ask', { hours: '1', minutes: '0', ...fields });

  test('is for everybody to read, and asking is for members', async () => {
    const { status, html } = await visitor('guest').get('/fund');
    expect(status).toBe(200);
    expect(html).toContain('The community fund is empty just now');
    expect(html).not.toContain('action="/fund/ask"');
    expect((await visitor('guest').post('/fund/ask', { text: 'x' })).status).toBe(403);
    expect((await visitor('desk').post('/fund/ask', { csrf: await visitor('desk').csrf(), text: 'x' })).status).toBe(
      403,
    );
    expect((await visitor('agnes').get('/console/fund')).status).toBe(403);
  });

  test('hears a request once, and the desk grants it in public', async () => {
    await town.call('POST', '/api/transfers', { to: 'bank', minutes: 90 }, { token: tokens['moira'] as string });
    const page = (await visitor('agnes').get('/fund')).html;
    const key = /name="key" value="([^"]+)"/.exec(page)?.[1] ?? '';
    const fields = {
      csrf: await visitor('agnes').csrf(),
      key,
      hours: '1',
      minutes: '',
      text: 'A lift on <b>Friday</b>',
    };
    for (let i = 0; i < 3; i++) expect(await visitor('agnes').post('/fund/ask', fields)).toMatchObject({ status: 303 });
    const desk = (await visitor('desk').get('/console/fund')).html;
    expect(desk.match(/Agnes Tulloch asks for 1 h/g)).toHaveLength(1);
    expect(desk).toContain('A lift on &lt;b&gt;Friday');
    const action = /action="(\/console\/fund\/[^"]+)"/.exec(desk)?.[1] ?? '';
    const say = (more: object): Promise<Seen> =>
      visitor('desk').fill('/console/fund', action, {
        answer: 'yes',
        hours: '0',
        minutes: '45',
        text: 'Lifts',
        ...more,
      });
    for (const wrong of [
      { text: '' },
      { text: 'x'.repeat(301) },
      { hours: 'x' },
      { hours: '-1' },
      { hours: '0', minutes: '0' },
    ])
      expect((await say(wrong)).status).toBe(400);
    expect((await say({ hours: '2' })).status).toBe(409);
    expect((await say({})).to).toBe('/fund');
    const { html } = await visitor('guest').get('/fund');
    for (const text of ['45 min for Agnes Tulloch', '“Lifts”', '1 h 30 min from Moira Baird'])
      expect(html).toContain(text);
    expect(html).not.toContain('Friday');
    expect(await balance('agnes')).toBe(45);
  });

  test('keeps what was typed and asks nothing that is wrong', async () => {
    for (const wrong of [
      { text: '' },
      { text: 'x'.repeat(501) },
      { text: 'Kept', minutes: 'x' },
      { text: 'Kept', hours: '0' },
    ])
      expect((await ask(wrong)).status).toBe(400);
    expect((await ask({ text: 'Kept', hours: '0' })).html).toContain('Kept</textarea>');
    expect((await visitor('desk').get('/console/fund')).html).toContain('Nobody waits for an answer.');
  });
});

test('an organisation is called by all of its name while its answer is waited for', async () => {
  const { id } = (await town.call('POST', '/api/members', { handle: 'shed', name: 'Leith Shed', kind: 'organisation' }))
    .body;
  const { token } = (await town.call('POST', `/api/members/${id}/tokens`)).body;
  await town.call('POST', '/api/gifts/rule', { asks: true }, { token });
  await visitor('moira').fill('/give', '/give', { to: `shed@${town.host}`, length: '15', sure: 'yes' });
  expect((await visitor('moira').get('/me')).html).toContain('Waiting for Leith Shed to answer');
});

test('a gift waits for a yes, on a page of its own, for nobody else', async () => {
  await visitor('agnes').fill('/gifts', '/gifts/rule', { asks: 'yes' });
  const given = await visitor('moira').fill('/give', '/give', { to: `agnes@${town.host}`, length: '15', sure: 'yes' });
  expect((await visitor('moira').get(given.to ?? '')).html).toContain('until Agnes has answered');
  const { html } = await visitor('agnes').get('/gifts');
  expect(html).toContain('Moira would like to give you a quarter of an hour');
  const action = /action="(\/gifts\/[0-9A-Z]{26}\/answer)"/.exec(html)?.[1] ?? '';
  const csrf = await visitor('moira').csrf();
  expect((await visitor('moira').post(action, { csrf, answer: 'yes' })).status).toBe(404);
  expect((await visitor('agnes').fill('/gifts', action, { answer: 'maybe' })).status).toBe(400);
  const before = await balance('agnes');
  expect((await visitor('agnes').fill('/gifts', action, { answer: 'yes' })).to).toBe('/me');
  expect(await balance('agnes')).toBe(before + 15);
  expect((await visitor('agnes').get('/gifts')).html).not.toContain(action);
});

describe('a slip', () => {
  const path = () => `/console/slips/new?member=${ids['agnes']}`;
  const write = (fields: object) =>
    visitor('desk').fill(path(), '/console/slips/new', {
      kind: 'gift',
      by,
      to: 'moira',
      hours: '',
      minutes: '20',
      what: 'Eggs',
      reason: 'She rang',
      slip: '',
      ...fields,
    });

  test('is made at the desk, once, and keeps what was typed when it is refused', async () => {
    expect((await visitor('agnes').get('/console/slips/new')).status).toBe(403);
    expect((await visitor('desk').get('/console/slips/new?q=tull')).html).toContain(`member=${ids['agnes']}`);
    expect((await visitor('desk').get('/console/slips/new?member=x')).status).toBe(404);
    const before = await balance('agnes');
    for (const wrong of [
      { to: 'nobody' },
      { reason: '' },
      { minutes: 'x' },
      { slip: 'a b' },
      { by: '' },
      { kind: 'x' },
    ]) {
      const seen = await write(wrong);
      expect(seen.status).toBeGreaterThanOrEqual(400);
      expect(seen.html).toContain('value="Eggs"');
    }
    expect(await balance('agnes')).toBe(before);
    const seen = await write({});
    expect(seen.to).toMatch(/^\/slips\/[0-9A-Z]{26}$/);
    expect(await balance('agnes')).toBe(before - 20);
    const { html } = await visitor('desk').get(seen.to ?? '');
    for (const text of ['20 min to Moira Baird', 'She rang', 'Fiona Kerr', 'Slip 1']) expect(html).toContain(text);
    const key = '12345678-once';
    const csrf = await visitor('desk').csrf();
    const fields = { csrf, key, member: ids['agnes'] ?? '', kind: 'gift', by, to: 'moira', minutes: '1', reason: 'R' };
    const twice = [
      await visitor('desk').post('/console/slips/new', fields),
      await visitor('desk').post('/console/slips/new', fields),
    ];
    expect(new Set(twice.map(({ to }) => to)).size).toBe(1);
    expect(await balance('agnes')).toBe(before - 21);
  });

  test('with a number that is on another slip already says so beside the number', async () => {
    await write({ slip: 'P-9' });
    const { status, html } = await write({ slip: 'p-9' });
    expect(status).toBe(400);
    expect(html).toMatch(/id="gift-slip"[^>]*aria-invalid="true"/);
    expect(html).toContain('There is a slip p-9 already.');
    expect((await write({ slip: 'a b' })).html).toContain('a b is no slip number');
    expect((await write({ reason: ' ' })).html).toMatch(/id="gift-reason"[^>]*aria-invalid="true"/);
  });

  test('is read by its member, by the desk and by whoever holds it; all can say that it is not right', async () => {
    const { to } = await write({ what: 'Bread' });
    const own = to ?? '';
    expect((await visitor('agnes').get('/slips')).html).toContain(own);
    expect((await visitor('agnes').get(own)).status).toBe(200);
    expect((await visitor('moira').get(own)).status).toBe(404);
    expect((await visitor('moira').get('/slips')).html).not.toContain(own);
    expect((await visitor('guest').get(own)).status).toBe(303);
    const { html } = await visitor('desk').get(own);
    const link = /(\/slip\/[\w-]+)/.exec(html)?.[1] ?? '';
    const held = await visitor('guest').get(link);
    expect(held.status).toBe(200);
    expect(held.headers.get('cache-control')).toBe('no-store');
    expect((await visitor('guest').get(`${link.slice(0, -1)}~`)).status).toBe(404);
    const csrf = await visitor('moira').csrf();
    expect((await visitor('moira').post(`${own}/objection`, { csrf, words: 'x' })).status).toBe(404);
    expect((await visitor('guest').post(`${link}/objection`, { words: 'x'.repeat(501) })).status).toBe(400);
    expect(
      (await visitor('guest').post(`${link}/objection`, { words: 'x' }, { origin: 'https://x.example' })).status,
    ).toBe(403);
    for (let i = 0; i < 2; i++)
      expect((await visitor('guest').post(`${link}/objection`, { words: 'It was <i>cake</i>' })).to).toBe(link);
    const desk = (await visitor('desk').get('/console/slips')).html;
    expect(desk).toContain('Somebody says it is not right');
    expect((await visitor('agnes').get(own)).html).toContain('It was &lt;i&gt;cake');
    expect((await visitor('desk').fill(own, `${own}/settle`, { by, how: 'Given back' })).to).toBe(own);
    expect((await visitor('agnes').get(own)).html).toContain('Put right by Fiona Kerr');
    expect((await visitor('desk').get('/console/slips')).html).not.toContain('Somebody says it is not right');
  });

  test('is in sight of the giver on the page of the gift', async () => {
    const { to } = await write({ what: 'Milk' });
    const id = (to ?? '').split('/').at(-1) ?? '';
    const { body } = await town.call('GET', `/api/acts/${id}`);
    const { html } = await visitor('agnes').get(`/given/${body.subjectId}`);
    expect(html).toContain(`Written down for Agnes by Fiona, slip ${body.slip}`);
  });
});
