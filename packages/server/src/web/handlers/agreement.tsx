/**
 * An agreement as people read it, the operator's yes or no, and an offer that is taken back.
 *
 * Promises: an agreement in force that both towns made public is for everybody to read; any other is
 * for the desk. Nothing says yes for anybody.
 *
 * @module
 */
import { amendAgreement } from '../../agreement/amend.ts';
import { closeAgreement } from '../../agreement/ending.ts';
import { answerAgreement, withdrawOffer } from '../../agreement/service.ts';
import { inviteSuccessor } from '../../agreement/successor.ts';
import { type AgreementView, agreementViewById, isSigned } from '../../agreement/view.ts';
import { Refused, refusalOf } from '../../node/refused.ts';
import { AgreementPage } from '../agreement.tsx';
import type { AgreementModel, RefusalView } from '../models.ts';
import { paths } from '../paths.ts';
import type { WebApp, WebContext } from './env.ts';
import { field, guarded, idOf, wholeNumber } from './form.ts';
import { keepMade, MOST_HOURS } from './invitations.tsx';
import { endedOf } from './losses.tsx';
import { frameOf, operatorOnly, pattern, statusOf } from './page.tsx';
import { differenceOf, isLive, standingOf, townOf } from './towns.ts';

export function agreementRoutes(app: WebApp): void {
  app.get(pattern(paths.agreement), (c) => agreementPage(c, null, 200));

  app.post(pattern(paths.answerAgreement), ...guarded, operatorOnly, (c) =>
    changed(c, async (id) => {
      const { bank, node, form } = c.var;
      const answer = field(form, 'answer');
      if (answer !== 'yes' && answer !== 'no' && answer !== 'withdraw')
        throw new Refused('invalid_request', { field: 'answer' });
      await node.signals.commit((tx, after) =>
        answer === 'withdraw'
          ? withdrawOffer(tx, bank, id, after)
          : answerAgreement(tx, bank, id, answer === 'yes', after),
      );
      return paths.agreement(id);
    }),
  );

  app.post(pattern(paths.changeAgreement), ...guarded, operatorOnly, (c) =>
    changed(c, async (id) => {
      const { bank, node, form } = c.var;
      const change = changeOf(form);
      await node.signals.commit((tx, after) => amendAgreement(tx, bank, id, change, after));
      return paths.agreement(id);
    }),
  );

  app.post(pattern(paths.closeAgreement), ...guarded, operatorOnly, (c) =>
    changed(c, async (id) => {
      const { bank, node, form } = c.var;
      const because = field(form, 'because').slice(0, 300);
      if (because === '') throw new Refused('invalid_request', { field: 'because' });
      const alone = field(form, 'alone') === 'yes';
      await node.signals.commit((tx, after) => closeAgreement(tx, bank, id, { because, alone }, after));
      return paths.agreement(id);
    }),
  );

  app.post(pattern(paths.followAgreement), ...guarded, operatorOnly, (c) =>
    changed(c, async (id) => {
      const { bank, node, form } = c.var;
      const hours = wholeNumber(field(form, 'hours'));
      const bridgeBuilder = field(form, 'bridgeBuilder').slice(0, 100);
      if (hours === null || bridgeBuilder === '') throw new Refused('invalid_request', { field: 'hours' });
      const grantsMinutes = hours * 60;
      const { link, expiresAt } = await node.signals.commit((tx) =>
        inviteSuccessor(tx, bank, id, { grantsMinutes, bridgeBuilder }),
      );
      keepMade(c, { link, honourMinutes: grantsMinutes, expiresAt });
      return paths.invitations;
    }),
  );
}

/** Does what a form asks for, and goes on to the page that it returns; what is refused is said on the agreement's. */
async function changed(
  c: WebContext & { var: { form: URLSearchParams } },
  work: (id: string) => Promise<string>,
): Promise<Response> {
  const id = idOf(c.req.param('id'));
  try {
    return c.redirect(await work(id), 303);
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === null || refusal.code === 'not_found') throw error;
    return agreementPage(c, refusal, statusOf(refusal));
  }
}

function changeOf(form: URLSearchParams): { suspended: boolean } | { limitMinutes: number } {
  const change = field(form, 'change');
  if (change === 'suspend' || change === 'resume') return { suspended: change === 'suspend' };
  const hours = wholeNumber(field(form, 'hours'));
  if (change !== 'limit' || hours === null || hours > MOST_HOURS)
    throw new Refused('invalid_request', { field: 'hours' });
  return { limitMinutes: hours * 60 };
}

/** Why the desk may want to end it: only what does not work is offered to be ended. */
function closableOf(view: AgreementView): AgreementModel['canClose'] {
  if (!isLive(view)) return null;
  if (view.silent === 'orphaned') return 'gone';
  return view.mode === 'halted' ? 'halted' : null;
}

async function agreementPage(
  c: WebContext,
  refusal: RefusalView | null,
  status: 200 | ReturnType<typeof statusOf>,
): Promise<Response> {
  const { bank, node, session } = c.var;
  const view = await agreementViewById(node.database.db, bank, idOf(c.req.param('id')));
  const isOperator = session?.caller.role === 'operator';
  const forAll = view?.public && isSigned(view);
  if (view === null || !(isOperator || forAll)) throw new Refused('not_found');
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
    difference: isLive(view) ? differenceOf(view) : null,
    readers: view.public ? (isSigned(view) ? 'all' : 'soon') : 'desks',
    ended: endedOf(view),
    fromBeforeMinutes: view.openingMinutes,
    canChange: isOperator && isLive(view) ? { weSuspended: view.position.weSuspended } : null,
    canClose: isOperator ? closableOf(view) : null,
    next: isOperator && view.ending !== null ? (view.ending.settlement === null ? 'settle' : 'follow') : null,
    canAnswer: isOperator && view.ourTurn,
    canWithdraw: isOperator && view.status === 'offered' && !view.ourTurn,
    refusal,
  };
}
