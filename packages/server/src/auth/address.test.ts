/** The address by which somebody comes in: changed by themselves, added by the desk, and never taken from anybody. */
import { eq, inArray, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { mail, person } from '../db/schema.ts';
import { rowsOf } from '../ledger/ledger.ts';
import { DESK_HAT, findPerson, giveHat, hatsOf, takeHat } from '../member/people.ts';
import { lastLetter } from '../testing/letters.ts';
import { anotherSession, coordinator, type Somebody, signedInPerson } from '../testing/people.ts';
import { hasTestPostgres } from '../testing/postgres.ts';
import { startTowns, type Town, until } from '../testing/town.ts';
import { said } from '../testing/watch.ts';

let town: Town;
let n = 0;

beforeAll(async () => {
  [town] = (await startTowns(['Leith'])) as [Town];
});
afterAll(() => town?.stop());
beforeEach(() => town.database.db.execute(sql`delete from attempt`));

const somebody = (email?: string): Promise<Somebody> => signedInPerson(town, `member${++n}`, email);
const fresh = () => `new${++n}@mail.example`;
const codeIn = (text: string) => (/(\d{3}) (\d{3})/.exec(text) ?? []).slice(1).join('');
const as = ({ token }: Somebody, path: string, body: unknown) => town.call('POST', path, body, { token });
const request = (who: Somebody, email: string) => as(who, '/api/person/address', { email });
const confirm = (who: Somebody, asked: string, code: string) =>
  as(who, '/api/person/address/confirm', { request: asked, code });
const addressOf = async ({ personId }: Somebody) =>
  (await findPerson(town.database.db, town.bank.id, personId))?.email ?? null;
const letters = (to: string) => town.database.db.select().from(mail).where(eq(mail.to, to));

/** Asks for figures at an address and comes in with them. */
async function comeIn(email: string) {
  const { body } = await town.call('POST', '/api/sign-in/codes', { email }, { token: null });
  const code = codeIn(await lastLetter(town, email));
  return town.call('POST', '/api/sign-in/code', { request: body.request, code }, { token: null });
}

/** Changes an address as its owner does. */
async function change(who: Somebody, email: string) {
  const { body } = await request(who, email);
  return confirm(who, body.request, codeIn(await lastLetter(town, email)));
}

describe("one's own address", () => {
  test('is another one when the figures that were sent there are typed; sessions stay, the old one hears of it', async () => {
    const [old, next] = [fresh(), fresh()];
    const moira = await somebody(old);
    const other = await anotherSession(town, moira);
    const asked = await request(moira, next.toUpperCase());
    expect(said(asked)).toBe('202 ok');
    expect(await addressOf(moira)).toBe(old);
    const done = await confirm(moira, asked.body.request, codeIn(await lastLetter(town, next)));
    expect(said(done)).toBe('200 ok');
    expect(done.body).toMatchObject({ id: moira.personId, email: next });
    for (const token of [moira.token, other])
      expect((await town.call('GET', '/api/person', undefined, { token })).body.email).toBe(next);
    expect(await lastLetter(town, old)).toContain('has just been changed');
    expect(await lastLetter(town, old)).not.toContain(next);
    expect((await comeIn(next)).body.hat.memberId).toBe(moira.memberId);
    const before = (await letters(old)).length;
    await town.call('POST', '/api/sign-in/codes', { email: old }, { token: null });
    expect(await letters(old)).toHaveLength(before);
  });

  test('is added by somebody who has none, with the hats that wait for it', async () => {
    const email = fresh();
    const agnes = await somebody();
    const choir = (await town.call('POST', '/api/members', { handle: 'choir', name: 'Choir', kind: 'organisation' }))
      .body;
    await giveHat(town.database.db, town.bank.id, { memberId: choir.id, role: 'acts', email, name: 'A. Low' });
    expect(said(await change(agnes, email))).toBe('200 ok');
    const hats = await hatsOf(town.database.db, town.bank.id, agnes.personId);
    expect(hats.map(({ memberId }) => memberId).sort()).toEqual([agnes.memberId, choir.id].sort());
  });

  test('that is somebody else’s is never taken: the answer is the same, and only its owner is told', async () => {
    const [hers, free] = [fresh(), fresh()];
    const una = await somebody(hers);
    const eve = await somebody(fresh());
    const [taken, other] = [await request(eve, hers), await request(eve, free)];
    expect(said(taken)).toBe(said(other));
    expect(Object.keys(taken.body)).toEqual(Object.keys(other.body));
    const text = await lastLetter(town, hers);
    expect(text).toContain('Nothing has changed');
    expect(codeIn(text)).toBe('');
    const code = codeIn(await lastLetter(town, free));
    const wrong = await confirm(eve, taken.body.request, code);
    expect(wrong.body.facts).toEqual({ field: 'code', reason: 'wrong' });
    expect(await addressOf(una)).toBe(hers);
  });

  test('that becomes somebody else’s before the figures are typed stays with them', async () => {
    const email = fresh();
    const [eve, una] = [await somebody(), await somebody()];
    const { body } = await request(eve, email);
    const code = codeIn(await lastLetter(town, email));
    await town.database.db.update(person).set({ email }).where(eq(person.id, una.personId));
    expect((await confirm(eve, body.request, code)).status).toBe(400);
    expect([await addressOf(eve), await addressOf(una)]).toEqual([null, email]);
  });

  test.skipIf(!hasTestPostgres())(
    'that two show to be theirs at once is the first one’s, and the other is told so',
    async () => {
      const email = fresh();
      const two = [await somebody(), await somebody()] as const;
      const codes: (readonly [string, string])[] = [];
      for (const who of two) {
        const { body } = await request(who, email);
        codes.push([body.request, codeIn(await lastLetter(town, email))]);
      }
      const { database } = town;
      const answers = await database.transaction(async (tx) => {
        // Nobody gets an address while somebody holds both, so both have looked before either writes.
        await tx
          .select()
          .from(person)
          .where(
            inArray(
              person.id,
              two.map(({ personId }) => personId),
            ),
          )
          .for('update');
        const both = two.map((who, i) => confirm(who, ...(codes[i] as readonly [string, string])));
        await until(async () => {
          const waiting = sql`select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
          return rowsOf<{ n: number }>(await database.db.execute(waiting))[0]?.n === 2 || undefined;
        });
        return { both: Promise.all(both) };
      });
      const done = await answers.both;
      expect(done.map(({ status }) => status).sort()).toEqual([200, 400]);
      expect(done.find(({ status }) => status === 400)?.body.facts).toEqual({ field: 'code', reason: 'used' });
      expect((await Promise.all(two.map(addressOf))).filter((address) => address === email)).toHaveLength(1);
    },
  );

  test('counts only for whoever asked, and lets nobody in', async () => {
    const email = fresh();
    const [agnes, eve] = [await somebody(), await somebody()];
    const { body } = await request(agnes, email);
    const code = codeIn(await lastLetter(town, email));
    expect((await confirm(eve, body.request, code)).body.facts.reason).toBe('elsewhere');
    const entering = { request: body.request, code };
    const entered = await town.call('POST', '/api/sign-in/code', entering, { token: null });
    expect(entered.body.facts.reason).toBe('elsewhere');
    // Nor the other way round.
    const own = fresh();
    const una = await somebody(own);
    const asked = (await town.call('POST', '/api/sign-in/codes', { email: own }, { token: null })).body.request;
    expect((await confirm(una, asked, codeIn(await lastLetter(town, own)))).body.facts.reason).toBe('elsewhere');
    expect(said(await confirm(agnes, body.request, code))).toBe('200 ok');
    expect((await confirm(agnes, body.request, code)).body.facts.reason).toBe('used');
  });

  test('is no other when it is the same or none at all, and is asked for five times an hour', async () => {
    const own = fresh();
    const una = await somebody(own);
    expect((await request(una, own)).body.facts).toMatchObject({ field: 'email', reason: 'you come in by it' });
    expect((await request(una, 'not an address')).body.facts.field).toBe('email');
    for (let i = 0; i < 5; i++) expect(said(await request(una, fresh()))).toBe('202 ok');
    expect(said(await request(una, fresh()))).toBe('429 too_many_requests');
    expect(said(await town.call('POST', '/api/person/address', { email: fresh() }))).toBe('403 not_allowed');
  });
});

describe('an address that the desk adds', () => {
  let by: string;
  beforeAll(async () => {
    by = await coordinator(town, 'Fiona Kerr');
  });
  const add = (member: string, email: string, more: object = {}) =>
    town.call('POST', '/api/acts', { by, member, reason: 'She rang', deed: { kind: 'address', email, ...more } });

  test('is theirs when they first come in by it: the same person, told and listed', async () => {
    const email = fresh();
    const agnes = await somebody();
    const done = await add(agnes.memberId, email.toUpperCase());
    expect(done.body).toMatchObject({ kind: 'address', reason: 'She rang', what: {}, subjectId: agnes.memberId });
    expect(await addressOf(agnes)).toBeNull();
    const hats = await town.call('GET', `/api/hats?member=${agnes.memberId}`);
    expect(hats.body.waiting).toMatchObject([{ email, name: expect.stringContaining('member') }]);
    const { body: notices } = await town.call('GET', '/api/notices', undefined, { token: agnes.token });
    expect(JSON.stringify(notices)).toContain('broker_acted');
    const entered = await comeIn(email);
    expect(entered.body.hat).toMatchObject({ personId: agnes.personId, memberId: agnes.memberId });
    expect(await addressOf(agnes)).toBe(email);
    const after = await town.call('GET', `/api/hats?member=${agnes.memberId}`);
    expect([after.body.items.length, after.body.waiting]).toEqual([1, []]);
  });

  test('takes the place of a hat that waited for it by mistake', async () => {
    const email = fresh();
    const agnes = await somebody();
    await town.call('POST', '/api/hats', { memberId: agnes.memberId, email, name: 'Agnes' });
    expect((await add(agnes.memberId, email)).status).toBe(201);
    expect((await comeIn(email)).body.hat.personId).toBe(agnes.personId);
  });

  test('makes nobody somebody else when it waits for others as well', async () => {
    const email = fresh();
    const agnes = await somebody();
    expect((await add(agnes.memberId, email)).status).toBe(201);
    const { body: marta } = await town.call('POST', '/api/members', { handle: 'marta', name: 'Marta Low' });
    await town.call('POST', '/api/hats', { memberId: marta.id, email, name: 'Marta Low' });
    expect((await comeIn(email)).body.hat).toMatchObject({ memberId: marta.id, personName: 'Marta Low' });
    expect(await addressOf(agnes)).toBeNull();
    // And the other way round the desk hears at once that somebody else waits for it.
    const [ina, later] = [await somebody(), fresh()];
    await town.call('POST', '/api/hats', { memberId: marta.id, email: later, name: 'Marta Low' });
    expect((await add(ina.memberId, later)).body.facts?.field).toBe('email');
  });

  test('is for a member for whom nobody acts, too', async () => {
    const email = fresh();
    const { body } = await town.call('POST', '/api/members', { handle: 'nobodys', name: 'Ina Low' });
    expect((await add('nobodys', email)).status).toBe(201);
    expect((await comeIn(email)).body.hat).toMatchObject({ memberId: body.id, personName: 'Ina Low' });
  });

  test('is never somebody else’s, nor a second one, nor for whoever does not act for the member', async () => {
    const hers = fresh();
    const [una, agnes, ina] = [await somebody(hers), await somebody(), await somebody()];
    const facts = async (...given: Parameters<typeof add>) => {
      const { status, body } = await add(...given);
      return [status, body.facts?.field];
    };
    expect(await facts(agnes.memberId, hers)).toEqual([400, 'email']);
    expect(await facts(agnes.memberId, 'no address')).toEqual([400, 'email']);
    expect(await facts(una.memberId, fresh())).toEqual([400, 'personId']);
    expect((await add(agnes.memberId, fresh(), { personId: ina.personId })).status).toBe(404);
    const email = fresh();
    expect((await add(agnes.memberId, email)).status).toBe(201);
    expect(await facts(ina.memberId, email)).toEqual([400, 'email']);
    expect(await facts(agnes.memberId, fresh())).toEqual([400, 'personId']);
    expect(await addressOf(una)).toBe(hers);
  });

  test('of two who act for a member is for the one that is named', async () => {
    const email = fresh();
    const [agnes, ina] = [await somebody(), await somebody()];
    const { memberId } = agnes;
    await giveHat(town.database.db, town.bank.id, { personId: ina.personId, memberId, role: 'acts' });
    expect((await add(memberId, email)).body.facts.field).toBe('personId');
    expect((await add(memberId, email, { personId: ina.personId })).status).toBe(201);
    expect((await comeIn(email)).body.hat.personId).toBe(ina.personId);
  });

  test('that somebody else has shown by now is not given away, and opens no other door', async () => {
    const email = fresh();
    const [agnes, eve] = [await somebody(), await somebody()];
    expect((await add(agnes.memberId, email)).status).toBe(201);
    expect(said(await change(eve, email))).toBe('200 ok');
    expect((await comeIn(email)).body.hats.map(({ memberId }: { memberId: string }) => memberId)).toEqual([
      eve.memberId,
    ]);
    expect(await addressOf(agnes)).toBeNull();
  });

  test('waits no more when they have added another one, or act for the member no more', async () => {
    const [first, second, third] = [fresh(), fresh(), fresh()];
    const [agnes, ina] = [await somebody(), await somebody()];
    await add(agnes.memberId, first);
    expect(said(await change(agnes, second))).toBe('200 ok');
    await add(ina.memberId, third);
    await takeHat(town.database.db, town.bank.id, ina.personId, ina.memberId);
    for (const email of [first, third]) {
      await town.call('POST', '/api/sign-in/codes', { email }, { token: null });
      expect(await letters(email)).toEqual([]);
    }
    expect(await addressOf(agnes)).toBe(second);
  });

  test('is never for a coordinator themselves', async () => {
    const fiona = await somebody();
    await giveHat(town.database.db, town.bank.id, { personId: fiona.personId, memberId: DESK_HAT, role: 'desk' });
    const deed = { kind: 'address', email: fresh() };
    const body = { by: fiona.personId, member: fiona.memberId, reason: 'I rang', deed };
    expect(said(await town.call('POST', '/api/acts', body))).toBe('403 not_allowed');
  });
});
