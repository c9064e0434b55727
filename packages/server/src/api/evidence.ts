/** What was kept of agreements for people to look at. */
import { and, eq, sql } from 'drizzle-orm';
import { mustOperate } from '../auth/tokens.ts';
import { evidence, pair as pairTable } from '../db/schema.ts';
import { Refused } from '../node/refused.ts';
import type { Api } from './app.ts';
import { idParam, reading } from './describe.ts';
import { evidenceSchema, page, pageQuery } from './schemas.ts';

export function evidenceRoutes(api: Api): void {
  api.openapi(
    reading(
      {
        path: '/api/agreements/{id}/evidence',
        operationId: 'readEvidence',
        summary: 'What was kept of an agreement for people to look at; anybody can check the proof of a fork',
      },
      { answer: page(evidenceSchema, 'EvidencePage'), query: pageQuery, params: idParam },
    ),
    async (c) => {
      mustOperate(c.var.caller);
      const { bank, node } = c.var;
      const { limit, cursor = '' } = c.req.valid('query');
      const [pair] = await node.database.db
        .select({ id: pairTable.id })
        .from(pairTable)
        .where(and(eq(pairTable.bankId, bank.id), eq(pairTable.agreementId, c.req.valid('param').id)));
      if (pair === undefined) throw new Refused('not_found');
      const { id, code, at, document } = evidence;
      const rows = await node.database.db
        .select({ id, code, at, document })
        .from(evidence)
        .where(and(eq(evidence.bankId, bank.id), eq(evidence.pairId, pair.id), sql`${evidence.id} > ${cursor}`))
        .orderBy(evidence.id)
        .limit(limit);
      const items = rows.map((row) => ({
        ...row,
        at: row.at.toISOString(),
        document: JSON.parse(row.document) as Record<string, unknown>,
      }));
      return c.json({ items, next: rows.length === limit ? (rows.at(-1)?.id ?? null) : null }, 200);
    },
  );
}
