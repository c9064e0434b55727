/** Exchanges between members of two real nodes. Leith's member receives and pays, Gràcia's gives. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { hasTestPostgres } from '../testing/postgres.ts';
import { exportBank } from '../verify/export.ts';
import { verifyExport } from '../verify/verify.ts';
import { TwoTowns } from './across-testing.ts';

let two: TwoTowns;
let books: [number, number] = [0, 0];

beforeAll(async () => {
  two = await TwoTowns.start(hasTestPostgres() ? 'postgres' : 'pglite');
}, 120_000);
afterAll(() => two?.towns.stop());

/** Whatever was said: nothing is held, both mirrors are the debt, and the members have what was confirmed. */
afterEach(async () => {
  await two.quiet();
  expect(await two.towns.settle('Leith', 'Gràcia')).toEqual([]);
  expect(await two.balances()).toEqual(books);
});

function moved(minutes: number): void {
  books = [books[0] - minutes, books[1] + minutes];
}

/** Leith's member asks, Gràcia's says yes, and the minutes are put aside. */
async function agree(minutes = 60): Promise<string> {
  const url = await two.ask('Leith', 'receiver', minutes);
  await two.both(url, 'proposed');
  await two.say('Gràcia', url, { do: 'accept' });
  await two.both(url, 'agreed', 'yes');
  return url;
}

const held = async (): Promise<number> =>
  (await two.towns.of('Leith').call('GET', '/api/members/m')).body.balance.heldMinutes;

describe('the whole life', () => {
  test('asked, agreed, reserved, recorded, confirmed, settled, thanked', async () => {
    const url = await agree();
    expect(await held()).toBe(60);
    await two.words('Gràcia', url, 'I bring oil.');
    await two.say('Gràcia', url, { do: 'record', minutes: 60 });
    await two.both(url, 'claimed');
    await two.say('Leith', url, { do: 'confirm' });
    await two.both(url, 'confirmed', 'settled');
    moved(60);
    await two.words('Leith', url, 'Thank you!', 'thanks');
    expect(await two.story(url)).toEqual([
      'giver 1 Accept',
      'giver 2 Claim',
      'receiver 1 Offer',
      'receiver 2 AcceptClaim',
    ]);
    expect(await two.heard('Leith', url)).toEqual(['talk I bring oil.', 'thanks Thank you!']);
    expect(await two.heard('Gràcia', url)).toEqual(['talk I bring oil.', 'thanks Thank you!']);
  });

  test('the giver asks, is answered with other terms, and says yes to them', async () => {
    const url = await two.ask('Gràcia', 'giver', 90);
    await two.both(url, 'proposed');
    await two.say('Leith', url, { do: 'counter', terms: { minutes: 45, content: 'Only the hinge' } });
    await two.both(url, 'proposed');
    await two.say('Gràcia', url, { do: 'accept' });
    await two.both(url, 'agreed', 'yes');
    expect(await held()).toBe(45);
    await two.say('Leith', url, { do: 'record', minutes: 45 });
    await two.both(url, 'claimed');
    await two.say('Gràcia', url, { do: 'confirm' });
    await two.both(url, 'confirmed', 'settled');
    moved(45);
  });

  test('declined, withdrawn and cancelled: nothing stays held', async () => {
    const declined = await two.ask('Leith', 'receiver');
    await two.both(declined, 'proposed');
    await two.say('Gràcia', declined, { do: 'decline', because: 'I am away' });
    await two.both(declined, 'declined', 'none');
    const withdrawn = await two.ask('Leith', 'receiver');
    await two.both(withdrawn, 'proposed');
    await two.say('Leith', withdrawn, { do: 'withdraw' });
    await two.both(withdrawn, 'cancelled', 'none');
    for (const by of ['Leith', 'Gràcia'] as const) {
      const url = await agree();
      await two.say(by, url, { do: 'cancel', because: 'Rain' });
      await two.both(url, 'cancelled', 'none');
      expect(await held()).toBe(0);
    }
  });

  test('fewer minutes than agreed: less is posted, the rest is free', async () => {
    const url = await agree(90);
    await two.say('Gràcia', url, { do: 'record', minutes: 50 });
    await two.both(url, 'claimed');
    await two.say('Leith', url, { do: 'confirm' });
    await two.both(url, 'confirmed', 'settled');
    moved(50);
  });

  test('more minutes than agreed: a second part, and both are posted', async () => {
    const url = await agree(40);
    await two.say('Gràcia', url, { do: 'record', minutes: 70 });
    await two.both(url, 'claimed');
    await two.say('Leith', url, { do: 'confirm' });
    await two.both(url, 'confirmed', 'settled');
    moved(70);
    expect(await two.parts('Gràcia', url)).toEqual(['1 settled 40', '2 settled 30']);
    expect(await two.parts('Leith', url)).toEqual(['1 settled 40', '2 settled 30']);
  });

  test('it did not happen: a record of no minutes gives everything back', async () => {
    const url = await agree();
    await two.say('Leith', url, { do: 'record', minutes: 0 });
    await two.both(url, 'claimed');
    await two.say('Gràcia', url, { do: 'confirm' });
    await two.both(url, 'confirmed', 'settled');
    expect(await held()).toBe(0);
  });

  test('other terms once agreed: more is held beside, fewer leave the hold as it is', async () => {
    const url = await agree(60);
    await two.say('Leith', url, { do: 'counter', terms: { minutes: 80, content: 'The gate and the fence' } });
    await two.both(url, 'agreed', 'yes');
    await two.say('Gràcia', url, { do: 'accept' });
    await two.both(url, 'agreed', 'yes');
    await two.say('Gràcia', url, { do: 'counter', terms: { minutes: 30, content: 'The gate' } });
    await two.both(url, 'agreed');
    await two.say('Leith', url, { do: 'accept' });
    await two.both(url, 'agreed', 'yes');
    expect(await held()).toBe(80);
    await two.say('Gràcia', url, { do: 'record', minutes: 30 });
    await two.both(url, 'claimed');
    await two.say('Leith', url, { do: 'confirm' });
    await two.both(url, 'confirmed', 'settled');
    moved(30);
  });

  test('contested, settled by another record', async () => {
    const url = await agree(60);
    await two.say('Gràcia', url, { do: 'record', minutes: 60 });
    await two.both(url, 'claimed');
    await two.say('Leith', url, { do: 'contest', because: 'It was less' });
    await two.both(url, 'disputed', 'yes');
    await two.say('Gràcia', url, { do: 'record', minutes: 45 });
    await two.both(url, 'claimed');
    await two.say('Leith', url, { do: 'confirm' });
    await two.both(url, 'confirmed', 'settled');
    moved(45);
  });

  test('somebody who is not there: it ends where it began, and says why', async () => {
    const url = await two.ask('Leith', 'receiver', 60, 'Hello', 'nobody');
    await two.see('Leith', url, 'cancelled');
    expect((await two.at('Leith', url))?.row.reservedCode).toBe('unknown_payee');
    expect(await two.at('Gràcia', url)).toBeUndefined();
  });
});

describe('what crosses', () => {
  const crossing: [string, number, number, string][] = [
    ['both record, the payer as much', 60, 60, 'confirmed'],
    ['both record, the payer more', 60, 75, 'confirmed'],
    ['both record, the payer less', 60, 45, 'disputed'],
  ];
  test.each(crossing)('%s', async (_name, given, received, status) => {
    const url = await agree(60);
    const release = two.keepBack('Leith', 'Gràcia');
    await two.say('Gràcia', url, { do: 'record', minutes: given });
    await two.say('Leith', url, { do: 'record', minutes: received });
    release();
    await two.both(url, status);
    await two.story(url);
    if (status === 'disputed') {
      await two.say('Leith', url, { do: 'record', minutes: 50 });
      await two.both(url, 'claimed');
      await two.say('Gràcia', url, { do: 'confirm' });
      moved(50);
    } else moved(60);
    await two.both(url, 'confirmed', 'settled');
  });

  test('a cancel and a record: the record counts, and the hold was not let go', async () => {
    const url = await agree(60);
    const release = two.keepBack('Leith', 'Gràcia');
    await two.say('Leith', url, { do: 'cancel' });
    await two.say('Gràcia', url, { do: 'record', minutes: 60 });
    expect(await held()).toBe(60);
    release();
    await two.both(url, 'claimed', 'yes');
    await two.say('Leith', url, { do: 'confirm' });
    await two.both(url, 'confirmed', 'settled');
    moved(60);
    expect(await two.parts('Leith', url)).toEqual(['1 settled 60']);
  });

  test('taken back and accepted: taken back, and nothing is held', async () => {
    const url = await two.ask('Leith', 'receiver');
    await two.both(url, 'proposed');
    await two.quiet();
    const release = two.keepBack('Leith', 'Gràcia');
    await two.say('Leith', url, { do: 'withdraw' });
    await two.say('Gràcia', url, { do: 'accept' });
    release();
    await two.both(url, 'cancelled', 'none');
    expect(await held()).toBe(0);
  });

  test('a payer who asks, is agreed with, and cancels at once: held and let go', async () => {
    const url = await two.ask('Gràcia', 'giver');
    await two.both(url, 'proposed');
    await two.say('Leith', url, { do: 'accept' });
    await two.say('Leith', url, { do: 'cancel' });
    await two.both(url, 'cancelled', 'none');
    expect(await held()).toBe(0);
  });
});

describe('a bad line', () => {
  test('lost answers: each step is sent again, and counts once', async () => {
    let lost = 0;
    for (const name of ['Leith', 'Gràcia'] as const)
      two.meddle(name, async (send, request) => {
        const answer = await send(request);
        if (lost++ % 2 === 0) throw new Error('lost');
        return answer;
      });
    const url = await agree(30);
    await two.say('Gràcia', url, { do: 'record', minutes: 30 });
    await two.both(url, 'claimed');
    await two.say('Leith', url, { do: 'confirm' });
    await two.both(url, 'confirmed', 'settled');
    expect(lost).toBeGreaterThan(4);
    moved(30);
    expect(await two.parts('Gràcia', url)).toEqual(['1 settled 30']);
  });

  test('a partner that is down while everything is said', async () => {
    const url = await agree(30);
    await two.towns.down('Gràcia');
    await two.say('Leith', url, { do: 'record', minutes: 30 });
    await expect(two.sayNow('Leith', url, { do: 'change_record', minutes: 20 })).rejects.toThrow('partner_unreachable');
    await two.towns.up('Gràcia');
    await two.both(url, 'claimed');
    await two.say('Leith', url, { do: 'change_record', minutes: 20 });
    await two.both(url, 'claimed');
    await two.say('Gràcia', url, { do: 'confirm' });
    await two.both(url, 'confirmed', 'settled');
    moved(20);
  });
});

describe('hours that cannot be put aside', () => {
  test('a member who has too few: agreed, not reserved, and held when hours come', async () => {
    const { body } = await two.towns.of('Leith').call('GET', '/api/members/m');
    const url = await two.ask('Leith', 'receiver', body.balance.balanceMinutes + 600 + 30);
    await two.both(url, 'proposed');
    await two.say('Gràcia', url, { do: 'accept' });
    await two.both(url, 'agreed');
    expect((await two.at('Leith', url))?.row).toMatchObject({ reserved: 'no', reservedCode: 'not_enough_hours' });
    expect((await two.at('Gràcia', url))?.row.reserved).toBe('asked');
    await two.towns.cross('Gràcia', 'Leith', 45);
    moved(-45);
    await two.both(url, 'agreed', 'yes');
    await two.say('Gràcia', url, { do: 'cancel' });
    await two.both(url, 'cancelled', 'none');
  });

  test('a line without room: confirmed all the same, and posted when there is room', async () => {
    const { position } = await two.towns.agreement('Leith', 'Gràcia');
    await two.limit('Gràcia', Math.max(0, position.owesMinutes + 20));
    const url = await two.ask('Leith', 'receiver', 50);
    await two.both(url, 'proposed');
    await two.say('Gràcia', url, { do: 'accept' });
    await two.both(url, 'agreed');
    await two.see('Leith', url, 'agreed', 'no');
    await two.say('Gràcia', url, { do: 'record', minutes: 50 });
    await two.both(url, 'claimed');
    await two.say('Leith', url, { do: 'confirm' });
    await two.both(url, 'confirmed');
    expect((await two.at('Leith', url))?.row).toMatchObject({ reserved: 'no', reservedCode: 'limit_reached' });
    await two.limit('Gràcia', 6000);
    await two.both(url, 'confirmed', 'settled');
    moved(50);
  });
});

test('an export proves what its Holds stand for, and no other terms', async () => {
  for (const name of ['Leith', 'Gràcia'] as const) {
    const { database, bank } = two.towns.of(name);
    const folder = join(mkdtempSync(join(tmpdir(), 'evenhour-exchanges-')), 'export');
    await exportBank(database, bank.settings, folder, true);
    expect((await verifyExport(folder)).gifts.byTransfer.size).toBeGreaterThan(8);
    const file = join(folder, 'exchanges.jsonl');
    const honest = readFileSync(file, 'utf8');
    for (const [from, to] of [
      ['"content":"The gate squeaks","minutes":60', '"content":"The gate squeals","minutes":60'],
      ['"part":2,"agreed"', '"part":3,"agreed"'],
    ] as const) {
      expect(honest).toContain(from);
      writeFileSync(file, honest.replace(from, to));
      await expect(verifyExport(folder)).rejects.toThrow();
    }
    rmSync(folder, { recursive: true });
  }
});
