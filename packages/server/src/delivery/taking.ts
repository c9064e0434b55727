/** What every request of a partner about a pair begins with: its page, and whether the pair takes it now. */
import { checkSession, type Refusal, refusal, refusedIn } from '@evenhour/protocol';
import { type JsonObject, runSchema } from '@evenhour/protocol/wire';
import { and, eq } from 'drizzle-orm';
import type { Queries } from '../db/database.ts';
import { pair as pairTable } from '../db/schema.ts';
import { type LoadedPair, type PairLine, readPair } from '../journal/pair-store.ts';
import { PairWork } from '../journal/pair-work.ts';
import type { NodeContext } from '../node/env.ts';
import { Refused } from '../node/refused.ts';
import { isLive, tail } from './line.ts';
import { type Incoming, MAX_RUN_BYTES, PAIR, parseObject } from './way-in.ts';

/** The items of a posted page, each parsed and small enough by itself. */
export function readPage(incoming: Incoming): { ok: true; items: JsonObject[] } | { ok: false; refusal: Refusal } {
  const parsed = parseObject(incoming.body, MAX_RUN_BYTES);
  if (!parsed.ok) return parsed;
  const page = runSchema.safeParse(parsed.value);
  if (!page.success)
    return { ok: false, refusal: refusal('schema_mismatch', { path: page.error.issues[0]?.path.join('.') ?? '' }) };
  const { partner } = incoming;
  if (page.data.partOf !== `${partner.core.parties[partner.party].journal}/${tail(partner.pairId)}`)
    return { ok: false, refusal: refusal('foreign_pair', { partOf: page.data.partOf }) };
  // The parsed values keep the order and the members of what was signed.
  return { ok: true, items: (parsed.value['orderedItems'] as readonly JsonObject[]).slice() };
}

/** Locks the pair for a partner's request in its present session. */
export async function openFor(tx: Queries, incoming: Incoming): Promise<PairWork> {
  const work = await PairWork.open(tx, incoming.bank, incoming.partner.pairId);
  mustTake(work?.row, incoming);
  return work as PairWork;
}

/** The same without the lock. */
export async function mustBeOpen(tx: Queries, incoming: Incoming): Promise<void> {
  const [row] = await tx
    .select({ status: pairTable.status, mode: pairTable.mode, peerSession: pairTable.peerSession })
    .from(pairTable)
    .where(and(eq(pairTable.bankId, incoming.bank.id), eq(pairTable.id, incoming.partner.pairId)));
  mustTake(row, incoming);
}

export function mustTake(row: Pick<PairLine, 'status' | 'mode' | 'peerSession'> | undefined, incoming: Incoming): void {
  if (row === undefined || !isLive(row.status)) throw new Refused('agreement_not_active');
  const refused = refusedIn(row.mode, 'apply') ?? checkSession(row.peerSession, incoming.session);
  if (refused !== null) throw new Refused(refused);
}

/** The pair that a read names. Throws a refusal when it is another, or the read is of another session. */
export async function mustRead(
  { bank, partner, session }: Incoming,
  node: Pick<NodeContext, 'database'>,
  name: string,
): Promise<LoadedPair> {
  if (`${PAIR}${name}` !== partner.pairId) throw new Refused('foreign_pair');
  const loaded = await readPair(node.database.db, bank.id, partner.pairId);
  if (loaded === null) throw new Refused('not_found');
  // Two pages of two lives of a partner do not fit together.
  const stale = session === '-' ? null : checkSession(loaded.row.peerSession, session);
  if (stale !== null) throw new Refused(stale);
  return loaded;
}
