/** Who hears of a new device: only whoever comes in on one that was not seen for half a year. */
import { and, eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { notice, session } from '../db/schema.ts';
import { addPerson, giveHat } from '../member/people.ts';
import { startTowns, type Town } from '../testing/town.ts';
import { Visitor } from '../testing/visitor.ts';
import { sweepSignIns } from './sweep.ts';

const LAPTOP = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const TELEPHONE = 'Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/141.0.0.0 Mobile Safari/537.36';

let town: Town;
let n = 0;

beforeAll(async () => {
  [town] = (await startTowns(['Leith'])) as [Town];
});
afterAll(() => town?.stop());
beforeEach(() => town.database.db.execute(sql`delete from attempt`));

/** A member with a card, who acts for a choir too. */
async function somebody() {
  const { db } = town.database;
  const [own, choir] = [`singer${++n}`, `choir${n}`];
  const { id: personId } = await addPerson(db, town.bank.id, own);
  const ids: string[] = [];
  for (const [handle, kind] of [
    [own, 'person'],
    [choir, 'organisation'],
  ]) {
    const { body } = await town.call('POST', '/api/members', { handle, name: handle, kind });
    await giveHat(db, town.bank.id, { personId, memberId: body.id, role: 'acts' });
    ids.push(body.id);
  }
  const [memberId = '', choirId = ''] = ids;
  const { body: card } = await town.call('POST', `/api/members/${memberId}/card`, {});
  return { words: card.words.join(' ') as string, personId, memberId, choirId };
}
type Somebody = Awaited<ReturnType<typeof somebody>>;

/** Comes in by the card, with a browser. */
async function comeIn({ words }: Somebody, agent: string, browser = new Visitor(town.node, town.origin)) {
  expect((await browser.post('/sign-in', { who: words }, { 'user-agent': agent })).status).toBe(303);
  return browser;
}

const signOut = async (browser: Visitor) => browser.post('/sign-out', { csrf: await browser.csrf() });
const wear = async (browser: Visitor, memberId: string, agent: string) =>
  browser.post('/me/hats', { csrf: await browser.csrf(), memberId }, { 'user-agent': agent });
const news = async ({ memberId }: Somebody) =>
  (
    await town.database.db
      .select()
      .from(notice)
      .where(and(eq(notice.memberId, memberId), eq(notice.kind, 'sign_in_new_device')))
  ).length;

describe('of a device', () => {
  test('that is the first nobody hears, of another one its owner does, and once', async () => {
    const singer = await somebody();
    await comeIn(singer, LAPTOP);
    expect(await news(singer)).toBe(0);
    await comeIn(singer, TELEPHONE);
    expect(await news(singer)).toBe(1);
    await comeIn(singer, LAPTOP);
    await comeIn(singer, TELEPHONE);
    expect(await news(singer)).toBe(1);
  });

  test('nobody hears when they sign out there and in again, and have another one', async () => {
    const singer = await somebody();
    await comeIn(singer, TELEPHONE);
    const laptop = await comeIn(singer, LAPTOP);
    expect(await news(singer)).toBe(1);
    expect((await signOut(laptop)).status).toBe(303);
    expect((await laptop.get('/me')).to).toMatch(/^\/sign-in/);
    await comeIn(singer, LAPTOP, laptop);
    // Without signing out, too.
    await comeIn(singer, LAPTOP, laptop);
    // And by a browser that somebody else has used in between.
    const other = await somebody();
    await comeIn(other, LAPTOP, laptop);
    await comeIn(singer, LAPTOP, laptop);
    expect(await news(singer)).toBe(1);
  });

  test('nobody hears when they act for somebody else, whatever the browser calls itself by now', async () => {
    const singer = await somebody();
    await comeIn(singer, TELEPHONE);
    const laptop = await comeIn(singer, LAPTOP);
    expect(await news(singer)).toBe(1);
    expect((await wear(laptop, singer.choirId, LAPTOP)).status).toBe(303);
    expect((await wear(laptop, singer.memberId, 'A browser that nobody knows')).status).toBe(303);
    expect(await news(singer)).toBe(1);
  });

  test('they hear again half a year after it was last used, or when they have ended it themselves', async () => {
    const singer = await somebody();
    const telephone = await comeIn(singer, TELEPHONE);
    const laptop = await comeIn(singer, LAPTOP);
    await signOut(laptop);
    const over = async (days: number) => {
      await town.database.db
        .update(session)
        .set({ expiresAt: sql`now() - ${days} * interval '1 day'` })
        .where(and(eq(session.personId, singer.personId), eq(session.device, 'Firefox, Linux')));
      await sweepSignIns(town.database.db);
    };
    await over(179);
    await signOut(await comeIn(singer, LAPTOP));
    expect(await news(singer)).toBe(1);
    await over(181);
    await comeIn(singer, LAPTOP);
    expect(await news(singer)).toBe(2);
    expect((await telephone.post('/me/doors/end-others', { csrf: await telephone.csrf() })).status).toBe(303);
    await comeIn(singer, LAPTOP);
    expect(await news(singer)).toBe(3);
  });
});

test('a session that is over is on no list, and cannot be ended once more', async () => {
  const singer = await somebody();
  const laptop = await comeIn(singer, LAPTOP);
  const gone = await comeIn(singer, TELEPHONE);
  await signOut(gone);
  const rows = await town.database.db.select().from(session).where(eq(session.personId, singer.personId));
  expect(rows).toHaveLength(2);
  expect((await laptop.get('/me/doors')).html).not.toContain('Chrome, Android');
  const over = rows.find(({ device }) => device === 'Chrome, Android');
  expect((await laptop.post('/me/doors/end', { csrf: await laptop.csrf(), id: over?.id ?? '' })).status).toBe(404);
  expect((await gone.get('/me')).to).toMatch(/^\/sign-in/);
});
