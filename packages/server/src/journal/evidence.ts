/**
 * What is kept for people to look at, among it portable evidence of a fork: two signed entries of one writer at one
 * place.
 *
 * @module
 */
import type { Entry } from '@evenhour/protocol';
import { type JsonObject, makeFork } from '@evenhour/protocol/wire';
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Queries } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { evidence, standingEntry } from '../db/schema.ts';
import type { PairLine } from './pair-store.ts';
import type { PairWork } from './pair-work.ts';

/**
 * The evidence that `entry` contradicts the one that is held at its place, as JSON. Anybody can check it without
 * this bank. `document` is the entry as it was signed, `beside` the other one if it is not stored yet.
 */
export async function forkOf(
  { tx, core, row }: Pick<PairWork, 'tx' | 'core' | 'row'>,
  { author, epoch, seq }: Entry,
  document: string,
  beside?: string,
): Promise<string> {
  const { epoch: heldEpoch, seq: heldSeq, change, kind } = standingEntry;
  const place = sql`${heldEpoch} = ${epoch} and ${heldSeq} = ${seq}`;
  const keyChange = sql`${kind} = 'Amend' and ${change}->>'key' is not null and ${heldSeq} < ${seq}`;
  const rows = await tx
    .select({ document: standingEntry.document })
    .from(standingEntry)
    .where(
      and(
        eq(standingEntry.bankId, row.bankId),
        eq(standingEntry.pairId, row.id),
        eq(standingEntry.author, author),
        sql`(${place} or ${keyChange})`,
      ),
    )
    .orderBy(heldSeq);
  const documents = [...rows.map((each) => each.document), ...(beside === undefined ? [] : [beside])];
  const held = documents.pop();
  if (held === undefined) throw new Error(`no entry is held at ${seq}`);
  const [first, second, ...keyChanges] = [held, document, ...documents].map((text) => JSON.parse(text) as JsonObject);
  return JSON.stringify(makeFork(core, row.id, author, [first as JsonObject, second as JsonObject], keyChanges));
}

type OfPair = Pick<PairLine, 'bankId' | 'id'>;

/** Keeps a document under a word, unless it is kept already. Returns whether it is new. */
export async function keepOnce(tx: Queries, row: OfPair, code: string, document: string): Promise<boolean> {
  if (await isKept(tx, row, code, eq(evidence.document, document))) return false;
  await tx.insert(evidence).values({ bankId: row.bankId, id: newId(), pairId: row.id, code, document });
  return true;
}

/** Whether anything of a pair is kept under this word, or what `also` says. */
export async function isKept(tx: Queries, row: OfPair, code: string, also?: SQL): Promise<boolean> {
  const where = and(keptAs(row, code), also);
  const [found] = await tx.select({ id: evidence.id }).from(evidence).where(where).limit(1);
  return found !== undefined;
}

/** Where the evidence of a pair is that is kept under a word. */
export function keptAs({ bankId, id }: OfPair, code: string): SQL | undefined {
  return and(eq(evidence.bankId, bankId), eq(evidence.pairId, id), eq(evidence.code, code));
}
