/** Operations about what members offer and need. */
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { mustBe, mustBeSignedIn, mustNotCoordinate } from '../auth/tokens.ts';
import { findMember } from '../member/members.ts';
import { Refused } from '../node/refused.ts';
import type { Category } from '../offer/categories.ts';
import {
  changeOffer,
  createOffer,
  endOffer,
  getOffer,
  newestOffers,
  offerOfLetter,
  offersOf,
  pauseOffer,
  renewOffer,
  setPicture,
} from '../offer/offers.ts';
import { shownPartners } from '../offer/partners.ts';
import { getPeerOffer } from '../offer/peer-offers.ts';
import { keepPicture, takePicture } from '../offer/pictures.ts';
import { nearOf, roundedPoint } from '../offer/places.ts';
import { isListed, type OfferRow } from '../offer/row.ts';
import { searchOffers } from '../offer/search.ts';
import type { NotTaken } from '../offer/shrink.ts';
import { actingFor } from './acting.ts';
import type { Api } from './app.ts';
import { doing, idParam, noBody, noParams, noQuery, reading, sending } from './describe.ts';
import type { ApiEnv } from './env.ts';
import { once, onceAsked } from './idempotent.ts';
import { mayKnow } from './members.ts';
import {
  foundSchema,
  letterSchema,
  newestQuery,
  newOfferSchema,
  offerQuery,
  offerSchema,
  pauseSchema,
  pictureQuery,
} from './offer-schemas.ts';
import { foundView, offerView, peerView } from './offer-views.ts';
import { page } from './schemas.ts';
import { lastPart } from './sign-in.ts';

export function offerRoutes(api: Api): void {
  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/offers',
        operationId: 'createOffer',
        summary: 'Offer something, or say what you need',
        status: 201,
      },
      { answer: offerSchema, body: newOfferSchema, params: noParams },
    ),
    async (c) => {
      const { caller, bank } = c.var;
      mustBeSignedIn(caller);
      mustNotCoordinate(caller);
      const { member: named, ...input } = c.req.valid('json');
      const memberId = await actingFor(c, caller, named, 'say whose it is');
      const result = await once(c, async (tx) => ({
        status: 201,
        body: await offerView(
          tx,
          c.var.bank,
          await createOffer(tx, bank, memberId, inputOf(input, bank.settings.language)),
        ),
      }));
      return c.json(result.body, 201);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/offers/{id}',
        operationId: 'updateOffer',
        summary: 'Say it in other words; all of it is said anew',
        status: 200,
      },
      { answer: offerSchema, body: newOfferSchema.omit({ member: true }), params: idParam },
    ),
    async (c) => {
      const { bank } = c.var;
      const { id } = await ownOffer(c);
      const input = inputOf(c.req.valid('json'), bank.settings.language);
      const result = await once(c, async (tx) => ({
        status: 200,
        body: await offerView(tx, c.var.bank, await changeOffer(tx, bank, id, input)),
      }));
      return c.json(result.body, 200);
    },
  );

  api.openapi(
    reading(
      { path: '/api/offers', operationId: 'listOffers', summary: 'Find offers and needs, here and in partner towns' },
      { answer: page(foundSchema, 'OfferPage'), query: offerQuery, params: noParams },
    ),
    async (c) => {
      const { caller, bank, node } = c.var;
      mustBeSignedIn(caller);
      const { q, kind, category, near, latitude, longitude, town, cursor, limit } = c.req.valid('query');
      const partners = await shownPartners(node.database.db, bank);
      const memberId = caller.role === 'member' ? caller.memberId : undefined;
      const around =
        near === undefined
          ? roundedPoint({ latitude, longitude })
          : (await nearOf(node.database.db, bank.id, near, memberId))?.point;
      if (near !== undefined && around === undefined)
        throw new Refused('invalid_request', { field: 'near', reason: 'nobody has said where that is' });
      const found = await searchOffers(node.database, bank.id, {
        query: q,
        kind,
        category: category as Category | undefined,
        near: around ?? undefined,
        home: town === undefined || town === bank.host,
        pairs: [...partners.values()]
          .filter(({ origin }) => town === undefined || new URL(origin).host === town)
          .map(({ pair }) => pair),
        cursor,
        limit,
      });
      return c.json({ items: found.items.map((item) => foundView(item, partners, bank)), next: found.next }, 200);
    },
  );

  api.openapi(
    reading(
      {
        path: '/api/offers/newest',
        operationId: 'listNewestOffers',
        summary: 'What was offered and needed last; without a token what is public',
      },
      { answer: z.object({ items: z.array(offerSchema) }), query: newestQuery, params: noParams },
    ),
    async (c) => {
      const { caller, bank, node } = c.var;
      const { db } = node.database;
      const rows = await newestOffers(db, bank.id, c.req.valid('query').limit, { forGuests: caller === null });
      return c.json({ items: await Promise.all(rows.map((row) => offerView(db, bank, row))) }, 200);
    },
  );

  api.openapi(
    reading(
      {
        path: '/api/members/{id}/offers',
        operationId: 'listMemberOffers',
        summary: "A member's offers and needs, newest first; the member's own with those that rest or are over",
      },
      { answer: z.object({ items: z.array(offerSchema) }), query: noQuery, params: idParam },
    ),
    async (c) => {
      const { caller, bank, node } = c.var;
      mustBeSignedIn(caller);
      const row = await findMember(node.database.db, bank.id, c.req.valid('param').id);
      if (row === undefined || !mayKnow(c, row)) throw new Refused('not_found');
      const mine = caller.role === 'operator' || caller.memberId === row.id;
      const rows = await offersOf(node.database.db, bank.id, row.id, { listed: !mine });
      return c.json({ items: await Promise.all(rows.map((each) => offerView(node.database.db, bank, each))) }, 200);
    },
  );

  api.openapi(
    reading(
      {
        path: '/api/offers/{id}',
        operationId: 'getOffer',
        summary: 'One offer or need, of this bank or of a partner. What is public needs no token',
      },
      { answer: offerSchema, query: noQuery, params: idParam },
    ),
    async (c) => {
      const { caller, bank, node } = c.var;
      const { db } = node.database;
      const { id } = c.req.valid('param');
      const row = await getOffer(db, bank.id, id);
      const isPublic = row !== undefined && row.visibility === 'public' && isListed(row);
      if (isPublic) return c.json(await offerView(db, bank, row), 200);
      mustBeSignedIn(caller);
      if (row !== undefined) {
        const mine = caller.role === 'operator' || caller.memberId === row.memberId;
        if (!mine && !isListed(row)) throw new Refused('not_found');
        return c.json(await offerView(db, bank, row), 200);
      }
      const partners = await shownPartners(db, bank);
      const peer = await getPeerOffer(db, bank.id, id);
      const view = peer === undefined ? undefined : partners.get(peer.pairId);
      if (peer === undefined || view === undefined) throw new Refused('not_found');
      return c.json(peerView(peer, view), 200);
    },
  );

  for (const [word, summary, act] of [
    ['renew', 'Show it for another six months', renewOffer],
    ['end', 'Take it away for good', endOffer],
  ] as const) {
    api.openapi(
      doing(
        { method: 'post', path: `/api/offers/{id}/${word}`, operationId: `${word}Offer`, summary, status: 200 },
        { answer: offerSchema, body: noBody, params: idParam },
      ),
      async (c) => {
        const { id } = await ownOffer(c);
        const result = await once(c, async (tx) => ({
          status: 200,
          body: await offerView(tx, c.var.bank, await act(tx, c.var.bank, id)),
        }));
        return c.json(result.body, 200);
      },
    );
  }

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/offers/{id}/renew-by-letter',
        operationId: 'renewOfferByLetter',
        summary: 'Show it for another six months, by the link of a letter. Needs no token',
        status: 200,
      },
      { answer: offerSchema, body: letterSchema, params: idParam },
    ),
    async (c) => {
      const { bank } = c.var;
      const { id } = c.req.valid('param');
      const secret = lastPart(c.req.valid('json').link);
      const result = await once(c, async (tx) => {
        if ((await offerOfLetter(tx, bank, id, secret)) === undefined) throw new Refused('not_found');
        return { status: 200, body: await offerView(tx, c.var.bank, await renewOffer(tx, bank, id)) };
      });
      return c.json(result.body, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/offers/{id}/pause',
        operationId: 'pauseOffer',
        summary: 'Let it rest, or show it again',
        status: 200,
      },
      { answer: offerSchema, body: pauseSchema, params: idParam },
    ),
    async (c) => {
      const { id } = await ownOffer(c);
      const { paused } = c.req.valid('json');
      const result = await once(c, async (tx) => ({
        status: 200,
        body: await offerView(tx, c.var.bank, await pauseOffer(tx, c.var.bank, id, paused)),
      }));
      return c.json(result.body, 200);
    },
  );
  pictureRoutes(api);
}

function pictureRoutes(api: Api): void {
  api.openapi(
    sending(
      {
        path: '/api/offers/{id}/picture',
        operationId: 'setOfferPicture',
        summary: 'Give it a picture of your own: JPEG, PNG, WebP, AVIF or GIF, at most 10 MB, sent as it is',
      },
      { answer: offerSchema, query: pictureQuery, params: idParam },
    ),
    async (c) => {
      const { bank, node } = c.var;
      const { id, memberId } = await ownOffer(c);
      const { text } = c.req.valid('query');
      const take = async () => {
        const bytes = new Uint8Array(await c.req.arrayBuffer());
        const taken = await takePicture(node.database.db, bank, memberId, bytes);
        if (typeof taken === 'string')
          throw new Refused('invalid_request', { field: 'picture', reason: NOT_TAKEN[taken] });
        return taken;
      };
      const result = await onceAsked(c, take, async (tx, taken) => {
        const picture = { id: await keepPicture(tx, bank, memberId, taken), text };
        return { status: 200, body: await offerView(tx, c.var.bank, await setPicture(tx, bank, id, picture)) };
      });
      return c.json(result.body, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/offers/{id}/picture/end',
        operationId: 'endOfferPicture',
        summary: 'Take its picture away',
        status: 200,
      },
      { answer: offerSchema, body: noBody, params: idParam },
    ),
    async (c) => {
      const { id } = await ownOffer(c);
      const result = await once(c, async (tx) => ({
        status: 200,
        body: await offerView(tx, c.var.bank, await setPicture(tx, c.var.bank, id, null)),
      }));
      return c.json(result.body, 200);
    },
  );
}

const NOT_TAKEN: Readonly<Record<NotTaken, string>> = {
  unreadable: 'it is no picture that can be read: send JPEG, PNG, WebP, AVIF or GIF',
  pixels: 'it has more than 50 megapixels',
};

/** The offer of the address, if the caller may change it. Somebody else's looks like none. */
async function ownOffer(c: Context<ApiEnv>): Promise<OfferRow> {
  const { caller, bank, node } = c.var;
  mustBeSignedIn(caller);
  const row = await getOffer(node.database.db, bank.id, c.req.param('id') ?? '');
  if (row === undefined || (caller.role === 'member' && caller.memberId !== row.memberId))
    throw new Refused('not_found');
  mustBe(caller, row.memberId);
  mustNotCoordinate(caller);
  return row;
}

function inputOf(input: Omit<z.infer<typeof newOfferSchema>, 'member'>, language: string) {
  const { place = '', latitude, longitude, ...rest } = input;
  if ((latitude === undefined) !== (longitude === undefined))
    throw new Refused('invalid_request', { field: 'latitude', reason: 'latitude and longitude come together' });
  return {
    kind: rest.kind,
    title: rest.title,
    text: rest.text ?? '',
    language: rest.language ?? language,
    category: rest.category as Category,
    place: { name: place, latitude, longitude },
    when: rest.when ?? '',
    minutes: rest.minutes ?? null,
    seats: rest.seats ?? null,
    visibility: rest.visibility ?? 'bank',
  };
}
