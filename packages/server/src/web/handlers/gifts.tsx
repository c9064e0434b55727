/** Gifts that wait for the signed-in member's yes, and whether gifts wait. */
import type { Refusal } from '@evenhour/protocol';
import { agreementViews } from '../../agreement/view.ts';
import { kindsOf } from '../../member/members.ts';
import { Refused, refusalOf } from '../../node/refused.ts';
import { answerGift, setGiftRule, waitingGifts } from '../../transfer/gift-answers.ts';
import { GiftsPage } from '../gifts.tsx';
import { paths } from '../paths.ts';
import type { WebApp, WebContext } from './env.ts';
import { field, guarded, idOf } from './form.ts';
import { frameOf, memberOf, ownMember, pattern, signedIn, statusOf } from './page.tsx';
import { townOf } from './towns.ts';

export function giftRoutes(app: WebApp): void {
  app.get(paths.gifts, signedIn, (c) => page(c, null));

  app.post(paths.giftRule, ...guarded, async (c) => {
    const { memberId } = memberOf(c);
    const { bank, node } = c.var;
    await setGiftRule(node.database.db, bank.id, memberId, field(c.var.form, 'asks') === 'yes');
    return c.redirect(paths.gifts, 303);
  });

  app.post(pattern(paths.answerGift), ...guarded, async (c) => {
    const { memberId } = memberOf(c);
    const { bank, node } = c.var;
    const id = idOf(c.req.param('id'));
    const answer = field(c.var.form, 'answer');
    if (answer !== 'yes' && answer !== 'no') throw new Refused('invalid_request', { field: 'answer' });
    try {
      await node.signals.commit((tx, after) => answerGift(tx, bank, memberId, id, answer === 'yes', after));
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === null || refusal.code === 'not_found') throw error;
      return page(c, refusal);
    }
    return c.redirect(answer === 'yes' ? paths.me : paths.gifts, 303);
  });
}

async function page(c: WebContext, refusal: Refusal | null): Promise<Response> {
  const { memberId } = memberOf(c);
  const { bank, node } = c.var;
  const { db } = node.database;
  const me = ownMember(c);
  const waiting = await waitingGifts(db, bank.id, memberId);
  const views = waiting.some(({ row }) => row.pairId !== null) ? await agreementViews(db, bank) : [];
  const kinds = await kindsOf(
    db,
    bank.id,
    waiting.map(({ row }) => row.memberId),
  );
  const gifts = waiting.map(({ row, giverName }) => {
    const host = row.counterparty.split('@')[1];
    const view = row.pairId === null ? undefined : views.find(({ origin }) => new URL(origin).host === host);
    const town = view === undefined ? null : townOf(view.town);
    const kind = row.direction === 'local' ? kinds.get(row.memberId) : undefined;
    return { id: row.id, who: giverName, kind, town, minutes: row.minutes, what: row.content };
  });
  const model = { asks: me.asksGifts, gifts, refusal };
  return c.html(<GiftsPage frame={frameOf(c)} model={model} />, refusal === null ? 200 : statusOf(refusal));
}
