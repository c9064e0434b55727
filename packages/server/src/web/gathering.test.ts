/** The pages of gatherings, as somebody without script meets them. */

import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gathering, gatheringGuest, member } from '../db/schema.ts';
import { type Streets, startStreets } from '../testing/streets.ts';
import type { Visitor } from '../testing/visitor.ts';

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

const tomorrow = new Date(Date.now() + 26 * 3_600_000).toISOString().slice(0, 10);
const FORM = {
  ...{ kind: 'class', title: 'Soup and Stitches', text: 'Bring something torn.', place: 'Dock Street Hall' },
  ...{ day: tomorrow, from: '11:00', to: '13:30', seats: '12', rule: 'guests_give', minutes: '30', visibility: 'bank' },
};
const call = async (change: Record<string, string> = {}, who = moira) =>
  who.fill('/gatherings/new', '/gatherings', { ...FORM, ...change });

async function begun(): Promise<string> {
  const path = (await call()).to ?? '';
  const [startsAt, endsAt] = [new Date(Date.now() - 60_000), new Date(Date.now() + 3_600_000)];
  await agnes.fill(path, `${path}/seat`, {});
  await streets.leith.database.db.update(gathering).set({ startsAt, endsAt });
  return path;
}

test('one is called by a form, and a seat taken and given back by a button', async () => {
  const { to } = await call();
  expect(to).toMatch(/^\/gatherings\/[0-9A-Z]{26}$/);
  const path = to ?? '';
  expect((await moira.get('/gatherings')).html).toContain('Soup and Stitches');
  expect((await agnes.get(path)).html).toContain('12 free');
  const seat = await agnes.fill(path, `${path}/seat`, { shown: 'yes' });
  expect(seat).toMatchObject({ status: 303, to: path });
  expect((await agnes.get(path)).html).toContain('You have a seat.');
  expect((await moira.get(path)).html).toContain('Coming: Agnes Tulloch.');
  expect((await agnes.get('/gatherings/mine')).html).toContain('Soup and Stitches');
  await agnes.fill(path, `${path}/leave`, {});
  expect((await agnes.get(path)).html).toContain('Keep me a seat');
});

test('the desk changes a member’s, and calls it off, with a reason, and keeps what it typed', async () => {
  const path = (await call()).to ?? '';
  const change = (reason: string) =>
    desk.fill(`${path}/change`, `${path}/change`, { ...FORM, title: 'Soup and Buttons', reason });
  const refused = await change('');
  expect(refused.status).toBe(400);
  for (const part of ['Please say why.', 'value="Soup and Buttons"', 'You write it down for Moira Baird'])
    expect(refused.html).toContain(part);
  expect((await change('They rang')).to).toBe(path);
  const kept = await desk.fill(path, `${path}/cancel`, { reason: ' ' });
  expect(kept.status).toBe(400);
  expect(kept.html).toMatch(/<details open[^>]*><summary>Call it off/);
  expect(kept.html).toContain('id="cancel-reason-error"');
  expect((await desk.fill(path, `${path}/cancel`, { reason: 'The hall is shut' })).to).toBe(path);
  const { html } = await moira.get('/slips');
  for (const part of ['Changed: Soup and Buttons', 'Called off: Soup and Buttons', 'The hall is shut'])
    expect(html).toContain(part);
  // The host says no reason to themselves.
  const own = (await call()).to ?? '';
  for (const page of [own, `${own}/change`]) expect((await moira.get(page)).html).not.toContain('name="reason"');
  expect((await moira.fill(own, `${own}/cancel`, {})).to).toBe(own);
});

describe('the desk signs somebody up', () => {
  /** Sends the form of the desk, and finds what it says and holds then. */
  async function signUp(path: string, sent: Record<string, string>) {
    const seen = await desk.fill(path, `${path}/seat`, { reason: 'They rang', ...sent });
    const form = seen.html.split('<form ').find((part) => part.includes('name="member"')) ?? '';
    return {
      ...{ status: seen.status, to: seen.to },
      wrong: /class="wrong" id="([^"]+)">([^<]+)/.exec(form)?.slice(1) ?? [],
      kept: /<input[^>]*value="([^"]*)"[^>]*name="member"/.exec(form)?.[1],
      ones: [...form.matchAll(/name="one" value="([^"]*)"/g)].map(([, one]) => one),
      open: /<details open[^>]*><summary>Sign somebody up/.test(seen.html),
    };
  }
  const guests = async (path: string) =>
    [...(await desk.get(path)).html.matchAll(/<strong dir="auto">([^<]+)</g)].map(([, name]) => name);

  test('by a whole name, in whatever letters, and by a name in an address', async () => {
    const path = (await call({ rule: 'none' }, desk)).to ?? '';
    expect(await signUp(path, { member: 'agnes TULLOCH' })).toMatchObject({ status: 303, to: path });
    const { host } = streets.leith;
    expect(await signUp(path, { member: `@moira@${host}` })).toMatchObject({ status: 303, to: path });
    expect(await guests(path)).toEqual(['Agnes Tulloch', 'Moira Baird']);
  });

  test('one that nobody has is said at the field and stays in it', async () => {
    const path = (await call({ rule: 'none' }, desk)).to ?? '';
    for (const member of ['Agnez', 'agnes@elsewhere.example', 'fund'])
      expect(await signUp(path, { member })).toMatchObject({
        ...{ status: 422, open: true, kept: member, ones: [] },
        wrong: ['member-error', 'Nobody here has this name. Look at it once more, letter by letter.'],
      });
    expect((await signUp(path, { member: '' })).wrong).toEqual(['member-error', 'Write the name of a member.']);
    expect(await guests(path)).toEqual([]);
  });

  test('with a reason, which stands on their slip', async () => {
    const path = (await call({ rule: 'none' }, desk)).to ?? '';
    expect(await signUp(path, { member: 'Agnes', reason: '' })).toMatchObject({
      ...{ status: 422, open: true, kept: 'Agnes', wrong: ['reason-error', 'Please say why.'] },
    });
    expect(await signUp(path, { member: 'Agnes', reason: 'Her screen is dark' })).toMatchObject({ status: 303 });
    expect((await desk.get(path)).html).toContain('Written down for Agnes Tulloch by the office');
    const { html } = await agnes.get('/slips');
    expect(html).toContain('A seat at Soup and Stitches');
    expect(html).toContain('Her screen is dark');
  });

  test('of two who have one name, one is chosen', async () => {
    const path = (await call({ rule: 'none' }, desk)).to ?? '';
    for (const handle of ['una', 'una.two'])
      await streets.leith.call('POST', '/api/members', { handle, name: 'Una Ross' });
    const asked = await signUp(path, { member: 'una ross' });
    expect(asked).toMatchObject({ status: 422, open: true, kept: 'una ross', ones: ['una', 'una.two', ''] });
    expect(asked.wrong[0]).toBe('one-error');
    expect(await signUp(path, { member: 'una ross', one: 'una.two' })).toMatchObject({ status: 303 });
    expect(await guests(path)).toEqual(['Una Ross']);
  });

  test('whoever calls it and whoever rests are refused at the field', async () => {
    const path = (await call({ rule: 'none' })).to ?? '';
    expect(await signUp(path, { member: 'moira' })).toMatchObject({
      ...{ status: 422, kept: 'moira', wrong: ['member-error', 'They call this gathering, so they need no seat.'] },
    });
    const { db } = streets.leith.database;
    await db.update(member).set({ status: 'suspended' }).where(eq(member.handle, 'agnes'));
    const rests = await signUp(path, { member: 'agnes' });
    await db.update(member).set({ status: 'active' }).where(eq(member.handle, 'agnes'));
    expect(rests).toMatchObject({ status: 422, kept: 'agnes' });
    expect(rests.wrong[1]).toContain('This member is resting');
  });
});

describe('more gatherings than one page holds', () => {
  let gina: Visitor;
  let token: string;
  let all: string[];
  /** 130 of Gina's, three at a time, to each of which she put herself down; every tenth seat she gave back. */
  beforeAll(async () => {
    const { call: ask, database, bank } = streets.leith;
    const { body } = await ask('POST', '/api/members', { handle: 'gina', name: 'Gina Orr' });
    token = (await ask('POST', `/api/members/${body.id}/tokens`, {})).body.token as string;
    gina = await streets.visitor('leith').signIn(token);
    const id = ((await call({ rule: 'none' }, gina)).to ?? '').replace('/gatherings/', '');
    const numbered = (prefix: string) => sql.raw(`'${prefix}' || lpad(n::text, ${26 - prefix.length}, '0')`);
    await database.db.execute(sql`insert into gathering select (jsonb_populate_record(g, jsonb_build_object(
        'id', ${numbered('01JZZ')}, 'starts_at', g.starts_at + (n / 3) * interval '1 day',
        'ends_at', g.ends_at + (n / 3) * interval '1 day'))).*
      from gathering g, generate_series(1, 129) n where g.id = ${id}`);
    const rows = await database.db.select().from(gathering).where(eq(gathering.hostId, body.id));
    all = rows.map((row) => row.id);
    expect(all).toHaveLength(130);
    const guest = (n: number, gatheringId: string) => ({
      ...{ bankId: bank.id, id: `01JYY${String(n).padStart(21, '0')}`, gatheringId, memberId: body.id as string },
      ...{
        name: 'Gina Orr',
        address: '',
        ownAct: true,
        status: n % 10 === 9 ? ('withdrawn' as const) : ('coming' as const),
      },
    });
    await database.db.insert(gatheringGuest).values(all.map((one, n) => guest(n, one)));
  });

  /** All that a list shows, page by page, as far as its link leads. */
  async function walk(path: string, section: string, label: string): Promise<string[][]> {
    const pages: string[][] = [];
    for (let next: string | undefined = path; next !== undefined; ) {
      const { status, html } = await gina.get(next.replace(/#.*/, ''));
      expect(status).toBe(200);
      const part = html.split(`aria-labelledby="${section}"`)[1]?.split('</section>')[0] ?? '';
      pages.push([...part.matchAll(/href="\/gatherings\/([0-9A-Z]{26})"/g)].map(([, id = '']) => id));
      next = new RegExp(`href="([^"]+)">${label}`).exec(part)?.[1]?.replaceAll('&amp;', '&');
    }
    return pages;
  }
  const times = async (ids: readonly string[]) => {
    const rows = await streets.leith.database.db.select().from(gathering);
    return ids.map((id) => rows.find((row) => row.id === id)?.startsAt.getTime() ?? 0);
  };

  test('each of those to come is reached by the link to later ones, once, soonest first', async () => {
    const pages = await walk('/gatherings', 'soon', 'Later ones');
    expect(pages.map((page) => page.length).slice(0, 2)).toEqual([60, 60]);
    const seen = pages.flat();
    expect(new Set(seen).size).toBe(seen.length);
    expect(all.filter((id) => !seen.includes(id))).toEqual([]);
    const at = await times(seen);
    expect(at).toEqual(at.toSorted((a, b) => a - b));
    // A link that was kept until all of it is over, and what no page of ours says.
    expect((await gina.get(`/gatherings?after=99999999999999.${all[0]}`)).to).toBe('/gatherings');
    for (const odd of ['x', '999999999999999999.0', `1.${'0'.repeat(25)}`])
      expect((await gina.get(`/gatherings?after=${odd}`)).html).toContain(pages[0]?.[0]);
  });

  test('so is each that a member hosts, and goes to, apart from each other, the last first', async () => {
    const hosted = (await walk('/gatherings/mine', 'hosted', 'Older ones')).flat();
    expect(hosted.toSorted()).toEqual(all.toSorted());
    const at = await times(hosted);
    expect(at).toEqual(at.toSorted((a, b) => b - a));
    const going = await walk('/gatherings/mine', 'going', 'Older ones');
    expect(going.map((page) => page.length)).toEqual([60, 57]);
    expect(going.flat()).toEqual(all.filter((_, n) => n % 10 !== 9).toReversed());
    const link = /href="([^"]+)">Older ones/.exec((await gina.get('/gatherings/mine?hosted=1.x')).html)?.[1];
    expect(link).toMatch(/^\/gatherings\/mine\?hosted=1.x&amp;going=[0-9A-Z]{26}#going$/);
  });

  test('a program goes through each of the three lists by its cursor', async () => {
    const { call: ask } = streets.leith;
    const lists = [];
    for (const which of ['coming', 'hosted', 'attended']) {
      const seen: string[] = [];
      for (let cursor = ''; ; ) {
        const query = `which=${which}&limit=50${cursor === '' ? '' : `&cursor=${cursor}`}`;
        const { body } = await ask('GET', `/api/gatherings?${query}`, undefined, { token });
        seen.push(...body.items.map(({ id }: { id: string }) => id));
        if (body.next === null) break;
        cursor = body.next as string;
      }
      expect(new Set(seen).size).toBe(seen.length);
      lists.push(seen.filter((id) => all.includes(id)).length);
      if (which === 'attended') continue;
      const bad = await ask('GET', `/api/gatherings?which=${which}&cursor=2`, undefined, { token });
      expect([bad.status, bad.body.code]).toEqual([400, 'invalid_request']);
    }
    expect(lists).toEqual([130, 130, 130]);
  });
});

test('one for partner towns stays so while no town is a partner', async () => {
  const callum = await streets.visitor('corner').signIn(streets.tokens.callum);
  const path = (await call({ visibility: 'partners' }, callum)).to ?? '';
  const { html } = await callum.get(`${path}/change`);
  expect(html).toMatch(/value="partners" checked/);
  expect(html).toContain('No town is our partner just now.');
  expect((await callum.get('/gatherings/new')).html).not.toContain('value="partners"');
});

test('the offer by which other towns find it leads here to its seats', async () => {
  const path = (await call({ visibility: 'partners' })).to ?? '';
  const [row] = await streets.leith.database.db
    .select({ offerId: gathering.offerId })
    .from(gathering)
    .where(eq(gathering.id, path.split('/').at(-1) ?? ''));
  expect(row?.offerId).not.toBeNull();
  expect(await agnes.get(`/offers/${row?.offerId}`)).toMatchObject({ status: 303, to: path });
});

test('somebody who is not signed in reads who can have a seat, before they try', async () => {
  const guest = streets.visitor('leith');
  const open = (await call({ visibility: 'public' })).to ?? '';
  expect((await guest.get(open)).html).toContain('it is among the offers of its partner towns');
  const ofTown = (await call({ visibility: 'public', rule: 'guests_receive' }, desk)).to ?? '';
  const without = (await call({ visibility: 'public', rule: 'none' })).to ?? '';
  for (const path of [ofTown, without])
    expect((await guest.get(path)).html).toContain('Members of other towns cannot sign up for this one.');
});

test('who came is ticked, strangers are written down, and one button writes down everybody, once', async () => {
  const path = await begun();
  const page = await moira.get(`${path}/credit`);
  const guest = /name="here" value="([^"]+)"/.exec(page.html)?.[1] ?? '';
  await moira.fill(`${path}/credit`, `${path}/credit`, { here: guest, more: 'A friend\nAgnes Tulloch', do: 'mark' });
  expect((await moira.get(`${path}/credit`)).html).toContain('A friend');
  const ticked = [...(await moira.get(`${path}/credit`)).html.matchAll(/name="here" value="([^"]+)" checked/g)];
  expect(ticked).toHaveLength(2);
  const sent = new URLSearchParams({ csrf: await moira.csrf(), do: 'credit', [`minutes-${guest}`]: '30' });
  for (const [, id = ''] of ticked) sent.append('here', id);
  for (const _ of 'ab') expect((await moira.post(`${path}/credit`, sent)).status).toBe(303);
  const { html } = await moira.get(`${path}/credit`);
  expect(html).toContain('30 min: waits for Agnes to say yes');
  expect(html).toContain('was here');
  expect(html).not.toContain('name="here"');
});

test('an organisation that is asked for its yes is called by all of its name', async () => {
  const { call: ask } = streets.leith;
  const { id } = (await ask('POST', '/api/members', { handle: 'shed', name: 'Leith Shed', kind: 'organisation' })).body;
  const { token } = (await ask('POST', `/api/members/${id}/tokens`, {})).body as { token: string };
  const path = (await call()).to ?? '';
  const shed = await streets.visitor('leith').signIn(token);
  await shed.fill(path, `${path}/seat`, {});
  const [startsAt, endsAt] = [new Date(Date.now() - 60_000), new Date(Date.now() + 3_600_000)];
  const one = eq(gathering.id, path.split('/').at(-1) ?? '');
  await streets.leith.database.db.update(gathering).set({ startsAt, endsAt }).where(one);
  const guest = /name="here" value="([^"]+)"/.exec((await moira.get(`${path}/credit`)).html)?.[1] ?? '';
  await moira.fill(`${path}/credit`, `${path}/credit`, { here: guest, do: 'credit' });
  const said = '30 min: waits for Leith Shed to say yes';
  expect((await moira.get(`${path}/credit`)).html).toContain(said);
});

test('the code on the sheet opens a page with one button', async () => {
  const path = await begun();
  const { html } = await moira.get(`${path}/sheet`);
  expect(html).toContain('Agnes Tulloch');
  const { id } = { id: path.split('/').at(-1) ?? '' };
  const { hereCode } = (await streets.leith.call('GET', `/api/gatherings/${id}`)).body;
  const door = `${path}/here/${hereCode}`;
  expect((await streets.visitor('leith').get(door)).to).toContain('/sign-in?next=');
  expect((await agnes.fill(door, door, {})).to).toBe(door);
  expect((await agnes.get(door)).html).toContain('Welcome. You are on the sheet.');
  expect((await agnes.get(`${path}/here/${'x'.repeat(22)}`)).status).toBe(404);
});

test('calendars: a file, a secret address, and a new one', async () => {
  const path = (await call({ visibility: 'public' })).to ?? '';
  const file = await streets.visitor('leith').get(`${path}/calendar`);
  expect(file.headers.get('content-type')).toBe('text/calendar; charset=utf-8');
  expect(file.html).toContain('SUMMARY:Soup and Stitches\r\n');
  const feed = async () =>
    /<code[^>]*>https?:\/\/[^/]+(\/calendar\/[^<]+)</.exec((await moira.get('/gatherings/mine')).html)?.[1] ?? '';
  const before = await feed();
  expect((await streets.visitor('leith').get(before)).html).toContain('BEGIN:VEVENT');
  await moira.fill('/gatherings/mine', '/gatherings/mine/calendar', {});
  expect((await streets.visitor('leith').get(before)).status).toBe(404);
  expect((await streets.visitor('leith').get(await feed())).status).toBe(200);
  expect((await streets.visitor('gracia').get(await feed())).status).toBe(404);
});

describe('what is not theirs, or makes no sense', () => {
  test('pages of whoever calls it are not there for others', async () => {
    const path = (await call()).to ?? '';
    const csrf = await agnes.csrf();
    for (const page of ['credit', 'sheet', 'change']) {
      expect((await agnes.get(`${path}/${page}`)).status).toBe(404);
      expect((await streets.visitor('leith').get(`${path}/${page}`)).to).toContain('/sign-in');
    }
    for (const page of ['credit', 'cancel', 'change'])
      expect((await agnes.post(`${path}/${page}`, { csrf, do: 'credit', key: '12345678' })).status).toBe(404);
    const rosa = await streets.visitor('gracia').signIn(streets.tokens.rosa);
    expect((await rosa.get(path)).status).toBe(404);
    expect((await streets.visitor('leith').get(path)).to).toContain('/sign-in');
    expect((await moira.post(`${path}/seat`, { csrf: await moira.csrf(), key: '12345678' })).status).toBe(422);
  });

  test.each([
    [{ title: '' }, 'Give it a name'],
    [{ title: 'x'.repeat(101) }, 'Give it a name'],
    [{ text: 'x'.repeat(2001) }, 'up to 2000 letters'],
    [{ day: '2026-02-31' }, 'Choose a day'],
    [{ day: '2020-01-01' }, 'Choose a day'],
    [{ from: '25:00' }, 'Choose a day'],
    [{ to: '' }, 'Choose a day'],
    [{ seats: '0' }, 'A whole number'],
    [{ seats: '9999999' }, 'A whole number'],
    [{ seats: '<b>' }, 'A whole number'],
    [{ rule: 'none', visibility: 'partners' }, 'Partner towns can come when'],
    [{ rule: 'guests_receive' }, 'role="alert"'],
  ] as const)('%j says what is wrong and keeps the rest', async (change, said) => {
    const { status, html } = await call(change);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(html).toContain(said);
    expect(html).toContain('Dock Street Hall');
  });

  test('names are shown as they are typed, never as a part of the page', async () => {
    const path = (await call({ title: '<script>alert(1)</script>', text: '"><img src=x>' })).to ?? '';
    const { html } = await moira.get(path);
    expect(html).not.toMatch(/<script>alert|<img src=x/);
    expect((await desk.get(`${path}/sheet`)).html).not.toContain('<script>alert');
  });
});
