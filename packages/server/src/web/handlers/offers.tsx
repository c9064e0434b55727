/**
 * Offers and needs: one of them, writing one, and mine.
 *
 * Promises: the form does what the API does; somebody else's is not there to be changed; a guest sees what is public
 * and nothing else; the link of a letter renews one offer and opens nothing.
 *
 * @module
 */
import { createHash, randomUUID } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import { onceFor } from '../../api/idempotent.ts';
import type { Queries } from '../../db/database.ts';
import { member } from '../../db/schema.ts';
import { gatheringOfOffer } from '../../gathering/store.ts';
import { Refused, refusalOf } from '../../node/refused.ts';
import { isCategory } from '../../offer/categories.ts';
import {
  changeOffer,
  createOffer,
  endOffer,
  getOffer,
  LENGTHS,
  type OfferInput,
  offerOfLetter,
  offersOf,
  pauseOffer,
  renewOffer,
} from '../../offer/offers.ts';
import { shownPartners } from '../../offer/partners.ts';
import { getPeerOffer } from '../../offer/peer-offers.ts';
import { sizeOf } from '../../offer/pictures.ts';
import { knownPlaces, placeFrom } from '../../offer/places.ts';
import { isListed, type OfferRow, seatsLeft } from '../../offer/row.ts';
import { type MineModel, MyOffersPage, type OfferForm, OfferFormPage, type OfferModel, OfferPage } from '../offers.tsx';
import { paths } from '../paths.ts';
import { RenewPage } from '../renewal.tsx';
import { sayStanding } from '../standing.ts';
import type { WebApp, WebContext } from './env.ts';
import { field, guarded, guardedWithFile, idOf, wholeNumber } from './form.ts';
import { readPictureField, type SentPicture } from './offer-picture.ts';
import { keyAfter } from './once.ts';
import { frameOf, memberOf, pattern, signedIn, statusOf, toSignIn } from './page.tsx';
import { bankView, standingOf, townOf } from './towns.ts';

export function offerRoutes(app: WebApp): void {
  app.get(paths.offers, signedIn, async (c) => {
    const { bank, node } = c.var;
    const rows = await offersOf(node.database.db, bank.id, memberOf(c).memberId);
    return c.html(<MyOffersPage frame={frameOf(c)} mine={rows.map(mineOf)} />);
  });

  app.get(paths.newOffer, signedIn, async (c) => {
    memberOf(c);
    const kind = c.req.query('kind') === 'need' ? 'need' : 'offer';
    return form(c, { ...FRESH, values: { ...EMPTY, kind }, key: randomUUID() });
  });

  app.post(paths.offers, ...guardedWithFile, async (c) => {
    const { memberId } = memberOf(c);
    const { bank, node } = c.var;
    const key = field(c.var.form, 'key');
    const { input, values, errors } = readForm(c);
    const sent = await readPictureField(c, memberId, null);
    const picture = shownIn(sent, null);
    const filled = { ...FRESH, values, errors, key, picture };
    if (input === null || sent.error !== null) return form(c, filled, 422);
    const digest = createHash('sha256')
      .update(JSON.stringify(['offer', memberId, input, sent.digest, sent.text]))
      .digest('base64url');
    return orAgain(c, filled, async () => {
      if (!/^[\x21-\x7e]{8,100}$/.test(key)) throw new Refused('idempotency_key_missing');
      const { body } = await onceFor(node, bank, { key: `form ${key}`, digest }, async (tx) => ({
        status: 201,
        body: { id: (await createOffer(tx, bank, memberId, input, sent.picture)).id },
      }));
      return body.id;
    });
  });

  app.get(pattern(paths.offer), async (c) => {
    const { bank, node } = c.var;
    const model = await offerModel(c, idOf(c.req.param('id')));
    if (model === null) return toSignIn(c);
    // Whoever would come takes a seat there, and asks nobody.
    const gathering = await gatheringOfOffer(node.database.db, bank.id, model.id);
    if (gathering !== undefined) return c.redirect(paths.gathering(gathering), 303);
    return c.html(<OfferPage frame={frameOf(c)} model={model} />);
  });

  app.get(pattern(paths.changeOffer), signedIn, async (c) => {
    const row = await ownOffer(c);
    const values = {
      kind: row.kind,
      title: row.title,
      category: row.category,
      text: row.text,
      when: row.when,
      place: row.place,
      minutes: row.minutes === null ? '' : String(row.minutes),
      seats: row.seats === null ? '' : String(row.seats),
      visibility: row.visibility,
    };
    const picture = { ...NO_PICTURE, id: row.pictureId, text: row.pictureText };
    return form(c, { ...FRESH, id: row.id, values, picture });
  });

  app.post(pattern(paths.changeOffer), ...guardedWithFile, async (c) => {
    const { bank, node } = c.var;
    const row = await ownOffer(c);
    const { input, values, errors } = readForm(c);
    const sent = await readPictureField(c, row.memberId, row.pictureId);
    const picture = shownIn(sent, row.pictureId);
    const filled = { ...FRESH, id: row.id, values, errors, picture, taken: row.seatsTaken };
    if (input === null || sent.error !== null) return form(c, filled, 422);
    // What is still at the same place is still where a program has said that it is.
    const place = input.place.name === row.place ? placeFrom(row) : input.place;
    const said = { ...input, place, language: row.language };
    return orAgain(c, filled, async () => {
      await node.signals.commit((tx) => changeOffer(tx, bank, row.id, said, sent.picture));
      return row.id;
    });
  });

  for (const [path, act] of [
    [paths.renewOffer, renewOffer],
    [paths.endOffer, endOffer],
    [paths.pauseOffer, pauseOffer],
  ] as const)
    app.post(pattern(path), ...guarded, async (c) => {
      const { bank, node } = c.var;
      const { id } = await ownOffer(c);
      const paused = field(c.var.form, 'paused') === 'yes';
      await node.signals.commit((tx) => act(tx, bank, id, paused));
      return c.redirect(paths.offers, 303);
    });

  const letter = `${pattern(paths.renewOffer)}/:token`;
  app.get(letter, async (c) => renewal(c, false));
  // The secret of the link stands for the member; no session could add to it.
  app.post(letter, async (c) => renewal(c, true));
}

const EMPTY = {
  kind: 'offer',
  title: '',
  category: '',
  text: '',
  when: '',
  place: '',
  minutes: '',
  seats: '',
  visibility: 'bank',
} as const;

const NO_PICTURE: OfferForm['picture'] = { id: null, kept: false, text: '', error: null };

const FRESH = { id: null, errors: {}, refusal: null, key: '', picture: NO_PICTURE, taken: 0 } as const;

/** How the form shows again what was sent. */
function shownIn({ picture, text, error }: SentPicture, present: string | null): OfferForm['picture'] {
  const id = picture?.id ?? null;
  return { id, kept: id !== null && id !== present, text, error };
}

async function renewal(c: WebContext, now: boolean): Promise<Response> {
  const { bank, node } = c.var;
  const secret = c.req.param('token') ?? '';
  const row = await offerOfLetter(node.database.db, bank, idOf(c.req.param('id')), secret);
  const renewed = row !== undefined && now ? await node.signals.commit((tx) => renewOffer(tx, bank, row.id)) : null;
  const page = (
    <RenewPage
      frame={frameOf(c)}
      offer={row ?? null}
      action={new URL(c.req.url).pathname}
      until={renewed?.expiresAt ?? null}
    />
  );
  return c.html(page, row === undefined ? 404 : 200);
}

/** The offer of the address, if it is the signed-in member's. */
async function ownOffer(c: WebContext): Promise<OfferRow> {
  const { memberId } = memberOf(c);
  const { bank, node } = c.var;
  const row = await getOffer(node.database.db, bank.id, idOf(c.req.param('id')));
  if (row === undefined || row.memberId !== memberId) throw new Refused('not_found');
  return row;
}

type Filled = Omit<OfferForm, 'places' | 'hasPartners'>;

/** Does it, and goes to the offer; or shows the form again with what is wrong, beside its field if it has one. */
async function orAgain(c: WebContext, filled: Filled, act: () => Promise<string>): Promise<Response> {
  try {
    return c.redirect(paths.offer(await act()), 303);
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === null || refusal.code === 'not_found') throw error;
    if (refusal.facts['field'] === 'seats') return form(c, { ...filled, errors: { seats: 'taken' } }, 422);
    return form(c, { ...filled, refusal, key: keyAfter(refusal, filled.key) }, statusOf(refusal));
  }
}

async function form(c: WebContext, filled: Filled, status: 200 | ReturnType<typeof statusOf> = 200): Promise<Response> {
  const { bank, node } = c.var;
  const { db } = node.database;
  const [places, partners] = await Promise.all([knownPlaces(db, bank.id), shownPartners(db, bank)]);
  const model = { ...filled, places: places.map(({ name }) => name), hasPartners: partners.size > 0 };
  return c.html(<OfferFormPage frame={frameOf(c)} model={model} />, status);
}

/** What was typed; `input` is `null` when something of it is wrong. */
function readForm(c: WebContext): Pick<OfferForm, 'values' | 'errors'> & { input: OfferInput | null } {
  const get = (name: keyof OfferForm['values']): string => field(c.var.form, name).replaceAll('\r\n', '\n');
  const values = {
    kind: get('kind') === 'need' ? ('need' as const) : ('offer' as const),
    title: get('title').replaceAll('\n', ' '),
    category: get('category'),
    text: get('text'),
    when: get('when').replaceAll('\n', ' ').slice(0, LENGTHS.when),
    place: get('place').replaceAll('\n', ' ').slice(0, LENGTHS.place),
    minutes: get('minutes'),
    seats: get('seats'),
    visibility: get('visibility'),
  };
  const seats = values.seats === '' ? null : (wholeNumber(values.seats) ?? 0);
  const minutes = wholeNumber(values.minutes);
  const errors: OfferForm['errors'] = {
    ...(values.title === '' ? { title: 'missing' } : values.title.length > LENGTHS.title && { title: 'long' }),
    ...(!isCategory(values.category) && { category: 'missing' }),
    ...(values.text.length > LENGTHS.text && { text: 'long' }),
    ...(seats !== null && (seats < 1 || seats > 1000) && { seats: 'wrong' }),
  };
  if (Object.keys(errors).length > 0 || !isCategory(values.category)) return { values, errors, input: null };
  const { kind, title, category, text, when, place } = values;
  const visibility: OfferInput['visibility'] =
    (['partners', 'public'] as const).find((each) => each === values.visibility) ?? 'bank';
  const language = c.var.words.language;
  const length = minutes === null || minutes < 1 || minutes > 6000 ? null : minutes;
  const input = {
    kind,
    title,
    category,
    text,
    when,
    language,
    place: { name: place },
    minutes: length,
    seats,
    visibility,
  };
  return { values, errors, input };
}

function mineOf(row: OfferRow): MineModel {
  const { id, kind, title, language, expiresAt, pictureId } = row;
  const open = expiresAt.getTime() > Date.now() ? 'shown' : 'over';
  const state = row.status === 'open' ? open : row.status === 'paused' ? 'resting' : 'ended';
  return { id, kind, title, language, expiresAt, pictureId, state, seatsLeft: seatsLeft(row) };
}

/** What a visitor may see of it: `null` when they have to sign in first. Refuses `not_found`. */
async function offerModel(c: WebContext, id: string): Promise<OfferModel | null> {
  const { bank, node, session } = c.var;
  const { db } = node.database;
  const row = await getOffer(db, bank.id, id);
  const caller = session?.caller;
  if (row !== undefined) {
    const mine = caller?.role === 'member' && caller.memberId === row.memberId;
    const listed = isListed(row);
    if (caller === undefined && !(listed && row.visibility === 'public')) return null;
    if (!listed && !mine && caller?.role !== 'operator') throw new Refused('not_found');
    const [author] = await db
      .select({ name: member.name, kind: member.kind, status: member.status })
      .from(member)
      .where(and(eq(member.bankId, bank.id), eq(member.id, row.memberId)));
    const picture = await pictureOf(db, bank.id, row);
    const hasPage = caller !== undefined && author?.kind !== 'fund' && author?.status === 'active';
    const by = {
      byName: author?.name ?? '',
      byKind: author?.kind,
      byHref: hasPage ? paths.person(row.memberId) : null,
    };
    return { ...sayingOf(row), picture, ...by, town: bankView(bank), standing: null, mine };
  }
  if (caller === undefined) return null;
  const peer = await getPeerOffer(db, bank.id, id);
  const view = peer === undefined ? undefined : (await shownPartners(db, bank)).get(peer.pairId);
  if (peer === undefined || view === undefined) throw new Refused('not_found');
  const town = townOf(view.town);
  const standing = sayStanding(frameOf(c), town, standingOf(view), {
    theyHonourMoreMinutes: view.position.roomMinutes,
    theirBridgeBuilder: view.theirBridgeBuilder,
  });
  return { ...sayingOf(peer), picture: null, byName: peer.byName, byHref: null, town, standing, mine: false };
}

async function pictureOf(db: Queries, bankId: string, row: OfferRow): Promise<OfferModel['picture']> {
  const { pictureId: id, pictureText: text } = row;
  return id === null ? null : { id, text, ...(await sizeOf(db, bankId, id)) };
}

function sayingOf(
  row: Pick<
    OfferRow,
    'id' | 'kind' | 'title' | 'text' | 'language' | 'category' | 'place' | 'when' | 'minutes' | 'seats' | 'seatsTaken'
  >,
) {
  const { id, kind, title, text, language, place, when, minutes } = row;
  const category = isCategory(row.category) ? row.category : 'company';
  return { id, kind, title, text, language, category, place, when, minutes, seatsLeft: seatsLeft(row) };
}
