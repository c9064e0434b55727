/**
 * What members of partner towns offer and need, as their banks tell us.
 *
 * Promises: only what the pair's own partner has signed is taken, and only of its own members at its own origin. What
 * it says is text: cut to the lengths that our own members have, without control characters or marks that turn the
 * direction of writing. What is gone there goes here.
 *
 * @module
 */
import { and, eq, getTableColumns, inArray, lt, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Queries } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { peerOffer, peerOffers } from '../db/schema.ts';
import { isCategory } from './categories.ts';
import { LENGTHS, learn, lexemesOf } from './offers.ts';
import { wordsOf } from './words.ts';

const { words: _words, ...columns } = getTableColumns(peerOffer);
export type PeerOfferRow = Omit<typeof peerOffer.$inferSelect, 'words'>;

/** The most items of a page. */
export const PAGE_ITEMS = 100;
/** A partner may show us at most so many. */
const MOST_OFFERS = 200_000;
const MAX_URL = 500;

const url = z.string().max(MAX_URL);
const quantity = z.object({ hasUnit: z.string(), hasNumericalValue: z.string().regex(/^\d{1,7}$/) });
const intent = z.object({
  resourceQuantity: quantity.optional(),
  availableQuantity: quantity.optional(),
});
/** As text, for between banks every number is whole. */
const degrees = (most: number) =>
  z
    .string()
    .regex(/^-?\d{1,3}(\.\d{1,6})?$/)
    .transform(Number)
    .pipe(z.number().min(-most).max(most));
const item = z.union([
  z.object({ type: z.literal('Tombstone'), id: url }),
  z.object({
    type: z.tuple([z.literal('Note'), z.literal('Proposal')]),
    id: url,
    purpose: z.enum(['offer', 'request']),
    attributedTo: z.object({ id: url, name: z.string() }),
    name: z.string(),
    source: z.object({ content: z.string() }),
    contentMap: z.record(z.string().max(20), z.string()),
    category: z.string().max(40),
    when: z.string().optional(),
    location: z
      .object({
        name: z.string(),
        latitude: degrees(90).optional(),
        longitude: degrees(180).optional(),
      })
      .optional(),
    published: z.iso.datetime(),
    endTime: z.iso.datetime(),
    publishes: intent,
  }),
]);

/** A page as a partner answers it. Members that it has beside these are left alone. */
export const peerPageSchema = z.object({
  type: z.literal('OrderedCollectionPage'),
  pair: z.string(),
  /** The change after which it begins, as it was asked for, and the last one that it holds. */
  after: z.int().min(0),
  upTo: z.int().min(0),
  more: z.boolean(),
  life: z.string().max(64),
  orderedItems: z.array(z.unknown()).max(PAGE_ITEMS),
});
export type PeerPage = z.infer<typeof peerPageSchema>;

export interface PullState {
  readonly after: number;
  readonly life: string;
  readonly round: number;
}

/** Takes in a page that answers what was asked in `state`. Returns where to go on, or `null` when all is read. */
export async function takePage(
  tx: Queries,
  bankId: string,
  pair: { readonly id: string; readonly origin: string },
  asked: PullState,
  page: PeerPage,
): Promise<PullState | null> {
  const own = and(eq(peerOffers.bankId, bankId), eq(peerOffers.pairId, pair.id));
  const [state] = await tx.select().from(peerOffers).where(own).for('update');
  // Another process was quicker, or the partner answers something else than was asked.
  if (state === undefined || state.after !== asked.after || state.life !== asked.life) return null;
  if (page.life !== asked.life) {
    // Another life of its database: what we know may never have been, so all of it is read anew.
    const round = state.round + 1;
    await tx.update(peerOffers).set({ life: page.life, after: 0, round }).where(own);
    return { after: 0, life: page.life, round };
  }
  const read = page.orderedItems.flatMap((each) => {
    const parsed = item.safeParse(each);
    return parsed.success && isOf(pair.origin, parsed.data.id) ? [parsed.data] : [];
  });
  const gone = read.flatMap((each) => (each.type === 'Tombstone' ? [each.id] : []));
  if (gone.length > 0)
    await tx
      .delete(peerOffer)
      .where(and(eq(peerOffer.bankId, bankId), eq(peerOffer.pairId, pair.id), inArray(peerOffer.url, gone)));
  const [count] = await tx
    .select({ count: sql<number>`count(*)::int` })
    .from(sql`(select 1 from peer_offer where bank_id = ${bankId} and pair_id = ${pair.id} limit ${MOST_OFFERS}) held`);
  const room = MOST_OFFERS - (count?.count ?? 0);
  const known = new Set<string>();
  for (const each of read) {
    if (each.type === 'Tombstone' || known.size >= room || !isOf(pair.origin, each.attributedTo.id)) continue;
    known.add(each.id);
    const { words, ...row } = rowOf(each);
    await learn(tx, bankId, words);
    const values = { ...row, words: lexemesOf(words, row), round: state.round };
    await tx
      .insert(peerOffer)
      .values({ bankId, pairId: pair.id, id: newId(), ...values })
      .onConflictDoUpdate({ target: [peerOffer.bankId, peerOffer.pairId, peerOffer.url], set: values });
  }
  await tx.update(peerOffers).set({ after: page.upTo, readAt: new Date() }).where(own);
  if (page.more && page.upTo > asked.after) return { after: page.upTo, life: page.life, round: state.round };
  await tx
    .delete(peerOffer)
    .where(and(eq(peerOffer.bankId, bankId), eq(peerOffer.pairId, pair.id), lt(peerOffer.round, state.round)));
  return null;
}

/** Whether an address is one of this origin, written as such. */
function isOf(origin: string, address: string): boolean {
  return address.startsWith(`${origin}/`) && URL.canParse(address) && new URL(address).origin === origin;
}

type Proposal = Exclude<z.infer<typeof item>, { type: 'Tombstone' }>;

function rowOf(given: Proposal) {
  const { location, publishes } = given;
  const title = plain(given.name, LENGTHS.title, ' ');
  const text = plain(given.source.content, LENGTHS.text, '\n');
  const when = plain(given.when ?? '', LENGTHS.when, ' ');
  const place = plain(location?.name ?? '', LENGTHS.place, ' ');
  const byName = plain(given.attributedTo.name, 100, ' ');
  const category = isCategory(given.category) ? given.category : 'company';
  const near = location?.latitude !== undefined && location.longitude !== undefined ? location : null;
  const seats =
    publishes.availableQuantity === undefined ? null : Number(publishes.availableQuantity.hasNumericalValue);
  return {
    url: given.id,
    kind: given.purpose === 'offer' ? ('offer' as const) : ('need' as const),
    title,
    text,
    when,
    place,
    byName,
    by: given.attributedTo.id,
    category,
    language: /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$/.exec(Object.keys(given.contentMap)[0] ?? '')?.[0] ?? 'und',
    latitude: near?.latitude === undefined ? null : Math.round(near.latitude * 100),
    longitude: near?.longitude === undefined ? null : Math.round(near.longitude * 100),
    minutes: minutesOf(publishes.resourceQuantity),
    seats,
    seatsTaken: 0,
    publishedAt: new Date(given.published),
    expiresAt: new Date(given.endTime),
    words: wordsOf([title, place, byName, when, text]),
  };
}

/** `hour` and `second` are taken too, when they make whole minutes. */
function minutesOf(given: z.infer<typeof quantity> | undefined): number | null {
  if (given === undefined) return null;
  const value =
    Number(given.hasNumericalValue) * ({ minute: 1, hour: 60, second: 1 / 60 }[given.hasUnit] ?? Number.NaN);
  return Number.isInteger(value) && value >= 1 && value <= 6000 ? value : null;
}

/** Text as our own members could have written it. `line` is what a line's end becomes. */
function plain(text: string, most: number, line: ' ' | '\n'): string {
  return (
    text
      .slice(0, most * 4)
      .replaceAll(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, line)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
      .replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]|\p{Cs}/gu, '')
      .trim()
      .slice(0, most)
  );
}

/** One that can still be found. Whether its bank is still a partner is for the caller to say. */
export async function getPeerOffer(tx: Queries, bankId: string, id: string): Promise<PeerOfferRow | undefined> {
  const [row] = await tx
    .select(columns)
    .from(peerOffer)
    .where(and(eq(peerOffer.bankId, bankId), eq(peerOffer.id, id), sql`${peerOffer.expiresAt} > now()`));
  return row;
}
