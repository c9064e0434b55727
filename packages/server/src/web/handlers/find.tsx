/**
 * The search of offers and needs.
 *
 * @module
 */

import { isCategory } from '../../offer/categories.ts';
import { shownPartners } from '../../offer/partners.ts';
import { knownPlaces, ME, nearOf, pointOfMember } from '../../offer/places.ts';
import { seatsLeft } from '../../offer/row.ts';
import { searchOffers } from '../../offer/search.ts';
import { type EntryModel, type FindModel, FindPage } from '../find.tsx';
import type { Frame } from '../models.ts';
import { paths } from '../paths.ts';
import { sayStanding } from '../standing.ts';
import type { WebApp } from './env.ts';
import { field } from './form.ts';
import { frameOf, signedIn } from './page.tsx';
import { bankView, standingOf, townOf } from './towns.ts';

const A_PAGE = 24;

export function findRoutes(app: WebApp): void {
  app.get(paths.find, signedIn, async (c) => {
    const { bank, node } = c.var;
    const { db } = node.database;
    const caller = c.var.session?.caller;
    const memberId = caller?.role === 'member' ? caller.memberId : undefined;
    const asked = new URL(c.req.url).searchParams;
    const query = field(asked, 'q').slice(0, 200);
    const show = asOneOf(field(asked, 'show'), ['offer', 'need'] as const);
    const category = field(asked, 'category');
    const near = field(asked, 'near').slice(0, 80);
    const town = field(asked, 'town');
    const [partners, places, mine, around] = await Promise.all([
      shownPartners(db, bank),
      knownPlaces(db, bank.id),
      memberId === undefined ? null : pointOfMember(db, bank.id, memberId),
      near === '' ? null : nearOf(db, bank.id, near, memberId),
    ]);
    const cursor = field(asked, 'cursor');
    const found = await searchOffers(node.database, bank.id, {
      query,
      kind: show === '' ? undefined : show,
      category: isCategory(category) ? category : undefined,
      near: around?.point,
      home: town === '' || town === bank.host,
      pairs: [...partners.values()]
        .filter(({ origin }) => town === '' || new URL(origin).host === town)
        .map(({ pair }) => pair),
      cursor: cursor === '' ? undefined : cursor,
      limit: A_PAGE,
    });
    const frame = frameOf(c);
    const model: FindModel = {
      query,
      show,
      category: isCategory(category) ? category : '',
      near: around === null ? '' : (around.name ?? ME),
      nearMe: memberId === undefined ? null : mine !== null,
      town,
      places: places.map(({ name }) => name),
      towns: [
        { value: bank.host, name: bankView(bank).name },
        ...[...partners.values()].map((view) => ({ value: new URL(view.origin).host, name: view.town })),
      ],
      groups: groupsOf(frame, found.items, partners),
      exact: found.items.some(({ exact }) => exact),
      nextHref: found.next === null ? null : nextOf(asked, found.next),
    };
    return c.html(<FindPage frame={frame} model={model} />);
  });
}

type Items = Awaited<ReturnType<typeof searchOffers>>['items'];
type Partners = Awaited<ReturnType<typeof shownPartners>>;

/** What was found, town by town, the own one first. */
function groupsOf(frame: Frame, items: Items, partners: Partners): FindModel['groups'] {
  const entries = new Map<string | null, EntryModel[]>([[null, []]]);
  for (const item of items) {
    const { id, kind, title, language, byName, place, when, minutes, pictureId, pictureText } = item;
    const seats = { seatsLeft: seatsLeft(item) };
    const entry = { id, kind, title, language, byName, place, when, minutes, pictureId, pictureText, ...seats };
    entries.set(item.pairId, [...(entries.get(item.pairId) ?? []), entry]);
  }
  return [...entries].flatMap(([pairId, of]) => {
    const view = pairId === null ? undefined : partners.get(pairId);
    if (of.length === 0 || (pairId !== null && view === undefined)) return [];
    const town = view === undefined ? frame.bank : townOf(view.town);
    const standing =
      view === undefined
        ? frame.words.t('offers.find.ownTown')
        : sayStanding(frame, town, standingOf(view), {
            theyHonourMoreMinutes: view.position.roomMinutes,
            theirBridgeBuilder: view.theirBridgeBuilder,
          });
    return [{ town, standing, entries: of }];
  });
}

function nextOf(asked: URLSearchParams, cursor: string): string {
  const next = new URLSearchParams(asked);
  next.set('cursor', cursor);
  return `${paths.find}?${next}`;
}

function asOneOf<T extends string>(text: string, known: readonly T[]): T | '' {
  return known.find((each) => each === text) ?? '';
}
