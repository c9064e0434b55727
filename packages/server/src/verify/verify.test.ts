/** An export proves itself, and every change to it is named at its place. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgreementCore } from '@evenhour/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeKeys, readKeyFile } from '../bank/keys.ts';
import { rotateKey } from '../bank/rotate.ts';
import { connect, startTowns, type Town, until } from '../testing/town.ts';
import { exportBank } from './export.ts';
import { DoesNotHold, FolderError } from './folder.ts';
import { sayProven } from './say.ts';
import { type Proven, verifyExport } from './verify.ts';

const folder = mkdtempSync(join(tmpdir(), 'evenhour-export-'));
const honest = join(folder, 'honest');
let towns: Town[] = [];
let pairFolder = '';

async function give(town: Town, from: string, to: string, minutes: number): Promise<void> {
  const given = await town.call('POST', '/api/transfers', { from, to, minutes, content: 'For the soup' });
  await until(async () => (await town.call('GET', `/api/transfers/${given.body.id}`)).body.status === 'settled');
}

beforeAll(async () => {
  towns = await startTowns(['Leith', 'Gràcia'], { env: { EVENHOUR_SECRET: 's'.repeat(32) } });
  const [leith, gracia] = towns as [Town, Town];
  const ids = await connect(leith, gracia, 600, 600);
  for (const handle of ['moira', 'agnes']) await leith.call('POST', '/api/members', { handle, name: handle });
  await gracia.call('POST', '/api/members', { handle: 'rosa', name: 'Rosa Vidal' });
  await give(leith, 'moira', `rosa@${gracia.host}`, 90);
  await give(gracia, 'rosa', `agnes@${leith.host}`, 30);
  await give(leith, 'moira', 'agnes', 15);
  const { context } = leith.node;
  const data = context.config.dataFolder;
  const last = readKeyFile(join(data, readdirSync(data).find((file) => file.startsWith('bank-keys-')) ?? ''));
  const next = await makeKeys(context.seal, leith.bank.id, leith.origin, leith.bank.key.verificationMethod);
  await context.signals.commit((tx, after) => rotateKey(tx, leith.bank, last, next, after));
  await give(leith, 'moira', `rosa@${gracia.host}`, 45);
  await leith.call('POST', `/api/agreements/${ids.a}/statement`);
  await exportBank(leith.database, leith.bank.settings, honest, false);
  pairFolder = join('pairs', readdirSync(join(honest, 'pairs'))[0] ?? '');
}, 60_000);

afterAll(async () => {
  await Promise.all(towns.map((town) => town.stop()));
  rmSync(folder, { recursive: true, force: true });
});

let copies = 0;

/** Changes the lines of one file of a copy, and says what is named then. */
async function named(file: string, change: (lines: string[]) => string[]): Promise<DoesNotHold> {
  const copy = join(folder, `copy-${++copies}`);
  cpSync(honest, copy, { recursive: true });
  const path = join(copy, file);
  writeFileSync(path, change(readFileSync(path, 'utf8').split('\n')).join('\n'));
  const error = await verifyExport(copy).then(
    () => new Error('it was taken for honest'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof DoesNotHold)) throw error;
  return error;
}

const linesOf = (file: string): string[] => readFileSync(join(honest, file), 'utf8').trimEnd().split('\n');
// biome-ignore lint/suspicious/noExplicitAny: each file has values of its own
type Value = any;
const valuesOf = (file: string): Value[] => linesOf(file).map((line) => JSON.parse(line));
const at = (file: string, is: (value: Value) => boolean): number => valuesOf(file).findIndex(is);
const edit = (index: number, change: (value: Value) => void) => (lines: string[]) => {
  const value = JSON.parse(lines[index] ?? '');
  change(value);
  return lines.with(index, JSON.stringify(value));
};
const without = (index: number) => (lines: string[]) => lines.toSpliced(index, 1);
const swapped = (index: number) => (lines: string[]) =>
  lines.with(index, lines[index + 1] ?? '').with(index + 1, lines[index] ?? '');

const ours = () => join(pairFolder, 'ours.jsonl');
const theirs = () => join(pairFolder, 'theirs.jsonl');
const isKind = (kind: string) => (entry: Value) => entry.type?.[1] === kind;

describe('an honest export', () => {
  let proven: Proven;
  beforeAll(async () => {
    proven = await verifyExport(honest);
  });

  test('holds, and says what was proved', () => {
    const pair = proven.pairs[0];
    expect(pair?.owesMinutes).toBe(90 - 30 + 45);
    expect(pair?.receipts).toBe(5);
    expect(pair?.entries).toBe(linesOf(ours()).length + linesOf(theirs()).length);
    expect(pair?.keys[pair.pair.me]).toHaveLength(2);
    expect(proven.books.lines).toBe(linesOf('postings.jsonl').length);
    const said = sayProven(proven);
    expect(said).toContain(`Gràcia (${(towns[1] as Town).bank.actor}): we owe 1 h 45 min.`);
    expect(said).toContain('5 receipts, each signed by both banks.');
  });

  test('is what an auditor says who shares no code with us', async () => {
    const auditor = new URL('../../../conformance/src/auditor/audit.ts', import.meta.url).href;
    const { audit } = (await import(auditor)) as { audit: (core: AgreementCore, journals: object) => Value };
    const core = valuesOf(join(pairFolder, 'offer.json'))[0].core as AgreementCore;
    const [leith, gracia] = towns as [Town, Town];
    const journals = { [leith.bank.actor]: valuesOf(ours()), [gracia.bank.actor]: valuesOf(theirs()) };
    const result = audit(core, journals);
    expect(result.owesMinutes[leith.bank.actor]).toBe(proven.pairs[0]?.owesMinutes);
    expect(Object.values(result.effect as Record<string, boolean[]>).flat()).not.toContain(false);
  });

  test('has no name and no word of a member, unless asked', async () => {
    const all = ['accounts.jsonl', 'exchanges.jsonl', 'postings.jsonl', ours(), theirs()].flatMap(linesOf).join('\n');
    expect(all).not.toMatch(/soup|Rosa|rosa@/);
    const [leith] = towns as [Town];
    await exportBank(leith.database, leith.bank.settings, join(folder, 'words'), true);
    expect(readFileSync(join(folder, 'words', 'exchanges.jsonl'), 'utf8')).toMatch(/soup/);
    expect((await verifyExport(join(folder, 'words'))).gifts.ids).toEqual(proven.gifts.ids);
  });

  test('goes into an empty folder only', async () => {
    const [leith] = towns as [Town];
    await expect(exportBank(leith.database, leith.bank.settings, honest, false)).rejects.toThrow(FolderError);
  });
});

describe('what is named when an entry', () => {
  test.each([
    ['ours', ours],
    ['theirs', theirs],
  ])('of %s was changed', async (_, file) => {
    const index = at(file(), isKind('Post'));
    const error = await named(
      file(),
      edit(index, (entry) => {
        entry.minutes += 1;
      }),
    );
    expect(error).toMatchObject({ file: file(), line: index + 1, seq: index + 1 });
    expect(error.why).toMatch(/signature_mismatch|proof_mismatch/);
  });

  test.each([
    ['ours', ours],
    ['theirs', theirs],
  ])('of %s is missing, stands in another place or twice', async (_, file) => {
    const index = at(file(), isKind('Hold'));
    // Where the next one stands that does not continue what is before it.
    expect(await named(file(), without(index))).toMatchObject({ file: file(), line: index + 1, seq: index + 2 });
    expect(await named(file(), swapped(index))).toMatchObject({ file: file(), line: index + 1, seq: index + 2 });
    const twice = (lines: string[]) => lines.toSpliced(index, 0, lines[index] ?? '');
    expect(await named(file(), twice)).toMatchObject({ file: file(), line: index + 2, seq: index + 1 });
  });

  test('at the end of a journal is missing', async () => {
    const last = linesOf(ours()).length - 1;
    expect(isKind('Checkpoint')(valuesOf(ours())[last])).toBe(true);
    expect(await named(ours(), without(last))).toMatchObject({ file: ours(), line: last + 1 });
    const error = await named(theirs(), (lines) => lines.slice(0, -2).concat(''));
    expect(error).toMatchObject({
      line: expect.any(Number),
      why: expect.stringMatching(/does not have|no ledger|Receipt|ends too early/),
    });
  });

  test('is not JSON, or of another form', async () => {
    expect(await named(ours(), (lines) => lines.with(2, '{'))).toMatchObject({ file: ours(), line: 3 });
    expect(await named(ours(), (lines) => lines.with(2, '[]'))).toMatchObject({ file: ours(), line: 3 });
    const shaped = await named(
      ours(),
      edit(2, (entry) => {
        entry.extra = 1;
      }),
    );
    expect(shaped).toMatchObject({ file: ours(), line: 3, why: expect.stringContaining('schema_mismatch') });
  });
});

describe('what is named when', () => {
  test('a yes was changed', async () => {
    for (const file of ['offer.json', 'accept.json'].map((name) => join(pairFolder, name)))
      expect(
        await named(
          file,
          edit(0, (yes) => {
            yes.core.noticeDays += 1;
          }),
        ),
      ).toMatchObject({ file });
  });

  test('a key of the agreement, of a key change or of the list was changed', async () => {
    const offer = join(pairFolder, 'offer.json');
    const other = valuesOf('keys.jsonl').find(({ purpose }) => purpose === 'recovery').publicKey as string;
    const pinned = edit(0, (yes) => {
      yes.core.parties[0].key.publicKeyMultibase = other;
    });
    expect(await named(offer, pinned)).toMatchObject({ file: offer });
    const index = at(ours(), (entry) => entry.keyChange !== undefined);
    const changed = edit(index, (entry) => {
      entry.keyChange.newKey = other;
    });
    expect(await named(ours(), changed)).toMatchObject({ file: ours(), line: index + 1 });
    const listed = at('keys.jsonl', ({ purpose }) => purpose === 'ed25519');
    expect(
      await named(
        'keys.jsonl',
        edit(listed, (key) => {
          key.publicKey = 'z6Mk';
        }),
      ),
    ).toMatchObject({
      file: 'keys.jsonl',
      line: listed + 1,
    });
    const lacking = await named('keys.jsonl', without(listed));
    expect(lacking).toMatchObject({ file: 'keys.jsonl', why: expect.stringContaining('lacks the key') });
  });

  test('a ledger line between two banks says another figure, direction or cause', async () => {
    const index = at('postings.jsonl', ({ kind }) => kind === 'post');
    const place = { file: 'postings.jsonl', line: index + 1 };
    const less = edit(index, (posting) => {
      posting.minutes -= 1;
    });
    expect(await named('postings.jsonl', less)).toMatchObject({
      ...place,
      why: expect.stringContaining('signed Post says'),
    });
    const stranger = edit(index, (posting) => {
      posting.cause = 'uEiA';
    });
    expect(await named('postings.jsonl', stranger)).toMatchObject({
      ...place,
      why: expect.stringContaining('no signed Post'),
    });
    const incoming = at('postings.jsonl', ({ kind, debit }) => kind === 'direct' && debit.startsWith('partner:'));
    const turned = edit(incoming, (posting) => {
      [posting.debit, posting.credit] = [posting.credit, posting.debit];
    });
    expect(await named('postings.jsonl', turned)).toMatchObject({
      line: incoming + 1,
      why: expect.stringContaining('other way'),
    });
  });

  test('a ledger line is missing, stands in another place or is of one bank alone', async () => {
    const signed = at('postings.jsonl', ({ kind, debit }) => kind === 'direct' && debit.startsWith('partner:'));
    const cause = valuesOf('postings.jsonl')[signed].cause as string;
    const lost = await named('postings.jsonl', without(signed));
    expect(lost).toMatchObject({ file: theirs(), why: 'has effect and no ledger line' });
    expect(valuesOf(theirs())[(lost.line ?? 0) - 1].type).toEqual(['Activity', 'Post']);
    expect(cause).toMatch(/^uEi/);
    expect(await named('postings.jsonl', swapped(signed))).toMatchObject({ file: 'postings.jsonl', line: signed + 2 });
    const local = at(
      'postings.jsonl',
      ({ kind, debit, credit }) => kind === 'direct' && !`${debit}${credit}`.includes('partner:'),
    );
    const gone = await named('postings.jsonl', without(local));
    expect(gone).toMatchObject({ file: 'accounts.jsonl', why: expect.stringContaining('ledger lines make') });
    const held = at('postings.jsonl', ({ kind }) => kind === 'hold');
    const end = await named('postings.jsonl', without(held));
    expect(end).toMatchObject({ file: 'postings.jsonl', why: expect.stringContaining('which has no line') });
  });

  test('a balance, a held sum or a position was changed', async () => {
    const index = at('accounts.jsonl', ({ kind, balanceMinutes }) => kind === 'member' && balanceMinutes < 0);
    const richer = await named(
      'accounts.jsonl',
      edit(index, (account) => {
        account.balanceMinutes += 60;
      }),
    );
    expect(richer).toMatchObject({
      file: 'accounts.jsonl',
      line: index + 1,
      why: expect.stringMatching(/^says -90 minutes in \S+; its ledger lines make -150$/),
    });
    const held = await named(
      'accounts.jsonl',
      edit(index, (account) => {
        account.heldMinutes += 60;
      }),
    );
    expect(held).toMatchObject({ file: 'accounts.jsonl', line: index + 1 });
    const file = join(pairFolder, 'agreement.json');
    const position = await named(
      file,
      edit(0, (agreement) => {
        agreement.owesMinutes -= 60;
      }),
    );
    expect(position).toMatchObject({ file, why: 'says 45 minutes owed; the signed entries say 105' });
  });

  test('a receipt was changed, left out or made up', async () => {
    const file = join(pairFolder, 'receipts.jsonl');
    expect(
      await named(
        file,
        edit(1, (receipt) => {
          receipt.minutes += 1;
        }),
      ),
    ).toMatchObject({ file, line: 2 });
    expect(
      await named(
        file,
        edit(1, (receipt) => {
          receipt.receipt += 1;
        }),
      ),
    ).toMatchObject({ file, line: 2 });
    expect(
      await named(
        file,
        edit(1, (receipt) => {
          receipt.transfer += '0';
        }),
      ),
    ).toMatchObject({ file, line: 2 });
    expect(await named(file, without(1))).toMatchObject({ file, why: expect.stringContaining('lacks the receipt') });
    expect(await named(file, swapped(0))).toMatchObject({ file, why: 'is not the file that was written' });
  });

  test('a gift says what no journal says', async () => {
    const index = at('exchanges.jsonl', ({ direction, status }) => direction === 'out' && status === 'settled');
    const more = await named(
      'exchanges.jsonl',
      edit(index, (gift) => {
        gift.minutes += 1;
      }),
    );
    expect(more).toMatchObject({ file: 'exchanges.jsonl', line: index + 1 });
  });

  test('a file is missing', async () => {
    const copy = join(folder, 'missing');
    cpSync(honest, copy, { recursive: true });
    unlinkSync(join(copy, theirs()));
    await expect(verifyExport(copy)).rejects.toMatchObject({ file: theirs(), why: 'is missing' });
  });
});
