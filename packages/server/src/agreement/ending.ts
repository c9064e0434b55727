/**
 * The end of a pair that cannot go on: one bank alone ends it, signed and for good.
 *
 * Promises: a Close is sent until it is answered and is never taken back; from then on the pair is only read;
 * gifts that no journal holds yet are given back at once, everything else when the position is settled; exchanges that
 * can move no hours any more are over, and say so. A Close
 * that comes twice is one. A bank that was restored to before the end hears of it when it greets, and fetches
 * what it lost before it takes it.
 * Spec: the end of a pair.
 *
 * @module
 */
import {
  type AgreementStatus,
  type Both,
  type Head,
  nextStatus,
  other,
  type Party,
  refusal,
  refusedIn,
} from '@evenhour/protocol';
import {
  completeProof,
  importVerifyingKey,
  prepareProof,
  type VerifyingKey,
  verifyClose,
} from '@evenhour/protocol/proof';
import { encodeClose, type JsonObject } from '@evenhour/protocol/wire';
import { and, eq, sql } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { pairEnd, pair as pairTable, transfer } from '../db/schema.ts';
import { PartnerError } from '../delivery/partner-client.ts';
import type { Partner } from '../delivery/partners.ts';
import type { Signal } from '../delivery/signals.ts';
import { exchangesOfClosed } from '../exchange/across-hours.ts';
import { headAt, type LoadedPair, lockPair } from '../journal/pair-store.ts';
import { Refused } from '../node/refused.ts';
import { lockAgreement } from './lock.ts';
import { giveBack, settleAlone } from './settlement.ts';

export interface Closing {
  /** Why, in a sentence that members read. */
  readonly because: string;
  /** The partner is gone for good: settle now, at what it has signed. */
  readonly alone: boolean;
}

/**
 * Ends a pair. Ended already, it can still be settled alone when the partner never answers.
 *
 * Refuses `not_found`, `agreement_not_active` when there is nothing to end, and `pair_waiting` or `pair_recovering`
 * while the partner may know more of this pair than we do, unless it is gone.
 */
export async function closeAgreement(
  tx: Queries,
  bank: Bank,
  agreementId: string,
  { because, alone }: Closing,
  after: Signal[],
): Promise<void> {
  const { id, status } = await lockAgreement(tx, bank, agreementId);
  if (status !== 'closed') {
    const loaded = await mustEnd(tx, bank, id, status);
    const { row, pair, core } = loaded;
    const { me, heads } = pair;
    const early = alone ? null : refusedIn(row.mode, 'close');
    if (early !== null) throw new Refused(early);
    const draft = encodeClose(core, id, me, { own: heads[me], peer: heads[other(me)] });
    // Like a request: under the key that the partner is known to know, for a newer one may never reach it.
    const own = JSON.stringify(await completeProof(prepareProof(draft, bank.keyFor(id), new Date().toISOString())));
    await tx.insert(pairEnd).values({ bankId: bank.id, pairId: id, own, because });
    await close(tx, bank, row, own, after);
  } else if (!alone) throw new Refused('agreement_not_active', { status, act: 'close' });
  if (alone) await settleAlone(tx, bank, id, after);
  after.push({ kind: 'partners' }, { kind: 'banks' }, { kind: 'pair', bankId: bank.id, pairId: id });
}

/**
 * The partner ends the pair. Its word is kept, and counts whatever we think of it. While we may have to recover it has
 * to be said again later: what we lost belongs to the position.
 */
export async function receiveClose(
  tx: Queries,
  bank: Bank,
  partner: Partner,
  document: JsonObject,
  after: Signal[],
): Promise<void> {
  const { pairId } = partner;
  const loaded = await lockPair(tx, bank.id, pairId);
  if (loaded === null) throw new Refused('not_found');
  await mustBeSigned(partner, partner.party, document);
  const early = refusedIn(loaded.row.mode, 'close');
  if (early !== null) throw new Refused(early);
  await end(tx, bank, loaded.row, { theirs: JSON.stringify(document) }, after);
}

/** The Close of each bank that has said one, as it was signed. */
export interface Closes {
  readonly own?: string;
  readonly theirs?: string;
}

/**
 * What a partner that we greeted says about the end of the pair: one Close or both. Ours is among them if we have lost
 * it. Throws a {@link PartnerError} when one is not what it says.
 */
export async function readCloses(bank: Bank, partner: Partner, documents: readonly JsonObject[]): Promise<Closes> {
  let closes: Closes = {};
  for (const document of documents) {
    const ours = document['actor'] === bank.actor;
    try {
      await mustBeSigned(partner, ours ? partner.me : partner.party, document);
    } catch (cause) {
      throw new PartnerError('bad_answer', 'the partner says that the pair is over and does not prove it', { cause });
    }
    closes = { ...closes, [ours ? 'own' : 'theirs']: JSON.stringify(document) };
  }
  return closes;
}

/** Ends a pair as its partner has said, once nothing of the partner's journals is left to fetch. */
export async function takeCloses(
  tx: Queries,
  bank: Bank,
  pairId: string,
  closes: Closes,
  after: Signal[],
): Promise<void> {
  const loaded = await lockPair(tx, bank.id, pairId);
  if (loaded !== null) await end(tx, bank, loaded.row, closes, after);
}

/** Stores a Close of either bank; with the first one the pair is over. */
async function end(tx: Queries, bank: Bank, row: LoadedPair['row'], closes: Closes, after: Signal[]): Promise<void> {
  const [first] = await tx
    .insert(pairEnd)
    .values({ bankId: bank.id, pairId: row.id, because: '', ...closes })
    .onConflictDoUpdate({
      target: [pairEnd.bankId, pairEnd.pairId],
      set: {
        own: sql`coalesce(${pairEnd.own}, excluded.own)`,
        theirs: sql`coalesce(${pairEnd.theirs}, excluded.theirs)`,
      },
    })
    .returning({ began: sql<boolean>`xmax = 0` });
  if (first?.began !== true) return;
  await mustEnd(tx, bank, row.id, row.status);
  await close(tx, bank, row, null, after);
  after.push({ kind: 'partners' }, { kind: 'banks' }, { kind: 'pair', bankId: bank.id, pairId: row.id });
}

/** Refuses unless this is a Close of the pair by that party, under a key that its requests may be signed with. */
async function mustBeSigned(partner: Partner, by: Party, document: JsonObject): Promise<void> {
  const { core, pairId, party, accepted, keys } = partner;
  let refused = refusal('unknown_partner');
  for (const key of by === party ? accepted : await importKeys(keys[by], core.parties[by].key.id)) {
    const checked = await verifyClose(core, pairId, by, document, key);
    if (checked.ok) return;
    refused = checked.refusal;
  }
  throw new Refused(refused);
}

async function importKeys(schedule: Partner['keys'][Party], id: string): Promise<VerifyingKey[]> {
  const imported = await Promise.all(schedule.map(({ key }) => importVerifyingKey(key, id)));
  return imported.flatMap((each) => (each.ok ? [each.key] : [])).reverse();
}

/** What the partner of a closed pair is told of its end. */
export interface End {
  /** The Close of each bank that has said one, as it was signed. */
  readonly closes: readonly JsonObject[];
  /** How much of each journal the position counts, once both have agreed on it. */
  readonly cut: Both<number> | null;
}

/** `null` while the pair is not closed. */
export async function endOf(tx: Queries, { row }: Pick<LoadedPair, 'row'>): Promise<End | null> {
  if (row.status !== 'closed') return null;
  const [found] = await tx
    .select({ own: pairEnd.own, theirs: pairEnd.theirs, settlement: pairEnd.settlement })
    .from(pairEnd)
    .where(and(eq(pairEnd.bankId, row.bankId), eq(pairEnd.pairId, row.id)));
  if (found === undefined) return null;
  const { own, theirs, settlement } = found;
  const closes = [own, theirs].flatMap((text) => (text === null ? [] : [JSON.parse(text) as JsonObject]));
  return { closes, cut: settlement === null || settlement.alone ? null : settlement.cut };
}

/**
 * How far a journal goes for the partner that asks. After a settlement it ends with the position, so that a partner
 * that settles again after a restore comes to the same one. One entry more is shown: by it a partner that settles later
 * sees where the histories part.
 */
export async function headWithin(
  tx: Queries,
  { row, pair }: Pick<LoadedPair, 'row' | 'pair'>,
  author: Party,
  end: End | null,
): Promise<Head> {
  const head = pair.heads[author];
  const cut = end?.cut?.[author] ?? head.seq;
  return head.seq <= cut ? head : ((await headAt(tx, row, author, cut)) ?? head);
}

async function mustEnd(tx: Queries, bank: Bank, pairId: string, status: string): Promise<LoadedPair> {
  const step = nextStatus(status as AgreementStatus, 'close');
  if (!step.ok) throw new Refused(step.refusal);
  const loaded = await lockPair(tx, bank.id, pairId);
  if (loaded === null) throw new Refused('not_found');
  return loaded;
}

/** From here on the pair is only read. */
async function close(
  tx: Queries,
  bank: Bank,
  row: LoadedPair['row'],
  pending: string | null,
  after: Signal[],
): Promise<void> {
  await tx
    .update(pairTable)
    .set({ status: 'closed', mode: 'closed', honourPending: pending, attempts: 0, nextAttemptAt: new Date() })
    .where(and(eq(pairTable.bankId, row.bankId), eq(pairTable.id, row.id)));
  const begun = await tx
    .select()
    .from(transfer)
    .where(
      and(
        eq(transfer.bankId, row.bankId),
        eq(transfer.pairId, row.id),
        sql`${transfer.status} in ('offered', 'accepted')`,
      ),
    );
  await giveBack(tx, row, begun);
  await exchangesOfClosed(tx, bank, row.id, after);
}
