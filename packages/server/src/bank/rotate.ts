/**
 * A new key for a bank, in all of its agreements.
 *
 * Promises: one transaction names the new key for every pair; a pair that is open has it in its journal at
 * once, any other as soon as it opens; the same change twice is one. What was signed before stays good.
 * Spec: key change.
 *
 * @module
 */
import { isRecovering, type KeyChange } from '@evenhour/protocol';
import { recoveryBytes, signBytes } from '@evenhour/protocol/proof';
import { base58Encode, hashOfKey } from '@evenhour/protocol/wire';
import { and, desc, eq, sql } from 'drizzle-orm';
import type { Queries } from '../db/database.ts';
import { bankKey, bank as bankTable, pair as pairTable } from '../db/schema.ts';
import type { Signal } from '../delivery/signals.ts';
import { PairWork } from '../journal/pair-work.ts';
import type { Bank } from './bank.ts';
import { type BankKeys, KeyFileError, keyRows, recoveryKey } from './keys.ts';

/**
 * Puts the `next` keys in the place of those in `last`. Both must be on a disk outside of the database already.
 * Returns the number of pairs that were told now and of those that wait until they open; `null` if all of this
 * was done before. Throws a {@link KeyFileError} when the recovery key in `last` is not the present one.
 */
export async function rotateKey(
  tx: Queries,
  bank: Bank,
  last: BankKeys,
  next: BankKeys,
  after: Signal[],
): Promise<{ told: number; waiting: number } | null> {
  await tx.select({ id: bankTable.id }).from(bankTable).where(eq(bankTable.id, bank.id)).for('no key update');
  const [present, known] = await Promise.all([
    presentRecovery(tx, bank.id),
    tx
      .select({ id: bankKey.id })
      .from(bankKey)
      .where(and(eq(bankKey.bankId, bank.id), eq(bankKey.publicKey, next.signing.publicKey))),
  ]);
  if (known.length > 0) return null;
  mustBePresent(present === undefined ? '' : hashOfKey(present), last);
  await tx.insert(bankKey).values(keyRows(bank.id, next));

  const recovery = await recoveryKey(last);
  const newKey = next.signing.publicKey;
  const nextRecovery = hashOfKey(next.recovery.publicKey);
  const rows = await tx
    .select({ id: pairTable.id, mode: pairTable.mode, keyChanges: pairTable.keyChanges })
    .from(pairTable)
    .where(and(eq(pairTable.bankId, bank.id), sql`${pairTable.status} not in ('closed', 'declined', 'withdrawn')`))
    .orderBy(pairTable.id)
    .for('no key update');
  let told = 0;
  for (const row of rows) {
    const signature = await signBytes(recovery, recoveryBytes(row.id, { newKey, nextRecovery }));
    const recoverySignature = `z${base58Encode(signature)}`;
    const change: KeyChange = { newKey, recoveryKey: recovery.publicMultikey, nextRecovery, recoverySignature };
    await tx
      .update(pairTable)
      .set({ keyChanges: [...row.keyChanges, change], nextAttemptAt: new Date() })
      .where(and(eq(pairTable.bankId, bank.id), eq(pairTable.id, row.id)));
    if (await writeKeyChanges(tx, bank, row.id)) told += 1;
    after.push({ kind: 'pair', bankId: bank.id, pairId: row.id });
  }
  after.push({ kind: 'banks' }, { kind: 'partners' });
  return { told, waiting: rows.length - told };
}

/** Throws a {@link KeyFileError} unless the keys hold the recovery key with this hash. */
export function mustBePresent(recovery: string, { recovery: { publicKey } }: BankKeys): void {
  if (hashOfKey(publicKey) !== recovery)
    throw new KeyFileError(
      'The recovery key is not the present one of this bank. Take the newest file; after a restore, all files since then in their order.',
    );
}

async function presentRecovery(tx: Queries, bankId: string): Promise<string | undefined> {
  const [row] = await tx
    .select({ publicKey: bankKey.publicKey })
    .from(bankKey)
    .where(and(eq(bankKey.bankId, bankId), eq(bankKey.purpose, 'recovery')))
    .orderBy(desc(bankKey.createdAt))
    .limit(1);
  return row?.publicKey;
}

/** Writes the key changes that wait for this pair into its journal, if it is open. */
export async function writeKeyChanges(tx: Queries, bank: Bank, pairId: string): Promise<boolean> {
  const work = await PairWork.open(tx, bank, pairId);
  if (work === null || work.row.mode !== 'open' || isRecovering(work.pair) || work.row.keyChanges.length === 0)
    return false;
  for (const keyChange of work.row.keyChanges) {
    const written = work.write({ kind: 'Amend', keyChange, recoveryVerified: true });
    if (!written.ok) throw new Error(`a key change was refused by our own rules: ${written.refusal.code}`);
  }
  work.changes = { ...work.changes, keyChanges: [] };
  await work.save();
  return true;
}
