/**
 * Seals small secrets (signing keys) under the node's own secret, which is not in the database.
 *
 * Promises: a copy of the database alone can sign nothing; a value that was changed, or sealed for
 * another bank or purpose, does not open. AES-256-GCM, a key from HKDF-SHA-256, and the purpose as
 * associated data.
 *
 * @module
 */
import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Seal {
  seal(purpose: string, plain: string): string;
  /** Throws a {@link SealError} when the secret is another one. */
  open(purpose: string, sealed: string): string;
  /** A derived key for making references that only this node can read. */
  derive(purpose: string): Buffer;
}

export class SealError extends Error {
  override readonly name = 'SealError';
}

export function createSeal(secret: string): Seal {
  const derive = (purpose: string): Buffer => Buffer.from(hkdfSync('sha256', secret, 'evenhour', purpose, 32));
  const key = derive('seal');
  return {
    derive,
    seal(purpose, plain) {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(purpose));
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url');
    },
    open(purpose, sealed) {
      try {
        const bytes = Buffer.from(sealed, 'base64url');
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAAD(Buffer.from(purpose));
        decipher.setAuthTag(bytes.subarray(12, 28));
        return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
      } catch {
        throw new SealError(
          'The keys in the database do not open with this secret. Give the node the EVENHOUR_SECRET, or the file secret.key, that belongs to this database. A copied database stays closed on purpose.',
        );
      }
    },
  };
}

/** The secret from the settings, else from `secret.key` in the data folder, which is made at first. */
export function readSecret(configured: string | undefined, folder: string): string {
  if (configured !== undefined) return configured;
  const file = join(folder, 'secret.key');
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  }
  return readFileSync(file, 'utf8').trim();
}

export interface References {
  make(memberId: string, exchangeId: string): string;
  /** Who a reference of ours means, also after a restore; `null` when it is not ours. */
  read(reference: string): { memberId: string; exchangeId: string } | null;
}

/**
 * References to a member in an exchange: the same input gives the same text, nobody else learns
 * anything from it, and the bank can read it back. AES-256-GCM with a nonce made from the input.
 */
export function createReferences(bytes: Buffer): References {
  // Node prepares a key object once, and plain bytes at every use: six times the time of all the rest.
  const key = createSecretKey(bytes);
  return {
    make(memberId, exchangeId) {
      const plain = Buffer.from(`${memberId} ${exchangeId}`);
      const nonce = createHmac('sha256', key).update(plain).digest().subarray(0, 12);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      const body = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url');
    },
    read(reference) {
      try {
        const sealed = Buffer.from(reference, 'base64url');
        const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
        decipher.setAuthTag(sealed.subarray(12, 28));
        const plain = Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString('utf8');
        const [memberId, exchangeId] = plain.split(' ');
        return memberId === undefined || exchangeId === undefined ? null : { memberId, exchangeId };
      } catch {
        return null;
      }
    },
  };
}
