/** Operations about the town's places. */
import { z } from '@hono/zod-openapi';
import { mustBeSignedIn, mustOperate } from '../auth/tokens.ts';
import { mappedPlaces, waitingPlaces } from '../offer/named-places.ts';
import { degreesOf, endPlace, knownPlaces, pointOf, setPlace } from '../offer/places.ts';
import type { Api } from './app.ts';
import { doing, noParams, noQuery, reading } from './describe.ts';
import { once } from './idempotent.ts';
import { namedPlaceSchema, placeNameSchema, placeSchema } from './offer-schemas.ts';

export function placeRoutes(api: Api): void {
  api.openapi(
    reading(
      {
        path: '/api/places',
        operationId: 'listPlaces',
        summary:
          "The town's places; for the operator also those on no map, and names that members wrote and nobody placed",
      },
      { answer: z.object({ items: z.array(placeSchema) }), query: noQuery, params: noParams },
    ),
    async (c) => {
      const { caller, bank, node } = c.var;
      const { db } = node.database;
      mustBeSignedIn(caller);
      if (caller.role !== 'operator') {
        const known = await knownPlaces(db, bank.id);
        return c.json(
          { items: known.map((row) => ({ name: row.name, coordinates: degreesOf(row), waits: false })) },
          200,
        );
      }
      const mapped = await mappedPlaces(db, bank.id);
      const waiting = await waitingPlaces(db, bank.id);
      const items = [
        ...mapped.map(({ name, point, count }) => ({
          name,
          coordinates: point && degreesOf(point),
          waits: false,
          count,
        })),
        ...waiting.map(({ name, count }) => ({ name, coordinates: null, waits: true, count })),
      ];
      return c.json({ items }, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/places',
        operationId: 'setPlace',
        summary: 'Say where a place of the town is, and so where all is that names it',
        status: 200,
      },
      { answer: placeSchema, body: namedPlaceSchema, params: noParams },
    ),
    async (c) => {
      mustOperate(c.var.caller);
      const { name, coordinates } = c.req.valid('json');
      const result = await once(c, async (tx) => {
        const row = await setPlace(tx, c.var.bank, name, coordinates);
        const point = pointOf(row);
        return { status: 200, body: { name: row.name, coordinates: point && degreesOf(point), waits: false } };
      });
      return c.json(result.body, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/places/end',
        operationId: 'endPlace',
        summary: 'Take a place off the list; what names it is nowhere again',
        status: 200,
      },
      { answer: placeNameSchema, body: placeNameSchema, params: noParams },
    ),
    async (c) => {
      mustOperate(c.var.caller);
      const { name } = c.req.valid('json');
      const result = await once(c, async (tx) => {
        await endPlace(tx, c.var.bank, name);
        return { status: 200, body: { name } };
      });
      return c.json(result.body, 200);
    },
  );
}
