/** The bell, its page, wishes, the link that ends mail, and the page that shows mail on a machine for trying out. */
import { eq } from 'drizzle-orm';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { beginSession } from '../auth/sessions.ts';
import { issueToken } from '../auth/tokens.ts';
import { newId } from '../db/id.ts';
import { hat, mail, notice, noticeWish, person } from '../db/schema.ts';
import { addMember } from '../member/members.ts';
import { addPerson, giveHat, takeHat } from '../member/people.ts';
import { DESK, notify } from '../notification/notify.ts';
import { stopToken } from '../notification/stop.ts';
import { isMailed, setMailed, wishesOf } from '../notification/wishes.ts';
import { faultsOf, hasChromium, openBrowser } from '../testing/browser.ts';
import { anotherSession } from '../testing/people.ts';
import { freePort, startTown, type Town, until } from '../testing/town.ts';
import { Visitor } from '../testing/visitor.ts';
import { isMailboxOpen } from './handlers/mailbox-open.ts';
import { cookieName } from './handlers/session.ts';

let town: Town;
let moira: string;
let token: string;
let davie: string;
/** The person who acts for Moira. */
let her: string;

beforeAll(async () => {
  const port = await freePort();
  town = await startTown({ port, allow: [`http://127.0.0.1:${port}`], name: 'Leith' });
  const { database, bank } = town;
  await database.transaction(async (tx) => {
    moira = (await addMember(tx, bank, { handle: 'moira', name: 'Moira Kerr' })).id;
    davie = (await addMember(tx, bank, { handle: 'davie', name: 'Davie' })).id;
    const personId = newId();
    her = personId;
    await tx.insert(person).values({ bankId: bank.id, id: personId, name: 'Moira Kerr', email: 'moira@mail.example' });
    await tx.insert(hat).values({ bankId: bank.id, personId, memberId: moira, role: 'acts' });
    token = await issueToken(tx, bank.id, 'member', moira);
  });
});
afterAll(() => town?.stop());
beforeEach(async () => {
  for (const table of [mail, notice, noticeWish]) await town.database.db.delete(table);
  await setMailed(town.database.db, { bankId: town.bank.id, memberId: moira, personId: her }, true);
  await town.database.db.insert(noticeWish).values({
    bankId: town.bank.id,
    memberId: moira,
    mail: 'at_once',
    hour: 9,
    weekday: 1,
    quietFrom: 0,
    quietUntil: 0,
    muted: [],
  });
});

const mailed = () => isMailed(town.database.db, { bankId: town.bank.id, memberId: moira, personId: her });
const visitor = (): Visitor => new Visitor(town.node, town.origin);
const thank = (name: string, memberId = moira, href = '/me'): Promise<void> =>
  town.node.context.signals.commit((tx) => notify(tx, town.bank, { memberId, kind: 'thanks', facts: { name }, href }));

async function noticeId(): Promise<string> {
  const [row] = await town.database.db.select().from(notice).orderBy(notice.id);
  return row?.id ?? '';
}

describe('the bell', () => {
  test('counts what is new, and opening one leads on and makes it old', async () => {
    await thank('<i>Rosa</i>');
    await thank('Jordi');
    const her = await visitor().signIn(token);
    expect((await her.get('/')).html).toContain('>2 new things for you</span>');
    const { html } = await her.get('/notices');
    expect(html).toContain('&lt;i&gt;Rosa&lt;/i&gt; thanks you.');
    const opened = await her.get(`/notices/${await noticeId()}`);
    expect([opened.status, opened.to]).toEqual([303, '/me']);
    expect((await her.get('/')).html).toContain('>1 new thing for you</span>');
    expect((await her.fill('/notices', '/notices/read', {})).to).toBe('/notices');
    expect((await her.get('/notices')).html).toContain('>What is new</span>');
  });

  test('is old when the page that it leads to is opened in another way', async () => {
    const ask = { member: 'moira', to: 'davie', side: 'receiver', minutes: 10, content: 'Tea', reason: 'She rang' };
    const { body } = await town.call('POST', '/api/exchanges', ask);
    await thank('Rosa', davie, `/exchanges/${body.id}#talk`);
    await thank('Rosa', davie);
    const his = await visitor().signIn(await issueToken(town.database.db, town.bank.id, 'member', davie));
    expect((await his.get('/exchanges')).html).toContain('>3 new things for you</span>');
    expect((await his.get(`/exchanges/${body.id}`)).html).toContain('>1 new thing for you</span>');
    expect((await his.get('/')).html).toContain('>1 new thing for you</span>');
  });

  test('is the reader’s own: others find nothing, guests are asked who they are', async () => {
    await thank('Rosa');
    const id = await noticeId();
    const his = await visitor().signIn(await issueToken(town.database.db, town.bank.id, 'member', davie));
    expect((await his.get(`/notices/${id}`)).status).toBe(404);
    expect((await his.get('/notices')).html).not.toContain('Rosa');
    const desk = await visitor().signIn(town.token);
    expect((await desk.get(`/notices/${id}`)).status).toBe(404);
    for (const path of ['/notices', `/notices/${id}`, '/notices/wishes'])
      expect((await visitor().get(path)).to).toContain('/sign-in');
    expect((await visitor().get('/')).html).not.toContain('class="bell"');
  });

  test('of the desk is shared by whoever looks after it', async () => {
    await town.node.context.signals.commit((tx) =>
      notify(tx, town.bank, {
        memberId: DESK,
        kind: 'application_waiting',
        facts: { name: 'Ada' },
        href: '/console/members',
      }),
    );
    const desk = await visitor().signIn(town.token);
    expect((await desk.get('/notices')).html).toContain('Ada would like to join.');
  });

  test('a path that leads elsewhere is not followed', async () => {
    await thank('Rosa', moira, 'https://elsewhere.example/');
    const her = await visitor().signIn(token);
    expect((await her.get(`/notices/${await noticeId()}`)).to).toBe('/notices');
  });

  test('a list that is longer than a page goes on', async () => {
    for (let index = 0; index < 35; index++) await thank(`Nr${index}.`);
    const her = await visitor().signIn(token);
    const first = (await her.get('/notices')).html;
    const older = /href="(\/notices\?before=[^"]+)"/.exec(first)?.[1] ?? '';
    const both = first + (await her.get(older)).html;
    for (let index = 0; index < 35; index++) expect(both).toContain(`Nr${index}.`);
  });
});

describe('wishes', () => {
  const form = { mail: 'daily', hour: '0', weekday: '3', quietFrom: '22', quietUntil: '7', group: 'exchanges' };

  test('are kept as they were said', async () => {
    const her = await visitor().signIn(token);
    expect((await her.fill('/notices/wishes', '/notices/wishes', form)).to).toBe('/notices/wishes?saved');
    expect(await wishesOf(town.database.db, town.bank.id, moira)).toEqual({
      ...{ mail: 'daily', hour: 0, weekday: 3, quietFrom: 22, quietUntil: 7 },
      muted: ['offers', 'gatherings', 'town'],
    });
    expect((await her.get('/notices/wishes')).html).toMatch(/value="daily" checked/);
  });

  test('of no mail hold for what waits already too', async () => {
    const her = await visitor().signIn(token);
    await her.fill('/notices/wishes', '/notices/wishes', { ...form, mail: 'daily' });
    await thank('Rosa');
    const waits = async () => (await town.database.db.select().from(notice)).map(({ mailAt }) => mailAt !== null);
    expect(await waits()).toEqual([true]);
    await her.fill('/notices/wishes', '/notices/wishes', { ...form, mail: 'none' });
    expect(await waits()).toEqual([false]);
  });

  test.each([
    ['mail', 'hourly'],
    ['hour', '24'],
    ['hour', ''],
    ['weekday', '0'],
    ['quietFrom', '1.5'],
    ['quietUntil', '-1'],
  ])('%s cannot be %j', async (field, value) => {
    const her = await visitor().signIn(token);
    expect((await her.fill('/notices/wishes', '/notices/wishes', { ...form, [field]: value })).status).toBe(400);
    expect((await wishesOf(town.database.db, town.bank.id, moira)).mail).toBe('at_once');
  });

  test('are an operation of the API as well, and so is reading', async () => {
    await thank('Rosa');
    const as = { token };
    const listed = await town.call('GET', '/api/notices', null, as);
    expect(listed.body.items).toMatchObject([
      { kind: 'thanks', facts: { name: 'Rosa' }, text: 'Rosa thanks you.', readAt: null },
    ]);
    const other = await town.call('POST', '/api/notices/read', { ids: [listed.body.items[0].id] });
    expect(other.body).toEqual({ read: 0 });
    expect((await town.call('POST', '/api/notices/read', {}, as)).body).toEqual({ read: 1 });
    expect((await town.call('POST', '/api/wishes', { hour: 7, muted: ['town'] }, as)).body).toMatchObject({
      ...{ mail: 'at_once', hour: 7, muted: ['town'] },
    });
    expect((await town.call('GET', '/api/wishes', null, as)).body.hour).toBe(7);
    expect((await town.call('POST', '/api/wishes', { hour: 24 }, as)).status).toBe(400);
    expect((await town.call('GET', '/api/notices', null, { token: null })).status).toBe(401);
  });
});

describe('mail to oneself', () => {
  const stopped = () => setMailed(town.database.db, { bankId: town.bank.id, memberId: moira, personId: her }, false);
  const inPerson = async (): Promise<Visitor> => {
    const guest = visitor();
    const who = { role: 'member', memberId: moira, personId: her } as const;
    const secret = await beginSession(town.database.db, town.bank.id, who, { how: 'code', agent: 'Mozilla/5.0' });
    guest.cookies.set(cookieName(town.bank), secret);
    return guest;
  };
  const form = { mail: 'at_once', hour: '9', weekday: '1', quietFrom: '0', quietUntil: '0', group: 'exchanges' };
  const ask = 'Do you want these mails yourself?';

  test('is begun again on the page by the person who ended it; whoever reads it alone is not asked before', async () => {
    const page = await inPerson();
    const seen = async () => (await page.get('/notices/wishes')).html;
    expect(await seen()).not.toContain(ask);
    await stopped();
    expect(await seen()).toContain(ask);
    expect(await seen()).toMatch(/name="me" value="no" checked/);
    // A page that was open since before says nothing about it.
    await page.fill('/notices/wishes', '/notices/wishes', form);
    expect(await mailed()).toBe(false);
    await page.fill('/notices/wishes', '/notices/wishes', { ...form, me: 'yes' });
    expect(await mailed()).toBe(true);
    expect(await seen()).not.toContain(ask);
  });

  test('is asked where several act for the member, and one who says no says it for themselves', async () => {
    const { db } = town.database;
    const { id: personId } = await addPerson(db, town.bank.id, 'Bob', 'bob@mail.example');
    await giveHat(db, town.bank.id, { personId, memberId: moira, role: 'acts' });
    const page = await inPerson();
    expect((await page.get('/notices/wishes')).html).toMatch(/name="me" value="yes" checked/);
    await page.fill('/notices/wishes', '/notices/wishes', { ...form, me: 'no' });
    expect(await mailed()).toBe(false);
    expect(await isMailed(db, { bankId: town.bank.id, memberId: moira, personId })).toBe(true);
    // Nobody in particular is asked nothing, and changes nothing of it.
    const nobody = await visitor().signIn(token);
    expect((await nobody.get('/notices/wishes')).html).not.toContain(ask);
    await nobody.fill('/notices/wishes', '/notices/wishes', { ...form, me: 'yes' });
    expect(await mailed()).toBe(false);
    await takeHat(db, town.bank.id, personId, moira);
  });

  test('is an operation of the API as well, for whoever signed in as a person', async () => {
    await stopped();
    const as = { token: await anotherSession(town, { memberId: moira, personId: her }) };
    expect((await town.call('GET', '/api/wishes', null, as)).body).toMatchObject({ mail: 'at_once', toMe: false });
    const set = await town.call('POST', '/api/wishes', { toMe: true }, as);
    expect([set.status, set.body.toMe, set.body.mail]).toEqual([200, true, 'at_once']);
    expect(await mailed()).toBe(true);
    const nobody = await town.call('POST', '/api/wishes', { toMe: false, hour: 7 }, { token });
    expect([nobody.status, nobody.body.code]).toEqual([403, 'not_allowed']);
    expect((await town.call('GET', '/api/wishes', null, { token })).body).toMatchObject({ hour: 9, toMe: null });
    expect(await mailed()).toBe(true);
  });
});

describe('mail on a machine for trying out', () => {
  test('goes into a folder, stands on a page, and its link ends it', async () => {
    await thank('Rosa');
    const page = await until(async () => {
      const { html } = await visitor().get('/mail');
      return html.includes('Rosa thanks you.') ? html : null;
    });
    expect(page).toContain('moira@mail.example');
    const link = /href="http[^"]+(\/stop\/[^"]+)"/.exec(page)?.[1] ?? '';
    const asked = await visitor().get(link);
    expect(asked.html).toContain('Yes, no more mail');
    expect(await mailed()).toBe(true);
    // As a mail program does it (RFC 8058): no cookie, no page of ours before it.
    const stopped = await visitor().post(
      link,
      { 'List-Unsubscribe': 'One-Click' },
      { origin: '', 'sec-fetch-site': '' },
    );
    expect(stopped.status).toBe(200);
    expect(stopped.html).toContain('We do not write to you any more about Leith.');
    expect(await mailed()).toBe(false);
  });

  test('the link of a coordinator says what it ends', async () => {
    const stop = `/stop/${stopToken(town.node.context.seal, [{ bankId: town.bank.id, memberId: DESK, personId: her }])}`;
    expect((await visitor().get(stop)).html).toContain(
      'We no longer write to you about what happens at the desk of Leith.',
    );
    expect((await visitor().post(stop, {})).html).toContain('We do not write to you any more about the desk of Leith.');
  });

  test('a link that was not made here ends nothing', async () => {
    const link = stopToken(town.node.context.seal, [{ bankId: town.bank.id, memberId: moira }]);
    for (const wrong of [`${link}x`, 'x', link.replace('.', 'A.')]) {
      expect((await visitor().post(`/stop/${wrong}`, {})).status).toBe(404);
      expect((await visitor().get(`/stop/${wrong}`)).status).toBe(404);
    }
    const [row] = await town.database.db.select().from(noticeWish).where(eq(noticeWish.memberId, moira));
    expect(row?.mail).toBe('at_once');
  });

  test('the page is never open where others could ask', () => {
    const folder = { to: 'folder', folder: 'x', from: 'a@b.example' } as const;
    const at = { production: false, demo: false, listen: '127.0.0.1', mail: folder };
    const open = (given: Partial<Parameters<typeof isMailboxOpen>[0]>, origin = 'http://127.0.0.1:3000') =>
      isMailboxOpen({ ...at, ...given }, origin);
    expect(open({})).toBe(true);
    expect(open({ demo: true, listen: '0.0.0.0' }, 'http://leith.localhost:3000')).toBe(true);
    expect(open({}, 'https://leith.example')).toBe(false);
    expect(open({ demo: true }, 'https://demo.leith.example')).toBe(false);
    expect(open({}, 'http://localhost.example')).toBe(false);
    expect(open({ listen: '0.0.0.0' })).toBe(false);
    expect(open({ production: true })).toBe(false);
    expect(open({ demo: true, mail: { to: 'smtp', url: 'smtp://127.0.0.1', from: 'a@b.example' } })).toBe(false);
    expect(open({ mail: { to: 'nowhere' } })).toBe(false);
  });

  test('a node with a public origin does not serve it', async () => {
    const port = await freePort();
    const origin = 'https://leith.example';
    const open = await startTown({ port, allow: [], origin, name: 'Public' });
    try {
      const request = new Request(`${origin}/mail`, { headers: { host: 'leith.example', accept: 'text/html' } });
      expect((await open.node.fetch(request)).status).toBe(404);
    } finally {
      await open.stop();
    }
  });
});

describe.skipIf(!hasChromium())('in a browser', { timeout: 120_000 }, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  test.each([
    [360, 'light', 'en'],
    [1280, 'dark', 'en'],
    [360, 'dark', 'ar'],
    [1280, 'light', 'ar'],
  ] as const)('at %i px, %s, in %s', async (width, colorScheme, locale) => {
    for (let index = 0; index < 3; index++) await thank(`Rosa ${index}`);
    await town.node.context.signals.commit((tx) =>
      notify(tx, town.bank, {
        memberId: moira,
        kind: 'exchange_claimed',
        facts: { name: 'Davie', title: 'Cutting the hedge in front of the house', minutes: 90 },
        href: '/me',
      }),
    );
    await town.call('POST', '/api/notices/read', { ids: [await noticeId()] }, { token });
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      colorScheme,
      locale,
      javaScriptEnabled: true,
    });
    const page = await context.newPage();
    const signed = await visitor().signIn(token);
    await context.addCookies([...signed.cookies].map(([name, value]) => ({ name, value, url: town.origin })));
    const stop = stopToken(town.node.context.seal, [{ bankId: town.bank.id, memberId: moira }]);
    for (const path of ['/notices', '/notices/wishes', `/stop/${stop}`, '/mail']) {
      await page.goto(`${town.origin}${path}`);
      expect(await faultsOf(page), path).toEqual([]);
      if (process.env['SHOTS'] !== undefined)
        await page.screenshot({
          path: `${process.env['SHOTS']}/${locale}-${width}-${path.split('/')[1]}-${path.split('/').length}.png`,
          fullPage: true,
        });
    }
    await context.close();
  });
});
