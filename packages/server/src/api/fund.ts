/** Operations about gifts that wait for a yes, and about the community fund. */
import type { z } from '@hono/zod-openapi';
import type { Caller } from '../auth/tokens.ts';
import { mustBeSignedIn, mustOperate } from '../auth/tokens.ts';
import { fundCapOf } from '../bank/bank.ts';
import {
  answerRequest,
  askFund,
  type NamedRequest,
  readFund,
  requestsOf,
  waitingRequests,
  withdrawRequest,
} from '../fund/fund.ts';
import { findMember } from '../member/members.ts';
import { Refused } from '../node/refused.ts';
import { answerGift, setGiftRule, waitingGifts } from '../transfer/gift-answers.ts';
import type { Api } from './app.ts';
import { doing, idParam, noBody, noParams, noQuery, reading } from './describe.ts';
import {
  fundAnswerSchema,
  fundRequestSchema,
  fundSchema,
  giftAnswerSchema,
  giftRuleSchema,
  newFundRequestSchema,
  waitingGiftsSchema,
} from './fund-schemas.ts';
import { once } from './idempotent.ts';
import { page, pageQuery, transferSchema } from './schemas.ts';
import { transferView } from './transfers.ts';

/** Refuses unless a member asks for themselves: nobody else says yes to a gift, or asks the fund. */
function mustBeMember(caller: Caller | null): asserts caller is Caller & { role: 'member' } {
  mustBeSignedIn(caller);
  if (caller.role !== 'member') throw new Refused('not_allowed');
}

export function fundRoutes(api: Api): void {
  giftOperations(api);
  requestOperations(api);
  api.openapi(
    reading(
      { path: '/api/fund', operationId: 'getFund', summary: 'The community fund, as everybody may see it' },
      { answer: fundSchema, query: pageQuery, params: noParams },
    ),
    async (c) => {
      const { bank, caller, node } = c.var;
      const { cursor, limit } = c.req.valid('query');
      const page = { before: cursor, limit };
      const { balanceMinutes, moves, next } = await readFund(node.database.db, bank, caller !== null, page);
      const grantCapMinutes = fundCapOf(bank);
      const items = moves.map((move) => ({ ...move, at: move.at.toISOString() }));
      return c.json({ balanceMinutes, grantCapMinutes, moves: items, next }, 200);
    },
  );
}

function giftOperations(api: Api): void {
  api.openapi(
    reading(
      { path: '/api/gifts', operationId: 'listWaitingGifts', summary: 'Gifts that wait for my yes, newest first' },
      { answer: waitingGiftsSchema, query: noQuery, params: noParams },
    ),
    async (c) => {
      const { caller, bank, node } = c.var;
      mustBeMember(caller);
      const { db } = node.database;
      const me = await findMember(db, bank.id, caller.memberId);
      const gifts = await waitingGifts(db, bank.id, caller.memberId);
      const items = await Promise.all(
        gifts.map(async ({ row, giverName }) => ({ giverName, transfer: await transferView(db, bank.id, row) })),
      );
      return c.json({ asks: me?.asksGifts ?? false, items }, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/gifts/rule',
        operationId: 'setGiftRule',
        summary: 'Say whether gifts wait for my yes',
        status: 200,
      },
      { answer: giftRuleSchema, body: giftRuleSchema, params: noParams },
    ),
    async (c) => {
      const { caller, bank } = c.var;
      mustBeMember(caller);
      const { asks } = c.req.valid('json');
      const result = await once(c, async (tx) => {
        const { asksGifts } = await setGiftRule(tx, bank.id, caller.memberId, asks);
        return { status: 200, body: { asks: asksGifts } };
      });
      return c.json(result.body, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/gifts/{id}/answer',
        operationId: 'answerGift',
        summary: 'Say yes or no to a gift that waits for me',
        status: 200,
      },
      { answer: transferSchema, body: giftAnswerSchema, params: idParam },
    ),
    async (c) => {
      const { caller, bank } = c.var;
      mustBeMember(caller);
      const { id } = c.req.valid('param');
      const { yes } = c.req.valid('json');
      const result = await once(c, async (tx, after) => {
        const row = await answerGift(tx, bank, caller.memberId, id, yes, after);
        return { status: 200, body: await transferView(tx, bank.id, row) };
      });
      return c.json(result.body, 200);
    },
  );
}

function requestOperations(api: Api): void {
  api.openapi(
    reading(
      {
        path: '/api/fund/requests',
        operationId: 'listFundRequests',
        summary: 'My requests to the fund, newest first; for the operator, those that wait, oldest first',
      },
      { answer: page(fundRequestSchema, 'FundRequestPage'), query: pageQuery, params: noParams },
    ),
    async (c) => {
      const { caller, bank, node } = c.var;
      mustBeSignedIn(caller);
      const { cursor, limit } = c.req.valid('query');
      const { db } = node.database;
      const found =
        caller.role === 'member'
          ? await requestsOf(db, bank.id, caller.memberId, limit, cursor)
          : await waitingRequests(db, bank.id, limit, cursor);
      const items = found.map((each) => requestView(each));
      return c.json({ items, next: found.length === limit ? (items.at(-1)?.id ?? null) : null }, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/fund/requests',
        operationId: 'askFund',
        summary: 'Ask the community fund for hours',
        status: 201,
      },
      { answer: fundRequestSchema, body: newFundRequestSchema, params: noParams },
    ),
    async (c) => {
      const { caller, bank } = c.var;
      mustBeMember(caller);
      const result = await once(c, async (tx) => {
        const row = await askFund(tx, bank, caller.memberId, c.req.valid('json'));
        const name = (await findMember(tx, bank.id, row.memberId))?.name ?? '';
        return { status: 201, body: requestView({ row, name }) };
      });
      return c.json(result.body, 201);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/fund/requests/{id}/answer',
        operationId: 'answerFundRequest',
        summary: 'Grant hours from the fund, or do not, and say why',
        status: 200,
      },
      { answer: fundRequestSchema, body: fundAnswerSchema, params: idParam },
    ),
    async (c) => {
      const { caller, bank } = c.var;
      mustOperate(caller);
      const { id } = c.req.valid('param');
      const { yes, minutes, because } = c.req.valid('json');
      const result = await once(c, async (tx, after) => {
        const answer = yes ? ({ yes, because, ...(minutes !== undefined && { minutes }) } as const) : { yes, because };
        const row = await answerRequest(tx, bank, caller, id, answer, after);
        const name = (await findMember(tx, bank.id, row.memberId))?.name ?? '';
        return { status: 200, body: requestView({ row, name }) };
      });
      return c.json(result.body, 200);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/fund/requests/{id}/withdraw',
        operationId: 'withdrawFundRequest',
        summary: 'Take back a request that waits',
        status: 200,
      },
      { answer: fundRequestSchema, body: noBody, params: idParam },
    ),
    async (c) => {
      const { caller, bank } = c.var;
      mustBeMember(caller);
      const { id } = c.req.valid('param');
      const result = await once(c, async (tx) => {
        const row = await withdrawRequest(tx, bank.id, caller.memberId, id);
        const name = (await findMember(tx, bank.id, row.memberId))?.name ?? '';
        return { status: 200, body: requestView({ row, name }) };
      });
      return c.json(result.body, 200);
    },
  );
}

/** For the member and the desk: also what it is for. */
function requestView({ row, name }: NamedRequest): z.infer<typeof fundRequestSchema> {
  const { id, memberId, minutes, status, because, decidedBy, transferId } = row;
  return {
    id,
    memberId,
    name,
    minutes,
    content: row.content,
    status,
    because,
    decidedBy,
    transferId,
    createdAt: row.createdAt.toISOString(),
    decidedAt: row.decidedAt?.toISOString() ?? null,
  };
}
