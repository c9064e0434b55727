/** The towns that honour our hours, as everybody may see them. */
import { z } from '@hono/zod-openapi';
import { type AgreementView, agreementViews, isSigned } from '../agreement/view.ts';
import type { Api } from './app.ts';
import { noParams, noQuery, reading } from './describe.ts';

const time = z.iso.datetime();
const hours = z.int().min(0);

const townSchema = z
  .object({
    agreementId: z.string(),
    town: z.string(),
    origin: z.string(),
    status: z.string().describe('`active`, `suspended` (a bank lets no new hours in) or `closed`.'),
    words: z.array(z.string()),
    theyHonourMinutes: hours.describe('Up to how many of our hours, in minutes.'),
    weHonourMinutes: hours.describe('Up to how many of theirs, in minutes.'),
    ourBridgeBuilder: z.string(),
    theirBridgeBuilder: z.string(),
    ourYesAt: time.nullable(),
    theirYesAt: time.nullable(),
    ended: z.object({ by: z.enum(['us', 'them']), because: z.string(), at: time }).nullable(),
  })
  .openapi('Town');

export function townRoutes(api: Api): void {
  api.openapi(
    reading(
      {
        path: '/api/towns',
        operationId: 'listTowns',
        summary: 'The towns whose agreement with us is public, and what it says. Needs no token',
      },
      { answer: z.object({ items: z.array(townSchema) }).openapi('Towns'), query: noQuery, params: noParams },
    ),
    async (c) => {
      const views = await agreementViews(c.var.node.database.db, c.var.bank);
      return c.json({ items: views.filter((view) => view.public && isSigned(view)).map(townView) }, 200);
    },
  );
}

/** Never how much has crossed. */
function townView(view: AgreementView): z.infer<typeof townSchema> {
  const { id: agreementId, town, origin, status, words, position, ending } = view;
  const { ourBridgeBuilder, theirBridgeBuilder, ourYesAt, theirYesAt } = view;
  return {
    ...{ agreementId, town, origin, status, words, ourBridgeBuilder, theirBridgeBuilder, ourYesAt, theirYesAt },
    theyHonourMinutes: position.limitMinutes,
    weHonourMinutes: position.grantsMinutes,
    ended: ending && { by: ending.by, because: ending.because, at: ending.at },
  };
}
