/** The doors of a bank's pages: who is let in where, by which form, and what every answer carries. */
import { count, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { idempotency, invitation, kv, session, token, transfer } from '../db/schema.ts';
import { type Streets, startStreets } from '../testing/streets.ts';
import { freePort, startTown } from '../testing/town.ts';
import { Visitor } from '../testing/visitor.ts';
import { contentSecurityPolicy } from './layout.tsx';

let streets: Streets;
beforeAll(async () => {
  streets = await startStreets();
});
afterAll(() => streets?.stop());

const member = () => streets.visitor('leith').signIn(streets.tokens.moira);
const operator = () => streets.visitor('leith').signIn(streets.leith.token);
const someId = '01J00000000000000000000000';

/** How many rows there are of what forms make. */
async function made(): Promise<number[]> {
  const { db } = streets.leith.database;
  const tables = [transfer, idempotency, invitation, kv, session, token];
  return Promise.all(tables.map(async (table) => (await db.select({ rows: count() }).from(table))[0]?.rows ?? 0));
}

describe('everybody', () => {
  test.each(['/', '/sign-in', '/nowhere', `/agreements/${someId}`])(
    'is told at %s what a page may do',
    async (path) => {
      const { headers } = await streets.visitor('leith').get(path);
      expect(headers.get('content-type')).toContain('text/html');
      expect(headers.get('content-security-policy')).toBe(contentSecurityPolicy);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('same-origin');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('vary')).toContain('cookie');
      expect(headers.get('set-cookie')).toBeNull();
    },
  );

  test('sees the first page, and never how much crossed', async () => {
    const { status, html } = await streets.visitor('leith').get('/');
    expect(status).toBe(200);
    expect(html).toContain('Gràcia honours our hours, and we honour theirs.');
    expect(html).not.toMatch(/honours \d+ h/);
    expect(html).not.toContain('Walk in');
  });

  test('sees an agreement in force that is public', async () => {
    const { status, html } = await streets.visitor('leith').get(`/agreements/${streets.agreement.leith}`);
    expect(status).toBe(200);
    expect(html).toContain('Leith and Gràcia honour each other’s hours');
    expect(html).not.toContain('name="answer"');
  });

  test('gets assets that may be kept, and a page that may not', async () => {
    const visitor = streets.visitor('leith');
    const { html } = await visitor.get('/');
    const sheet = /href="(\/assets\/look\.[^"]+\.css)"/.exec(html)?.[1] ?? '';
    expect((await visitor.get(sheet)).headers.get('cache-control')).toContain('immutable');
    expect((await visitor.get('/assets/look.0000000000.css')).status).toBe(404);
  });

  test('may ask for the head of a page only', async () => {
    const { status, html, headers } = await streets.visitor('leith').get('/', {}, 'HEAD');
    expect([status, html]).toEqual([200, '']);
    expect(headers.get('content-security-policy')).toBe(contentSecurityPolicy);
  });

  test('gets a page about a missing page, and a program its problem', async () => {
    const visitor = streets.visitor('leith');
    expect(await visitor.get('/nowhere')).toMatchObject({
      status: 404,
      html: expect.stringContaining('<h1>There is nothing at this address</h1>'),
    });
    const program = await visitor.get('/nowhere', { accept: 'application/json' });
    expect(JSON.parse(program.html)).toMatchObject({ status: 404, code: 'not_found' });
    expect((await visitor.post('/nowhere', {}, { accept: 'application/json' })).status).toBe(404);
  });

  test.each([
    '/towns',
    '/me',
    '/me?before=x',
    '/give',
    `/given/${someId}`,
    `/proof/${someId}`,
    '/console',
    '/console/members',
    '/console/invitations',
    '/console/invitations/open',
  ])('comes back to %s by way of the door', async (path) => {
    const { status, to } = await streets.visitor('leith').get(path);
    expect([status, to]).toEqual([303, `/sign-in?next=${encodeURIComponent(path)}`]);
  });
});

describe('the door', () => {
  test('opens for the words of a card, with a session that is new and secret', async () => {
    const visitor = streets.visitor('leith');
    const seen = await visitor.fill('/sign-in', '/sign-in', { token: ` ${streets.tokens.moira} ` });
    expect([seen.status, seen.to]).toEqual([303, '/me']);
    const [line = ''] = seen.headers.getSetCookie();
    expect(line).toMatch(/^evenhour-\d+=es_[A-Za-z0-9_-]{32}; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(line).not.toContain(streets.tokens.moira);
    expect(seen.headers.get('cache-control')).toBe('no-store');
    const me = await visitor.get('/me');
    expect(me.html).toContain('Moira Baird');
    expect(me.headers.get('cache-control')).toBe('no-store');
  });

  test('takes nobody over into a session that was planted', async () => {
    const visitor = streets.visitor('leith');
    const name = `evenhour-${new URL(streets.leith.origin).port}`;
    const planted = `eh_${'A'.repeat(32)}`;
    visitor.cookies.set(name, planted);
    await visitor.signIn(streets.tokens.moira);
    const first = visitor.cookies.get(name);
    expect(first).not.toBe(planted);
    await visitor.signIn(streets.tokens.agnes);
    expect((await visitor.get('/me')).html).toContain('Agnes Tulloch');
    const before = streets.visitor('leith');
    before.cookies.set(name, first ?? '');
    expect((await before.get('/me')).status).toBe(303);
  });

  test('says of wrong words what to look for, and lets nobody in', async () => {
    const visitor = streets.visitor('leith');
    for (const words of ['', 'wrong', `eh_${'A'.repeat(32)}`, streets.tokens.rosa, streets.tokens.callum]) {
      const seen = await visitor.post('/sign-in', { token: words, next: '/give' });
      expect(seen.status).toBe(403);
      expect(seen.html).toContain('This is not a key of this bank.');
      expect(seen.html).toContain('name="next" value="/give"');
    }
    expect(visitor.cookies.size).toBe(0);
  });

  test('makes whoever tries too many words wait', async () => {
    const port = await freePort();
    const town = await startTown({ port, allow: [] });
    const visitor = new Visitor(town.node, town.origin);
    const answers: number[] = [];
    for (let i = 0; i < 62; i++) answers.push((await visitor.post('/sign-in', { token: 'wrong' })).status);
    expect(answers.slice(0, 60)).toEqual(Array.from({ length: 60 }, () => 403));
    expect(answers.at(-1)).toBe(429);
    await town.stop();
  });

  test.each([
    ['/give', '/give'],
    ['/me?before=x', '/me?before=x'],
    ['//evil.example', '/me'],
    ['/\\evil.example', '/me'],
    ['https://evil.example/', '/me'],
    ['javascript:alert(1)', '/me'],
  ])('leads on from %s to %s', async (next, to) => {
    const page = await streets.visitor('leith').get(`/sign-in?next=${encodeURIComponent(next)}`);
    expect(page.html).toContain(`name="next" value="${to === '/me' ? '' : to}"`);
    expect((await streets.visitor('leith').post('/sign-in', { token: streets.tokens.moira, next })).to).toBe(to);
  });

  test('leads the operator to the desk', async () => {
    expect((await streets.visitor('leith').post('/sign-in', { token: streets.leith.token })).to).toBe('/console');
  });

  test('closes by itself after a month', async () => {
    const visitor = await member();
    const { db } = streets.leith.database;
    await db.update(session).set({ expiresAt: sql`${session.expiresAt} - interval '29 days 23 hours'` });
    expect((await visitor.get('/me')).status).toBe(200);
    await db.update(session).set({ expiresAt: sql`${session.expiresAt} - interval '1 hour'` });
    expect((await visitor.get('/me')).status).toBe(303);
  });

  test('opens no API: what is in the cookie is no token', async () => {
    const visitor = await member();
    const [secret = ''] = visitor.cookies.values();
    expect((await streets.leith.call('GET', '/api/members', undefined, { token: secret })).status).toBe(401);
  });

  test('closes at once: the session is worth nothing afterwards', async () => {
    const visitor = await member();
    const kept = new Map(visitor.cookies);
    expect((await visitor.fill('/me', '/sign-out', {})).to).toBe('/');
    expect(visitor.cookies.size).toBe(0);
    for (const [name, value] of kept) visitor.cookies.set(name, value);
    expect((await visitor.get('/me')).status).toBe(303);
    expect((await streets.visitor('leith').signIn(streets.tokens.moira)).cookies.size).toBe(1);
  });

  test('lets nobody walk in where nothing is made up', async () => {
    const visitor = streets.visitor('leith');
    for (const id of ['operator', 'moira', someId])
      expect((await visitor.post('/sign-in/demo', { member: id })).status).toBe(404);
    expect(visitor.cookies.size).toBe(0);
  });
});

describe('a form', () => {
  const forms = [
    ['/give', { town: 'x', who: 'agnes', length: '60', key: 'a-key-of-its-own' }],
    ['/sign-out', {}],
    ['/console/invitations', { hours: '10', bridgeBuilder: 'Fiona' }],
    ['/console/invitations/open', { link: 'https://x.example' }],
    ['/console/invitations/accept', { link: 'https://x.example', hours: '10', bridgeBuilder: 'Fiona' }],
    [`/agreements/${someId}/answer`, { answer: 'yes' }],
  ] as const;

  test.each(forms)('%s is let in from this bank’s own pages only', async (path, fields) => {
    for (const visitor of [await member(), await operator()]) {
      const csrf = await visitor.csrf();
      const before = await made();
      const strange = [
        { origin: 'https://evil.example' },
        { origin: 'null' },
        { origin: streets.corner.origin },
        { origin: `${streets.leith.origin}.evil.example` },
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site' },
        { origin: '', 'sec-fetch-site': '' },
        { origin: '', 'sec-fetch-site': 'none' },
      ];
      for (const headers of strange) {
        const seen = await visitor.post(path, { ...fields, csrf }, headers);
        expect(seen.status, JSON.stringify(headers)).toBe(403);
        expect(seen.html).toContain('foreign_origin');
      }
      expect(await made()).toEqual(before);
      expect((await visitor.get('/towns')).status).toBe(200);
    }
  });

  test.each(forms)('%s counts only with the secret of the session that opened it', async (path, fields) => {
    for (const visitor of [await member(), await operator()]) {
      const other = await (await member()).csrf();
      const before = await made();
      for (const csrf of [undefined, '', 'wrong', other, `${await visitor.csrf()}x`]) {
        const seen = await visitor.post(path, { ...fields, ...(csrf !== undefined && { csrf }) });
        expect(seen.status).toBe(403);
        expect(seen.html).toContain('not_allowed');
      }
      expect(await made()).toEqual(before);
      expect((await visitor.get('/towns')).status).toBe(200);
    }
  });

  test.each(forms)('%s is nothing for guests', async (path, fields) => {
    const before = await made();
    const seen = await streets.visitor('leith').post(path, { ...fields, csrf: '' });
    expect(seen.status).toBe(403);
    expect(seen.html).toContain('You are not signed in');
    expect(await made()).toEqual(before);
  });

  test('of a guest comes from here too', async () => {
    for (const path of ['/sign-in', '/sign-in/demo'])
      expect(
        (await streets.visitor('leith').post(path, { token: streets.tokens.moira }, { origin: 'https://evil.example' }))
          .status,
      ).toBe(403);
  });

  test('is a form, and not too long', async () => {
    const visitor = await member();
    const csrf = await visitor.csrf();
    expect((await visitor.post('/give', { csrf }, { 'content-type': 'text/plain' })).status).toBe(400);
    expect((await visitor.post('/give', { csrf }, { 'content-type': 'application/json' })).status).toBe(400);
    const long = await visitor.post('/give', { csrf, what: 'x'.repeat(70_000) });
    expect(long.status).toBe(413);
    expect(long.html).toContain('That was too long for one page.');
  });
});

describe('each to their own', () => {
  test('the desk is for the operator', async () => {
    const visitor = await member();
    const csrf = await visitor.csrf();
    for (const path of ['/console', '/console/invitations', '/console/invitations/open'])
      expect((await visitor.get(path)).status).toBe(403);
    for (const path of [
      '/console/invitations',
      '/console/invitations/open',
      '/console/invitations/accept',
      `/agreements/${streets.agreement.leith}/answer`,
    ])
      expect((await visitor.post(path, { csrf, hours: '1', bridgeBuilder: 'x', link: 'x', answer: 'no' })).status).toBe(
        403,
      );
  });

  test('hours are for members', async () => {
    const visitor = await operator();
    const csrf = await visitor.csrf();
    for (const path of ['/me', '/give', `/given/${someId}`]) expect((await visitor.get(path)).status).toBe(403);
    expect(
      (
        await visitor.post('/give', {
          csrf,
          who: 'agnes',
          town: streets.leith.host,
          length: '60',
          key: 'a-key-of-its-own',
        })
      ).status,
    ).toBe(403);
  });

  test('a session of one bank is nothing at another one on the same node', async () => {
    const there = streets.visitor('corner');
    await there.signIn(streets.tokens.callum);
    expect((await there.get('/me')).html).toContain('Callum Reid');
    // The two share a port here, so the cookie has one name for both.
    for (const secret of [(await member()).cookies, (await operator()).cookies]) {
      const stranger = streets.visitor('corner');
      for (const [name, value] of secret) stranger.cookies.set(name, value);
      expect((await stranger.get('/me')).status).toBe(303);
      expect((await stranger.get('/console')).status).toBe(303);
      expect((await stranger.post('/give', { csrf: '' })).status).toBe(403);
    }
    expect((await there.get(`/agreements/${streets.agreement.leith}`)).status).toBe(404);
  });
});
