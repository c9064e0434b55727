/**
 * An agreement as people read it, the operator's yes or no, and an offer that is taken back.
 *
 * Promises: an agreement in force that both towns made public is for everybody to read; any other is
 * for the desk. Nothing says yes for anybody.
 *
 * @module
 */
import { answerAgreement, withdrawOffer } from '../../agreement/service.ts';
import { type AgreementView, agreementViewById } from '../../agreement/view.ts';
import { Refused, refusalOf } from '../../node/refused.ts';
import { AgreementPage } from '../agreement.tsx';
import type { AgreementModel, RefusalView } from '../models.ts';
import { paths } from '../paths.ts';
import type { WebApp, WebContext } from './env.ts';
import { field, guarded, idOf } from './form.ts';
import { frameOf, operatorOnly, pattern, statusOf } from './page.tsx';
import { isLive, standingOf, townOf } from './towns.ts';

export function agreementRoutes(app: WebApp): void {
  app.get(pattern(paths.agreement), (c) => agreementPage(c, null, 200));

  app.post(pattern(paths.answerAgreement), ...guarded, operatorOnly, async (c) => {
    const { bank, node, form } = c.var;
    const id = idOf(c.req.param('id'));
    const answer = field(form, 'answer');
    if (answer !== 'yes' && answer !== 'no' && answer !== 'withdraw')
      throw new Refused('invalid_request', { field: 'answer' });
    try {
      await node.signals.commit((tx, after) =>
        answer === 'withdraw'
          ? withdrawOffer(tx, bank, id, after)
          : answerAgreement(tx, bank, id, answer === 'yes', after),
      );
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === null || refusal.code === 'not_found') throw error;
      return agreementPage(c, refusal, statusOf(refusal));
    }
    return c.redirect(paths.agreement(id), 303);
  });
}

async function agreementPage(
  c: WebContext,
  refusal: RefusalView | null,
  status: 200 | ReturnType<typeof statusOf>,
): Promise<Response> {
  const { bank, node, session } = c.var;
  const view = await agreementViewById(node.database.db, bank, idOf(c.req.param('id')));
  const isOperator = session?.caller.role === 'operator';
  if (view === null || !(isOperator || (view.public && isLive(view)))) throw new Refused('not_found');
  return c.html(<AgreementPage frame={frameOf(c)} model={agreementModel(view, isOperator, refusal)} />, status);
}

const STATUSES: readonly AgreementModel['status'][] = [
  'offered',
  'active',
  'suspended',
  'declined',
  'withdrawn',
  'closed',
];

function agreementModel(view: AgreementView, isOperator: boolean, refusal: RefusalView | null): AgreementModel {
  return {
    id: view.id,
    town: townOf(view.town),
    words: view.words,
    theyHonourMinutes: view.position.limitMinutes,
    weHonourMinutes: view.position.grantsMinutes,
    bridgeBuilders: { ours: view.ourBridgeBuilder, theirs: view.theirBridgeBuilder },
    ourYesAt: view.ourYesAt === null ? null : new Date(view.ourYesAt),
    theirYesAt: view.theirYesAt === null ? null : new Date(view.theirYesAt),
    status: STATUSES.find((known) => known === view.status) ?? 'closed',
    standing: standingOf(view),
    readers: view.public ? (isLive(view) ? 'all' : 'soon') : 'desks',
    canAnswer: isOperator && view.ourTurn,
    canWithdraw: isOperator && view.status === 'offered' && !view.ourTurn,
    refusal,
  };
}
