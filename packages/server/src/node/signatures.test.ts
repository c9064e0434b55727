/** Signatures computed here and on threads are those of WebCrypto. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { createSignatures } from './signatures.ts';

const pair = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair;
const text = (n: number) => new TextEncoder().encode(`entry ${n}`) as Uint8Array<ArrayBuffer>;

test.each([1, 2, 3, 100])(
  '%i at once are signed and checked as WebCrypto does it, each in its place',
  async (count) => {
    const { sign, verify } = createSignatures(2);
    const numbers = Array.from({ length: count }, (_, n) => n);
    const made = await Promise.all(numbers.map((n) => sign(pair.privateKey, text(n))));
    for (const [n, signature] of made.entries())
      expect(await crypto.subtle.verify('Ed25519', pair.publicKey, signature, text(n))).toBe(true);
    const checked = await Promise.all(
      made.map((signature, n) => verify(pair.publicKey, text(n % 7 === 3 ? n + 1 : n), signature)),
    );
    expect(checked).toEqual(numbers.map((n) => n % 7 !== 3));
  },
);

test('a signature of another length is none, and its neighbours are checked', async () => {
  const { sign, verify } = createSignatures(1);
  const good = await sign(pair.privateKey, text(0));
  const given = [good, good.slice(0, 63), new Uint8Array(0), good];
  expect(await Promise.all(given.map((signature) => verify(pair.publicKey, text(0), signature)))).toEqual([
    true,
    false,
    false,
    true,
  ]);
});

test('what a thread cannot do fails for who asked it, and not for others', async () => {
  const { sign, verify } = createSignatures(1);
  const good = await sign(pair.privateKey, text(0));
  // A public key cannot sign.
  const asked = [
    sign(pair.publicKey, text(0)),
    verify(pair.publicKey, text(0), good),
    verify(pair.publicKey, text(0), good),
  ];
  const [failed, ...rest] = await Promise.allSettled(asked);
  expect(failed?.status).toBe('rejected');
  expect(rest).toEqual([
    { status: 'fulfilled', value: true },
    { status: 'fulfilled', value: true },
  ]);
  expect(await Promise.all([1, 2, 3].map(() => verify(pair.publicKey, text(0), good)))).toEqual([true, true, true]);
});

test('a process that used a thread ends by itself, with its answers', async () => {
  const module = new URL('../../dist/node/signatures.js', import.meta.url).href;
  const program = `const { createSignatures } = await import(${JSON.stringify(module)});
    const { privateKey } = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']);
    const { sign } = createSignatures(1);
    const made = await Promise.all([1, 2, 3, 4].map((n) => sign(privateKey, Uint8Array.of(n))));
    console.log(made.map((each) => each.length).join());`;
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { timeout: 10_000 });
  expect((await run).stdout).toBe('64,64,64,64\n');
});
