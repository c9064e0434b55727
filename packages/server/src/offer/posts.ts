/**
 * What an offer says to the fediverse: a post when it becomes public, a changed one, and none when it is over.
 *
 * Promises: the activities are written in the transaction of the change that they tell of, as the exact bytes that will
 * be sent; each follower's server gets one of them. A member's RSA key is made at the first public offer, before
 * anything is locked.
 *
 * @module
 */
import { and, eq, sql } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { follower, offer as offerTable, outboxPost } from '../db/schema.ts';
import { dueAfter } from '../delivery/signals.ts';
import { ensureMemberKey } from '../federation/member-keys.ts';
import { memberUrl, offerUrl, PROPOSAL_CONTEXT, PUBLIC, proposalOf } from './proposal.ts';
import { isListed, type OfferRow, offerColumns } from './row.ts';

/**
 * What a post needs. Making a key takes long, and while a bank's changes are locked nobody else writes an offer there.
 */
export async function prepareToTell(
  tx: Queries,
  bank: Bank,
  memberId: string,
  visibility: OfferRow['visibility'],
): Promise<void> {
  if (visibility === 'public') await ensureMemberKey(tx, bank, memberId);
}

/** Posts, posts anew or takes away, as the offer now asks for. Returns the row as it is then. */
export async function tellFollowers(tx: Queries, bank: Bank, row: OfferRow): Promise<OfferRow> {
  const wanted = row.visibility === 'public' && isListed(row);
  if (!wanted && !row.posted) return row;
  const type = !wanted ? 'Delete' : row.posted ? 'Update' : 'Create';
  const posts = type === 'Create' ? row.posts + 1 : row.posts;
  const [stored] = await tx
    .update(offerTable)
    .set({ posted: wanted, posts })
    .where(and(eq(offerTable.bankId, bank.id), eq(offerTable.id, row.id)))
    .returning(offerColumns);
  const now = stored as OfferRow;
  const activity = type === 'Delete' ? deletion(bank, now) : telling(bank, now, type);
  await queuePosts(tx, bank, now.memberId, activity);
  return now;
}

/** The activity by which a posted offer was published, as the outbox shows it. */
export function telling(bank: Bank, row: OfferRow, type: 'Create' | 'Update') {
  const url = offerUrl(bank, row);
  const actor = memberUrl(bank, row.memberId);
  const to = { to: [PUBLIC], cc: [`${actor}/followers`] };
  return {
    '@context': PROPOSAL_CONTEXT,
    id: type === 'Create' ? `${url}#create` : `${url}#update-${row.change}`,
    type,
    actor,
    published: row.updatedAt.toISOString(),
    ...to,
    object: { ...proposalOf(bank, row, url), ...to },
  };
}

/** The posted offer as it stands at its own address. */
export function postedDocument(bank: Bank, row: OfferRow) {
  const { object, '@context': context } = telling(bank, row, 'Create');
  return { '@context': context, ...object };
}

function deletion(bank: Bank, row: OfferRow) {
  const url = offerUrl(bank, row);
  const actor = memberUrl(bank, row.memberId);
  return {
    '@context': 'https://www.w3.org/ns/activitystreams',
    id: `${url}#delete`,
    type: 'Delete',
    actor,
    to: [PUBLIC],
    object: { id: url, type: 'Tombstone' },
  };
}

/** One row for each server that somebody follows from. */
async function queuePosts(tx: Queries, bank: Bank, memberId: string, activity: object): Promise<void> {
  const inbox = sql<string>`coalesce(${follower.sharedInbox}, ${follower.inbox})`;
  const inboxes = await tx
    .selectDistinct({ inbox })
    .from(follower)
    .where(and(eq(follower.bankId, bank.id), eq(follower.memberId, memberId)));
  if (inboxes.length === 0) return;
  dueAfter(tx);
  const document = JSON.stringify(activity);
  await tx
    .insert(outboxPost)
    .values(inboxes.map(({ inbox }) => ({ bankId: bank.id, id: newId(), memberId, inbox, document })));
}

/** A member's offers that stand in the fediverse now, newest first. */
export async function postedOffers(tx: Queries, bank: Bank, memberId: string, limit: number): Promise<OfferRow[]> {
  return tx
    .select(offerColumns)
    .from(offerTable)
    .where(and(eq(offerTable.bankId, bank.id), eq(offerTable.memberId, memberId), eq(offerTable.posted, true)))
    .orderBy(sql`${offerTable.id} desc`)
    .limit(limit);
}
