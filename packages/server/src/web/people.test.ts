/** Joining, coming in, hats and one's own page, as a browser without script sees them. */
import { and, eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { member, session } from '../db/schema.ts';
import { addPerson, giveHat } from '../member/people.ts';
import { lastLetter } from '../testing/letters.ts';
import { coordinator } from '../testing/people.ts';
import { type Streets, startStreets } from '../testing/streets.ts';
import type { Visitor } from '../testing/visitor.ts';
import { cookieName } from './handlers/session.ts';

let streets: Streets;
let desk: Visitor;

beforeAll(async () => {
  streets = await startStreets();
  desk = await streets.visitor('leith').signIn(streets.leith.token);
});
afterAll(() => streets?.stop());
beforeEach(() => streets.leith.database.db.execute(sql`delete from attempt`));

const db = () => streets.leith.database.db;
const bankId = () => streets.leith.bank.id;
const guest = () => streets.visitor('leith');
const idOfMember = async (handle: string) =>
  (await streets.leith.call('GET', `/api/members/${handle}`)).body.id as string;

const lastMail = (to: string) => lastLetter(streets.leith, to);
const pathIn = (text: string) => new URL(/https?:\/\/\S+\/sign-in\/link\/\S+/.exec(text)?.[0] ?? '').pathname;
const codeIn = (text: string) => (/(\d{3}) (\d{3})/.exec(text) ?? []).slice(1).join('');

/** Joins by an invitation of the desk's, with an address for mail, and comes in by the link. */
async function newcomer(name: string, email: string): Promise<Visitor> {
  const { body } = await streets.leith.call('POST', '/api/join-links', {});
  const visitor = guest();
  const path = new URL(body.link).pathname;
  expect(await visitor.fill(path, path, { name, email, kind: 'person' })).toMatchObject({
    to: '/join/asked?mailed=yes',
  });
  const link = pathIn(await lastMail(email));
  expect((await visitor.fill(link, link, {})).to).toBe('/me');
  return visitor;
}

describe('joining', () => {
  test("by a member's invitation without an address ends with a card that lets in again", async () => {
    const moira = await guest().signIn(streets.tokens.moira);
    await moira.fill('/me/invitations', '/me/invitations', {});
    const { html } = await moira.get('/me/invitations');
    const link = new URL(/id="link" value="([^"]+)"/.exec(html)?.[1] ?? '').pathname;
    expect((await moira.get('/me/invitations')).html).not.toContain(link);
    const ewan = guest();
    expect((await ewan.get(link)).html).toContain('Moira Baird invites you');
    const joined = await ewan.fill(link, link, { name: 'Ewan Laing', about: 'Digging', phone: '0131 496 0199' });
    expect(joined).toMatchObject({ status: 303, to: '/me/card' });
    const card = (await ewan.get('/me/card')).html;
    const words = [...card.matchAll(/<li>([a-z]+)<\/li>/g)].map(([, word]) => word);
    expect(words).toHaveLength(4);
    expect((await ewan.get('/me/card')).to).toBe('/me/profile');
    const later = guest();
    expect((await later.fill('/sign-in', '/sign-in', { who: words.join(' ') })).to).toBe('/me');
    const door = `/card/${words.join('-')}`;
    const scanned = guest();
    const handed = await scanned.get(door);
    expect([handed.status, handed.to, handed.headers.get('cache-control')]).toEqual([303, '/card', 'no-store']);
    expect((await scanned.get('/me')).to).toMatch(/^\/sign-in/);
    const page = await scanned.get('/card');
    expect([page.status, page.headers.get('referrer-policy')]).toEqual([200, 'same-origin']);
    for (const text of [page.html, ...scanned.cookies.values()])
      for (const word of words) expect(text).not.toContain(word);
    expect((await scanned.fill('/card', '/card', {})).to).toBe('/me');
    // The words were handed on once, and to this browser.
    expect([(await scanned.get('/card')).to, (await guest().get('/card')).to]).toEqual(['/sign-in', '/sign-in']);
    expect((await guest().post('/card', {})).to).toBe('/sign-in');
    const mistaken = guest();
    await mistaken.get('/card/river-lamp-stone-door');
    for (const _ of 'ab') expect((await mistaken.fill('/card', '/card', {})).status).toBe(400);
    expect((await ewan.get(link)).status).toBe(404);
  });

  test('an invitation for one, taken by six at once, makes one member', async () => {
    const { body } = await streets.leith.call('POST', '/api/join-links', {});
    const path = new URL(body.link).pathname;
    const before = await count();
    const all = await Promise.all(
      Array.from({ length: 6 }, (_, i) => guest().post(path, { name: `Guest ${i}`, phone: '1', kind: 'person' })),
    );
    expect(all.filter(({ status }) => status === 303)).toHaveLength(1);
    expect(await count()).toBe(before + 1);
  });

  test('asking waits for the desk; a yes sends a way in, a no the sentence', async () => {
    const asked = (name: string, email: string) =>
      guest().fill('/join', '/join', { name, email, kind: 'household', about: 'Soup' });
    expect((await asked('The Lairds', 'laird@mail.example')).to).toBe('/join/asked');
    expect((await asked('The Kerrs', 'kerr@mail.example')).to).toBe('/join/asked');
    expect(await lastMail('laird@mail.example')).toBe('');
    const { body } = await streets.leith.call('GET', '/api/applications');
    const [yes, no] = body.items as [{ id: string }, { id: string }];
    const answer = (id: string, fields: Record<string, string>) =>
      desk.fill('/console/members', `/console/applications/${id}`, fields);
    expect((await answer(yes.id, { answer: 'yes', sentence: 'Come on Tuesday.' })).status).toBe(303);
    expect((await answer(no.id, { answer: 'no', sentence: 'We are full.' })).status).toBe(303);
    expect(await lastMail('kerr@mail.example')).toContain('We are full.');
    const text = await lastMail('laird@mail.example');
    expect(text).toContain('Come on Tuesday.');
    const laird = guest();
    expect((await laird.fill(pathIn(text), pathIn(text), {})).to).toBe('/me');
    expect((await laird.get('/me/profile')).html).toContain('Soup');
    const twice = await desk.post(`/console/applications/${yes.id}`, { csrf: await desk.csrf(), answer: 'yes' });
    expect(twice.status).toBe(409);
  });

  test('where the bank wants it, a member’s invitation waits for a yes too', async () => {
    const { settings } = streets.leith.node.context.banks.byId(bankId()) as { settings: object };
    Object.assign(settings, { invitedNeedYes: true });
    try {
      const moira = streets.tokens.moira;
      const { body } = await streets.leith.call('POST', '/api/join-links', {}, { token: moira });
      const path = new URL(body.link).pathname;
      expect((await guest().fill(path, path, { name: 'Ann', phone: '1' })).to).toBe('/join/asked');
      const waiting = await streets.leith.call('GET', '/api/applications');
      expect(waiting.body.items).toMatchObject([{ name: 'Ann', inviterName: 'Moira Baird' }]);
    } finally {
      Object.assign(settings, { invitedNeedYes: false });
    }
  });

  test('says what is missing and keeps what was typed', async () => {
    const seen = await guest().fill('/join', '/join', { name: 'Ann <b>', about: 'Tea' });
    expect(seen.status).toBe(422);
    expect(seen.html).toContain('value="Ann &lt;b&gt;"');
    expect(seen.html).toContain('Say in one way how we reach you.');
  });

  test('too often from one place is slowed down', async () => {
    for (let i = 0; i < 6; i++) await guest().post('/join', { name: `N${i}`, phone: '1' });
    const last = await guest().post('/join', { name: 'One more', about: 'I can cook', phone: '0131 496' });
    expect(last.status).toBe(429);
    expect(last.html).toContain('in 1 hour at the latest it reaches us');
    for (const typed of ['value="One more"', '>I can cook</textarea>', 'value="0131 496"'])
      expect(last.html).toContain(typed);
  });
});

describe('coming in', () => {
  test('by six figures, where they were asked for, and back to where one wanted to go', async () => {
    await newcomer('Isla Reid', 'isla@mail.example');
    const isla = guest();
    const sent = await isla.fill('/sign-in?next=/members', '/sign-in', { who: 'isla@mail.example' });
    expect(sent.to).toBe('/sign-in/code');
    const code = codeIn(await lastMail('isla@mail.example'));
    const elsewhere = guest();
    expect((await elsewhere.post('/sign-in/code', { code })).html).toContain('another browser');
    const wrong = await isla.fill('/sign-in/code', '/sign-in/code', { code: code === '111111' ? '111112' : '111111' });
    expect([wrong.status, wrong.html.includes('not the numbers that we sent')]).toEqual([400, true]);
    expect((await isla.fill('/sign-in/code', '/sign-in/code', { code })).to).toBe('/members');
    expect((await isla.get('/members')).html).toContain('Isla Reid');
  });

  test('looks the same for an address that nobody has', async () => {
    const pages = await Promise.all(
      ['isla@mail.example', 'nobody@mail.example'].map(async (who) => {
        const visitor = guest();
        const sent = await visitor.fill('/sign-in', '/sign-in', { who });
        return `${sent.status} ${sent.to} ${(await visitor.get('/sign-in/code')).html.replaceAll(who, 'WHO')}`;
      }),
    );
    expect(pages[0]).toBe(pages[1]);
  });

  test('looking at the link of a mail lets nobody in and uses nothing up', async () => {
    await guest().fill('/sign-in', '/sign-in', { who: 'isla@mail.example' });
    const link = pathIn(await lastMail('isla@mail.example'));
    const scanner = guest();
    for (let i = 0; i < 3; i++) expect((await scanner.get(link)).status).toBe(200);
    expect(scanner.cookies.size).toBe(0);
    const isla = guest();
    expect((await isla.fill(link, link, {})).to).toBe('/me');
    const again = guest();
    expect((await again.fill(link, link, {})).html).toContain('used already');
    expect(again.cookies.size).toBe(0);
    const corner = streets.visitor('corner');
    expect((await corner.post(link, {})).html).toContain('opens nothing here');
  });

  test('never leads away from here', async () => {
    for (const next of ['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)']) {
      const isla = guest();
      await isla.fill(`/sign-in?next=${encodeURIComponent(next)}`, '/sign-in', { who: 'isla@mail.example', next });
      const code = codeIn(await lastMail('isla@mail.example'));
      expect((await isla.post('/sign-in/code', { code })).to).toBe('/me');
      await db().execute(sql`delete from attempt`);
    }
  });

  test('makes a fresh session, and a form of another origin none', async () => {
    const isla = guest();
    isla.cookies.set(cookieName(streets.leith.bank), `es_${'A'.repeat(32)}`);
    await isla.fill('/sign-in', '/sign-in', { who: 'isla@mail.example' });
    const code = codeIn(await lastMail('isla@mail.example'));
    const foreign = await isla.post('/sign-in/code', { code }, { origin: 'https://evil.example' });
    expect(foreign.status).toBe(403);
    await isla.post('/sign-in/code', { code });
    expect([...isla.cookies.values()]).not.toContain(`es_${'A'.repeat(32)}`);
  });
});

describe('hats', () => {
  test('are asked for when there are several, and switched with a new session', async () => {
    const isla = await newcomer('Una Bell', 'una@mail.example');
    const [row] = await db()
      .select()
      .from(member)
      .where(and(eq(member.bankId, bankId()), eq(member.name, 'Una Bell')));
    const { body } = await streets.leith.call('GET', `/api/hats?member=${row?.id}`);
    const { personId } = body.items[0];
    await streets.leith.call('POST', '/api/hats', { memberId: '', personId });
    const agnes = await idOfMember('agnes');
    await streets.leith.call('POST', '/api/hats', { memberId: agnes, personId });
    await isla.fill('/sign-in', '/sign-in', { who: 'una@mail.example' });
    const entered = await isla.post('/sign-in/code', { code: codeIn(await lastMail('una@mail.example')) });
    expect(entered.to).toBe('/me/hats?next=');
    const page = (await isla.get('/me/hats')).html;
    for (const name of ['Una Bell', 'Agnes Tulloch', 'The desk of']) expect(page).toContain(name);
    const cookie = () => isla.cookies.get(cookieName(streets.leith.bank));
    const before = cookie();
    expect((await isla.post('/me/hats', { csrf: await isla.csrf(), memberId: '' })).to).toBe('/console');
    expect(cookie()).not.toBe(before);
    expect((await isla.get('/console')).status).toBe(200);
    const moira = await idOfMember('moira');
    expect((await isla.post('/me/hats', { csrf: await isla.csrf(), memberId: moira })).status).toBe(404);
    await streets.leith.call('POST', '/api/hats/take', { memberId: '', personId });
    expect((await isla.get('/console')).to).toMatch(/^\/sign-in/);
  });
});

describe('one’s own', () => {
  test('page is filled in, shown to others, and says how one is reached only when wanted', async () => {
    const isla = await newcomer('Iona Shaw', 'iona@mail.example');
    const page = await isla.get('/me/profile');
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? '';
    const fields = { csrf, name: 'Iona Shaw', about: 'Kites', speaks: 'Gaelic', phone: '0131 496 0188', website: '' };
    expect((await isla.post('/me/profile', fields)).to).toBe('/me/profile?saved');
    const [row] = await db()
      .select()
      .from(member)
      .where(and(eq(member.bankId, bankId()), eq(member.name, 'Iona Shaw')));
    const moira = await guest().signIn(streets.tokens.moira);
    const seen = (await moira.get(`/members/${row?.id}`)).html;
    expect(seen).toContain('Gaelic');
    expect(seen).not.toContain('0131 496 0188');
    expect((await desk.get(`/members/${row?.id}`)).html).toContain('0131 496 0188');
    await isla.post('/me/profile', { ...fields, reachShown: 'yes' });
    expect((await moira.get(`/members/${row?.id}`)).html).toContain('0131 496 0188');
    expect((await guest().get(`/members/${row?.id}`)).to).toMatch(/^\/sign-in/);
    expect((await moira.get('/members?search=sha')).html).toContain('Iona Shaw');
    expect((await moira.get('/members?search=moi')).html).not.toContain('Iona Shaw');
    const wrong = await isla.post('/me/profile', { ...fields, speaks: 'x'.repeat(201) });
    expect([wrong.status, wrong.html.includes('at most 200 letters')]).toEqual([422, true]);
    const script = await isla.post('/me/profile', { ...fields, website: 'javascript:alert(1)' });
    expect(script.status).toBe(422);
  });

  test('sessions are listed and ended, and nobody else’s', async () => {
    const isla = guest();
    const other = guest();
    for (const visitor of [isla, other]) {
      await visitor.fill('/sign-in', '/sign-in', { who: 'isla@mail.example' });
      await visitor.post('/sign-in/code', { code: codeIn(await lastMail('isla@mail.example')) });
    }
    const { html } = await isla.get('/me/doors');
    const ids = [...html.matchAll(/name="id" value="([0-9A-Z]{26})"/g)].map(([, id]) => id as string);
    expect(ids.length).toBeGreaterThan(0);
    const una = guest();
    await una.fill('/sign-in', '/sign-in', { who: 'una@mail.example' });
    await una.post('/sign-in/code', { code: codeIn(await lastMail('una@mail.example')) });
    expect((await una.post('/me/doors/end', { csrf: await una.csrf(), id: ids[0] as string })).status).toBe(404);
    expect((await isla.post('/me/doors/end-others', { csrf: await isla.csrf() })).to).toBe('/me/doors');
    expect((await other.get('/me')).to).toMatch(/^\/sign-in/);
    expect((await isla.get('/me')).status).toBe(200);
  });

  test('other banks are shown to their owner alone', async () => {
    const { bank } = streets.corner;
    const { id } = await addPerson(db(), bank.id, 'Isla', 'isla@mail.example');
    const [row] = await db()
      .select()
      .from(member)
      .where(and(eq(member.bankId, bank.id), eq(member.handle, 'callum')));
    await giveHat(db(), bank.id, { personId: id, memberId: row?.id ?? '', role: 'acts' });
    const isla = guest();
    await isla.fill('/sign-in', '/sign-in', { who: 'isla@mail.example' });
    await isla.post('/sign-in/code', { code: codeIn(await lastMail('isla@mail.example')) });
    expect((await isla.get('/me/doors')).html).toContain('Corner House');
    const una = guest();
    await una.fill('/sign-in', '/sign-in', { who: 'una@mail.example' });
    await una.post('/sign-in/code', { code: codeIn(await lastMail('una@mail.example')) });
    expect((await una.get('/me/doors')).html).not.toContain('Corner House');
  });
});

describe('an address to come in by', () => {
  test('is changed on the page of doors, by six figures that were sent to the new one', async () => {
    const nell = await newcomer('Nell Gow', 'nell@mail.example');
    const asked = await nell.fill('/me/doors', '/me/doors/address', { email: 'nell@another.example' });
    expect(asked.to).toBe('/me/doors/address/code');
    expect((await nell.get('/me/doors/address/code')).html).toContain('on its way to nell@another.example');
    const type = (code: string) => nell.fill('/me/doors/address/code', '/me/doors/address/code', { code });
    const code = codeIn(await lastMail('nell@another.example'));
    const wrong = await type(code === '000000' ? '000001' : '000000');
    expect([wrong.status, wrong.html.includes('These are not the numbers that we sent')]).toEqual([400, true]);
    expect((await nell.get('/me/doors')).html).toContain('come to nell@mail.example');
    expect((await type(code)).to).toBe('/me/doors?changed');
    expect((await nell.get('/me/doors?changed')).html).toContain('From now on you come in by nell@another.example');
    expect((await nell.get('/me/doors/address/code')).to).toBe('/me/doors');
    expect(await lastMail('nell@mail.example')).toContain('has just been changed');
    const later = guest();
    await later.fill('/sign-in', '/sign-in', { who: 'nell@another.example' });
    const entered = await later.post('/sign-in/code', { code: codeIn(await lastMail('nell@another.example')) });
    expect(entered.to).toBe('/me');
  });

  test('that is somebody else’s looks the same, and one that is none is said beside its field', async () => {
    const ada = await newcomer('Ada Orr', 'ada@mail.example');
    const seen = await Promise.all(
      ['isla@mail.example', 'free@mail.example'].map(async (email) => {
        const each = guest();
        for (const [name, value] of ada.cookies) each.cookies.set(name, value);
        const { to } = await each.fill('/me/doors', '/me/doors/address', { email });
        const { html } = await each.get('/me/doors/address/code');
        return [to, html.replaceAll(email, 'it').replace(/name="csrf" value="[^"]*"/g, '')];
      }),
    );
    expect(seen[0]).toEqual(seen[1]);
    expect(await lastMail('isla@mail.example')).toContain('Nothing has changed');
    for (const [email, words] of [
      ['ada@mail.example', 'You come in by this address already'],
      ['no address', 'This is not an e-mail address'],
    ] as const) {
      const { status, html } = await ada.fill('/me/doors', '/me/doors/address', { email });
      expect([status, html.includes(words), html.includes(`value="${email}"`)]).toEqual([400, true, true]);
    }
    expect((await guest().get('/me/doors/address/code')).to).toMatch(/^\/sign-in/);
  });

  test('is what the page about oneself speaks of, and leads to', async () => {
    const { html } = await (await newcomer('Ivy Law', 'ivy@mail.example')).get('/me/profile');
    expect(html).toContain('You do not come in by it');
    expect(html).toMatch(/href="\/me\/doors">The address I come in by/);
  });

  test('is added at the desk for somebody with a card, and is theirs when they come in', async () => {
    const by = await coordinator(streets.leith, 'Fiona Kerr');
    const { body } = await streets.leith.call('POST', '/api/members', { handle: 'effie', name: 'Effie Begg' });
    const card = await streets.leith.call('POST', `/api/members/${body.id}/card`, {});
    const page = (await desk.get(`/console/members/${body.id}`)).html;
    const link = /href="(\/console\/slips\/new[^"]+)"/.exec(page)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const slip = async (email: string) => {
      const { html } = await desk.get(link);
      const form = html.split('<form ').find((part) => part.includes('value="address"')) ?? '';
      const hidden = [...form.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
      const given = Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, value]));
      return desk.post('/console/slips/new', { ...given, by, email, reason: 'She rang' });
    };
    const taken = await slip('isla@mail.example');
    expect([taken.status, taken.html.includes('Somebody else comes in by this address')]).toEqual([400, true]);
    const made = await slip('effie@mail.example');
    expect(made.to).toMatch(/^\/slips\//);
    expect((await desk.get(made.to ?? '')).html).toContain('Added: an e-mail address to come in by');
    expect((await desk.get('/console/slips')).html).toContain('Added: an e-mail address to come in by');
    expect((await desk.get(`/console/members/${body.id}`)).html).not.toContain('kind=address');
    const effie = guest();
    await effie.fill('/sign-in', '/sign-in', { who: card.body.words.join(' ') });
    expect((await effie.get('/me/doors')).html).toContain('You have no e-mail address yet');
    await guest().fill('/sign-in', '/sign-in', { who: 'effie@mail.example' });
    const link2 = pathIn(await lastMail('effie@mail.example'));
    expect((await guest().fill(link2, link2, {})).to).toBe('/me');
    expect((await effie.get('/me/doors')).html).toContain('come to effie@mail.example');
  });
});

test('a session is kept as a hash and says which device it is', async () => {
  const isla = guest();
  const agent = 'Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/141.0.0.0 Mobile Safari/537.36';
  await isla.fill('/sign-in', '/sign-in', { who: 'isla@mail.example' });
  const code = codeIn(await lastMail('isla@mail.example'));
  await isla.post('/sign-in/code', { code }, { 'user-agent': agent });
  const rows = await db().select().from(session);
  expect(rows.map(({ device }) => device)).toContain('Chrome, Android');
  for (const value of isla.cookies.values()) expect(JSON.stringify(rows)).not.toContain(value);
});

async function count(): Promise<number> {
  return (await db().select().from(member).where(eq(member.bankId, bankId()))).length;
}
