/**
 * Taking everything along, leaving, and the desk's part of it.
 *
 * Promises: each of these is the member's own act; the desk can say that the fund makes up hours, and nothing else.
 *
 * @module
 */
import { everythingOf } from '../../leaving/everything.ts';
import {
  askToLeave,
  confirmLeaving,
  type Hindrance,
  leavingOf,
  letFundPay,
  listLeaving,
  stay,
} from '../../leaving/leaving.ts';
import { balanceOf } from '../../member/members.ts';
import { refusalOf } from '../../node/refused.ts';
import { LeavePage, LeavingDeskPage } from '../leave.tsx';
import { paths } from '../paths.ts';
import type { WebApp, WebContext } from './env.ts';
import { field, guarded, idOf } from './form.ts';
import { frameOf, memberOf, operatorOnly, pattern, signedIn } from './page.tsx';

const SHOWN = 200;

export function leaveRoutes(app: WebApp): void {
  app.get(paths.leave, signedIn, async (c) => page(c, false));

  app.get(paths.everything, signedIn, async (c) => {
    const { bank, node, words } = c.var;
    const all = await everythingOf(node.database.db, bank, memberOf(c).memberId);
    c.header(
      'content-disposition',
      `attachment; filename="${words.t('leave.fileName')}-${all.madeAt.slice(0, 10)}.json"`,
    );
    c.header('content-type', 'application/json; charset=utf-8');
    return c.body(`${JSON.stringify(all, null, 2)}\n`);
  });

  app.post(paths.leave, ...guarded, async (c) => {
    const { bank, node, words } = c.var;
    const { memberId } = memberOf(c);
    await node.database.transaction((tx) => askToLeave(tx, bank, memberId, words.language));
    return c.redirect(paths.leave, 303);
  });

  app.post(paths.confirmLeaving, ...guarded, async (c) => {
    const { bank, node, form } = c.var;
    const { memberId } = memberOf(c);
    try {
      await node.signals.commit((tx) => confirmLeaving(tx, bank, memberId, field(form, 'word')));
    } catch (error) {
      if (refusalOf(error)?.code !== 'invalid_request') throw error;
      return page(c, true);
    }
    return c.redirect(paths.leave, 303);
  });

  app.post(paths.stay, ...guarded, async (c) => {
    const { bank, node } = c.var;
    const { memberId } = memberOf(c);
    await node.database.transaction((tx) => stay(tx, bank, memberId));
    return c.redirect(paths.leave, 303);
  });

  app.get(paths.leavingDesk, signedIn, operatorOnly, async (c) => {
    const { bank, node } = c.var;
    const found = await listLeaving(node.database.db, bank, SHOWN);
    const members = found.map(({ row, name, balanceMinutes }) => ({
      ...{ id: row.memberId, name, balanceMinutes, goesAt: row.goesAt, fundPays: row.fundPays },
      waitsFor: row.waitsFor as Hindrance,
    }));
    return c.html(<LeavingDeskPage frame={frameOf(c)} model={{ members }} />);
  });

  app.post(pattern(paths.fundPays), ...guarded, operatorOnly, async (c) => {
    const { bank, node } = c.var;
    const id = idOf(c.req.param('id'));
    await node.signals.commit((tx) => letFundPay(tx, bank, id));
    return c.redirect(paths.leavingDesk, 303);
  });
}

async function page(c: WebContext, wrongWord: boolean): Promise<Response> {
  const { bank, node } = c.var;
  const { db } = node.database;
  const { memberId } = memberOf(c);
  const row = await leavingOf(db, bank, memberId);
  const { balanceMinutes } = await balanceOf(db, bank.id, `member:${memberId}`);
  const model = {
    balanceMinutes,
    leaving: row && { word: row.word, goesAt: row.goesAt, waitsFor: row.waitsFor as Hindrance },
    wrongWord,
  };
  return c.html(<LeavePage frame={frameOf(c)} model={model} />, wrongWord ? 422 : 200);
}
