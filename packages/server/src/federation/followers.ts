/**
 * Who follows a member from elsewhere.
 *
 * Promises: a follow is accepted in the transaction that stores it, for members who have something public to say; what
 * a follower's server is sent leaves as the exact bytes that were written here. Followers are counted and never named.
 *
 * @module
 */
import { and, eq, or, sql } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import type { Database } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { follower, offer as offerTable, outboxPost } from '../db/schema.ts';
import { getOffer } from '../offer/offers.ts';
import { postedDocument, postedOffers, telling } from '../offer/posts.ts';
import { memberUrl, offerUrl } from '../offer/proposal.ts';
import { readMemberKey } from './member-keys.ts';
import type { HostedBank, NewFollower } from './ports.ts';

/** A member has at most so many: each is a request for each change. */
const MOST_FOLLOWERS = 10_000;
const OUTBOX_ITEMS = 50;

export type Market = Pick<HostedBank, 'memberRsa' | 'follow' | 'unfollow' | 'outboxOf' | 'followersOf' | 'postedAt'>;

/** What a bank publishes of its members' offers, and who hears it. `wake` is called when there is something to send. */
export function marketOf(database: Database, bank: Bank, wake: () => void): Market {
  const { db } = database;
  const ofMember = (memberId: string) => and(eq(follower.bankId, bank.id), eq(follower.memberId, memberId));
  return {
    memberRsa: (memberId) => readMemberKey(db, bank, memberId),

    async follow(given) {
      const accepted = await database.transaction(async (tx) => {
        const [count] = await tx
          .select({ count: sql<number>`count(*)::int` })
          .from(follower)
          .where(ofMember(given.memberId));
        if ((count?.count ?? 0) >= MOST_FOLLOWERS) return false;
        const { actor, inbox, sharedInbox, follow, memberId } = given;
        await tx
          .insert(follower)
          .values({ bankId: bank.id, memberId, actor, inbox, sharedInbox, follow })
          .onConflictDoUpdate({
            target: [follower.bankId, follower.memberId, follower.actor],
            set: { inbox, sharedInbox, follow },
          });
        const document = JSON.stringify(acceptOf(bank, given));
        await tx.insert(outboxPost).values({ bankId: bank.id, id: newId(), memberId, inbox, document });
        return true;
      });
      if (accepted) wake();
    },

    async unfollow({ actor, follow }) {
      await db
        .delete(follower)
        .where(
          and(
            eq(follower.bankId, bank.id),
            eq(follower.actor, actor),
            or(eq(follower.follow, follow), sql`${bank.origin} || '/ap/' || ${follower.memberId} = ${follow}`),
          ),
        );
    },

    async outboxOf(memberId) {
      const [count] = await db
        .select({ count: sql<number>`count(*)::int` })
        .from(offerTable)
        .where(and(eq(offerTable.bankId, bank.id), eq(offerTable.memberId, memberId), eq(offerTable.posted, true)));
      const rows = await postedOffers(db, bank, memberId, OUTBOX_ITEMS);
      return { total: count?.count ?? 0, items: rows.map((row) => telling(bank, row, 'Create')) };
    },

    async followersOf(memberId) {
      const [count] = await db.select({ count: sql<number>`count(*)::int` }).from(follower).where(ofMember(memberId));
      return count?.count ?? 0;
    },

    async postedAt(id, again) {
      const row = await getOffer(db, bank.id, id);
      if (row === undefined || row.posts === 0 || again > row.posts) return null;
      const stands = row.posted && again === row.posts;
      const gone = { '@context': 'https://www.w3.org/ns/activitystreams', type: 'Tombstone' };
      return stands
        ? { gone: false, document: postedDocument(bank, row) }
        : { gone: true, document: { ...gone, id: offerUrl(bank, { id, posts: again }) } };
    },
  };
}

function acceptOf(bank: Bank, { memberId, actor, follow }: NewFollower) {
  const own = memberUrl(bank, memberId);
  return {
    '@context': 'https://www.w3.org/ns/activitystreams',
    id: `${own}#accept-${newId()}`,
    type: 'Accept',
    actor: own,
    to: [actor],
    object: { id: follow, type: 'Follow', actor, object: own },
  };
}
