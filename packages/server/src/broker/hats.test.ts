/**
 * Who acts for a member: nobody begins to without the member hearing of it, and no coordinator makes themselves one.
 */
import { and, eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { beginSession } from '../auth/sessions.ts';
import { hat, notice, token as tokens, waitingHat } from '../db/schema.ts';
import { DESK_HAT, giveHat } from '../member/people.ts';
import { lastLetter } from '../testing/letters.ts';
import { coordinator, type Somebody, signedInPerson } from '../testing/people.ts';
import { paint, startTowns, type Town, until } from '../testing/town.ts';
import { Visitor } from '../testing/visitor.ts';
import { said } from '../testing/watch.ts';

let town: Town;
/** She looks after the desk. */
let fiona: string;
let fionas: string;
let n = 0;

beforeAll(async () => {
  [town] = (await startTowns(['Leith'])) as [Town];
  await paint(town, { phone: '0131 496 0123' });
  fiona = await coordinator(town, 'Fiona Kerr', 'fiona@mail.example');
  const who = { role: 'operator', personId: fiona } as const;
  fionas = await beginSession(town.database.db, town.bank.id, who, { how: 'code', agent: 'Evenhour', app: true });
});
afterAll(() => town?.stop());
beforeEach(() => town.database.db.execute(sql`delete from attempt`));

const agnesAgain = (email?: string): Promise<Somebody> => signedInPerson(town, `agnes${++n}`, email);
const alone = async (): Promise<string> =>
  (await town.call('POST', '/api/members', { handle: `alone${++n}`, name: 'Nobody yet' })).body.id;
const give = (body: object, token: string = town.token) => town.call('POST', '/api/hats', body, { token });
const told = async (memberId: string) =>
  (
    await town.database.db
      .select()
      .from(notice)
      .where(and(eq(notice.memberId, memberId), eq(notice.kind, 'acts_for_you')))
  ).map(({ facts }) => facts['name']);
const actFor = async (memberId: string) => [
  ...(await town.database.db.select().from(hat).where(eq(hat.memberId, memberId))),
  ...(await town.database.db.select().from(waitingHat).where(eq(waitingHat.memberId, memberId))),
];

/** Comes in by the link of a letter, with a browser. */
async function comeIn(email: string): Promise<Visitor> {
  const browser = new Visitor(town.node, town.origin);
  await browser.post('/sign-in', { who: email });
  const link = /\/sign-in\/link\/\S+/.exec(await lastLetter(town, email))?.[0] ?? '';
  expect((await browser.post(link, {})).status).toBe(303);
  return browser;
}

describe('a coordinator', () => {
  test('gets no token of a member; the bank’s own token makes one', async () => {
    const agnes = await agnesAgain();
    const count = async () => (await town.database.db.select().from(tokens)).length;
    const before = await count();
    const refused = await town.call('POST', `/api/members/${agnes.memberId}/tokens`, {}, { token: fionas });
    expect(said(refused)).toBe('403 not_allowed');
    expect(await count()).toBe(before);
    expect(said(await town.call('POST', `/api/members/${agnes.memberId}/tokens`, {}))).toBe('201 ok');
  });

  test('lets themselves act for nobody, by their name or by their address', async () => {
    const { memberId } = await agnesAgain();
    for (const whose of [memberId, await alone()]) {
      const before = await actFor(whose);
      for (const who of [{ personId: fiona }, { email: 'FIONA@mail.example', name: 'Agnes' }])
        expect(said(await give({ memberId: whose, ...who }, fionas))).toBe('403 not_allowed');
      expect(await actFor(whose)).toEqual(before);
    }
    expect(await told(memberId)).toEqual([]);
  });

  test('is told so at the field, and what was typed stays', async () => {
    const { memberId } = await agnesAgain();
    const desk = await comeIn('fiona@mail.example');
    const typed = { csrf: await desk.csrf(), memberId, name: 'Agnes', email: 'fiona@mail.example' };
    const { status, html } = await desk.post('/console/hats/give', typed);
    expect(status).toBe(422);
    const field = /<input[^>]*id="hat-email"[^>]*>/.exec(html)?.[0];
    expect(field).toContain('aria-invalid="true"');
    expect(field).toContain('value="fiona@mail.example"');
    expect(html).toContain('You cannot let yourself act for somebody else');
    expect(await actFor(memberId)).toHaveLength(1);
    const other = await desk.post('/console/hats/give', { ...typed, email: 'rory@mail.example', name: 'Rory Low' });
    expect(other.to).toBe(`/console/members/${memberId}`);
    expect(await told(memberId)).toEqual(['Rory Low']);
  });

  test('gives what is theirs already: to another person, or once more to themselves', async () => {
    const choir = await alone();
    await giveHat(town.database.db, town.bank.id, { personId: fiona, memberId: choir, role: 'acts' });
    expect(said(await give({ memberId: choir, personId: fiona }, fionas))).toBe('200 ok');
    expect(await told(choir)).toEqual([]);
    expect(said(await give({ memberId: DESK_HAT, personId: fiona }, fionas))).toBe('200 ok');
  });
});

describe('whoever is to act for a member', () => {
  test('is named to the member at once, whatever mail they wish, and once', async () => {
    const email = 'agnes@mail.example';
    const [agnes, ina] = [await agnesAgain(email), await agnesAgain()];
    const { memberId } = agnes;
    const quiet = await town.call('POST', '/api/wishes', { mail: 'none' }, { token: agnes.token });
    expect(said(quiet)).toBe('200 ok');
    for (let i = 0; i < 2; i++) expect(said(await give({ memberId, personId: ina.personId }))).toBe('200 ok');
    for (let i = 0; i < 2; i++)
      expect(said(await give({ memberId, email: 'rory2@mail.example', name: 'Rory Low' }, fionas))).toBe('200 ok');
    expect((await told(memberId)).sort()).toEqual([`agnes${n}`, 'Rory Low'].sort());
    const { body } = await town.call('GET', '/api/notices', undefined, { token: agnes.token });
    expect(body.items.map(({ kind }: { kind: string }) => kind)).toEqual(['acts_for_you', 'acts_for_you']);
    const text = await until(async () => (await lastLetter(town, email)) || undefined);
    expect(text).toContain('may act for you from now on');
  });

  test('is no news when they are the first, and is when somebody is awaited already', async () => {
    const memberId = await alone();
    expect(said(await give({ memberId, email: 'first@mail.example', name: 'Isla' }))).toBe('200 ok');
    expect(await told(memberId)).toEqual([]);
    expect(said(await give({ memberId, email: 'second@mail.example', name: 'Eve' }))).toBe('200 ok');
    expect(await told(memberId)).toEqual(['Eve']);
    // Nor is it news that somebody who was announced has come.
    await comeIn('first@mail.example');
    await comeIn('second@mail.example');
    expect(await told(memberId)).toEqual(['Eve']);
  });

  test('is on the member’s own page and in the API, with whom to ring; nobody else sees it', async () => {
    const email = `agnes${n + 1}@mail.example`;
    const agnes = await agnesAgain(email);
    const ina = await agnesAgain();
    const { memberId } = agnes;
    const browser = await comeIn(email);
    await give({ memberId, personId: ina.personId });
    await give({ memberId, email: 'late@mail.example', name: 'Rory Late' });
    const { html } = await browser.get('/me/doors');
    const section = /<section[^>]*aria-labelledby="acting">.*?<\/section>/s.exec(html)?.[0] ?? '';
    const says = [`agnes${n - 1} (you)`, `agnes${n}`, 'Rory Late', 'late@mail.example', '0131 496 0123'];
    for (const text of says) expect(section).toContain(text);
    const ask = (whose: string, token: string) => town.call('GET', `/api/hats?member=${whose}`, undefined, { token });
    const { body } = await ask(memberId, agnes.token);
    expect(body.items.map(({ personId }: { personId: string }) => personId)).toEqual([agnes.personId, ina.personId]);
    expect(body.items[0]).not.toHaveProperty('hasCard');
    expect(body.waiting).toEqual([{ email: 'late@mail.example', name: 'Rory Late' }]);
    for (const whose of [ina.memberId, 'desk', '']) expect(said(await ask(whose, agnes.token))).toBe('403 not_allowed');
    expect(said(await ask(memberId, fionas))).toBe('200 ok');
    await coordinator(town, 'Sam Low', 'sam@mail.example');
    const desk = await comeIn('sam@mail.example');
    expect((await desk.get('/me/doors')).html).not.toContain('aria-labelledby="acting"');
  });
});
