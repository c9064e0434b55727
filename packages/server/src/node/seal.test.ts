/** Secrets in the database open with the node's own secret, and with nothing else. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Banks, createBank } from '../bank/bank.ts';
import { type Database, openMemory, openPostgres } from '../db/database.ts';
import { bankKey } from '../db/schema.ts';
import { hasTestPostgres, testDatabase } from '../testing/postgres.ts';
import { createReferences, createSeal, readSecret, SealError } from './seal.ts';

const seal = createSeal('a secret of thirty-two characters');
const sealed = seal.seal('bank ed25519', 'the key');

/** The same text with one character changed at a place. */
function bent(text: string, at: number): string {
  const place = at < 0 ? text.length + at : at;
  return text.slice(0, place) + (text[place] === 'A' ? 'B' : 'A') + text.slice(place + 1);
}

describe('a sealed secret', () => {
  test('opens for its purpose', () => {
    expect(seal.open('bank ed25519', sealed)).toBe('the key');
    expect(sealed).not.toContain('key');
    expect(seal.seal('bank ed25519', 'the key')).not.toBe(sealed);
  });

  const CASES: Record<string, () => string> = {
    'with another secret': () => createSeal('another secret of 32 characters..').open('bank ed25519', sealed),
    'for another purpose': () => seal.open('bank rsa', sealed),
    'for another bank': () => seal.open('other ed25519', sealed),
    'with another nonce': () => seal.open('bank ed25519', bent(sealed, 0)),
    'with another tag': () => seal.open('bank ed25519', bent(sealed, 20)),
    'with other bytes': () => seal.open('bank ed25519', bent(sealed, -3)),
    'cut short': () => seal.open('bank ed25519', sealed.slice(0, -4)),
    'with nothing in it': () => seal.open('bank ed25519', ''),
    'with a short tag': () => seal.open('bank ed25519', sealed.slice(0, 30)),
  };
  test.each(Object.entries(CASES))('does not open %s', (_name, open) => {
    expect(open).toThrow(SealError);
    expect(open).toThrow(/do not open with this secret.*EVENHOUR_SECRET.*secret\.key/);
  });
});

describe('a database', () => {
  let database: Database;
  beforeAll(async () => {
    database = hasTestPostgres() ? await openPostgres(await testDatabase()) : await openMemory();
    for (const name of ['leith', 'gracia'])
      await createBank(database, seal, { origin: `https://${name}.example`, name });
  });
  afterAll(() => database?.close());

  test('that was copied stays closed without its secret', async () => {
    const banks = new Banks(database, createSeal('another secret of 32 characters..'));
    await expect(banks.reload()).rejects.toThrow(SealError);
    expect(banks.all()).toEqual([]);
  });

  test('does not let one bank use the key of another', async () => {
    const rows = await database.db.select().from(bankKey);
    const [one, two] = rows.filter(({ purpose }) => purpose === 'ed25519');
    if (one === undefined || two === undefined) throw new Error('the banks have no keys');
    expect(seal.open(`${one.bankId} ed25519`, one.sealed)).toContain('"d"');
    expect(() => seal.open(`${one.bankId} ed25519`, two.sealed)).toThrow(SealError);
    for (const row of rows) expect(row.sealed).not.toMatch(/"d"|eyJ/);
  });
});

describe('the secret of a node', () => {
  const folder = mkdtempSync(join(tmpdir(), 'evenhour-secret-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('is made once, and for its owner only', () => {
    const made = readSecret(undefined, folder);
    expect(made.length).toBeGreaterThanOrEqual(43);
    expect(readSecret(undefined, folder)).toBe(made);
    expect(statSync(join(folder, 'secret.key')).mode & 0o777).toBe(0o600);
  });

  test('is the one that is configured, if one is', () => {
    writeFileSync(join(folder, 'secret.key'), 'from the file');
    expect(readSecret('from the settings', folder)).toBe('from the settings');
  });
});

describe('a reference to a member', () => {
  const ours = createReferences(seal.derive('leith reference'));
  const reference = ours.make('MEMBER', 'EXCHANGE');

  test('is the same for the same exchange, and tells two apart', () => {
    expect(ours.make('MEMBER', 'EXCHANGE')).toBe(reference);
    expect(ours.make('MEMBER', 'OTHER')).not.toBe(reference);
    expect(ours.read(reference)).toEqual({ memberId: 'MEMBER', exchangeId: 'EXCHANGE' });
    expect(Buffer.from(reference, 'base64url').toString('latin1')).not.toContain('MEMBER');
  });

  test('means nothing to another bank, or when it was changed', () => {
    expect(createReferences(seal.derive('gracia reference')).read(reference)).toBeNull();
    for (const wrong of [bent(reference, 0), bent(reference, 25), bent(reference, -3), '', 'payer'])
      expect(ours.read(wrong)).toBeNull();
  });
});
