/**
 * The desk: what waits for the operator, invitations, and yes or no to an agreement.
 *
 * Promises: only the operator is let in; each form does what the API's operation does; what is
 * wrong in a form is said beside its field and keeps what was typed.
 *
 * @module
 */
import { suggestedLimit } from '@evenhour/protocol';
import { and, eq, gt, sql } from 'drizzle-orm';
import type { MiddlewareHandler } from 'hono';
import { answerAgreement, createInvitation, offerAgreement, readInvitation, showInvitation } from '../../agreement/service.ts';
import { type AgreementView, agreementViewById, agreementViews } from '../../agreement/view.ts';
import { invitation, member } from '../../db/schema.ts';
import { examine } from '../../node/doctor.ts';
import { Refused, refusalOf } from '../../node/refused.ts';
import { AgreementPage } from '../agreement.tsx';
import { ConsolePage } from '../console.tsx';
import { InvitationPage, InviteOpenedPage } from '../invitation.tsx';
import type { AgreementModel, InvitationModel, InviteOpenedModel, RefusalView, Waiting } from '../models.ts';
import { paths } from '../paths.ts';
import type { WebApp, WebContext, WebEnv } from './env.ts';
import { field, guarded, idOf, wholeNumber } from './form.ts';
import { frameOf, pattern, signedIn, statusOf } from './page.tsx';
import { booksOf, isLive, positionsOf, standingOf, townOf } from './towns.ts';

const operator: MiddlewareHandler<WebEnv> = async (c, next) => {
  if (c.var.session?.caller.role !== 'operator') throw new Refused('not_allowed');
  return next();
};

export function consoleRoutes(app: WebApp): void {
  app.get(paths.console, signedIn, operator, async (c) => {
    const { bank, node } = c.var;
    const { db } = node.database;
    const views = await agreementViews(db, bank);
    const model = {
      waiting: views.flatMap(waitingOf),
      positions: await positionsOf(db, bank, views),
      books: await booksOf(db, bank),
      checks: (await examine(node, bank)).map(({ id, ok, says, fix }) => ({ id, ok, sentence: says, ...(fix !== undefined && { fix }) })),
    };
    return c.html(<ConsolePage frame={frameOf(c)} model={model} />);
  });

  app.get(paths.invitations, signedIn, operator, async (c) => invitationPage(c, {}, 200));
  app.post(paths.invitations, ...guarded, operator, async (c) => {
    const values = { hours: field(c.var.form, 'hours'), bridgeBuilder: field(c.var.form, 'bridgeBuilder'), link: '' };
    const hours = wholeNumber(values.hours);
    const errors = { ...(hours === null && { hours: 'missing' as const }), ...(values.bridgeBuilder === '' && { bridgeBuilder: 'missing' as const }) };
    if (hours === null || values.bridgeBuilder === '') return invitationPage(c, { values, errors }, 422);
    const made = await c.var.node.signals.commit((tx) => createInvitation(tx, c.var.bank, { grantsMinutes: hours * 60, bridgeBuilder: values.bridgeBuilder }));
    // The link is shown once, so this page is the answer to the form itself.
    return invitationPage(c, { made: { link: made.link, honourMinutes: hours * 60, expiresAt: made.expiresAt } }, 200);
  });

  app.post(paths.openInvitation, ...guarded, operator, async (c) => {
    const link = field(c.var.form, 'link');
    if (link === '') return invitationPage(c, { values: { ...emptyValues(c), link }, errors: { link: 'missing' } }, 422);
    return readOr(c, link, (refusal) => invitationPage(c, { values: { ...emptyValues(c), link }, refusal }, 409), async () => openedPage(c, link, {}, 200));
  });

  app.post(paths.acceptInvitation, ...guarded, operator, async (c) => {
    const { bank, node, form } = c.var;
    const link = field(form, 'link');
    const values = { hours: field(form, 'hours'), bridgeBuilder: field(form, 'bridgeBuilder') };
    const hours = wholeNumber(values.hours);
    const errors = { ...(hours === null && { hours: 'missing' as const }), ...(values.bridgeBuilder === '' && { bridgeBuilder: 'missing' as const }) };
    return readOr(c, link, (refusal) => invitationPage(c, { values: { ...emptyValues(c), link }, refusal }, 409), async () => {
      if (hours === null || values.bridgeBuilder === '') return openedPage(c, link, { values, errors }, 422);
      const draft = await readInvitation(node.outgoing, bank, link);
      const row = await node.signals.commit((tx, after) => offerAgreement(tx, bank, link, draft, { grantsMinutes: hours * 60, bridgeBuilder: values.bridgeBuilder }, after));
      return c.redirect(paths.agreement(row.agreementId), 303);
    });
  });

  app.get(pattern(paths.agreement), async (c) => agreementPage(c, null, 200));
  app.post(pattern(paths.answerAgreement), ...guarded, operator, async (c) => {
    const { bank, node, form } = c.var;
    const id = idOf(c.req.param('id'));
    const answer = field(form, 'answer');
    if (answer !== 'yes' && answer !== 'no') throw new Refused('invalid_request', { field: 'answer' });
    try {
      await node.signals.commit((tx, after) => answerAgreement(tx, bank, id, answer === 'yes', after));
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === null || refusal.code === 'not_found') throw error;
      return agreementPage(c, refusal, statusOf(refusal));
    }
    return c.redirect(paths.agreement(id), 303);
  });

  // What our own link shows to a person: the agreement is made from the other bank's desk.
  app.get('/invitations/:secret', async (c) => {
    const { bank, node, source } = c.var;
    if (!node.openRate.take(source)) throw new Refused('too_many_requests');
    const draft = await showInvitation(node.database.db, bank, c.req.param('secret'));
    return c.html(<AgreementPage frame={frameOf(c)} model={draftModel(draft)} />);
  });
}

function draftModel(draft: Awaited<ReturnType<typeof showInvitation>>): AgreementModel {
  return {
    id: 'invitation',
    town: { name: 'your town', theme: 'plain' },
    words: draft.words,
    theyHonourMinutes: 0,
    weHonourMinutes: draft.party.grantsMinutes,
    bridgeBuilders: { ours: draft.party.bridgeBuilder, theirs: '' },
    ourYesAt: null,
    theirYesAt: null,
    status: 'offered',
    standing: { kind: 'agreeing' },
    canAnswer: false,
    refusal: null,
  };
}

/** Runs `then`, and shows what the other bank's link, or its computer, refused. */
async function readOr(c: WebContext, link: string, refused: (refusal: RefusalView) => Promise<Response>, then: () => Promise<Response>): Promise<Response> {
  try {
    return await then();
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === null || link === '') throw error;
    return refused(refusal);
  }
}

function emptyValues(c: WebContext): InvitationModel['values'] {
  return { hours: '', bridgeBuilder: c.var.bank.settings.bridgeBuilder, link: '' };
}

async function suggested(c: WebContext): Promise<number> {
  const [row] = await c.var.node.database.db
    .select({ count: sql<number>`count(*)::int` })
    .from(member)
    .where(and(eq(member.bankId, c.var.bank.id), eq(member.status, 'active'), sql`${member.kind} <> 'fund'`));
  return suggestedLimit(row?.count ?? 0);
}

async function invitationPage(c: WebContext, given: Partial<InvitationModel>, status: 200 | 409 | 422): Promise<Response> {
  const { bank, node } = c.var;
  const open = await node.database.db
    .select({ id: invitation.id, honourMinutes: invitation.grantsMinutes, expiresAt: invitation.expiresAt })
    .from(invitation)
    .where(and(eq(invitation.bankId, bank.id), eq(invitation.status, 'open'), gt(invitation.expiresAt, new Date())))
    .orderBy(invitation.id);
  const suggestedMinutes = await suggested(c);
  const values = { ...emptyValues(c), hours: String(suggestedMinutes / 60) };
  const model: InvitationModel = { made: null, open, suggestedMinutes, values, errors: {}, refusal: null, ...given };
  return c.html(<InvitationPage frame={frameOf(c)} model={model} />, status);
}

async function openedPage(c: WebContext, link: string, given: Partial<InviteOpenedModel>, status: 200 | 422): Promise<Response> {
  const { bank, node } = c.var;
  const { party, words, expiresAt } = await readInvitation(node.outgoing, bank, link);
  const suggestedMinutes = await suggested(c);
  const model: InviteOpenedModel = {
    link,
    town: townOf(party.name),
    theyHonourMinutes: party.grantsMinutes,
    bridgeBuilder: party.bridgeBuilder,
    words,
    expiresAt: new Date(expiresAt),
    suggestedMinutes,
    values: { hours: String(suggestedMinutes / 60), bridgeBuilder: bank.settings.bridgeBuilder },
    errors: {},
    refusal: null,
    ...given,
  };
  return c.html(<InviteOpenedPage frame={frameOf(c)} model={model} />, status);
}

/** An agreement that both made public is for everybody to read; any other is for the desk. */
async function agreementPage(c: WebContext, refusal: RefusalView | null, status: 200 | ReturnType<typeof statusOf>): Promise<Response> {
  const { bank, node, session } = c.var;
  const view = await agreementViewById(node.database.db, bank, idOf(c.req.param('id')));
  const isOperator = session?.caller.role === 'operator';
  if (view === null || !(isOperator || (view.public && isLive(view)))) throw new Refused('not_found');
  return c.html(<AgreementPage frame={frameOf(c)} model={agreementModel(view, isOperator, refusal)} />, status);
}

const STATUSES: readonly AgreementModel['status'][] = ['offered', 'active', 'suspended', 'declined', 'withdrawn', 'closed'];

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
    canAnswer: isOperator && view.ourTurn,
    refusal,
  };
}

/** What an agreement asks of the operator. */
function waitingOf(view: AgreementView): Waiting[] {
  const town = townOf(view.town);
  if (view.status === 'offered') return [{ kind: view.ourTurn ? 'your_yes' : 'their_yes', town, agreementId: view.id }];
  if (!isLive(view)) return [];
  const standing = standingOf(view);
  const { position, statement } = view;
  const list: Waiting[] = [];
  if (standing.kind === 'halted') list.push({ kind: 'halted', town, agreementId: view.id, because: standing.because });
  if (statement !== null && !statement.agrees)
    list.push({ kind: 'disagree', town, weSayMinutes: statement.weSayMinutes, theySayMinutes: statement.theySayMinutes });
  if (standing.kind === 'off')
    list.push({ kind: 'off', town, since: standing.since ?? null, nextAttemptAt: standing.nextAttemptAt, messages: view.underway.length });
  if (position.limitMinutes > 0 && position.owesMinutes + position.openMinutes >= position.limitMinutes * 0.8)
    list.push({ kind: 'near_limit', town, toGiveMinutes: position.owesMinutes, theyHonourMinutes: position.limitMinutes });
  return list;
}
