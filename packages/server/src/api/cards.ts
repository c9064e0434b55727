/** Operations about printed cards, for the desk. */
import { mustOperate } from '../auth/tokens.ts';
import { cardPath, issueCardFor, revokeCardsOf } from '../member/cards.ts';
import { prepareCard } from '../member/joining.ts';
import { findMember } from '../member/members.ts';
import type { Api } from './app.ts';
import { doing, idParam } from './describe.ts';
import { once } from './idempotent.ts';
import { cardSchema, newCardSchema, revokedCardSchema } from './people-schemas.ts';

export function cardRoutes(api: Api): void {
  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/members/{id}/card',
        operationId: 'issueCard',
        summary: 'Issue a card; its words are shown once, and those of an older one stop',
        status: 201,
      },
      { answer: cardSchema, body: newCardSchema, params: idParam },
    ),
    async (c) => {
      mustOperate(c.var.caller);
      const { bank, node } = c.var;
      const { id } = c.req.valid('param');
      const { personId } = c.req.valid('json');
      const ready = await prepareCard(node, bank, (await findMember(node.database.db, bank.id, id))?.language ?? '');
      const result = await once(c, async (tx) => {
        const card = await issueCardFor(tx, bank, id, personId, ready);
        return {
          status: 201,
          body: { ...card, words: [...card.words], link: `${bank.origin}${cardPath(card.words)}` },
        };
      });
      return c.json(result.body, 201);
    },
  );

  api.openapi(
    doing(
      {
        method: 'post',
        path: '/api/members/{id}/card/revoke',
        operationId: 'revokeCard',
        summary: 'End the cards of whoever acts for a member',
        status: 200,
      },
      { answer: revokedCardSchema, body: newCardSchema, params: idParam },
    ),
    async (c) => {
      mustOperate(c.var.caller);
      const { id } = c.req.valid('param');
      const { personId } = c.req.valid('json');
      const result = await once(c, async (tx) => ({
        status: 200,
        body: { revoked: await revokeCardsOf(tx, c.var.bank.id, id, personId) },
      }));
      return c.json(result.body, 200);
    },
  );
}
