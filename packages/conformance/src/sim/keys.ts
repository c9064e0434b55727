/**
 * The keys of the simulated banks, and what allows the next one to follow.
 *
 * Promises: all banks of all seeds share one series, made once a process; the key changes of one pair
 * are the same in every run. A bank has its keys outside of its rows, so no restore takes them.
 *
 * @module
 */
import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import type { KeyChange } from '@evenhour/protocol';
import {
  importSeed,
  importVerifyingKey,
  recoveryBytes,
  type SigningKey,
  type VerifyingKey,
} from '@evenhour/protocol/proof';
import { base58Encode, hashOfKey } from '@evenhour/protocol/wire';

export interface BankKey {
  readonly signing: SigningKey;
  readonly verifying: VerifyingKey;
  /** The key that allows the one after this. */
  readonly recovery: { readonly multikey: string; readonly privateKey: KeyObject };
}

/** The keys of each bank, oldest first. */
export type BankKeys = readonly (readonly BankKey[])[];

export const MAX_BANKS = 16;
/** How many keys a bank has one after the other. */
const KEYS = 4;

/** Origins sort like the numbers of their banks, as an agreement wants its parties. */
export function originOfBank(bank: number): string {
  return `https://b${String(bank).padStart(2, '0')}.example`;
}

/** The number of the bank whose origin a URL begins with. */
export function bankOf(url: string): number {
  return Number(/^https:\/\/b(\d+)\.example\//.exec(url)?.[1]);
}

let made: Promise<BankKeys> | undefined;

/** The keys of all banks. */
export function bankKeys(): Promise<BankKeys> {
  made ??= Promise.all(
    Array.from({ length: MAX_BANKS }, (_, bank) =>
      Promise.all(Array.from({ length: KEYS }, (_, generation) => makeKey(bank, generation))),
    ),
  );
  return made;
}

async function makeKey(bank: number, generation: number): Promise<BankKey> {
  const id = `${originOfBank(bank)}/ap/bank#key`;
  const seed = new Uint8Array(32).fill(bank + 1);
  seed[0] = generation;
  const signing = await importSeed(seed, id, { extractable: true });
  const verifying = await importVerifyingKey(signing.publicMultikey, id);
  if (!verifying.ok) throw new Error(`the key of bank ${bank} cannot be read: ${verifying.refusal.code}`);
  seed[0] = generation + KEYS;
  const { publicMultikey: multikey } = await importSeed(seed, 'recovery');
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return { signing, verifying: verifying.key, recovery: { multikey, privateKey } };
}

const changes = new Map<string, KeyChange>();

/** What a bank writes in a pair to put `next` in the place of a key whose recovery key allows it. */
export function changeTo(next: BankKey, { recovery }: Pick<BankKey, 'recovery'>, pair: string): KeyChange {
  const change = { newKey: next.signing.publicMultikey, nextRecovery: hashOfKey(next.recovery.multikey) };
  const name = `${pair} ${change.newKey} ${recovery.multikey}`;
  const known = changes.get(name);
  if (known !== undefined) return known;
  const signature = sign(null, recoveryBytes(pair, change), recovery.privateKey);
  const signed = { ...change, recoveryKey: recovery.multikey, recoverySignature: `z${base58Encode(signature)}` };
  changes.set(name, signed);
  return signed;
}
