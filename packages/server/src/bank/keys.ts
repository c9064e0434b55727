/**
 * A bank's keys: the one that it signs with, and the recovery key that allows the next one.
 *
 * Promises: new keys are in a file outside of the database, and on the disk, before anything names them. A
 * recovery key is in that file alone, so neither the database nor the secret of the node can bring another
 * key into force. Spec: key change.
 *
 * @module
 */
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  exportPrivateJwk,
  generateKeyPair,
  importPrivateJwk,
  type PrivateJwk,
  type SigningKey,
} from '@evenhour/protocol/proof';
import { z } from 'zod';
import type { bankKey } from '../db/schema.ts';
import type { Seal } from '../node/seal.ts';

/** The keys of a bank from one change to the next. */
export interface BankKeys {
  /** The bank's origin. */
  readonly bank: string;
  readonly signing: {
    readonly id: string;
    readonly publicKey: string;
    /** Opens with the secret of the node. */
    readonly sealed: string;
  };
  readonly recovery: { readonly publicKey: string; readonly privateKey: PrivateJwk };
}

const schema = z.strictObject({
  bank: z.string(),
  signing: z.strictObject({ id: z.string(), publicKey: z.string(), sealed: z.string() }),
  recovery: z.strictObject({
    publicKey: z.string(),
    privateKey: z.strictObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string(), d: z.string() }),
  }),
});

/** How a sentence to the operator begins when the partner knows more of our keys than this database. */
export const KEY_IS_OLDER = "The bank's key was changed after this database was copied.";

/** Whether a pair stands still because of that. `lastError` is what the pair says. */
export function isKeyOlder(lastError: string | null): boolean {
  return lastError?.startsWith(KEY_IS_OLDER) ?? false;
}

/** A file of keys that cannot be used, in a sentence for the operator. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError';
}

/** Makes new keys. `id` is the name of the signing key, which stays the same from key to key. */
export async function makeKeys(seal: Seal, bankId: string, origin: string, id: string): Promise<BankKeys> {
  const signing = (await generateKeyPair(id, { extractable: true })).signing;
  const recovery = (await generateKeyPair(`${id}-recovery`, { extractable: true })).signing;
  const privateKey = JSON.stringify(await exportPrivateJwk(signing));
  return {
    bank: origin,
    signing: { id, publicKey: signing.publicMultikey, sealed: seal.seal(`${bankId} ed25519`, privateKey) },
    recovery: { publicKey: recovery.publicMultikey, privateKey: await exportPrivateJwk(recovery) },
  };
}

/** What the database keeps of them. */
export function keyRows(bankId: string, { signing, recovery }: BankKeys): (typeof bankKey.$inferInsert)[] {
  return [
    { bankId, ...signing, purpose: 'ed25519' },
    { bankId, id: `${signing.id}-recovery`, purpose: 'recovery', publicKey: recovery.publicKey, sealed: '' },
  ];
}

/** The recovery key of a file, to sign with. */
export function recoveryKey({ signing, recovery }: BankKeys): Promise<SigningKey> {
  return importPrivateJwk(recovery.privateKey, `${signing.id}-recovery`);
}

/** A name for the file that no other keys have. */
export function keyFileName({ recovery }: BankKeys): string {
  return `bank-keys-${recovery.publicKey.slice(-8)}.json`;
}

/** Writes keys to a new file that only this user can read, and waits until it is on the disk. */
export function writeKeyFile(path: string, keys: BankKeys): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeSync(file, `${JSON.stringify(keys, null, 2)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  const folder = openSync(dirname(path), 'r');
  fsyncSync(folder);
  closeSync(folder);
}

/** Reads what {@link writeKeyFile} wrote. Throws a {@link KeyFileError}. */
export function readKeyFile(path: string): BankKeys {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new KeyFileError(`${path} is not a file with the keys of a bank.`, { cause });
  }
}
