/**
 * Invitations: making a link, and answering one that another town sent.
 *
 * Promises: only the operator is let in; a link that was made is shown once; what the other town offers
 * is read from its own link each time, never from our form; what is wrong is said and keeps what was
 * typed.
 *
 * @module
 */
import { suggestedLimit } from '@evenhour/protocol';
import { and, eq, gt, sql } from 'drizzle-orm';
import { createInvitation, type InvitationDraft, readInvitation } from '../../agreement/invitations.ts';
import { offerAgreement } from '../../agreement/service.ts';
import { toGiveOf } from '../../agreement/view.ts';
import { invitation, member } from '../../db/schema.ts';
import { refusalOf } from '../../node/refused.ts';
import { InvitationPage, InviteOpenedPage } from '../invitation.tsx';
import { sayLink } from '../links.ts';
import type { InvitationModel, InviteOpenedModel } from '../models.ts';
import { paths } from '../paths.ts';
import type { WebApp, WebContext } from './env.ts';
import { field, guarded, wholeNumber } from './form.ts';
import { keep, kept, take } from './kept.ts';
import { frameOf, operatorOnly, signedIn, statusOf } from './page.tsx';
import { townOf } from './towns.ts';

/** The most that the books take; far beyond what any town needs. */
export const MOST_HOURS = 1_000_000;

export function invitationRoutes(app: WebApp): void {
  app.get(paths.invitations, signedIn, operatorOnly, (c) => {
    const made = take(c, 'made');
    return invitationPage(c, made === null ? {} : { made: readMade(made) }, 200);
  });

  app.post(paths.invitations, ...guarded, operatorOnly, async (c) => {
    const { bank, node, form } = c.var;
    const { values, errors, hours } = readTerms(form);
    if (hours === null || values.bridgeBuilder === '')
      return invitationPage(c, { values: { ...values, link: '' }, errors }, 422);
    const terms = { grantsMinutes: hours * 60, bridgeBuilder: values.bridgeBuilder };
    const { link, expiresAt } = await node.signals.commit((tx) => createInvitation(tx, bank, terms));
    keepMade(c, { link, honourMinutes: terms.grantsMinutes, expiresAt });
    return c.redirect(paths.invitations, 303);
  });

  app.post(paths.openInvitation, ...guarded, operatorOnly, async (c) => {
    const link = field(c.var.form, 'link').slice(0, 512);
    if (link === '')
      return invitationPage(c, { values: await emptyValues(c), errors: { link: c.var.words.t('link.missing') } }, 422);
    keep(c, 'open', link);
    return c.redirect(paths.openInvitation, 303);
  });

  app.get(paths.openInvitation, signedIn, operatorOnly, async (c) => {
    const link = kept(c, 'open');
    return link === null
      ? c.redirect(paths.invitations, 303)
      : withDraft(c, link, (draft) => openedPage(c, link, draft, {}, 200));
  });

  app.post(paths.acceptInvitation, ...guarded, operatorOnly, async (c) => {
    const { bank, node, form } = c.var;
    const link = field(form, 'link').slice(0, 512);
    const { values, errors, hours } = readTerms(form);
    return withDraft(c, link, async (draft) => {
      if (hours === null || values.bridgeBuilder === '') return openedPage(c, link, draft, { values, errors }, 422);
      const terms = { grantsMinutes: hours * 60, bridgeBuilder: values.bridgeBuilder };
      try {
        const row = await node.signals.commit((tx, after) => offerAgreement(tx, bank, link, draft, terms, after));
        take(c, 'open');
        return c.redirect(paths.agreement(row.agreementId), 303);
      } catch (error) {
        const refusal = refusalOf(error);
        if (refusal === null) throw error;
        return openedPage(c, link, draft, { values, refusal }, statusOf(refusal));
      }
    });
  });
}

/** Keeps a link that was just made for the page that shows it, once. */
export function keepMade(c: WebContext, made: NonNullable<InvitationModel['made']>): void {
  keep(c, 'made', JSON.stringify(made));
}

function readMade(text: string): InvitationModel['made'] {
  const made = JSON.parse(text) as { link: string; honourMinutes: number; expiresAt: string };
  return { ...made, expiresAt: new Date(made.expiresAt) };
}

function readTerms(form: URLSearchParams) {
  const values = { hours: field(form, 'hours'), bridgeBuilder: field(form, 'bridgeBuilder').slice(0, 100) };
  const whole = wholeNumber(values.hours);
  const hours = whole !== null && whole <= MOST_HOURS ? whole : null;
  const errors = {
    ...(hours === null && { hours: 'missing' as const }),
    ...(values.bridgeBuilder === '' && { bridgeBuilder: 'missing' as const }),
  };
  return { values, errors, hours };
}

/** Reads what the link proposes, or says why it cannot be read. */
async function withDraft(
  c: WebContext,
  link: string,
  then: (draft: InvitationDraft) => Promise<Response>,
): Promise<Response> {
  let draft: InvitationDraft;
  try {
    draft = await readInvitation(c.var.node.outgoing, c.var.bank, link);
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === null) throw error;
    const errors = { link: sayLink(c.var.words, refusal, link, c.var.bank.origin) };
    return invitationPage(c, { values: { ...(await emptyValues(c)), link }, errors }, statusOf(refusal));
  }
  return then(draft);
}

/** A good start for a bank of our size. */
async function suggested(c: WebContext): Promise<number> {
  const [row] = await c.var.node.database.db
    .select({ count: sql<number>`count(*)::int` })
    .from(member)
    .where(and(eq(member.bankId, c.var.bank.id), eq(member.status, 'active'), sql`${member.kind} <> 'fund'`));
  return suggestedLimit(row?.count ?? 0);
}

async function emptyValues(c: WebContext): Promise<InvitationModel['values']> {
  return { hours: String((await suggested(c)) / 60), bridgeBuilder: c.var.bank.settings.bridgeBuilder, link: '' };
}

type Status = 200 | ReturnType<typeof statusOf>;

async function invitationPage(c: WebContext, given: Partial<InvitationModel>, status: Status): Promise<Response> {
  const { bank, node } = c.var;
  const open = await node.database.db
    .select({ id: invitation.id, honourMinutes: invitation.grantsMinutes, expiresAt: invitation.expiresAt })
    .from(invitation)
    .where(and(eq(invitation.bankId, bank.id), eq(invitation.status, 'open'), gt(invitation.expiresAt, new Date())))
    .orderBy(invitation.id);
  const model: InvitationModel = {
    made: null,
    open,
    suggestedMinutes: await suggested(c),
    values: await emptyValues(c),
    errors: {},
    ...given,
  };
  return c.html(<InvitationPage frame={frameOf(c)} model={model} />, status);
}

async function openedPage(
  c: WebContext,
  link: string,
  { party, words, expiresAt, opening }: InvitationDraft,
  given: Partial<InviteOpenedModel>,
  status: Status,
): Promise<Response> {
  const { hours, bridgeBuilder } = await emptyValues(c);
  const model: InviteOpenedModel = {
    link,
    town: townOf(party.name),
    theyHonourMinutes: party.grantsMinutes,
    bridgeBuilder: party.bridgeBuilder,
    words,
    fromBeforeMinutes: toGiveOf(c.var.bank, opening),
    expiresAt: new Date(expiresAt),
    suggestedMinutes: await suggested(c),
    values: { hours, bridgeBuilder },
    errors: {},
    refusal: null,
    ...given,
  };
  return c.html(<InviteOpenedPage frame={frameOf(c)} model={model} />, status);
}
