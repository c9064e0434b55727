/** A whole exchange inside a town by forms alone, and what forms of others and odd input are answered. */

import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../db/id.ts';
import { member } from '../db/schema.ts';
import { type Streets, startStreets } from '../testing/streets.ts';
import type { Seen, Visitor } from '../testing/visitor.ts';
import { builders } from './exchange-words.ts';
import { wordsOf } from './words.ts';

let streets: Streets;
let moira: Visitor;
let agnes: Visitor;
let desk: Visitor;

beforeAll(async () => {
  streets = await startStreets();
  moira = await streets.visitor('leith').signIn(streets.tokens.moira);
  agnes = await streets.visitor('leith').signIn(streets.tokens.agnes);
  desk = await streets.visitor('leith').signIn(streets.leith.token);
});
afterAll(() => streets?.stop());

/** Sends the form of one act as the page holds it. */
async function act(who: Visitor, path: string, name: string, fields: Record<string, string> = {}): Promise<Seen> {
  const { html } = await who.get(path);
  const form = html.split('<form ').find((part) => part.includes(`name="act" value="${name}"`));
  if (form === undefined) throw new Error(`${path} has no form for ${name}`);
  const hidden = [...form.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
  return who.post(path, { ...Object.fromEntries(hidden.map(([, key = '', value = '']) => [key, value])), ...fields });
}

async function ask(more: Record<string, string> = {}): Promise<string> {
  const wanted = { content: 'Look at <b>my</b> bicycle', hours: '1', minutes: '0', side: 'receiver', ...more };
  const seen = await moira.fill('/exchanges/new?to=agnes', '/exchanges', { to: 'agnes', ...wanted });
  expect(seen.status).toBe(303);
  return seen.to ?? '';
}

const text = (html: string) => html.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');

test('asked, talked, changed, agreed, recorded, confirmed and thanked, without a line of script', async () => {
  const dayIn = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  const path = await ask({ date: dayIn(100), time: '15:30', place: 'The library' });
  expect(text((await moira.get('/exchanges')).html)).toContain(
    'You asked Agnes: Look at &lt;b&gt;my&lt;/b&gt; bicycle',
  );
  expect(text((await agnes.get('/exchanges')).html)).toContain('Waits for you');
  const asked = text((await agnes.get(path)).html);
  expect(asked).toContain('Moira asks you');
  expect(asked).toMatch(new RegExp(`day ${Number(dayIn(100).slice(8))} \\w+( \\d{4})? at 15:30`));
  expect(asked).toContain('The library');
  await act(agnes, path, 'say', { text: 'Is it the <i>blue</i> one?' });
  expect((await moira.get(path)).html).toContain('Is it the &lt;i&gt;blue&lt;/i&gt; one?');
  await act(agnes, path, 'counter', { content: 'Bicycle and bell', hours: '1', minutes: '30' });
  expect((await act(moira, path, 'accept')).to).toBe(`${path}?just`);
  const agreed = text((await moira.get(path)).html);
  expect(agreed).toContain('Put aside for it: 1 hour 30 minutes');
  expect((await moira.get(`${path}?just`)).html).toContain('whole--just');
  const later = await act(agnes, path, 'record', { hours: '1', minutes: '15', date: dayIn(2) });
  expect([later.status, later.html.includes('This day is still to come.')]).toEqual([422, true]);
  await act(agnes, path, 'record', { hours: '1', minutes: '15', date: dayIn(-3) });
  expect(text((await moira.get(path)).html)).toMatch(new RegExp(`Done on \\w+day ${Number(dayIn(-3).slice(8))} `));
  expect(text((await moira.get(path)).html)).toContain('Agnes says 1 hour 15 minutes. Is that right?');
  const page = (await moira.get(path)).html;
  const csrf = /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? '';
  const answers = /name="answers" value="([^"]+)"/.exec(page)?.[1] ?? '';
  // The one pair of halves is one POST; twice is once.
  for (const _time of [1, 2]) expect((await moira.post(path, { csrf, answers, act: 'confirm' })).status).toBe(303);
  const done = text((await moira.get(path)).html);
  expect(done).toContain('Agnes gave you 1 hour 15 minutes');
  expect((await act(moira, path, 'thank', { text: 'It rolls again!' })).status).toBe(303);
  await act(agnes, path, 'show_thanks');
  expect(text((await agnes.get(path)).html)).toContain('It is shown on your page.');
  // A mistake is put right by a new line.
  expect((await act(agnes, path, 'right', { hours: '0', minutes: '15' })).status).toBe(303);
  expect(text((await moira.get('/me')).html)).toContain('15 min');
});

test('words that are sent twice are said once, and other words after them too', async () => {
  const path = await ask();
  const { html } = await agnes.get(path);
  const form = html.split('<form ').find((part) => part.includes('name="act" value="say"')) ?? '';
  const hidden = [...form.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
  const fields = Object.fromEntries(hidden.map(([, key = '', value = '']) => [key, value]));
  const send = (words: string) => agnes.post(path, { ...fields, text: words });
  const sent = await Promise.all([send('On Friday?'), send('On Friday?')]);
  expect(sent.map(({ to }) => to)).toEqual([`${path}#talk`, `${path}#talk`]);
  expect((await send('On Friday?')).to).toBe(`${path}#talk`);
  expect((await send('Or on Monday?')).to).toBe(`${path}#talk`);
  const seen = (await moira.get(path)).html;
  expect([seen.split('On Friday?').length, seen.split('Or on Monday?').length]).toEqual([2, 2]);
});

test('a person is called by the first name, a household and an organisation by the whole one', async () => {
  const { leith } = streets;
  for (const [handle, name, kind] of [
    ['links', 'Answer Links', 'organisation'],
    ['row', 'Harbour Row 3', 'household'],
  ] as const) {
    const { body } = await leith.call('POST', '/api/members', { handle, name, kind });
    const seen = await moira.fill(`/exchanges/new?to=${handle}`, '/exchanges', {
      ...{ to: handle, content: 'Tea', hours: '0', minutes: '15', side: 'receiver' },
    });
    expect(text((await moira.get(seen.to ?? '')).html)).toContain(`You asked ${name}: Tea`);
    expect(text((await moira.get('/exchanges')).html)).toContain(`You asked ${name}: Tea`);
    expect(text((await moira.get('/')).html)).toContain(name);
    const { token } = (await leith.call('POST', `/api/members/${body.id}/tokens`, {})).body;
    const own = await streets.visitor('leith').signIn(token);
    const home = text((await own.get('/')).html);
    expect(home).toContain(name);
    expect(home).toContain('Moira');
    expect(home).not.toContain('Moira Baird asks');
  }
});

test('declined, taken back and cancelled; a reason is read by the other', async () => {
  const declined = await ask();
  await act(agnes, declined, 'decline', { because: 'My knee' });
  expect(text((await moira.get(declined)).html)).toContain('“My knee”');
  const withdrawn = await ask();
  await act(moira, withdrawn, 'withdraw');
  expect(text((await agnes.get(withdrawn)).html)).toContain('Moira took it back');
  const cancelled = await ask();
  await act(agnes, cancelled, 'accept');
  await act(moira, cancelled, 'cancel', { because: 'Rain' });
  expect(text((await agnes.get(cancelled)).html)).toContain('“Rain”');
  for (const path of [declined, withdrawn, cancelled])
    expect((await agnes.get(path)).html).not.toMatch(/name="act" value="(accept|record|cancel)"/);
});

test('a dispute: the desk sees it, writes what its member stands by, and the other says yes', async () => {
  const path = await ask();
  await act(agnes, path, 'accept');
  await act(agnes, path, 'record', { hours: '2', minutes: '0' });
  expect((await act(moira, path, 'contest', { because: '' })).status).toBe(422);
  await act(moira, path, 'contest', { because: 'It was one hour' });
  expect(text((await desk.get('/console/disputes')).html)).toContain('Agnes and Moira');
  expect(text((await agnes.get(path)).html)).toContain('“It was one hour”');
  const { node, host } = streets.leith;
  const settings = node.context.banks.byHost(host)?.settings ?? {};
  Object.assign(settings, { bridgeBuilder: 'Ann Low' });
  expect(text((await agnes.get(path)).html)).toContain('Ann looks at it with you until');
  Object.assign(settings, { bridgeBuilder: '' });
  expect(text((await agnes.get(path)).html)).toContain('The office of Leith looks at it with you until');
  const settle = { side: 'giver', hours: '1', minutes: '0', fund: '0' };
  const unsaid = await act(desk, path, 'settle', settle);
  expect([unsaid.status, unsaid.html.includes('Please say why.')]).toEqual([422, true]);
  expect((await act(desk, path, 'settle', { ...settle, reason: 'Both came in.' })).status).toBe(303);
  await act(moira, path, 'confirm');
  expect(text((await agnes.get(path)).html)).toContain('You gave Moira 1 hour');
});

test('a day without a time is noon, and the form says so beforehand', async () => {
  const { html } = await moira.get('/exchanges/new?to=agnes');
  const described = /<input[^>]*name="time"[^>]*aria-describedby="([^"]+)"/.exec(html)?.[1];
  expect(html).toMatch(new RegExp(`id="${described}">\\s*If you give a day and leave the time empty, we write 12:00`));
  const path = await ask({ date: new Date(Date.now() + 86_400_000 * 9).toISOString().slice(0, 10), time: '' });
  expect(text((await agnes.get(path)).html)).toContain(' at 12:00');
});

test('a settlement that is refused keeps all that the desk typed, and the one whom it chose', async () => {
  const path = await ask();
  await act(agnes, path, 'accept');
  await act(agnes, path, 'record', { hours: '2', minutes: '0' });
  await act(moira, path, 'contest', { because: 'It was one hour' });
  const sides = (html: string) => [...html.matchAll(/name="side" value="(\w+)" checked/g)].map(([, side]) => side);
  expect(sides((await desk.get(path)).html)).toEqual(['giver']);
  const settle = { side: 'receiver', hours: '1', minutes: '15', fund: '60', reason: 'Both came in on Tuesday' };
  const kept = (seen: Seen) => {
    expect(sides(seen.html)).toEqual(['receiver']);
    const value = (name: string) => new RegExp(`<input[^>]*value="([^"]*)"[^>]*name="${name}"`).exec(seen.html)?.[1];
    return ['hours', 'minutes', 'fund', 'reason'].map(value);
  };
  const [, ...typed] = Object.values(settle);
  const poor = await act(desk, path, 'settle', settle);
  expect(poor.status).toBe(409);
  expect(poor.html).toContain('role="alert"');
  expect(kept(poor)).toEqual(typed);
  const unread = await act(desk, path, 'settle', { ...settle, fund: 'sixty' });
  expect(unread.status).toBe(422);
  expect(unread.html).toMatch(/id="settle-fund-error">Write whole minutes, or 0\./);
  expect(kept(unread)).toEqual(['1', '15', 'sixty', settle.reason]);
  const long = await act(desk, path, 'settle', { ...settle, fund: '0', reason: 'x'.repeat(301) });
  expect(long.html).toMatch(/id="settle-reason-error">That is too long\./);
  const both = await act(desk, path, 'settle', { ...settle, fund: '-1', reason: '' });
  expect(both.html.match(/class="wrong" id="settle-(fund|reason)-error"/g)).toHaveLength(2);
  expect((await act(desk, path, 'settle', { ...settle, fund: '' })).status).toBe(303);
});

test('a dispute across: the two bridge builders whom the agreement names', () => {
  const words = wordsOf('en');
  const towns = [
    { town: 'Leith', name: 'Ann Low' },
    { town: 'Gràcia', name: 'Núria Pla' },
  ];
  expect(builders(words, towns)).toEqual({ who: 'Ann and Núria', n: 2 });
  const unnamed = towns.map(({ town }) => ({ town, name: '' }));
  expect(builders(words, unnamed).who).toBe('the office of Leith and the office of Gràcia');
});

test('how somebody is reached passes only when they press', async () => {
  const path = await ask();
  const { database } = streets.leith;
  await database.db.update(member).set({ phone: '0131 496 0777' }).where(eq(member.handle, 'moira'));
  expect((await agnes.get(path)).html).not.toContain('0131 496 0777');
  await act(moira, path, 'contact', { what: 'phone' });
  expect((await agnes.get(path)).html).toContain('0131 496 0777');
});

test('exchanges of others are not there, whatever is asked of them', async () => {
  const path = await ask();
  const rosa = await streets.visitor('gracia').signIn(streets.tokens.rosa);
  for (const each of [path, `/exchanges/${newId()}`, '/exchanges/x', '/exchanges/%27;drop'])
    expect((await rosa.get(each)).status).toBe(404);
  const csrf = await rosa.csrf();
  for (const name of ['accept', 'cancel', 'say', 'settle', 'right', 'nonsense'])
    expect((await rosa.post(path, { csrf, act: name, answers: 'receiver 1', text: 'x' })).status).toBe(404);
  expect((await streets.visitor('leith').get(path)).status).toBe(303);
});

test.each([
  ['no words', { content: '' }],
  ['far too many words', { content: 'x'.repeat(501) }],
  ['no length', { hours: '0', minutes: '0' }],
  ['a length that is none', { hours: '-1' }],
  ['a day that there is not', { date: '2026-02-31' }],
  ['a time without a day', { time: '10:00' }],
  ['a time that there is not', { date: '2026-03-01', time: '25:00' }],
  ['a day of long ago', { date: '2020-01-01' }],
  ['a day of another age', { date: '2202-03-01' }],
  ['nobody', { to: '' }],
])('%s: the form is answered again and keeps what was typed', async (_name, fields) => {
  const sent = { to: 'agnes', content: 'Kept words', hours: '1', minutes: '0', side: 'receiver', ...fields };
  const seen = await moira.fill('/exchanges/new', '/exchanges', sent);
  expect(seen.status).toBe(422);
  expect(seen.html).toContain('aria-invalid');
  if (sent.content === 'Kept words') expect(seen.html).toContain('Kept words');
});

test('what cannot be asked says why: oneself, nobody, somebody of no town, and too much', async () => {
  const csrf = await moira.csrf();
  const sent = { csrf, content: 'Tea', hours: '1', minutes: '0', side: 'receiver' };
  for (const [to, status] of [
    ['moira', 422],
    ['nobody', 422],
    ['ana@nowhere.example', 422],
  ] as const) {
    const seen = await moira.post('/exchanges', { ...sent, id: newId(), to });
    expect([to, seen.status]).toEqual([to, status]);
    expect(seen.html).toContain('role="alert"');
  }
  const much = await moira.post('/exchanges', { ...sent, id: newId(), to: 'agnes', hours: '999' });
  expect(much.html).toContain('role="alert"');
  const id = newId();
  const twice = [1, 2].map(() => moira.post('/exchanges', { ...sent, id, to: 'agnes' }));
  const [first, second] = await Promise.all(twice);
  expect([first?.to, second?.to]).toContain(`/exchanges/${id}`);
  // Somebody else's id begins nothing and shows nothing.
  const stolen = await agnes.post('/exchanges', { ...sent, csrf: await agnes.csrf(), id, to: 'moira' });
  expect(stolen.to === `/exchanges/${id}` || stolen.status === 404).toBe(true);
});
