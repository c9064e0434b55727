/** Operations about agreements, their journals and their statements. */
import { suggestedLimit } from '@evenhour/protocol';
import { z } from '@hono/zod-openapi';
import { and, asc, eq, sql } from 'drizzle-orm';
import type { Context } from 'hono';
import { amendAgreement } from '../agreement/amend.ts';
import { closeAgreement } from '../agreement/ending.ts';
import { createInvitation, readInvitation } from '../agreement/invitations.ts';
import { answerAgreement, offerAgreement, withdrawOffer } from '../agreement/service.ts';
import { inviteSuccessor } from '../agreement/successor.ts';
import { type AgreementView, agreementViewById, agreementViews, isSigned } from '../agreement/view.ts';
import { mustBeSignedIn, mustOperate } from '../auth/tokens.ts';
import { member, pair as pairTable, standingEntry } from '../db/schema.ts';
import { writeStatement } from '../journal/statements.ts';
import { Refused } from '../node/refused.ts';
import type { Api } from './app.ts';
import { doing, idParam, noBody, noParams, noQuery, reading } from './describe.ts';
import type { ApiEnv } from './env.ts';
import { once, onceAsked } from './idempotent.ts';
import {
  agreementSchema,
  amendSchema,
  closingSchema,
  draftSchema,
  invitationSchema,
  journalEntrySchema,
  linkSchema,
  newAgreementSchema,
  newInvitationSchema,
  page,
  resendSchema,
  resentSchema,
  successorSchema,
} from './schemas.ts';
import { journalView } from './transfers.ts';

export function agreementRoutes(api: Api): void {
  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/invitations',
        operationId: 'invite',
        summary: 'Make a link that invites another bank',
        status: 201,
      },
      { answer: invitationSchema, body: newInvitationSchema, params: noParams },
    ),
    async (c) => {
      mustOperate(c.var.caller);
      const input = c.req.valid('json');
      const result = await once(c, async (tx) => {
        const made = await createInvitation(tx, c.var.bank, {
          grantsMinutes: input.grantsMinutes,
          bridgeBuilder: input.bridgeBuilder,
          ...(input.words !== undefined && { words: input.words }),
          ...(input.public !== undefined && { public: input.public }),
        });
        return { status: 201, body: { id: made.id, link: made.link, expiresAt: made.expiresAt.toISOString() } };
      });
      return c.json(result.body, 201);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/invitations/read',
        operationId: 'readInvitation',
        summary: "What another bank's link proposes",
        status: 200,
      },
      { answer: draftSchema, body: linkSchema, params: noParams },
    ),
    async (c) => {
      mustOperate(c.var.caller);
      const { link } = c.req.valid('json');
      const result = await onceAsked(
        c,
        () => readInvitation(c.var.node.outgoing, c.var.bank, link),
        async (tx, { party, words, predecessor, opening, ...draft }) => ({
          status: 200,
          body: {
            ...(predecessor !== undefined && { predecessor }),
            ...(opening !== undefined && { opening: { debtor: opening.debtor, minutes: opening.minutes } }),
            town: party.name,
            bank: party.bank,
            bridgeBuilder: party.bridgeBuilder,
            grantsMinutes: party.grantsMinutes,
            words: [...words],
            ...draft,
            suggestedMinutes: await suggested(tx, c),
          },
        }),
      );
      return c.json(result.body, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/agreements',
        operationId: 'offerAgreement',
        summary: "Say the first yes to another bank's invitation",
        status: 201,
      },
      { answer: agreementSchema, body: newAgreementSchema, params: noParams },
    ),
    async (c) => {
      mustOperate(c.var.caller);
      const { link, grantsMinutes, bridgeBuilder } = c.req.valid('json');
      const result = await onceAsked(
        c,
        () => readInvitation(c.var.node.outgoing, c.var.bank, link),
        async (tx, draft, after) => {
          const row = await offerAgreement(tx, c.var.bank, link, draft, { grantsMinutes, bridgeBuilder }, after);
          return { status: 201, body: await shown(tx, c, row.agreementId) };
        },
      );
      return c.json(result.body, 201);
    },
  );

  api.openapi(
    reading(
      {
        path: '/api/agreements',
        operationId: 'listAgreements',
        summary: 'Agreements with other banks and where they stand; for members those that both have signed',
      },
      { answer: z.object({ items: z.array(agreementSchema) }), query: noQuery, params: noParams },
    ),
    async (c) => {
      const { caller, bank, node } = c.var;
      mustBeSignedIn(caller);
      const views = await agreementViews(node.database.db, bank);
      return c.json({ items: views.filter((view) => caller.role === 'operator' || isSigned(view)) }, 200);
    },
  );

  api.openapi(
    reading(
      { path: '/api/agreements/{id}', operationId: 'getAgreement', summary: 'One agreement' },
      { answer: agreementSchema, query: noQuery, params: idParam },
    ),
    async (c) => {
      const { caller, node } = c.var;
      mustBeSignedIn(caller);
      const view = await shown(node.database.db, c, c.req.valid('param').id);
      if (caller.role !== 'operator' && !isSigned(view)) throw new Refused('not_found');
      return c.json(view, 200);
    },
  );

  for (const [word, summary, act] of [
    ['accept', 'Say the second yes', (...[tx, bank, id, after]) => answerAgreement(tx, bank, id, true, after)],
    [
      'decline',
      'Say no; the other bank is told',
      (...[tx, bank, id, after]) => answerAgreement(tx, bank, id, false, after),
    ],
    ['withdraw', 'Take back an offer of ours that was not answered; the other bank is told', withdrawOffer],
  ] as const satisfies readonly (readonly [string, string, typeof withdrawOffer])[]) {
    api.openapi(
      doing(
        {
          method: 'post',
          path: `/api/agreements/{id}/${word}`,
          operationId: `${word}Agreement`,
          summary,
          status: 200,
        },
        { answer: agreementSchema, body: noBody, params: idParam },
      ),
      async (c) => {
        mustOperate(c.var.caller);
        const { id } = c.req.valid('param');
        const result = await once(c, async (tx, after) => {
          await act(tx, c.var.bank, id, after);
          return { status: 200, body: await shown(tx, c, id) };
        });
        return c.json(result.body, 200);
      },
    );
  }

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/agreements/{id}/change',
        operationId: 'changeAgreement',
        summary: 'Change what we let the partner owe, or stop and resume new hours',
        status: 200,
      },
      { answer: agreementSchema, body: amendSchema, params: idParam },
    ),
    async (c) => {
      mustOperate(c.var.caller);
      const { id } = c.req.valid('param');
      const { grantsMinutes, suspended } = c.req.valid('json');
      const result = await once(c, async (tx, after) => {
        await amendAgreement(
          tx,
          c.var.bank,
          id,
          {
            ...(grantsMinutes !== undefined && { limitMinutes: grantsMinutes }),
            ...(suspended !== undefined && { suspended }),
          },
          after,
        );
        return { status: 200, body: await shown(tx, c, id) };
      });
      return c.json(result.body, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/agreements/{id}/close',
        operationId: 'closeAgreement',
        summary: 'End a pair for good; the other bank is told, and what stands between both is settled',
        status: 200,
      },
      { answer: agreementSchema, body: closingSchema, params: idParam },
    ),
    async (c) => {
      mustOperate(c.var.caller);
      const { id } = c.req.valid('param');
      const { because, alone = false } = c.req.valid('json');
      const result = await once(c, async (tx, after) => {
        await closeAgreement(tx, c.var.bank, id, { because, alone }, after);
        return { status: 200, body: await shown(tx, c, id) };
      });
      return c.json(result.body, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/agreements/{id}/successor',
        operationId: 'inviteSuccessor',
        summary: 'Make a link for the agreement that follows a closed one and carries its position over',
        status: 201,
      },
      { answer: invitationSchema, body: successorSchema, params: idParam },
    ),
    async (c) => {
      mustOperate(c.var.caller);
      const { id } = c.req.valid('param');
      const terms = c.req.valid('json');
      const result = await once(c, async (tx) => {
        const made = await inviteSuccessor(tx, c.var.bank, id, terms);
        return { status: 201, body: { id: made.id, link: made.link, expiresAt: made.expiresAt.toISOString() } };
      });
      return c.json(result.body, 201);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/agreements/{id}/statement',
        operationId: 'writeStatement',
        summary: 'Sign what we compute, so that the partner can compare',
        status: 202,
      },
      { answer: agreementSchema, body: noBody, params: idParam },
    ),
    async (c) => {
      mustOperate(c.var.caller);
      const { id } = c.req.valid('param');
      const result = await once(c, async (tx, after) => {
        await writeStatement(tx, c.var.bank, await pairIdOf(tx, c, id), after);
        return { status: 202, body: await shown(tx, c, id) };
      });
      return c.json(result.body, 202);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/agreements/{id}/resend',
        operationId: 'resend',
        summary: 'Send our journal again from a place; the partner counts nothing twice',
        status: 200,
      },
      { answer: resentSchema, body: resendSchema, params: idParam },
    ),
    async (c) => {
      mustOperate(c.var.caller);
      const { bank, node } = c.var;
      const result = await onceAsked(
        c,
        async () => {
          const pairId = await pairIdOf(node.database.db, c, c.req.valid('param').id);
          const sender = node.senders.get(bank.id, pairId);
          if (sender === undefined) throw new Refused('agreement_not_active');
          return sender.resend(c.req.valid('json').afterSeq);
        },
        async (_tx, resent) => ({ status: 200, body: resent }),
      );
      return c.json(result.body, 200);
    },
  );

  api.openapi(
    reading(
      {
        path: '/api/agreements/{id}/journal',
        operationId: 'readJournal',
        summary: 'Signed entries of both journals, as they are held here',
      },
      {
        answer: page(journalEntrySchema, 'JournalPage'),
        query: z.object({
          author: z.enum(['us', 'them']).default('us'),
          cursor: z.coerce.number().int().min(0).default(0),
          limit: z.coerce.number().int().min(1).max(200).default(50),
        }),
        params: idParam,
      },
    ),
    async (c) => {
      mustOperate(c.var.caller);
      const { bank, node } = c.var;
      const { author, cursor, limit } = c.req.valid('query');
      const db = node.database.db;
      const pairId = await pairIdOf(db, c, c.req.valid('param').id);
      const me = node.partners.byPair(bank.id, pairId)?.me ?? 0;
      const rows = await db
        .select()
        .from(standingEntry)
        .where(
          and(
            eq(standingEntry.bankId, bank.id),
            eq(standingEntry.pairId, pairId),
            eq(standingEntry.author, author === 'us' ? me : 1 - me),
            sql`${standingEntry.seq} > ${cursor}`,
          ),
        )
        .orderBy(asc(standingEntry.seq))
        .limit(limit);
      return c.json(
        {
          items: rows.map((row) => journalView(row, me)),
          next: rows.length === limit ? String(rows.at(-1)?.seq ?? '') : null,
        },
        200,
      );
    },
  );
}

type Db = ApiEnv['Variables']['node']['database']['db'];

async function shown(db: Db, c: Context<ApiEnv>, id: string): Promise<AgreementView> {
  const view = await agreementViewById(db, c.var.bank, id);
  if (view === null) throw new Refused('not_found');
  return view;
}

async function pairIdOf(db: Db, c: Context<ApiEnv>, id: string): Promise<string> {
  const [row] = await db
    .select({ id: pairTable.id })
    .from(pairTable)
    .where(and(eq(pairTable.bankId, c.var.bank.id), eq(pairTable.agreementId, id)));
  if (row === undefined) throw new Refused('not_found');
  return row.id;
}

async function suggested(db: Db, c: Context<ApiEnv>): Promise<number> {
  const [row] = await db
    .select({ count: sql<number>`count(*)::int` })
    .from(member)
    .where(and(eq(member.bankId, c.var.bank.id), eq(member.status, 'active'), sql`${member.kind} <> 'fund'`));
  return suggestedLimit(row?.count ?? 0);
}
