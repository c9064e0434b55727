/**
 * The desk says where the town's places are.
 *
 * Promises: only the desk is let in; what cannot be read as a place is said to be so beside the field, and kept.
 *
 * @module
 */
import type { Queries } from '../../db/database.ts';
import { refusalOf } from '../../node/refused.ts';
import { mappedPlaces, waitingPlaces } from '../../offer/named-places.ts';
import { degreesOf, endPlace, knownPlaces, PLACE_NAME, placeKey, setPlace } from '../../offer/places.ts';
import { readWhere, WHERE_LENGTH } from '../../offer/where.ts';
import { paths } from '../paths.ts';
import { type PlacesModel, PlacesPage, sayPoint } from '../places.tsx';
import type { WebApp, WebContext } from './env.ts';
import { asked, field, guarded } from './form.ts';
import { frameOf, operatorOnly, signedIn } from './page.tsx';

type Filled = Omit<PlacesModel, 'mapped' | 'waiting'>;

export function placesRoutes(app: WebApp): void {
  app.get(paths.places, signedIn, operatorOnly, async (c) => {
    const name = oneLine(asked(c, 'name')).slice(0, PLACE_NAME);
    const saved = oneLine(asked(c, 'saved')).slice(0, PLACE_NAME);
    const known = (await placesHere(c)).find(({ key }) => key === placeKey(name));
    const values = { name: known?.name ?? name, where: known === undefined ? '' : sayPoint(known) };
    return page(c, { values, errors: {}, saved }, 200);
  });

  app.post(paths.places, ...guarded, operatorOnly, async (c) => {
    const values = { name: nameIn(c), where: oneLine(field(c.var.form, 'where')).slice(0, WHERE_LENGTH) };
    const other = (await placesHere(c)).find(({ key }) => key !== placeKey(values.name));
    const where =
      values.where === '' ? 'missing' : readWhere(values.where, other === undefined ? null : degreesOf(other));
    const wrongName =
      placeKey(values.name) === '' ? ('missing' as const) : values.name.length > PLACE_NAME ? ('long' as const) : null;
    if (typeof where === 'string' || wrongName !== null) {
      const errors: Filled['errors'] = {
        ...(wrongName !== null && { name: wrongName }),
        ...(typeof where === 'string' && { where }),
      };
      return page(c, { values, errors, saved: '' }, 422);
    }
    return act(c, values.name, (tx) => setPlace(tx, c.var.bank, values.name, where), values.where);
  });

  app.post(paths.placeNowhere, ...guarded, operatorOnly, async (c) => {
    const name = nameIn(c);
    return act(c, name, (tx) => setPlace(tx, c.var.bank, name, null));
  });

  app.post(paths.placeEnd, ...guarded, operatorOnly, async (c) => {
    const name = nameIn(c);
    return act(c, name, (tx) => endPlace(tx, c.var.bank, name));
  });
}

const oneLine = (text: string): string => text.replaceAll(/\s+/gu, ' ').trim();
const nameIn = (c: WebContext): string => oneLine(field(c.var.form, 'name'));

function placesHere({ var: { bank, node } }: WebContext) {
  return knownPlaces(node.database.db, bank.id);
}

/** Does it and shows the list; what is gone already is gone. */
async function act(c: WebContext, name: string, how: (tx: Queries) => Promise<unknown>, where = ''): Promise<Response> {
  try {
    await c.var.node.database.transaction(how);
  } catch (error) {
    const code = refusalOf(error)?.code;
    if (code === 'invalid_request')
      return page(c, { values: { name, where }, errors: { name: 'many' }, saved: '' }, 422);
    if (code !== 'not_found') throw error;
  }
  return c.redirect(where === '' ? paths.places : `${paths.places}?saved=${encodeURIComponent(name)}`, 303);
}

async function page(c: WebContext, filled: Filled, status: 200 | 422): Promise<Response> {
  const { bank, node } = c.var;
  const { db } = node.database;
  const [mapped, waiting] = await Promise.all([mappedPlaces(db, bank.id), waitingPlaces(db, bank.id)]);
  return c.html(<PlacesPage frame={frameOf(c)} model={{ ...filled, mapped, waiting }} />, status);
}
