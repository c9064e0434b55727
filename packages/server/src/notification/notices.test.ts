/** Notices: the bell, wishes, digests over several banks, and ending them. */
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Bank, Banks, createBank } from '../bank/bank.ts';
import { doDue } from '../clock/due.ts';
import type { Database } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { due, hat, mail, member, notice, noticeWish, person } from '../db/schema.ts';
import { Signals } from '../delivery/signals.ts';
import { addMember } from '../member/members.ts';
import { addPerson, giveHat } from '../member/people.ts';
import { createSeal } from '../node/seal.ts';
import { type Opened, STORES } from '../testing/stores.ts';
import { readMessages } from '../web/catalogue.ts';
import { languages, wordsOf } from '../web/words.ts';
import { KINDS, type NoticeKind } from './kinds.ts';
import { mailNotices } from './mailing.ts';
import { countUnread, listNotices, readNotices } from './notices.ts';
import { DESK, MAIL_NOTICES, notify } from './notify.ts';
import { sayNotice } from './say.ts';
import { readStopToken, stopMail, stopToken } from './stop.ts';
import {
  DEFAULT_WISHES,
  isMailed,
  mailTime,
  setMailed,
  setWishes,
  type Wearer,
  type Wishes,
  wishesOf,
} from './wishes.ts';

const MONDAY_NOON = new Date('2026-11-23T12:00:00Z');
const at = (text: string): Date => new Date(text);
const seal = createSeal('a secret of thirty-two characters');

describe('when a mail goes', () => {
  const time = (now: string, wishes: Partial<Wishes>, kind: NoticeKind = 'thanks', zone = 'Europe/London') =>
    mailTime(at(now), kind, { ...DEFAULT_WISHES, ...wishes }, zone)?.toISOString() ?? null;

  test.each<[string, Partial<Wishes>, string | null]>([
    ['2026-11-23T12:00:00Z', {}, '2026-11-23T12:00:00.000Z'],
    ['2026-11-23T21:00:00Z', {}, '2026-11-24T08:00:00.000Z'],
    ['2026-11-23T07:59:00Z', {}, '2026-11-23T08:00:00.000Z'],
    ['2026-11-23T08:00:00Z', {}, '2026-11-23T08:00:00.000Z'],
    ['2026-07-23T20:30:00Z', {}, '2026-07-24T07:00:00.000Z'],
    ['2026-11-23T03:00:00Z', { quietFrom: 5, quietUntil: 5 }, '2026-11-23T03:00:00.000Z'],
    ['2026-11-23T13:30:00Z', { quietFrom: 13, quietUntil: 15 }, '2026-11-23T15:00:00.000Z'],
    ['2026-11-23T12:00:00Z', { mail: 'none' }, null],
    ['2026-11-23T12:00:00Z', { muted: ['exchanges'] }, null],
    ['2026-11-23T12:00:00Z', { muted: ['town'] }, '2026-11-23T12:00:00.000Z'],
    ['2026-11-23T12:00:00Z', { mail: 'daily', hour: 18 }, '2026-11-23T18:00:00.000Z'],
    ['2026-11-23T18:00:00Z', { mail: 'daily', hour: 18 }, '2026-11-24T18:00:00.000Z'],
    ['2026-11-23T12:00:00Z', { mail: 'daily', hour: 23 }, '2026-11-24T08:00:00.000Z'],
    ['2026-11-23T12:00:00Z', { mail: 'daily', hour: 3 }, '2026-11-24T08:00:00.000Z'],
    ['2026-11-23T12:00:00Z', { mail: 'daily', hour: 23, quietFrom: 0, quietUntil: 0 }, '2026-11-23T23:00:00.000Z'],
    ['2026-11-23T12:00:00Z', { mail: 'weekly', weekday: 7, hour: 22 }, '2026-11-30T08:00:00.000Z'],
    ['2026-11-23T08:00:00Z', { mail: 'weekly', weekday: 1, hour: 9 }, '2026-11-23T09:00:00.000Z'],
    ['2026-11-23T12:00:00Z', { mail: 'weekly', weekday: 1, hour: 9 }, '2026-11-30T09:00:00.000Z'],
    ['2026-11-29T12:00:00Z', { mail: 'weekly', weekday: 7, hour: 18 }, '2026-11-29T18:00:00.000Z'],
    // The clocks go back in between.
    ['2026-10-24T12:00:00Z', { mail: 'daily', hour: 9 }, '2026-10-25T09:00:00.000Z'],
  ])('%s with %j', (now, wishes, goes) => {
    expect(time(now, wishes)).toBe(goes);
  });

  test('an alarm goes at once, whatever was wished and at night', () => {
    expect(time('2026-11-23T23:00:00Z', { mail: 'none' }, 'sign_in_new_device')).toBe('2026-11-23T23:00:00.000Z');
  });
});

describe('the words', () => {
  const sample = { text: 'Rosa', minutes: 90, day: '2026-12-06T09:00:00Z', moment: '2026-12-06T09:00:00Z' };

  test.each(Object.keys(languages) as (keyof typeof languages)[])(
    'every kind has its sentence in %s, and needs no other facts',
    (tag) => {
      const messages = readMessages(tag);
      const kinds = Object.keys(KINDS).map((kind) => `notice.${kind}`);
      expect([...messages.keys()].filter((key) => key.startsWith('notice.')).toSorted()).toEqual(kinds.toSorted());
      const reading = { timeZone: 'Europe/London', now: MONDAY_NOON };
      for (const [kind, { facts }] of Object.entries(KINDS)) {
        const given = Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name, sample[fact as 'text']]));
        const said = sayNotice(wordsOf(tag), { kind, facts: given }, 'Leith', reading);
        expect(said, kind).not.toBe(wordsOf(tag).t('notices.something'));
        for (const fact of Object.values(facts)) if (fact === 'text') expect(said, kind).toContain('Rosa');
        expect(said, kind).not.toMatch(/2026-|\b90\b|\{/);
      }
    },
  );

  test('a fact is said as the reader writes it, and a name is no sentence of its own', () => {
    const facts = { name: '{title} Núria', title: '<b>', minutes: 90 };
    const say = (tag: keyof typeof languages) =>
      sayNotice(wordsOf(tag), { kind: 'exchange_agreed', facts }, 'Leith', { timeZone: 'UTC', now: MONDAY_NOON });
    expect(say('en')).toBe('You and {title} Núria have agreed: <b>, 1 h 30 min.');
    expect(say('ar')).toContain(wordsOf('ar').short(90));
  });

  test('what is not known here says that there is something', () => {
    const reading = { timeZone: 'UTC', now: MONDAY_NOON };
    for (const kind of ['from_the_future', 'exchange_agreed', 'toString'])
      expect(sayNotice(wordsOf('en'), { kind, facts: {} }, 'Leith', reading)).toBe('There is something new for you.');
  });
});

describe.each(STORES)('notices on %s', (_name, open) => {
  let opened: Opened;
  let database: Database;
  let banks: Banks;
  let leith: Bank;
  let gracia: Bank;
  let moira: string;
  let moiraInGracia: string;
  let davie: string;

  beforeAll(async () => {
    opened = await open();
    ({ database } = opened);
    banks = new Banks(database, seal);
    const make = async (origin: string, town: string, language: string, timeZone: string): Promise<Bank> => {
      const id = await createBank(database, seal, { origin, name: town, language, timeZone, phone: '0131 496 0123' });
      await banks.reload();
      return banks.byId(id) as Bank;
    };
    leith = await make('https://leith.example', 'Leith', 'en', 'Europe/London');
    gracia = await make('https://gracia.example', 'Gràcia', 'es', 'Europe/Madrid');
    moira = await join(leith, 'moira', 'Moira Kerr', 'moira@mail.example');
    moiraInGracia = await join(gracia, 'moira', 'Moira Kerr', 'moira@mail.example');
    davie = await join(leith, 'davie', 'Davie', null);
  });
  afterAll(() => opened?.close());
  beforeEach(async () => {
    for (const table of [mail, notice, due, noticeWish]) await database.db.delete(table);
  });

  async function join(bank: Bank, handle: string, called: string, email: string | null): Promise<string> {
    return database.transaction(async (tx) => {
      const row = await addMember(tx, bank, { handle, name: called });
      const personId = newId();
      await tx.insert(person).values({ bankId: bank.id, id: personId, name: called, email });
      await tx.insert(hat).values({ bankId: bank.id, personId, memberId: row.id, role: 'acts' });
      return row.id;
    });
  }

  const thank = (bank: Bank, memberId: string, who: string, now = MONDAY_NOON): Promise<void> =>
    database.transaction((tx) =>
      notify(tx, bank, { memberId, kind: 'thanks', facts: { name: who }, href: '/me' }, now),
    );
  const wish = (bank: Bank, memberId: string, wishes: Partial<Wishes>) =>
    database.transaction((tx) => setWishes(tx, bank, memberId, wishes));

  async function tick(now: Date): Promise<(typeof mail.$inferSelect)[]> {
    const handlers = { [MAIL_NOTICES]: mailNotices({ seal, bank: (id) => banks.byId(id) }) };
    await doDue({ signals: new Signals(database), banks: () => banks.all(), handlers }, now);
    return database.db.select().from(mail).orderBy(mail.id);
  }

  test('a member is told at once, once, with a link and a way to stop it', async () => {
    await thank(leith, moira, 'Rosa');
    const [letter, ...more] = await tick(MONDAY_NOON);
    expect(more).toEqual([]);
    const { to, subject, memberId } = letter ?? {};
    expect({ to, subject, memberId }).toEqual({
      to: 'moira@mail.example',
      subject: 'Rosa thanks you.',
      memberId: moira,
    });
    expect(letter?.text).toMatch(
      /^Hello Moira Kerr,\n\nRosa thanks you\.\nhttps:\/\/leith\.example\/notices\/\w{26}\n\nOr ring/,
    );
    expect(letter?.text).toContain(letter?.unsubscribe);
    expect(await tick(at('2026-11-25T12:00:00Z'))).toHaveLength(1);
  });

  test('at night it waits, and what came in between goes in one mail', async () => {
    const night = at('2026-11-23T22:00:00Z');
    await thank(leith, moira, 'Rosa', night);
    await thank(leith, moira, 'Jordi', at('2026-11-24T02:00:00Z'));
    expect(await tick(at('2026-11-24T07:59:00Z'))).toEqual([]);
    const [letter, ...more] = await tick(at('2026-11-24T08:00:00Z'));
    expect(more).toEqual([]);
    expect(letter?.subject).toBe('2 new things for you: Leith');
  });

  test('what was read on the page is not mailed any more', async () => {
    await wish(leith, moira, { mail: 'daily', hour: 18 });
    await thank(leith, moira, 'Rosa');
    await readNotices(database.db, leith.id, moira, 'all');
    expect(await tick(at('2026-11-23T18:00:00Z'))).toEqual([]);
  });

  test('one digest tells of all the banks of this node, town by town, in the language of the first', async () => {
    await wish(leith, moira, { mail: 'daily', hour: 18 });
    await wish(gracia, moiraInGracia, { mail: 'weekly', weekday: 7, hour: 9 });
    await thank(leith, moira, 'Rosa');
    await thank(gracia, moiraInGracia, 'Jordi');
    const [letter, ...more] = await tick(at('2026-11-23T18:00:00Z'));
    expect(more).toEqual([]);
    expect(letter?.bankId).toBe(leith.id);
    expect(letter?.subject).toBe('2 new things for you: Leith and Gràcia');
    expect(letter?.text).toMatch(
      /In Leith:\n\nRosa thanks you\.[\s\S]*In Gràcia:\n\nJordi thanks you\.\nhttps:\/\/gracia\.example/,
    );
    expect(await tick(at('2026-12-06T09:00:00Z'))).toHaveLength(1);
  });

  test('who wants mail at once in the other town gets it from there', async () => {
    await wish(leith, moira, { mail: 'daily', hour: 18 });
    await thank(leith, moira, 'Rosa');
    await thank(gracia, moiraInGracia, 'Jordi', at('2026-11-23T17:00:00Z'));
    const letters = await tick(at('2026-11-23T18:00:00Z'));
    expect(letters.map(({ subject }) => subject).toSorted()).toEqual(['Jordi te da las gracias.', 'Rosa thanks you.']);
  });

  test('a member without an address is told at the bell', async () => {
    await thank(leith, davie, 'Rosa');
    expect(await tick(MONDAY_NOON)).toEqual([]);
    expect(await countUnread(database.db, leith.id, davie)).toBe(1);
  });

  /** Somebody more who wears a hat of a member, or of the desk. Returns the person's id. */
  const wears = (memberId: string, called: string): Promise<string> =>
    database.transaction(async (tx) => {
      const { id: personId } = await addPerson(tx, leith.id, called, `${called.toLowerCase()}@leith.example`);
      await giveHat(tx, leith.id, { personId, memberId, role: memberId === DESK ? 'desk' : 'acts' });
      return personId;
    });
  /** Presses the button that a mail program makes of a letter's header. */
  const press = (letter: typeof mail.$inferSelect | undefined) =>
    database.transaction((tx) => stopMail(tx, readStopToken(seal, letter?.unsubscribe?.split('/').at(-1) ?? '') ?? []));
  const to = (letters: readonly (typeof mail.$inferSelect)[]) => letters.map((letter) => letter.to).toSorted();
  const next = async (now: Date) => {
    await database.db.delete(mail);
    return tick(now);
  };

  test('coordinators are told, and each ends it for themselves alone', async () => {
    await wears(DESK, 'Fiona');
    await wears(DESK, 'Iain');
    const apply = (now: Date) =>
      database.transaction((tx) =>
        notify(
          tx,
          leith,
          { memberId: DESK, kind: 'application_waiting', facts: { name: 'Ada' }, href: '/console' },
          now,
        ),
      );
    await apply(MONDAY_NOON);
    const letters = await tick(MONDAY_NOON);
    expect(to(letters)).toEqual(['fiona@leith.example', 'iain@leith.example']);
    for (const letter of letters) {
      expect(letter.text).toContain('because you look after the desk of Leith');
      expect(letter.text).toContain(letter.unsubscribe);
    }
    await press(letters.find((letter) => letter.to === 'fiona@leith.example'));
    const later = at('2026-11-24T12:00:00Z');
    await apply(later);
    expect(to(await next(later))).toEqual(['iain@leith.example']);
    await database.db.delete(hat).where(eq(hat.memberId, DESK));
  });

  test('of two who act for a household each ends it for themselves alone, but an alarm reaches both', async () => {
    const home = await join(leith, 'home', 'The Kerrs', null);
    const ann = await wears(home, 'Ann');
    await wears(home, 'Bob');
    await thank(leith, home, 'Rosa');
    const letters = await tick(MONDAY_NOON);
    expect(to(letters)).toEqual(['ann@leith.example', 'bob@leith.example']);
    const day = (date: number) => at(`2026-11-${date}T12:00:00Z`);
    // What waits already is for the other one alone, too.
    await thank(leith, home, 'Jordi', day(24));
    for (let twice = 0; twice < 2; twice++) await press(letters.find((letter) => letter.to === 'ann@leith.example'));
    expect(to(await next(day(24)))).toEqual(['bob@leith.example']);
    expect((await wishesOf(database.db, leith.id, home)).mail).toBe('at_once');

    const alarm = {
      memberId: home,
      kind: 'sign_in_new_device',
      facts: { at: day(25).toISOString() },
      href: '/',
    } as const;
    await database.transaction((tx) => notify(tx, leith, alarm, day(25)));
    await thank(leith, home, 'Núria', day(25));
    const both = await next(day(25));
    expect(to(both)).toEqual(['ann@leith.example', 'bob@leith.example']);
    for (const { to: whom, text } of both) expect(text.includes('Núria')).toBe(whom === 'bob@leith.example');

    const wearer = { bankId: leith.id, personId: ann, memberId: home };
    expect(await isMailed(database.db, wearer)).toBe(false);
    await setMailed(database.db, wearer, true);
    await thank(leith, home, 'Rosa', day(26));
    expect(to(await next(day(26)))).toEqual(['ann@leith.example', 'bob@leith.example']);
  });

  test('the link of a digest ends all that it told of, for its reader', async () => {
    await wish(leith, moira, { mail: 'daily', hour: 18 });
    await wish(gracia, moiraInGracia, { mail: 'weekly', weekday: 7, hour: 9 });
    const tell = async (now: Date) => {
      await thank(leith, moira, 'Rosa', now);
      await thank(gracia, moiraInGracia, 'Jordi', now);
    };
    await tell(MONDAY_NOON);
    const [letter] = await tick(at('2026-11-23T18:00:00Z'));
    const told = readStopToken(seal, letter?.unsubscribe?.split('/').at(-1) ?? '') ?? [];
    expect(told.map(({ bankId, memberId }) => [bankId, memberId])).toEqual([
      [leith.id, moira],
      [gracia.id, moiraInGracia],
    ]);
    await press(letter);
    await tell(at('2026-11-24T12:00:00Z'));
    expect(await next(at('2026-12-06T12:00:00Z'))).toEqual([]);
    // One of them alone is told of again.
    await setMailed(database.db, told[0] as Wearer, true);
    await tell(at('2026-12-07T12:00:00Z'));
    const [again, ...more] = await next(at('2026-12-14T12:00:00Z'));
    expect([again?.subject, more]).toEqual(['Rosa thanks you.', []]);
    await setMailed(database.db, told[1] as Wearer, true);
  });

  test('a suspended member gets no mail', async () => {
    await database.db.update(member).set({ status: 'suspended' }).where(eq(member.id, moira));
    await thank(leith, moira, 'Rosa');
    expect(await tick(MONDAY_NOON)).toEqual([]);
    await database.db.update(member).set({ status: 'active' }).where(eq(member.id, moira));
  });

  test('a link of before, which names the member alone, ends mail for that member, also what waits', async () => {
    await wish(leith, moira, { mail: 'daily', hour: 18 });
    await thank(leith, moira, 'Rosa');
    const link = stopToken(seal, [{ bankId: leith.id, memberId: moira }]);
    for (let twice = 0; twice < 2; twice++)
      await database.transaction((tx) => stopMail(tx, readStopToken(seal, link) ?? []));
    await thank(leith, moira, 'Jordi');
    expect(await tick(at('2026-11-24T18:00:00Z'))).toEqual([]);
    expect(await countUnread(database.db, leith.id, moira)).toBe(2);
  });

  test('only this node can make such a link', () => {
    const link = stopToken(seal, [{ bankId: leith.id, memberId: moira }]);
    const [names = '', signature = ''] = link.split('.');
    const forged = Buffer.from(`${leith.id} ${davie}`).toString('base64url');
    for (const wrong of [`${forged}.${signature}`, names, `${names}.`, '', '.', `${names}.${signature.slice(1)}`])
      expect(readStopToken(seal, wrong)).toBeNull();
    expect(readStopToken(createSeal('another secret of thirty-two chars'), link)).toBeNull();
  });

  test('nobody reads or changes the notices of somebody else', async () => {
    await thank(leith, moira, 'Rosa');
    const [mine] = await listNotices(database.db, leith.id, moira, undefined, 9);
    const id = mine?.id ?? '';
    expect(await listNotices(database.db, leith.id, davie, undefined, 9)).toEqual([]);
    expect(await listNotices(database.db, gracia.id, moira, undefined, 9)).toEqual([]);
    expect(await readNotices(database.db, leith.id, davie, [id])).toBe(0);
    expect(await readNotices(database.db, gracia.id, moira, [id])).toBe(0);
    expect(await readNotices(database.db, leith.id, moira, [id])).toBe(1);
    expect(await countUnread(database.db, leith.id, moira)).toBe(0);
  });
});
