/**
 * What members offer and need.
 *
 * @module
 */
import { type Listing, type ListOptions, listing, paging } from './listing.ts';
import type { Bytes, CallOptions, DoOptions, Transport } from './transport.ts';
import type { FoundOffer, NewOffer, NewPlace, Offer, Place, PlaceName } from './types.ts';

export interface OfferSearch extends ListOptions {
  /** Words; a mistyped one finds its neighbours. */
  readonly q?: string | undefined;
  readonly kind?: 'offer' | 'need' | undefined;
  readonly category?: NewOffer['category'] | undefined;
  /** The host of a bank: this one or a partner's. */
  readonly town?: string | undefined;
  /** What is near comes first: near a place of the town, or `me` for where a member's own place is. */
  readonly near?: string | undefined;
  /** The same in degrees, both, without `near`. */
  readonly latitude?: number | undefined;
  readonly longitude?: number | undefined;
}

export interface Offers {
  /** Offers something, or says what somebody needs. It is shown for six months. */
  create(offer: NewOffer, options?: DoOptions): Promise<Offer>;
  /** Says it in other words; all of it is said anew. */
  update(id: string, offer: Omit<NewOffer, 'member'>, options?: DoOptions): Promise<Offer>;
  /** Finds offers and needs, here and in partner towns: what has all the words first. */
  list(search?: OfferSearch): Listing<FoundOffer>;
  /** A member's, newest first; the member's own with those that rest or are over. */
  of(memberIdOrHandle: string, options?: CallOptions): Promise<Offer[]>;
  /** What was offered and needed last; without a token what is public. `limit` of each kind. */
  newest(options?: CallOptions & { readonly limit?: number }): Promise<Offer[]>;
  /** One of them. What is public needs no token. */
  get(id: string, options?: CallOptions): Promise<Offer>;
  /**
   * Gives it a picture of your own: a file of at most 10 MB, and what is to be seen in it, for whoever does not see it.
   * It comes out small, and without the place and time that cameras write into it.
   */
  setPicture(id: string, picture: Bytes, text?: string, options?: DoOptions): Promise<Offer>;
  /** Takes its picture away. */
  endPicture(id: string, options?: DoOptions): Promise<Offer>;
  /** Shows it for another six months. */
  renew(id: string, options?: DoOptions): Promise<Offer>;
  /** The same by the link of a letter, or its last part. Needs no token. */
  renewByLetter(id: string, link: string, options?: DoOptions): Promise<Offer>;
  /** Lets it rest, or shows it again. */
  pause(id: string, paused: boolean, options?: DoOptions): Promise<Offer>;
  /** Takes it away for good. */
  end(id: string, options?: DoOptions): Promise<Offer>;
}

export interface Places {
  /** The town's places. For the operator also those on no map, and names that members wrote and nobody placed. */
  list(options?: CallOptions): Promise<Place[]>;
  /** Says where a place of the town is, and so where all is that names it. For the operator. */
  set(place: NewPlace, options?: DoOptions): Promise<Place>;
  /** Takes it off the list; what names it is nowhere again. For the operator. */
  end(name: string, options?: DoOptions): Promise<PlaceName>;
}

export function placesOf({ get, post }: Transport): Places {
  return {
    list: async (call) => (await get('/api/places', '', {}, call)).items,
    set: (place, call) => post('/api/places', '', place, call),
    end: (name, call) => post('/api/places/end', '', { name }, call),
  };
}

export function offersOf({ get, post, send }: Transport): Offers {
  return {
    create: (offer, call) => post('/api/offers', '', offer, call),
    update: (id, offer, call) => post('/api/offers/{id}', id, offer, call),
    list: (o = {}) => {
      const { q, kind, category, town, near, latitude, longitude } = o;
      const asked = {
        q,
        kind,
        category,
        town,
        near,
        latitude,
        longitude,
      };
      return listing((at) => get('/api/offers', '', { ...paging(at), ...asked }, o), o.pageSize);
    },
    of: async (id, call) => (await get('/api/members/{id}/offers', id, {}, call)).items,
    newest: async ({ limit, ...call } = {}) => (await get('/api/offers/newest', '', { limit }, call)).items,
    get: (id, call) => get('/api/offers/{id}', id, {}, call),
    setPicture: (id, picture, text = '', call) => send('/api/offers/{id}/picture', id, { text }, picture, call),
    endPicture: (id, call) => post('/api/offers/{id}/picture/end', id, {}, call),
    renew: (id, call) => post('/api/offers/{id}/renew', id, {}, call),
    renewByLetter: (id, link, call) => post('/api/offers/{id}/renew-by-letter', id, { link }, call),
    pause: (id, paused, call) => post('/api/offers/{id}/pause', id, { paused }, call),
    end: (id, call) => post('/api/offers/{id}/end', id, {}, call),
  };
}
