/**
 * Keys in tests: a town's next ones, and a change of a partner's.
 *
 * @module
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Body } from '@evenhour/protocol';
import { recoveryBytes, type SigningKey, signBytes } from '@evenhour/protocol/proof';
import { base58Encode, hashOfKey } from '@evenhour/protocol/wire';
import { type BankKeys, makeKeys, readKeyFile } from '../bank/keys.ts';
import { rotateKey } from '../bank/rotate.ts';
import type { FakePartner } from './fake-partner.ts';
import type { Town } from './town.ts';

/** The file with the keys that a town was made with. */
export function firstKeyFile(town: Town): string {
  const folder = town.node.context.config.dataFolder;
  return join(folder, readdirSync(folder).find((file) => file.startsWith('bank-keys-')) ?? '');
}

export function nextKeys({ bank: { id, origin, key }, node }: Town): Promise<BankKeys> {
  return makeKeys(node.context.seal, id, origin, key.verificationMethod);
}

/** Puts `next` in the place of `last`, which are the keys that the town was made with if nothing else is said. */
export function rotate(town: Town, next: BankKeys, last = readKeyFile(firstKeyFile(town))) {
  return town.node.context.signals.commit((tx, after) => rotateKey(tx, town.bank, last, next, after));
}

/** The entry that puts other keys in the place of a partner's, as this recovery key allows it. */
export async function keyChange(
  { pair }: FakePartner,
  next: FakePartner['keys'],
  recovery: SigningKey,
): Promise<Extract<Body, { kind: 'Amend' }>> {
  const newKey = next.signing.publicMultikey;
  const nextRecovery = hashOfKey(next.recovery.publicMultikey);
  const signature = await signBytes(recovery, recoveryBytes(pair, { newKey, nextRecovery }));
  const recoverySignature = `z${base58Encode(signature)}`;
  return {
    kind: 'Amend',
    keyChange: { newKey, recoveryKey: recovery.publicMultikey, nextRecovery, recoverySignature },
  };
}
