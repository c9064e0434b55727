/** Exports that were made to deceive: every figure fits the others, and the manifest too. Only signatures say no. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgreementCore, Head, Party } from '@evenhour/protocol';
import { signDocument } from '@evenhour/protocol/proof';
import { encodeClose, hashOf, type JsonObject, makeFork } from '@evenhour/protocol/wire';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LOSS_ACCOUNT } from '../bank/bank.ts';
import { CAUSES } from '../ledger/ledger.ts';
import { ExportCopy, failure } from '../testing/export-copy.ts';
import { connect, startTowns, type Town, until } from '../testing/town.ts';
import { exportBank } from './export.ts';
import { plain } from './folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'evenhour-hostile-'));
const [honest, words] = [join(folder, 'honest'), join(folder, 'words')];
let towns: Town[] = [];
let pair = '';

beforeAll(async () => {
  towns = await startTowns(['Leith', 'Gràcia']);
  const [leith, gracia] = towns as [Town, Town];
  await connect(leith, gracia, 600, 600);
  for (const handle of ['moira', 'agnes']) await leith.call('POST', '/api/members', { handle, name: handle });
  await gracia.call('POST', '/api/members', { handle: 'rosa', name: 'Rosa Vidal' });
  for (const [town, from, to, minutes] of [
    [leith, 'moira', `rosa@${gracia.host}`, 90],
    [gracia, 'rosa', `agnes@${leith.host}`, 30],
    [leith, 'moira', 'agnes', 15],
    [leith, 'agnes', `rosa@${gracia.host}`, 45],
  ] as const) {
    const { body } = await town.call('POST', '/api/transfers', { from, to, minutes, content: 'For the soup' });
    await until(async () => (await town.call('GET', `/api/transfers/${body.id}`)).body.status === 'settled');
  }
  await exportBank(leith.database, leith.bank.settings, honest, false);
  await exportBank(leith.database, leith.bank.settings, words, true);
  pair = join('pairs', readdirSync(join(honest, 'pairs'))[0] ?? '');
}, 60_000);

afterAll(async () => {
  await Promise.all(towns.map((town) => town.stop()));
  rmSync(folder, { recursive: true, force: true });
});

class Copy extends ExportCopy {
  constructor(of: string = honest) {
    super(of);
  }
}

const agreement = () => join(pair, 'agreement.json');

test('what was not changed holds', async () => {
  expect(await new Copy().says()).toContain('all that signatures can show holds');
});

describe('the end of a pair', () => {
  /** Says that the pair was settled where nothing had happened, with everything that follows from that. */
  function settledAtNothing(copy: Copy): void {
    const [{ mirror, pair: id }] = copy.read(agreement());
    const sums = { in: 0, out: 0 };
    const undo = copy.read('postings.jsonl').flatMap((line, index) => {
      const out = line.credit === mirror;
      if (line.kind === 'hold' || (!out && line.debit !== mirror)) return [];
      sums[out ? 'out' : 'in'] += line.minutes;
      const [debit, credit] = out ? [mirror, line.debit] : [LOSS_ACCOUNT, mirror];
      const { minutes, at } = line;
      return { id: `ZZ${index}`, kind: 'direct', debit, credit, minutes, cause: `${CAUSES.ended}${line.cause}`, at };
    });
    copy.write('postings.jsonl', [...copy.read('postings.jsonl'), ...undo]);
    copy.edit('exchanges.jsonl', (gift) => {
      if (gift.pair === id && gift.direction === 'out') gift.status = 'returned';
    });
    copy.edit(agreement(), (value) => {
      value.status = 'closed';
      value.settlement = { cut: [0, 0], owesMinutes: 0, opening: null, releasedMinutes: 0, alone: false };
      Object.assign(value.settlement, { refundedMinutes: sums.out, lossMinutes: sums.in });
    });
  }

  /** A Close of ours, under our key, at the last entries of both journals. */
  async function signClose(copy: Copy): Promise<void> {
    const { bank } = towns[0] as Town;
    const core = copy.read(join(pair, 'offer.json'))[0].core as AgreementCore;
    const me: Party = core.parties[0].bank === bank.actor ? 0 : 1;
    const [own, peer] = ['ours', 'theirs'].map((name) => {
      const { proof: _, ...last } = copy.read(join(pair, `${name}.jsonl`)).at(-1);
      return { epoch: last.epoch, seq: last.seq, hash: hashOf(last) };
    }) as [Head, Head];
    const draft = encodeClose(core, copy.read(agreement())[0].pair, me, { own, peer });
    copy.write(join(pair, 'close-ours.json'), [await signDocument(draft, bank.key, new Date().toISOString())]);
  }

  test('is signed in a Close, or it is none', async () => {
    const copy = new Copy();
    settledAtNothing(copy);
    expect(await copy.fails()).toMatchObject({ file: agreement(), why: 'says closed, and no Close is signed' });
    await signClose(copy);
    copy.edit(agreement(), (value) => {
      value.status = 'active';
    });
    expect(await copy.fails()).toMatchObject({ file: agreement(), why: 'says active, and a Close is signed' });
    copy.edit(join(pair, 'close-ours.json'), (close) => {
      close.heads.own.seq -= 1;
    });
    expect(await copy.fails()).toMatchObject({
      file: join(pair, 'close-ours.json'),
      why: expect.stringContaining('proof_mismatch'),
    });
  });

  test('below what the partner signed is called not proved', async () => {
    const copy = new Copy();
    settledAtNothing(copy);
    await signClose(copy);
    expect(await copy.says()).toMatch(
      /nobody owes anything where the pair ended.*\n {4}Not proved: it was settled below what they have signed, which makes that we owe 1 h 45 min;/,
    );
  });

  test('gives back where it was booked', async () => {
    const copy = new Copy();
    settledAtNothing(copy);
    await signClose(copy);
    const [refund] = copy
      .read('postings.jsonl')
      .filter(({ id, debit }) => id.startsWith('ZZ') && debit !== LOSS_ACCOUNT);
    const other = copy.read('accounts.jsonl').find(({ id, kind }) => kind === 'member' && id !== refund.credit).id;
    copy.edit('postings.jsonl', (line) => {
      if (line.id === refund.id) line.credit = other;
    });
    const why = `was moved back from or to ${other}, and not where it was booked`;
    expect(await copy.fails()).toMatchObject({ file: join(pair, 'ours.jsonl'), why });
  });

  test('has the figures that follow from both journals at its cut, and a cut', async () => {
    const head = { epoch: 0, seq: 0, hash: 'x' };
    for (const [change, why] of [
      [{ owesMinutes: 1 }, /^says 1 minutes owed where it was settled; the signed entries say 0$/],
      [{ refundedMinutes: 1 }, /minutes refunded; the signed entries say/],
      [{ lossMinutes: 1 }, /minutes lost; the signed entries say/],
      [{ releasedMinutes: 1 }, /minutes released; the signed entries say/],
      [{ opening: { debtor: 'x', minutes: 1, predecessor: 'x', causes: [head, head] } }, /^says another opening/],
      [{ cut: [999, 0] }, /entries that the journals do not have/],
      [{ cut: [0, 9] }, /acknowledges what is outside/],
      [{ cut: [9, 0] }, /acknowledges what is outside/],
    ] as const) {
      const copy = new Copy();
      settledAtNothing(copy);
      await signClose(copy);
      copy.edit(agreement(), (value) => Object.assign(value.settlement, change));
      expect(await copy.fails()).toMatchObject({ file: agreement(), why: expect.stringMatching(why) });
    }
  });
});

describe('a pair', () => {
  test('that is left out is missed by the gifts that name it, and by the evidence', async () => {
    const copy = new Copy();
    rmSync(join(copy.root, pair), { recursive: true });
    copy.edit('accounts.jsonl', (account) => {
      if (account.kind === 'mirror') account.kind = 'fund';
    });
    const why = expect.stringMatching(/^names the pair urn:\S+, which is not in this export$/);
    expect(await copy.fails()).toMatchObject({ file: 'exchanges.jsonl', line: 1, why });
    const at = { id: 'a', code: 'fork', at: '', document: '{}' };
    const other = new Copy();
    other.write('evidence.jsonl', [{ ...at, pair: `urn:evenhour:pair:${'A'.repeat(43)}` }]);
    expect(await other.fails()).toMatchObject({ file: 'evidence.jsonl', line: 1, why });
  });

  test('counts once', async () => {
    const copy = new Copy();
    cpSync(join(copy.root, pair), join(copy.root, 'pairs', 'zz'), { recursive: true });
    expect(await copy.fails()).toMatchObject({ file: 'pairs/zz/agreement.json', why: `is the pair of ${pair} again` });
    const twice = new Copy();
    twice.edit('manifest.json', (manifest) => {
      manifest.files.push(manifest.files[0]);
    });
    expect(await failure(twice.root)).toMatchObject({ file: 'manifest.json', why: 'names accounts.jsonl twice' });
  });

  test('has the partner that signed it, and an account of its own', async () => {
    for (const [change, why] of [
      [{ partner: 'https://elsewhere.example/ap/bank' }, /has not signed it$/],
      [{ status: 'closed' }, /no Close is signed$/],
      [{ status: 'over' }, /^has another form than expected at "status"/],
      [{ mirror: 'fund' }, /no account of a partner$/],
    ] as const) {
      const copy = new Copy();
      copy.edit(agreement(), (value) => Object.assign(value, change));
      expect(await copy.fails()).toMatchObject({ file: agreement(), why: expect.stringMatching(why) });
    }
  });
});

describe('a gift', () => {
  const outward = (copy: Copy) => copy.read('exchanges.jsonl').findIndex((gift) => gift.direction === 'out');

  test('stands as the journals leave it', async () => {
    for (const [direction, change, why] of [
      ['out', { status: 'returned' }, 'says returned, and a signed Post says that the minutes went'],
      ['out', { status: 'posted' }, 'says posted, and there is a Receipt'],
      ['in', { status: 'accepted' }, 'says accepted, and a signed Post says that the minutes came'],
      ['in', { minutes: 61 }, 'says 61 minutes; the signed Hold says 60'],
      ['out', { detail: 'A'.repeat(43) }, 'stands for other words than the signed Hold'],
      ['out', { transfer: 'https://leith.example/none' }, 'says settled, and no signed Post says so'],
    ] as const) {
      const copy = new Copy();
      const index = copy.read('exchanges.jsonl').findIndex((gift) => gift.direction === direction);
      copy.edit('exchanges.jsonl', (gift, at) => at === index && Object.assign(gift, change));
      expect(await copy.fails()).toMatchObject({ file: 'exchanges.jsonl', line: index + 1, why });
    }
  });

  test('counts once', async () => {
    for (const [id, why] of [
      [undefined, /^lists the gift \S+ twice$/],
      ['ZZ', /^is a second gift for one transfer$/],
    ] as const) {
      const copy = new Copy();
      const gifts = copy.read('exchanges.jsonl');
      const again = { ...gifts.find(({ transfer }) => transfer !== undefined), ...(id !== undefined && { id }) };
      copy.write('exchanges.jsonl', [...gifts, again]);
      const found = { file: 'exchanges.jsonl', line: gifts.length + 1, why: expect.stringMatching(why) };
      expect(await copy.fails()).toMatchObject(found);
    }
  });

  test('that is left out is missed by its ledger lines', async () => {
    const copy = new Copy();
    copy.write('exchanges.jsonl', []);
    expect(await copy.fails()).toMatchObject({
      file: 'postings.jsonl',
      line: 1,
      why: expect.stringMatching(/which exchanges\.jsonl does not have$/),
    });
    const unnamed = new Copy();
    unnamed.write('exchanges.jsonl', []);
    unnamed.edit('postings.jsonl', (line) => {
      delete line.transferId;
    });
    expect((await unnamed.fails()).why).toMatch(/^moves minutes of \S+, and not of the account of its gift$/);
  });

  /** Books a signed line on another member; `gift` too. */
  function moveToAnother(copy: Copy, gift: boolean): void {
    const given = copy.read('exchanges.jsonl').find((each) => each.direction === 'out' && each.accountId !== 'fund');
    const other = copy.read('accounts.jsonl').find(({ id, kind }) => kind === 'member' && id !== given.accountId).id;
    copy.edit('postings.jsonl', (line) => {
      if (line.transferId === given.id) line.debit = other;
    });
    copy.edit('exchanges.jsonl', (each) => {
      if (gift && each.id === given.id) Object.assign(each, { accountId: other, memberId: other.slice(7) });
    });
  }

  test('is booked on its own account, and with words the signed Hold says on whose', async () => {
    const copy = new Copy();
    moveToAnother(copy, false);
    expect((await copy.fails()).why).toMatch(/^moves minutes of member:\S+, and not of the account of its gift$/);
    expect(await new Copy(words).says()).toMatch(/ Who gave 3 of them, to whom and why is signed too\.\n/);
    const worded = new Copy(words);
    moveToAnother(worded, true);
    const why = 'has another giver, other words or another receiver than its signed Hold stands for';
    expect(await worded.fails()).toMatchObject({ file: 'exchanges.jsonl', why });
    const rewritten = new Copy(words);
    const index = outward(rewritten);
    rewritten.edit('exchanges.jsonl', (gift, at) => {
      if (at === index) gift.private.content = 'For the wine';
    });
    expect(await rewritten.fails()).toMatchObject({ file: 'exchanges.jsonl', line: index + 1, why });
  });

  test('of another member, without words, is what the output says that it cannot show', async () => {
    const copy = new Copy();
    moveToAnother(copy, true);
    expect(await copy.says()).toContain('This export cannot show');
    expect(await copy.says()).toContain('to which member a signed line belongs');
  });
});

test('evidence is signed by whom it is about', async () => {
  const theirs = new Copy().read(join(pair, 'theirs.jsonl'))[0];
  const write = (document: object): Copy => {
    const copy = new Copy();
    const line = { id: 'a', pair: theirs.pair, code: 'fork', at: '', document: JSON.stringify(document) };
    copy.write('evidence.jsonl', [line]);
    return copy;
  };
  expect(await write(theirs).says()).toContain('1 piece of evidence: 0 forks and 1 entry proved, 0 notes');
  expect(await write({ code: 'chain_fault', facts: {} }).says()).toContain('0 entries proved, 1 note of the bank');
  expect(await write({ ...theirs, epoch: 1 }).fails()).toMatchObject({ file: 'evidence.jsonl', line: 1 });
  const core = new Copy().read(join(pair, 'offer.json'))[0].core as AgreementCore;
  const party = core.parties[0].bank === theirs.actor ? 0 : 1;
  const same: [JsonObject, JsonObject] = [theirs, theirs];
  const fork = await write(makeFork(core, theirs.pair, party, same, [])).fails();
  expect(fork).toMatchObject({ file: 'evidence.jsonl', line: 1, why: expect.stringContaining('no_fork') });
});

describe('who the bank is', () => {
  test('is what its agreements say', async () => {
    for (const [change, why] of [
      [{ name: 'Bank of Scotland' }, /^says Bank of Scotland; its agreements are signed as Leith$/],
      [{ origin: 'https://scotland.example' }, /^says https:\/\/scotland\.example, and signs as /],
    ] as const) {
      const copy = new Copy();
      copy.edit('bank.json', (bank) => Object.assign(bank, change));
      expect(await copy.fails()).toMatchObject({ file: 'bank.json', why: expect.stringMatching(why) });
    }
    const copy = new Copy();
    copy.edit('manifest.json', (manifest) => {
      manifest.bank = 'https://scotland.example';
    });
    expect(await copy.fails()).toMatchObject({ file: 'manifest.json' });
  });

  test('steers no terminal', async () => {
    const copy = new Copy();
    copy.edit('bank.json', (bank) => {
      bank.name = 'Leith\u001b[2J\u009b31m\u202e\nProved';
    });
    copy.fit();
    const { message } = await failure(copy.root);
    expect(message).toContain('Leith\\u{1b}[2J\\u{9b}31m\\u{202e}\\u{a}Proved');
    expect(message).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(plain('x'.repeat(10_000)).length).toBeLessThan(600);
  });
});

test('what is no file of an export is named', async () => {
  for (const [make, file, why] of [
    [(root: string) => mkdirSync(join(root, 'keys.jsonl')), 'keys.jsonl', 'is no plain file'],
    [(root: string) => symlinkSync('/dev/zero', join(root, 'keys.jsonl')), 'keys.jsonl', 'is no plain file'],
    [
      (root: string) => writeFileSync(join(root, 'keys.jsonl'), Buffer.from([0xff, 0x0a])),
      'keys.jsonl',
      'is not UTF-8',
    ],
    [
      (root: string) =>
        writeFileSync(join(root, 'keys.jsonl'), readFileSync(join(honest, 'keys.jsonl')).subarray(0, -1)),
      'keys.jsonl',
      'ends in the middle of a line',
    ],
    [(root: string) => writeFileSync(join(root, 'keys.jsonl'), Buffer.alloc(17 * 2 ** 20)), 'keys.jsonl', /longer/],
    [(root: string) => writeFileSync(join(root, 'bank.json'), ''), 'bank.json', 'is empty'],
    [(root: string) => writeFileSync(join(root, 'bank.json'), '{}\n{}\n'), 'bank.json', 'has more than one line'],
    [(root: string) => writeFileSync(join(root, 'notes.txt'), ''), 'notes.txt', 'is not named in the manifest'],
    [(root: string) => writeFileSync(join(root, 'pairs', 'x'), ''), 'pairs/x', /./],
  ] as const) {
    const { root } = new Copy();
    if (file === 'keys.jsonl') rmSync(join(root, file));
    make(root);
    const error = await failure(root);
    expect(error.file).toContain(file);
    expect(error.why).toEqual(why instanceof RegExp ? expect.stringMatching(why) : why);
  }
});

test('what no signature can show is said', async () => {
  const copy = new Copy();
  const [moira, agnes] = copy.read('accounts.jsonl').flatMap(({ id, kind }) => (kind === 'member' ? id : []));
  const line = { id: 'ZZ', kind: 'direct', debit: moira, credit: agnes, minutes: 600, cause: 'nothing', at: '' };
  const before = /whether the (\d+) lines inside the bank/.exec(await copy.says())?.[1];
  copy.write('postings.jsonl', [...copy.read('postings.jsonl'), line]);
  const said = await copy.says();
  expect(said).toContain(`whether the ${Number(before) + 1} lines inside the bank are true`);
  expect(said).toContain('whether a pair, the newest entries of a journal or a piece of evidence were left out');
});
