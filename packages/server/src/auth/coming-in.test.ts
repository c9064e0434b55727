/** Coming in by code, link and card through the API: what lets in, what does not, and that nobody learns who exists. */
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { session } from '../db/schema.ts';
import { rowsOf } from '../ledger/ledger.ts';
import { addPerson, giveHat } from '../member/people.ts';
import { refusalOf } from '../node/refused.ts';
import { lastLetter } from '../testing/letters.ts';
import { hasTestPostgres } from '../testing/postgres.ts';
import { startTowns, type Town, until } from '../testing/town.ts';
import { said } from '../testing/watch.ts';
import * as cards from './cards.ts';
import { requestCode } from './codes.ts';
import { hashToken } from './tokens.ts';

let town: Town;
let other: Town;
let moira: string;

beforeAll(async () => {
  [town, other] = (await startTowns(['Leith', 'Gràcia'])) as [Town, Town];
  moira = await memberWith(town, 'moira', 'moira@mail.example');
  await memberWith(other, 'rosa', 'rosa@mail.example');
});
afterAll(() => Promise.all([town?.stop(), other?.stop()]));

async function memberWith(at: Town, handle: string, email: string | null): Promise<string> {
  const { body } = await at.call('POST', '/api/members', { handle, name: handle });
  const { db } = at.database;
  const { id } = await addPerson(db, at.bank.id, handle, email ?? undefined);
  await giveHat(db, at.bank.id, { personId: id, memberId: body.id, role: 'acts' });
  return body.id;
}

const open = (path: string, body: unknown, at = town, key = crypto.randomUUID()) =>
  at.call('POST', path, body, { token: null, key });

async function ask(email: string, at = town): Promise<string> {
  const answer = await open('/api/sign-in/codes', { email }, at);
  expect(said(answer)).toBe('202 ok');
  return answer.body.request;
}

const lastMail = (to: string, at = town) => lastLetter(at, to);

const codeIn = (text: string) => (/(\d{3}) (\d{3})/.exec(text) ?? []).slice(1).join('');
const exchange = (request: string, code: string, at = town) => open('/api/sign-in/code', { request, code }, at);

/** Attempts of earlier tests do not count in the next one. */
async function forget(): Promise<void> {
  await town.database.db.execute(sql`delete from attempt`);
}

describe('six figures', () => {
  test('let in once, with a token of the person', async () => {
    const request = await ask('Moira@Mail.example');
    const code = codeIn(await lastMail('moira@mail.example'));
    const first = await exchange(request, code);
    expect(said(first)).toBe('201 ok');
    expect(first.body.hat).toMatchObject({ memberId: moira, role: 'acts' });
    const { body } = await town.call('GET', '/api/sessions', undefined, { token: first.body.token });
    expect(body.items).toMatchObject([{ current: true, app: true, how: 'code' }]);
    const again = await exchange(request, code);
    expect(again.body.facts).toEqual({ field: 'code', reason: 'used' });
  });

  test('are wrong five times at most, and then the right ones are too', async () => {
    await forget();
    const request = await ask('moira@mail.example');
    const code = codeIn(await lastMail('moira@mail.example'));
    const wrong = code === '000000' ? '000001' : '000000';
    for (let i = 0; i < 4; i++) expect((await exchange(request, wrong)).body.facts.reason).toBe('wrong');
    expect((await exchange(request, wrong)).body.facts.reason).toBe('too_often');
    expect((await exchange(request, code)).body.facts.reason).toBe('too_often');
  });

  test('tried twenty times at once are tried five times', async () => {
    await forget();
    const request = await ask('moira@mail.example');
    const code = codeIn(await lastMail('moira@mail.example'));
    const tries = Array.from({ length: 20 }, (_, i) => String((Number(code) + 1 + i) % 1_000_000).padStart(6, '0'));
    await Promise.all(tries.map((wrong) => exchange(request, wrong)));
    const rows = await town.database.db.execute(sql`select max(wrong)::int as most from sign_in_code`);
    expect(rowsOf(rows)).toEqual([{ most: 5 }]);
    await forget();
    expect((await exchange(request, code)).body.facts.reason).toBe('too_often');
  });

  test('of twenty letters, tried at once from a place that has tried twenty times, are looked at ten times more', async () => {
    await forget();
    await town.database.db.execute(sql`delete from sign_in_code`);
    const asked = Array.from({ length: 20 }, (_, i) => ask(`stranger-${i}@mail.example`));
    const requests = await Promise.all(asked);
    for (let i = 0; i < 20; i++) await exchange(`never-asked-${i}`, '000000');
    const answers = await Promise.all(requests.map((request, i) => exchange(request, String(100_000 + i))));
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(10);
    const rows = await town.database.db.execute(sql`select sum(wrong)::int as wrong from sign_in_code`);
    expect(rowsOf(rows)).toEqual([{ wrong: 10 }]);
  });

  test('that are right do not count', async () => {
    await forget();
    for (let i = 0; i < 4; i++) {
      const request = await ask('moira@mail.example');
      expect(said(await exchange(request, codeIn(await lastMail('moira@mail.example'))))).toBe('201 ok');
    }
    const counts = await town.database.db.execute(sql`select count::int from attempt where what = 'code_wrong'`);
    expect(rowsOf(counts)).toEqual([{ count: 0 }]);
  });

  test('count only where they were asked for', async () => {
    await forget();
    await ask('moira@mail.example');
    const code = codeIn(await lastMail('moira@mail.example'));
    const elsewhere = await ask('nobody@mail.example');
    expect((await exchange(elsewhere, code)).body.facts.reason).toBe('wrong');
    expect((await exchange('never-asked', code)).body.facts.reason).toBe('elsewhere');
  });

  test('end after ten minutes', async () => {
    await forget();
    const request = await ask('moira@mail.example');
    const code = codeIn(await lastMail('moira@mail.example'));
    await town.database.db.execute(
      sql`update sign_in_code set expires_at = now() - interval '1 second' where used_at is null`,
    );
    expect((await exchange(request, code)).body.facts.reason).toBe('expired');
  });

  test('of another bank mean nothing here', async () => {
    await forget();
    const request = await ask('rosa@mail.example', other);
    const code = codeIn(await lastMail('rosa@mail.example', other));
    expect((await exchange(request, code)).body.facts.reason).toBe('elsewhere');
    expect(said(await exchange(request, code, other))).toBe('201 ok');
  });

  test('used twice at once let in once', async () => {
    await forget();
    const request = await ask('moira@mail.example');
    const code = codeIn(await lastMail('moira@mail.example'));
    const before = await count();
    const answers = await Promise.all(Array.from({ length: 6 }, () => exchange(request, code)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(await count()).toBe(before + 1);
  });

  test('are asked for five times an hour for one address, and then kindly not', async () => {
    await forget();
    for (const email of ['moira@mail.example', 'stranger@mail.example']) {
      for (let i = 0; i < 5; i++) await ask(email);
      const answer = await open('/api/sign-in/codes', { email });
      expect(said(answer)).toBe('429 too_many_requests');
      expect(answer.body.facts.minutes).toBe(60);
    }
  });

  test('that somebody else asks for keep nobody out, and fill no mailbox', async () => {
    await forget();
    const from = (source: string, email: string) =>
      requestCode(town.node.context, town.bank, { email, language: 'en', source }).then(
        () => 'sent',
        (error) => refusalOf(error)?.code,
      );
    for (const email of ['moira@mail.example', 'stranger@mail.example']) {
      const often = [];
      // A stubborn one, from one home, whatever address or network of it they take.
      for (let i = 0; i < 8; i++) often.push(await from(`2001:db8:1:2${i}${i}::${i}`, email));
      expect(often.filter((each) => each === 'sent')).toHaveLength(5);
      // The next house.
      expect(await from('2001:db8:1:300::1', email)).toBe('sent');
      expect(await from('192.0.2.1', email)).toBe('sent');
      const all = [];
      for (let i = 2; i < 20; i++) all.push(await from(`192.0.2.${i}`, email));
      expect(all.filter((each) => each === 'sent')).toHaveLength(13);
      expect(await from('192.0.2.99', email)).toBe('too_many_requests');
    }
  });
});

describe('who exists is not told', () => {
  test('neither by the answer nor by the row nor by a mail to a stranger', async () => {
    await forget();
    const [known, unknown] = [
      await open('/api/sign-in/codes', { email: 'moira@mail.example' }),
      await open('/api/sign-in/codes', { email: 'stranger@mail.example' }),
    ];
    expect(Object.keys(unknown.body)).toEqual(Object.keys(known.body));
    expect([unknown.status, unknown.body.request.length]).toEqual([known.status, known.body.request.length]);
    expect(await lastMail('stranger@mail.example')).toBe('');
    const kept = await town.database.db.execute(sql`select * from sign_in_code`);
    expect(JSON.stringify(rowsOf(kept))).not.toContain('mail.example');
  });

  test('nor by the time', async () => {
    await forget();
    const took = async (email: string) => {
      const start = performance.now();
      await open('/api/sign-in/codes', { email });
      return performance.now() - start;
    };
    for (const email of ['moira@mail.example', 'stranger@mail.example', 'moira@mail.example', 'stranger@mail.example'])
      expect(await took(email)).toBeGreaterThanOrEqual(245);
  });
});

describe('a card', () => {
  test('lets in by its words, however they are written, until new words stop them', async () => {
    await forget();
    const card = await town.call('POST', `/api/members/${moira}/card`, {});
    expect(card.body.words).toHaveLength(4);
    const words = card.body.words.join(' ');
    const entered = await open('/api/sign-in/card', { words: `  ${words.toUpperCase().replaceAll(' ', ' - ')} ` });
    expect(said(entered)).toBe('201 ok');
    const { token } = entered.body;
    expect((await town.call('GET', '/api/hats', undefined, { token })).status).toBe(200);
    const next = await town.call('POST', `/api/members/${moira}/card`, {});
    expect(said(await open('/api/sign-in/card', { words }))).toBe('400 invalid_request');
    const rows = await town.database.db.select().from(session).where(eq(session.how, 'card'));
    expect(rows).toEqual([]);
    expect(said(await open('/api/sign-in/card', { words: next.body.words.join('-') }))).toBe('201 ok');
    await town.call('POST', `/api/members/${moira}/card/revoke`, {});
    expect(said(await open('/api/sign-in/card', { words: next.body.words.join('-') }))).toBe('400 invalid_request');
  });

  test('that is ended takes every token with it, whatever hat it was changed for; a hat lengthens none', async () => {
    await forget();
    const { body: card } = await town.call('POST', `/api/members/${moira}/card`, {});
    const entered = await open('/api/sign-in/card', { words: card.words.join(' ') });
    const { token } = entered.body;
    await town.database.db
      .update(session)
      .set({ expiresAt: sql`now() + interval '3 hours'` })
      .where(eq(session.hash, hashToken(token)));
    const worn = await town.call('POST', '/api/hats/wear', { memberId: moira }, { token });
    expect(said(worn)).toBe('201 ok');
    const { body: mine } = await town.call('GET', '/api/sessions', undefined, { token });
    const cards = mine.items.filter(({ how }: { how: string }) => how === 'card');
    expect(cards).toHaveLength(2);
    expect(new Set(cards.map(({ expiresAt }: { expiresAt: string }) => expiresAt)).size).toBe(1);
    await town.call('POST', `/api/members/${moira}/card/revoke`, {});
    expect(said(await town.call('GET', '/api/sessions', undefined, { token: worn.body.token }))).toBe(
      '401 not_signed_in',
    );
    expect(said(await town.call('POST', '/api/hats/wear', { memberId: moira }, { token }))).toBe('401 not_signed_in');
  });

  test.skipIf(!hasTestPostgres())('that is ended while a hat is changed takes the new token too', async () => {
    await forget();
    const { body: card } = await town.call('POST', `/api/members/${moira}/card`, {});
    const { token } = (await open('/api/sign-in/card', { words: card.words.join(' ') })).body;
    const { db } = town.database;
    const stuck = (n: number) =>
      until(async () => {
        const waiting = sql`select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
        return rowsOf<{ n: number }>(await db.execute(waiting))[0]?.n === n || undefined;
      });
    const { wearing, revoking } = await town.database.transaction(async (tx) => {
      await tx.execute(sql`lock table session in share mode`);
      const worn = town.call('POST', '/api/hats/wear', { memberId: moira }, { token });
      await stuck(1);
      const revoked = town.call('POST', `/api/members/${moira}/card/revoke`, {});
      await stuck(2);
      // In an object, so that the transaction does not wait for them.
      return { wearing: () => worn, revoking: () => revoked };
    });
    expect([said(await wearing()), said(await revoking())]).toEqual(['201 ok', '200 ok']);
    expect(await db.select().from(session).where(eq(session.how, 'card'))).toEqual([]);
  });

  test('is guessed ten times an hour from one place', async () => {
    await forget();
    const guess = () => open('/api/sign-in/card', { words: 'river lamp stone door' });
    for (let i = 0; i < 10; i++) expect(said(await guess())).toBe('400 invalid_request');
    expect(said(await guess())).toBe('429 too_many_requests');
  });

  test('is guessed no more often by those who guess at once, and whoever comes in is not counted', async () => {
    await forget();
    const guess = () => open('/api/sign-in/card', { words: 'river lamp stone door' });
    const looks = vi.spyOn(cards, 'useCard');
    const answers = await Promise.all(Array.from({ length: 20 }, guess));
    // An answer that comes too late has looked all the same.
    expect(looks).toHaveBeenCalledTimes(10);
    looks.mockRestore();
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(10);
    await forget();
    const { body } = await town.call('POST', `/api/members/${moira}/card`, {});
    for (let i = 0; i < 12; i++)
      expect(said(await open('/api/sign-in/card', { words: body.words.join(' ') }))).toBe('201 ok');
    const counts = await town.database.db.execute(sql`select what, count::int from attempt where what like 'card%'`);
    expect(rowsOf<{ count: number }>(counts).map(({ count: left }) => left)).toEqual([0, 0]);
  });

  test('of another bank lets nobody in here', async () => {
    await forget();
    const card = await other.call('POST', '/api/members/rosa/card', {});
    expect(said(await open('/api/sign-in/card', { words: card.body.words.join(' ') }))).toBe('400 invalid_request');
  });

  test('is kept as a hash that another secret would not make', async () => {
    const card = await town.call('POST', `/api/members/${moira}/card`, {});
    const kept = await town.database.db.execute(sql`select * from card`);
    for (const word of card.body.words) expect(JSON.stringify(rowsOf(kept))).not.toContain(word);
  });
});

async function count(): Promise<number> {
  return (await town.database.db.select().from(session)).length;
}
