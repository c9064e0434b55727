/** Operations about receipts: one's own, and those that somebody shows. */
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { mustBeSignedIn } from '../auth/tokens.ts';
import { Refused } from '../node/refused.ts';
import { checkReceipt, type ReceiptDocuments } from '../receipt/check.ts';
import { partsWith } from '../receipt/documents.ts';
import {
  documentsOf,
  openReceipt,
  receiptPath,
  type SharedReceipt,
  sharedBy,
  shareReceipt,
  withdrawReceipt,
} from '../receipt/links.ts';
import { maySee, type TransferRow, transferById } from '../transfer/transfer-store.ts';
import type { Api } from './app.ts';
import { doing, idParam, noBody, noQuery, reading } from './describe.ts';
import type { ApiEnv } from './env.ts';
import { once } from './idempotent.ts';
import { orNull } from './schemas.ts';

const moved = { minutes: z.int(), givenAt: z.string(), receivedAt: z.string() };

const checkedSchema = z
  .object({
    ok: z.boolean(),
    kind: z.enum(['between', 'inside']),
    steps: z.array(
      z.object({
        step: z.enum(['agreement', 'hold', 'holdAccept', 'post', 'receipt', 'town', 'parts', 'details']),
        ok: z.boolean(),
      }),
    ),
    facts: z
      .object({
        ...moved,
        parts: z.array(z.object(moved)).describe('One, or each part of an exchange whose hours moved in several.'),
        from: z.string(),
        to: z.string(),
        giver: z.string().nullable(),
        receiver: z.string().nullable(),
        what: z.string().nullable(),
      })
      .nullable()
      .describe('What the papers say; null when they do not hold.'),
  })
  .openapi('CheckedReceipt');

const sharedSchema = z
  .object({
    url: z.string().describe('Whoever has it can check this one receipt, without an account.'),
    names: z.boolean(),
    sharedAt: z.string(),
  })
  .openapi('SharedReceipt');

const papers = {
  documents: z.record(z.string(), z.unknown()).describe('The signed papers. `evenhour verify` reads them from a file.'),
  checked: checkedSchema,
};
const receiptSchema = z.object({ ...papers, shared: orNull(sharedSchema) }).openapi('Receipt');
const openSchema = z.object({ ...papers, names: z.boolean() }).openapi('OpenReceipt');

export function receiptRoutes(api: Api): void {
  api.openapi(
    reading(
      {
        path: '/api/transfers/{id}/receipt',
        operationId: 'getReceipt',
        summary:
          'The signed papers of settled hours, checked now, and the link by which they are shown. Of an exchange all its parts, whichever is named',
      },
      {
        answer: receiptSchema,
        query: z.object({ names: z.enum(['true', 'false']).default('false').describe('With names and words.') }),
        params: idParam,
      },
    ),
    async (c) => {
      const { bank, node, caller } = c.var;
      const { db } = node.database;
      const row = await settledFor(c, c.req.valid('param').id);
      const documents = await documentsOf(db, bank, row, c.req.valid('query').names === 'true');
      const shared = caller?.role === 'member' ? await sharedBy(db, node.seal, row, caller.memberId) : null;
      return c.json({ ...(await checked(documents)), shared: shared && sharedView(c, shared) }, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/transfers/{id}/receipt/share',
        operationId: 'shareReceipt',
        summary: 'Make a link under which anybody can check this receipt. For the member whose hours they are',
        status: 201,
      },
      {
        answer: sharedSchema,
        body: z.strictObject({ names: z.boolean().describe('Whether names and words are shown too.') }),
        params: idParam,
      },
    ),
    async (c) => {
      const { bank, node } = c.var;
      const row = await settledFor(c, c.req.valid('param').id);
      const memberId = memberOf(c);
      const { names } = c.req.valid('json');
      const result = await once(c, async (tx) => ({
        status: 201,
        body: sharedView(c, await shareReceipt(tx, { bank, seal: node.seal }, row, memberId, names)),
      }));
      return c.json(result.body, 201);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/transfers/{id}/receipt/withdraw',
        operationId: 'withdrawReceipt',
        summary: 'End the link to a receipt. For the member who made it',
        status: 200,
      },
      { answer: z.object({ shared: z.literal(false) }), body: noBody, params: idParam },
    ),
    async (c) => {
      const row = await settledFor(c, c.req.valid('param').id);
      const memberId = memberOf(c);
      const result = await once(c, async (tx) => {
        await withdrawReceipt(tx, row, memberId);
        return { status: 200, body: { shared: false as const } };
      });
      return c.json(result.body, 200);
    },
  );

  api.openapi(
    reading(
      {
        path: '/api/receipts/{id}',
        operationId: 'openReceipt',
        summary: 'A receipt that somebody shows, by the end of its link, checked now. Needs no token',
      },
      { answer: openSchema, query: noQuery, params: idParam },
    ),
    async (c) => {
      const { documents, names } = await openReceipt(c.var.node.database.db, c.var.bank, c.req.valid('param').id);
      return c.json({ ...(await checked(documents)), names }, 200);
    },
  );
}

async function checked(documents: ReceiptDocuments) {
  const found = await checkReceipt(documents);
  const steps = found.steps.map((each) => ({ ...each }));
  const facts = found.facts && { ...found.facts, parts: [...found.facts.parts] };
  return { documents: documents as Record<string, unknown>, checked: { ...found, steps, facts } };
}

/** The hours that a receipt begins with, if the caller may see them and there is one. Refuses `not_found`. */
async function settledFor(c: Context<ApiEnv>, id: string): Promise<TransferRow> {
  const { caller, bank, node } = c.var;
  mustBeSignedIn(caller);
  const { db } = node.database;
  const row = await transferById(db, bank.id, id);
  if (row === undefined || !maySee(row, caller)) throw new Refused('not_found');
  const [first] = await partsWith(db, row);
  return first;
}

/** Showing is a member's own act: the desk cannot. */
function memberOf(c: Context<ApiEnv>): string {
  const { caller } = c.var;
  if (caller?.role !== 'member') throw new Refused('not_allowed');
  return caller.memberId;
}

function sharedView(c: Context<ApiEnv>, { token, names, sharedAt }: SharedReceipt): z.infer<typeof sharedSchema> {
  return { url: `${c.var.bank.origin}${receiptPath(token)}`, names, sharedAt: sharedAt.toISOString() };
}
