/** Operations about one's own passkeys: making one, and those that are there. */
import { z } from '@hono/zod-openapi';
import {
  addPasskey,
  offerPasskey,
  type PasskeyRow,
  passkeysOf,
  removePasskey,
  renamePasskey,
} from '../auth/passkeys.ts';
import { mustBePerson } from '../auth/tokens.ts';
import type { Api } from './app.ts';
import { doing, noBody, noParams, noQuery, reading } from './describe.ts';
import { once, onceAsked } from './idempotent.ts';
import {
  newPasskeySchema,
  passkeyNameSchema,
  passkeyOptionsSchema,
  passkeySchema,
  passkeysSchema,
} from './people-schemas.ts';

/** A credential's own id, which the device has made. */
const longIdParam = z.object({ id: z.string().min(1).max(1400) });

export function passkeyRoutes(api: Api): void {
  makingOperations(api);
  keptOperations(api);
}

function makingOperations(api: Api): void {
  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/passkeys/options',
        operationId: 'offerPasskey',
        summary: 'What a browser needs to make a passkey for the caller',
        status: 200,
      },
      { answer: passkeyOptionsSchema, body: noBody, params: noParams },
    ),
    async (c) => {
      mustBePerson(c.var.caller);
      const { personId } = c.var.caller;
      const result = await onceAsked(
        c,
        () => offerPasskey(c.var.node.database.db, c.var.bank, personId),
        async (_tx, options) => ({ status: 200, body: { options: { ...options } as Record<string, unknown> } }),
      );
      return c.json(result.body, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/passkeys',
        operationId: 'addPasskey',
        summary: 'Keep the passkey that a browser has made for the caller',
        status: 201,
      },
      { answer: passkeySchema, body: newPasskeySchema, params: noParams },
    ),
    async (c) => {
      mustBePerson(c.var.caller);
      const { personId } = c.var.caller;
      const { answer, name } = c.req.valid('json');
      const result = await onceAsked(
        c,
        () => addPasskey(c.var.node.database.db, c.var.bank, personId, answer, name),
        async (_tx, row) => ({ status: 201, body: passkeyView(row) }),
      );
      return c.json(result.body, 201);
    },
  );
}

function keptOperations(api: Api): void {
  api.openapi(
    reading(
      { path: '/api/passkeys', operationId: 'listPasskeys', summary: "The caller's own passkeys" },
      { answer: passkeysSchema, query: noQuery, params: noParams },
    ),
    async (c) => {
      mustBePerson(c.var.caller);
      const rows = await passkeysOf(c.var.node.database.db, c.var.bank.id, c.var.caller.personId);
      return c.json({ items: rows.map(passkeyView) }, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/passkeys/{id}/name',
        operationId: 'renamePasskey',
        summary: "Name one of the caller's own passkeys",
        status: 200,
      },
      { answer: passkeySchema, body: passkeyNameSchema, params: longIdParam },
    ),
    async (c) => {
      mustBePerson(c.var.caller);
      const { personId } = c.var.caller;
      const { id } = c.req.valid('param');
      const { name } = c.req.valid('json');
      const result = await once(c, async (tx) => ({
        status: 200,
        body: passkeyView(await renamePasskey(tx, c.var.bank.id, personId, id, name)),
      }));
      return c.json(result.body, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/passkeys/{id}/remove',
        operationId: 'removePasskey',
        summary: "Remove one of the caller's own passkeys",
        status: 200,
      },
      { answer: passkeySchema, body: noBody, params: longIdParam },
    ),
    async (c) => {
      mustBePerson(c.var.caller);
      const { personId } = c.var.caller;
      const { id } = c.req.valid('param');
      const result = await once(c, async (tx) => ({
        status: 200,
        body: passkeyView(await removePasskey(tx, c.var.bank.id, personId, id)),
      }));
      return c.json(result.body, 200);
    },
  );
}

function passkeyView({ id, name, createdAt, usedAt }: PasskeyRow) {
  return { id, name, createdAt: createdAt.toISOString(), usedAt: usedAt?.toISOString() ?? null };
}
