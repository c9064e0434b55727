/**
 * The desk's pages of members: who asks to join, adding one, cards, and who acts for whom.
 *
 * Promises: only the desk is let in; the words of a card are shown once, to the session that asked for them.
 *
 * @module
 */
import { newMemberSchema } from '../../api/schemas.ts';
import { readAddress } from '../../auth/codes.ts';
import { letAct } from '../../broker/hats.ts';
import { issueCardFor, revokeCardsOf, wearersWithCards } from '../../member/cards.ts';
import {
  decide,
  languageAsked,
  prepareCard,
  takeIn,
  type Welcomed,
  waitingApplications,
} from '../../member/joining.ts';
import { findMember, setStatus } from '../../member/members.ts';
import { DESK_HAT, dropWaitingHat, takeHat, waitingHatsFor, withoutAddress } from '../../member/people.ts';
import { membersNamed } from '../../member/profile.ts';
import { Refused, refusalOf } from '../../node/refused.ts';
import { lookAgain } from '../../offer/offers.ts';
import { DeskMemberPage, MembersPage } from '../members.tsx';
import type { DeskMemberModel, MembersModel } from '../models.ts';
import { paths } from '../paths.ts';
import type { WebApp, WebContext } from './env.ts';
import { asked, field, guarded, idOf } from './form.ts';
import { cardPage, faultsIn, keptCard, newcomerIn } from './joining.tsx';
import { keep, take } from './kept.ts';
import { frameOf, operatorOnly, pattern, signedIn } from './page.tsx';
import { moreOf } from './profile.tsx';

const PAGE = 50;
const APPLICATIONS = 20;

export function membersRoutes(app: WebApp): void {
  app.get(paths.members, signedIn, operatorOnly, (c) => membersPage(c, {}, 200));

  app.post(paths.members, ...guarded, operatorOnly, async (c) => {
    const { bank, node, form, words } = c.var;
    const typed = newcomerIn(c);
    const handle = field(form, 'handle');
    const values = { ...typed.values, handle };
    const usable = handle === '' || newMemberSchema.shape.handle.safeParse(handle).success;
    const wrong = usable ? {} : { handle: words.t('members.handleWrong') };
    if ('errors' in typed || !usable)
      return membersPage(c, { values, errors: { ...('errors' in typed ? typed.errors : {}), ...wrong } }, 422);
    const ready = await prepareCard(node, bank, typed.newcomer.language);
    try {
      const email = typed.newcomer.email === '' ? '' : readAddress(typed.newcomer.email);
      const given = { ...typed.newcomer, email, ...(handle !== '' && { handle }) };
      const welcomed = await node.signals.commit((tx) => takeIn(tx, node, bank, given, '', ready));
      return welcomedTo(c, welcomed);
    } catch (error) {
      if (refusalOf(error)?.code === 'handle_taken')
        return membersPage(c, { values, errors: { handle: words.t('members.handleTaken') } }, 409);
      return membersPage(c, { values, errors: faultsIn(c, error) }, 422);
    }
  });

  app.post(pattern(paths.application), ...guarded, operatorOnly, async (c) => {
    const { bank, node, form } = c.var;
    const id = idOf(c.req.param('id'));
    const answer = field(form, 'answer');
    if (answer !== 'yes' && answer !== 'no') throw new Refused('invalid_request', { field: 'answer' });
    const decision = { yes: answer === 'yes', sentence: field(form, 'sentence').slice(0, 500) };
    const ready = await prepareCard(node, bank, await languageAsked(node.database.db, bank.id, id));
    const { welcomed } = await node.signals.commit((tx) => decide(tx, node, bank, id, decision, ready));
    return welcomed === null ? c.redirect(paths.members, 303) : welcomedTo(c, welcomed);
  });

  app.get(paths.madeCard, signedIn, operatorOnly, (c) => {
    const value = take(c, 'card');
    if (value === null) return c.redirect(paths.members, 303);
    return cardPage(c, value, { forOther: true, onwards: paths.members });
  });

  memberRoutes(app);
  hatRoutes(app);
}

function memberRoutes(app: WebApp): void {
  app.get(pattern(paths.member), signedIn, operatorOnly, (c) => deskMemberPage(c, idOf(c.req.param('id'))));
  app.get(paths.deskHats, signedIn, operatorOnly, (c) => deskMemberPage(c, DESK_HAT));

  app.post(pattern(paths.memberCard), ...guarded, operatorOnly, async (c) => {
    const { bank, node, form } = c.var;
    const id = idOf(c.req.param('id'));
    const personId = field(form, 'personId') || undefined;
    const row = await findMember(node.database.db, bank.id, id);
    if (row === undefined) throw new Refused('not_found');
    const ready = await prepareCard(node, bank, row.language);
    await node.signals.commit((tx) => issueCardFor(tx, bank, id, personId, ready));
    keep(c, 'card', keptCard(row, ready.words));
    return c.redirect(paths.madeCard, 303);
  });

  app.post(pattern(paths.memberCardEnd), ...guarded, operatorOnly, async (c) => {
    const { bank, node, form } = c.var;
    const id = idOf(c.req.param('id'));
    await node.database.transaction((tx) => revokeCardsOf(tx, bank.id, id, field(form, 'personId') || undefined));
    return c.redirect(paths.member(id), 303);
  });

  app.post(pattern(paths.memberStatus), ...guarded, operatorOnly, async (c) => {
    const { bank, node, form } = c.var;
    const row = await findMember(node.database.db, bank.id, idOf(c.req.param('id')));
    if (row === undefined || row.kind === 'fund') throw new Refused('not_found');
    const status = field(form, 'status') === 'suspended' ? 'suspended' : 'active';
    await node.signals.commit(async (tx) => {
      await setStatus(tx, bank.id, row.id, status);
      await lookAgain(tx, bank, row.id);
    });
    return c.redirect(paths.member(row.id), 303);
  });
}

function hatRoutes(app: WebApp): void {
  app.post(paths.deskHatGive, ...guarded, operatorOnly, async (c) => {
    const { bank, node, form, words, session } = c.var;
    const memberId = hatOf(c);
    const values = { name: field(form, 'name').slice(0, 100), email: field(form, 'email').slice(0, 254) };
    if (values.name === '')
      return deskMemberPage(c, memberId, { values, errors: { name: words.t('joining.fault.name') } });
    try {
      const email = readAddress(values.email);
      const role = memberId === DESK_HAT ? 'desk' : 'acts';
      const given = { memberId, role, name: values.name, email } as const;
      await node.database.transaction((tx) => letAct(tx, bank, session?.caller.personId, given));
      return c.redirect(memberId === DESK_HAT ? paths.deskHats : paths.member(memberId), 303);
    } catch (error) {
      const refused = refusalOf(error);
      const isOwn = refused?.code === 'not_allowed';
      if (!isOwn && refused?.facts['field'] !== 'email') throw error;
      const fault = words.t(isOwn ? 'members.hatYours' : 'joining.fault.email');
      return deskMemberPage(c, memberId, { values, errors: { email: fault } });
    }
  });

  app.post(paths.deskHatTake, ...guarded, operatorOnly, async (c) => {
    const { bank, node, form } = c.var;
    const memberId = hatOf(c);
    const email = field(form, 'email');
    await node.database.transaction((tx) =>
      email === ''
        ? takeHat(tx, bank.id, field(form, 'personId').slice(0, 64), memberId)
        : dropWaitingHat(tx, bank.id, email, memberId),
    );
    return c.redirect(memberId === DESK_HAT ? paths.deskHats : paths.member(memberId), 303);
  });
}

function hatOf(c: WebContext): string {
  const memberId = field(c.var.form, 'memberId');
  return memberId === DESK_HAT ? DESK_HAT : idOf(memberId);
}

/** To the card, when there is one to print, else to the new member. */
function welcomedTo(c: WebContext, { member, cardWords }: Welcomed): Response {
  if (cardWords === null) return c.redirect(paths.member(member.id), 303);
  keep(c, 'card', keptCard(member, cardWords));
  return c.redirect(paths.madeCard, 303);
}

async function deskMemberPage(
  c: WebContext,
  memberId: string,
  given?: Pick<DeskMemberModel, 'values' | 'errors'>,
): Promise<Response> {
  const { bank, node } = c.var;
  const { db } = node.database;
  const row = memberId === DESK_HAT ? null : await findMember(db, bank.id, memberId);
  if (row === undefined || row?.kind === 'fund') throw new Refused('not_found');
  const hats = await wearersWithCards(db, bank.id, memberId);
  const lacking = new Set((await withoutAddress(db, bank.id, memberId)).map(({ personId }) => personId));
  const wearers = hats.map(({ personId, personName, hasCard }) => ({
    personId,
    name: personName,
    card: hasCard,
    address: !lacking.has(personId),
  }));
  const model: DeskMemberModel = {
    member: row === null ? null : { ...row, resting: row.status !== 'active' },
    wearers,
    waiting: await waitingHatsFor(db, bank.id, memberId),
    ...(given ?? { values: { name: '', email: '' }, errors: {} }),
  };
  return c.html(<DeskMemberPage frame={frameOf(c)} model={model} />, given === undefined ? 200 : 422);
}

async function membersPage(
  c: WebContext,
  given: Pick<Partial<MembersModel>, 'values' | 'errors'>,
  status: 200 | 409 | 422,
): Promise<Response> {
  const { bank, node } = c.var;
  const { db } = node.database;
  const search = asked(c, 'search').slice(0, 100);
  const after = c.req.query('after')?.slice(0, 300);
  const rows = await membersNamed(db, bank.id, { search, after, limit: PAGE, all: true });
  const last = rows.length === PAGE ? rows.at(-1) : undefined;
  const model: MembersModel = {
    applications: await waitingApplications(db, bank.id, undefined, APPLICATIONS),
    search,
    members: rows.map(({ id, name, handle, status: state }) => ({ id, name, handle, resting: state !== 'active' })),
    firstHref: after === undefined ? null : paths.members,
    moreHref: last === undefined ? null : moreOf(paths.members, search, last),
    values: { name: '', kind: 'person', about: '', email: '', phone: '', reach: '', handle: '' },
    errors: {},
    ...given,
  };
  return c.html(<MembersPage frame={frameOf(c)} model={model} />, status);
}
