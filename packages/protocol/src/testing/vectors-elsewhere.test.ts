/** The published vectors, checked by programs that share no code with us: libraries, and a reader in Python. */
import { spawnSync } from 'node:child_process';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canonicalize } from 'json-canonicalize';
import { afterAll, describe, expect, test } from 'vitest';
import { base58Decode } from '../wire/canonical.ts';

const FOLDER = fileURLToPath(new URL('../../vectors/', import.meta.url));
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.json') && name !== 'index.json');

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
type Members = { [name: string]: Json };

const read = (name: string): Members => JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as Members;
const isMembers = (value: Json): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** All values within a value, the value itself first. */
function* within(value: Json): Generator<Json> {
  yield value;
  if (typeof value === 'object' && value !== null) for (const each of Object.values(value)) yield* within(each);
}

describe('canonical form and hashes, by json-canonicalize and node:crypto', () => {
  const digest = (value: Json): Buffer => createHash('sha256').update(canonicalize(value), 'utf8').digest();
  const multihash = (bytes: Buffer): string => `u${Buffer.from([0x12, 0x20, ...bytes]).toString('base64url')}`;
  const content = ({ proof: _proof, ...members }: Members): Members => members;

  test.each(read('canonical.json')['cases'] as Members[])('$name', (each) => {
    expect(canonicalize(each['input'])).toBe(each['canonical']);
    expect(digest(each['input'] as Json).toString('hex')).toBe(each['sha256']);
  });

  test('the hash of every entry, and the id of every pair', () => {
    let hashes = 0;
    for (const file of FILES.map(read)) {
      if (file['core'] !== undefined)
        expect(file['pair']).toBe(`urn:evenhour:pair:${digest(file['core']).toString('base64url')}`);
      for (const { document, hash } of file['cases'] as Members[]) {
        if (hash === undefined) continue;
        expect(multihash(digest(content(document as Members)))).toBe(hash);
        hashes += 1;
      }
    }
    expect(hashes).toBeGreaterThan(50);
  });

  test('the signature of every document that has to be taken', () => {
    let signatures = 0;
    for (const file of FILES.map(read)) {
      const keys = [...within(file)].filter((each): each is string => /^z6Mk\w{44}$/.test(String(each)));
      for (const each of file['cases'] as Members[]) {
        const taken = each['valid'] === true || ['applied', 'breach'].includes(String(each['outcome']));
        for (const document of within(taken ? (each['document'] ?? null) : null)) {
          if (!isMembers(document) || !isMembers(document['proof'] ?? null)) continue;
          expect(keys.some((key) => isSigned(document, key))).toBe(true);
          signatures += 1;
        }
      }
    }
    expect(signatures).toBeGreaterThan(50);
  });

  test('and of none that was changed', () => {
    const { cases, publicKeyMultibase } = read('proofs.json');
    const changed = (cases as Members[]).filter(({ flags }) => (flags as string[]).includes('value'));
    expect(changed.map(({ document }) => isSigned(document as Members, String(publicKeyMultibase)))).toEqual([
      false,
      false,
    ]);
  });

  function isSigned(document: Members, multikey: string): boolean {
    const { proofValue, ...config } = document['proof'] as Members;
    const bytes = (text: string): Buffer => Buffer.from(base58Decode(text.slice(1)) ?? []);
    const x = bytes(multikey).subarray(2).toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    return verify(null, Buffer.concat([digest(config), digest(content(document))]), key, bytes(String(proofValue)));
  }
});

/** A reader that shares nothing with this code: what an implementer in another language begins with. */
const reader = join(FOLDER, 'reader', 'read.py');
const hasPython = spawnSync('python3', ['--version']).status === 0;

describe.skipIf(!hasPython)('the reader in Python', () => {
  const changed = mkdtempSync(join(tmpdir(), 'evenhour-vectors-'));
  const run = (folder: string) => spawnSync('python3', [reader, folder], { encoding: 'utf8' });
  afterAll(() => rmSync(changed, { recursive: true }));

  test('agrees with every case of every file', () => {
    const { status, stdout, stderr } = run(FOLDER);
    expect([status, stderr]).toEqual([0, '']);
    const lines = FILES.map((name) => {
      const { cases, genesis, hold } = read(name);
      // A story begins with a check of its pair, exchanges with one of a hold.
      const all = (cases as Json[]).length + (genesis === undefined && hold === undefined ? 0 : 1);
      return `${name}: ${all} of ${all}`;
    });
    expect(stdout.trim().split('\n').sort()).toEqual(lines.sort());
  });

  test('notices when a file says otherwise, in each file', () => {
    const CHANGES: Record<string, Members> = {
      'canonical.json': { sha256: '00' },
      'strict-json.json': { valid: false },
      'proofs.json': { valid: false },
      'journals.json': { exposureMinutes: {} },
      'restores.json': { recovering: {} },
      'keys.json': { code: 'limit_reached' },
      'successor.json': { debtMinutes: {} },
      'statements.json': { statement: {} },
      'endings.json': { code: 'foreign_pair' },
      'exchanges.json': { status: 'agreed' },
      'http-signatures.json': { valid: false },
    };
    expect(Object.keys(CHANGES).sort()).toEqual(FILES.sort());
    cpSync(FOLDER, changed, { recursive: true });
    const names = Object.entries(CHANGES).map(([name, change]) => {
      const [first, ...others] = read(name)['cases'] as Members[];
      writeFileSync(
        join(changed, name),
        JSON.stringify({ ...read(name), cases: [{ ...first, ...change }, ...others] }),
      );
      return `${name}: ${String(first?.['name'])}: found`;
    });
    const { status, stdout } = run(changed);
    expect(status).toBe(1);
    for (const name of names) expect(stdout).toContain(name);
    expect(stdout.match(/: found/g)).toHaveLength(names.length);
  });
});
