/**
 * Offers and needs as FEP-0837 proposals, which an ordinary fediverse server shows as a post.
 *
 * Promises: what members wrote is text wherever it goes, never markup; nothing says how to reach anybody. Amounts are
 * in minutes. Spec: market.
 *
 * @module
 */
import type { Bank } from '../bank/bank.ts';
import { asHtml, escaped } from '../federation/html.ts';
import { PICTURE_TYPE, picturePath } from './pictures.ts';
import { type OfferRow, seatsLeft } from './row.ts';

export const PUBLIC = 'https://www.w3.org/ns/activitystreams#Public';

/** What the minutes are of: hours of the bank's members, each worth the same. */
const HOURS = 'https://w3id.org/evenhour/v1#Hours';

const VALUE_FLOWS = 'https://w3id.org/valueflows/ont/vf#';
const UNITS = 'http://www.ontology-of-units-of-measure.org/resource/om-2/';

/** Every term of a proposal that ActivityStreams does not define. */
export const PROPOSAL_CONTEXT: readonly unknown[] = [
  'https://www.w3.org/ns/activitystreams',
  {
    vf: VALUE_FLOWS,
    om2: UNITS,
    evenhour: 'https://w3id.org/evenhour/v1#',
    Proposal: 'vf:Proposal',
    Intent: 'vf:Intent',
    purpose: 'vf:purpose',
    publishes: 'vf:publishes',
    reciprocal: 'vf:reciprocal',
    unitBased: 'vf:unitBased',
    action: 'vf:action',
    provider: { '@id': 'vf:provider', '@type': '@id' },
    receiver: { '@id': 'vf:receiver', '@type': '@id' },
    resourceConformsTo: { '@id': 'vf:resourceConformsTo', '@type': '@id' },
    resourceQuantity: 'vf:resourceQuantity',
    availableQuantity: 'vf:availableQuantity',
    hasUnit: 'om2:hasUnit',
    hasNumericalValue: 'om2:hasNumericalValue',
    category: 'evenhour:category',
    when: 'evenhour:when',
  },
];

export function memberUrl(bank: Pick<Bank, 'origin'>, memberId: string): string {
  return `${bank.origin}/ap/${memberId}`;
}

/**
 * Where an offer lives. Servers remember for ever that something was deleted, so what is posted again has another name.
 */
export function offerUrl(bank: Pick<Bank, 'origin'>, { id, posts = 1 }: { id: string; posts?: number }): string {
  return `${bank.origin}/offers/${id}${posts > 1 ? `?again=${posts}` : ''}`;
}

/** The document, without its context. */
export function proposalOf(bank: Pick<Bank, 'origin'>, row: OfferRow, url: string) {
  const member = memberUrl(bank, row.memberId);
  const [giver, taker] =
    row.kind === 'offer' ? (['provider', 'receiver'] as const) : (['receiver', 'provider'] as const);
  const left = seatsLeft(row);
  const content = `<p><strong>${escaped(row.title)}</strong></p>${asHtml(row.text)}`;
  const time = row.minutes === null ? {} : { resourceQuantity: quantity('minute', row.minutes) };
  return {
    id: url,
    type: ['Note', 'Proposal'],
    purpose: row.kind === 'offer' ? 'offer' : 'request',
    attributedTo: member,
    name: row.title,
    content,
    contentMap: { [row.language]: content },
    source: { content: row.text, mediaType: 'text/plain' },
    url: `${bank.origin}/offers/${row.id}`,
    category: row.category,
    ...(row.when !== '' && { when: row.when }),
    ...(row.place !== '' && { location: placeOf(row) }),
    ...(row.pictureId !== null && { attachment: [imageOf(bank, row.pictureId, row.pictureText)] }),
    published: row.createdAt.toISOString(),
    updated: row.updatedAt.toISOString(),
    endTime: row.expiresAt.toISOString(),
    unitBased: row.seats !== null,
    publishes: {
      type: 'Intent',
      id: `${url}#primary`,
      action: 'deliverService',
      [giver]: member,
      ...time,
      ...(left !== null && { availableQuantity: quantity('one', left) }),
    },
    reciprocal: {
      type: 'Intent',
      id: `${url}#reciprocal`,
      action: 'transfer',
      resourceConformsTo: HOURS,
      [taker]: member,
      ...time,
    },
  };
}

function imageOf(bank: Pick<Bank, 'origin'>, id: string, name: string) {
  return { type: 'Image', mediaType: PICTURE_TYPE, url: `${bank.origin}${picturePath(id)}`, name };
}

function quantity(unit: 'minute' | 'one', value: number) {
  return { hasUnit: unit, hasNumericalValue: String(value) };
}

/** A place; in degrees, if it says where that is. */
export interface Located {
  readonly type: 'Place';
  readonly name: string;
  readonly latitude?: number;
  readonly longitude?: number;
}

function placeOf({ place, latitude, longitude }: OfferRow): Located {
  const at = latitude === null || longitude === null ? {} : { latitude: latitude / 100, longitude: longitude / 100 };
  return { type: 'Place', name: place, ...at };
}
