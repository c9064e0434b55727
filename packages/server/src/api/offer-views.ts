/**
 * Offers as the API shows them.
 *
 * @module
 */
import type { z } from '@hono/zod-openapi';
import { and, eq } from 'drizzle-orm';
import type { AgreementView } from '../agreement/view.ts';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { member } from '../db/schema.ts';
import type { PeerOfferRow } from '../offer/peer-offers.ts';
import { picturePath } from '../offer/pictures.ts';
import { type OfferRow, seatsLeft } from '../offer/row.ts';
import type { Found } from '../offer/search.ts';
import type { foundSchema, offerSchema } from './offer-schemas.ts';

type OfferView = z.infer<typeof offerSchema>;

/** An offer of this bank. */
export async function offerView(tx: Queries, bank: Bank, row: OfferRow): Promise<OfferView> {
  const [author] = await tx
    .select({ name: member.name })
    .from(member)
    .where(and(eq(member.bankId, bank.id), eq(member.id, row.memberId)));
  return {
    ...sayingOf(row),
    by: { name: author?.name ?? '', memberId: row.memberId, actor: `${bank.origin}/ap/${row.memberId}` },
    picture: pictureOf(bank.origin, row),
    town: bank.host,
    agreementId: null,
    visibility: row.visibility,
    status: row.status,
    expiresAt: row.expiresAt.toISOString(),
    createdAt: row.createdAt.toISOString(),
  };
}

/** An offer of a partner bank. */
export function peerView(row: PeerOfferRow, { id, origin }: AgreementView): OfferView {
  return {
    ...sayingOf(row),
    by: { name: row.byName, memberId: null, actor: row.by },
    picture: null,
    town: new URL(origin).host,
    agreementId: id,
    visibility: 'partners',
    status: 'open',
    expiresAt: row.expiresAt.toISOString(),
    createdAt: row.publishedAt.toISOString(),
  };
}

/** What a search has found, here or in a partner town. */
export function foundView(
  item: Found,
  partners: ReadonlyMap<string, AgreementView>,
  { host, origin }: Bank,
): z.infer<typeof foundSchema> {
  const partner = item.pairId === null ? undefined : partners.get(item.pairId);
  return {
    ...sayingOf(item),
    byName: item.byName,
    picture: pictureOf(origin, item),
    town: partner === undefined ? host : new URL(partner.origin).host,
    agreementId: partner?.id ?? null,
    exact: item.exact,
    expiresAt: item.expiresAt.toISOString(),
  };
}

function sayingOf(row: OfferRow | PeerOfferRow | Found) {
  const { id, kind, title, text, language, place, when, minutes } = row;
  return { id, kind, title, text, language, category: row.category, place, when, minutes, seatsLeft: seatsLeft(row) };
}

function pictureOf(origin: string, { pictureId, pictureText }: Pick<OfferRow, 'pictureId' | 'pictureText'>) {
  return pictureId === null ? null : { url: `${origin}${picturePath(pictureId)}`, text: pictureText };
}
