/** Two operators find together by a link, through the pages alone. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { invitation } from '../db/schema.ts';
import { type Streets, startStreets } from '../testing/streets.ts';
import { freePort, startTown, until } from '../testing/town.ts';
import { Visitor } from '../testing/visitor.ts';

let streets: Streets;
let corner: Visitor;
let gracia: Visitor;
let link: string;
beforeAll(async () => {
  streets = await startStreets();
  corner = await streets.visitor('corner').signIn(streets.corner.token);
  gracia = await streets.visitor('gracia').signIn(streets.gracia.token);
});
afterAll(() => streets?.stop());

const open = (pasted: string) => gracia.fill('/console/invitations', '/console/invitations/open', { link: pasted });

test('a link needs hours and a name, and keeps what was typed', async () => {
  const make = (fields: Record<string, string>) => corner.fill('/console/invitations', '/console/invitations', fields);
  for (const hours of ['', '-1', '1.5', 'ten', '9999999']) {
    const seen = await make({ hours, bridgeBuilder: 'Ann Low' });
    expect(seen.status).toBe(422);
    expect(seen.html).toContain('Write a whole number of hours.');
    expect(seen.html).toContain('value="Ann Low"');
  }
  const nameless = await make({ hours: '12', bridgeBuilder: ' ' });
  expect(nameless.status).toBe(422);
  expect(nameless.html).toContain('Write a name.');
  expect(nameless.html).toContain('value="12"');
});

test('a link is shown once, to the one who made it', async () => {
  const seen = await corner.fill('/console/invitations', '/console/invitations', {
    hours: '12',
    bridgeBuilder: 'Ann Low',
  });
  expect([seen.status, seen.to]).toEqual([303, '/console/invitations']);
  const [cookie = ''] = seen.headers.getSetCookie();
  expect(cookie).toMatch(/Path=\/console\/invitations; HttpOnly; SameSite=Lax/);
  expect(cookie).not.toContain('invitations%2F');
  // Kept for this session at this bank: somebody else's cookie opens nothing.
  const other = await streets.visitor('corner').signIn(streets.corner.token);
  for (const [name, value] of corner.cookies) if (name.startsWith('evenhour-made')) other.cookies.set(name, value);
  expect((await other.get('/console/invitations')).html).not.toContain(`${streets.corner.origin}/invitations/`);
  const { html } = await corner.get('/console/invitations');
  link = /value="(http[^"]+\/invitations\/[^"]+)"/.exec(html)?.[1] ?? '';
  expect(link).toContain(`${streets.corner.origin}/invitations/`);
  const after = (await corner.get('/console/invitations')).html;
  expect(after).not.toContain(link);
  expect(after).toContain('Invitations that nobody has used yet');
});

test('the link tells a person what is proposed and where to answer, and a program the same as data', async () => {
  const path = new URL(link).pathname;
  const { status, html, headers } = await streets.visitor('corner').get(path);
  expect(status).toBe(200);
  expect(html).toContain('Corner House would honour up to 12 h from your town');
  expect(html).toContain(`value="${link}"`);
  expect(headers.get('cache-control')).toBe('no-store');
  const data = await streets.visitor('corner').get(path, { accept: 'application/json' });
  expect(JSON.parse(data.html)).toMatchObject({ party: { name: 'Corner House' } });
  expect((await streets.visitor('leith').get(path)).status).toBe(404);
  expect((await streets.visitor('corner').get('/invitations/nothing-of-the-kind-here')).status).toBe(404);
});

test.each([
  ['', 422, 'Paste the whole link'],
  ['hello', 400, 'This is not an invitation.'],
  ['javascript:alert(1)', 400, 'This is not an invitation.'],
])('the pasted link %j is told to be wrong', async (pasted, status, text) => {
  const seen = await open(pasted);
  const page = seen.status === 303 ? await gracia.get('/console/invitations/open') : seen;
  expect(page.status).toBe(status);
  expect(besideLink(page.html)).toContain(text);
  expect(page.html).toContain(`value="${pasted}"`);
});

test('a link that leads nowhere, back to us, or to another letter, is told to be so', async () => {
  for (const [origin, status, text] of [
    ['http://nowhere.invalid', 502, 'Nobody answers at nowhere.invalid.'],
    ['http://127.0.0.1:1', 502, 'Nobody answers at 127.0.0.1:1.'],
    ['https://10.1.2.3', 422, '10.1.2.3 cannot be reached from the open internet.'],
    [streets.corner.origin, 404, `${new URL(streets.corner.origin).host} knows no such invitation.`],
    [streets.gracia.origin, 400, 'This is our own link.'],
  ] as const) {
    const pasted = `${origin}/invitations/${'A'.repeat(32)}`;
    await open(pasted);
    const page = await gracia.get('/console/invitations/open');
    expect(page.status).toBe(status);
    expect(besideLink(page.html)).toContain(text);
    expect(page.html).not.toContain('by ourselves');
    expect(page.html).toContain(`value="${pasted}"`);
  }
});

/** What stands beside the field of the link. */
function besideLink(html: string): string {
  return /<p class="wrong" id="link-error">([^<]*)</.exec(html)?.[1] ?? '';
}

test('the other town reads the offer, answers, and the first town says the second yes', async () => {
  expect(await open(link)).toMatchObject({ status: 303, to: '/console/invitations/open' });
  const offer = await gracia.get('/console/invitations/open');
  expect(offer.html).toContain('Corner House honours up to 12 h from us');
  const accept = (fields: Record<string, string>) =>
    gracia.fill('/console/invitations/open', '/console/invitations/accept', fields);

  const nameless = await accept({ hours: '20', bridgeBuilder: '' });
  expect(nameless.status).toBe(422);
  expect(nameless.html).toContain('value="20"');
  const said = await accept({ hours: '20', bridgeBuilder: 'Núria Soler' });
  expect(said.status).toBe(303);
  const theirs = said.to ?? '';
  expect((await gracia.get(theirs)).html).toContain('aria-label="One yes, one to come"');
  expect((await gracia.get('/console')).html).toContain('Waiting for Corner House to say yes');
  // Nobody outside reads what is not agreed yet.
  expect((await streets.visitor('gracia').get(theirs)).status).toBe(404);
  const early = await gracia.post(`${theirs}/answer`, { answer: 'yes', csrf: await gracia.csrf() });
  expect(early.status).toBe(409);
  expect(early.html).toContain('It is Corner House’s turn to answer.');

  const ours = await until(async () => {
    const { html } = await corner.get('/console');
    return html.includes('said yes. Now it is your turn') ? /href="(\/agreements\/[^"]+)"/.exec(html)?.[1] : null;
  });
  const page = await corner.get(ours);
  expect(page.html).toContain('value="yes"');
  expect((await corner.fill(ours, `${ours}/answer`, { answer: 'perhaps' })).status).toBe(400);
  expect(await corner.fill(ours, `${ours}/answer`, { answer: 'yes' })).toMatchObject({ status: 303, to: ours });
  await until(async () => (await gracia.get(theirs)).html.includes('aria-label="Two yeses"'));
  expect((await streets.visitor('corner').get(ours)).html).toContain(
    'Corner House and Gràcia honour each other’s hours',
  );

  const twice = await corner.post(`${ours}/answer`, { answer: 'yes', csrf: await corner.csrf() });
  expect(twice.status).toBe(409);
  expect((await gracia.get(ours)).status).toBe(404);
});

test('a link works once', async () => {
  await open(link);
  const used = await gracia.get('/console/invitations/open');
  expect(used.status).toBe(409);
  expect(used.html).toContain('This invitation was used already');
});

test('a second agreement with the same town is refused, and what was typed stays', async () => {
  const made = await corner.fill('/console/invitations', '/console/invitations', {
    hours: '3',
    bridgeBuilder: 'Ann Low',
  });
  expect(made.status).toBe(303);
  const second =
    /value="(http[^"]+\/invitations\/[^"]+)"/.exec((await corner.get('/console/invitations')).html)?.[1] ?? '';
  await open(second);
  const seen = await gracia.fill('/console/invitations/open', '/console/invitations/accept', {
    hours: '7',
    bridgeBuilder: 'Núria Soler',
  });
  expect(seen.status).toBe(409);
  expect(seen.html).toContain('We have an agreement with Corner House already.');
  expect(seen.html).toContain('value="7"');
});

test('what was offered can be taken back until it is answered, and the other desk learns of it', async () => {
  const leith = await streets.visitor('leith').signIn(streets.leith.token);
  const fields = { hours: '3', bridgeBuilder: 'Ann Low' };
  await corner.fill('/console/invitations', '/console/invitations', fields);
  const made =
    /value="(http[^"]+\/invitations\/[^"]+)"/.exec((await corner.get('/console/invitations')).html)?.[1] ?? '';
  await leith.fill('/console/invitations', '/console/invitations/open', { link: made });
  const said = await leith.fill('/console/invitations/open', '/console/invitations/accept', fields);
  const [theirs, answer] = [said.to ?? '', `${said.to}/answer`];
  const ours = await until(async () => {
    const { html } = await corner.get('/console');
    return html.includes('Leith said yes. Now it is your turn') ? /href="(\/agreements\/[^"]+)"/.exec(html)?.[1] : null;
  });
  expect((await leith.get(theirs)).html).toContain('Corner House has not answered yet.');
  expect((await corner.get(ours)).html).not.toContain('value="withdraw"');
  expect((await corner.fill(ours, `${ours}/answer`, { answer: 'withdraw' })).status).toBe(409);
  expect(await leith.fill(theirs, answer, { answer: 'withdraw' })).toMatchObject({ status: 303, to: theirs });
  expect((await leith.get(theirs)).html).toContain('was taken back');
  const page = await until(async () => {
    const { html } = await corner.get(ours);
    return html.includes('was taken back') ? html : null;
  });
  expect(page).not.toContain('value="yes"');
  expect((await corner.post(`${ours}/answer`, { answer: 'yes', csrf: await corner.csrf() })).status).toBe(409);
  expect((await corner.get('/console')).html).not.toContain('Leith said yes');
});

test('the list of open links is the bank’s own', async () => {
  const { db } = streets.leith.database;
  expect(
    (await db.select().from(invitation).where(eq(invitation.bankId, streets.corner.bank.id))).length,
  ).toBeGreaterThan(0);
  const leith = await streets.visitor('leith').signIn(streets.leith.token);
  expect((await leith.get('/console/invitations')).html).not.toContain('nobody has used yet');
});

test('the desk says how the house is', async () => {
  const { html } = await corner.get('/console');
  expect(html).toContain('All accounts of this bank sum to zero.');
  expect(html).toContain('Gràcia');
});

test('in a demo one walks in as a member or as the desk', async () => {
  const port = await freePort();
  const town = await startTown({ name: 'Leith', port, allow: [], demo: true });
  const { body } = await town.call('POST', '/api/members', {
    handle: 'moira',
    name: 'Moira Baird',
    about: 'Hems and zips',
  });
  const { id } = body;
  const visitor = () => new Visitor(town.node, town.origin);
  const first = visitor();
  const home = await first.get('/');
  expect(home.html).toContain('Hems and zips');
  // The coordinator may have a member's name.
  expect(home.html.match(/Walk in as|Walk in at the desk/g)).toEqual([
    'Walk in as',
    'Walk in as',
    'Walk in at the desk',
  ]);
  const walkedIn: unknown[] = [];
  const heard = (handle: unknown): void => void walkedIn.push(handle);
  subscribe('evenhour.demo.door', heard);
  onTestFinished(() => void unsubscribe('evenhour.demo.door', heard));
  expect(await first.post('/sign-in/demo', { member: id })).toMatchObject({ status: 303, to: '/me' });
  expect((await first.get('/me')).html).toContain('Moira Baird');
  expect(walkedIn).toEqual(['moira']);
  const second = visitor();
  expect(await second.post('/sign-in/demo', { member: 'operator' })).toMatchObject({ status: 303, to: '/console' });
  expect((await second.get('/console')).status).toBe(200);
  const fund = (await town.call('GET', '/api/members/bank')).body.id;
  for (const nobody of ['', fund, 'bank', 'nobody'])
    expect((await visitor().post('/sign-in/demo', { member: nobody })).status).toBe(404);
  // What everybody made up, everybody may see.
  expect((await visitor().get('/towns')).status).toBe(200);
  await town.stop();
});
