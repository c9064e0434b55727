/**
 * Joining by an invitation or by asking, and members' own invitations.
 *
 * Promises: opening an invitation uses nothing up; whoever asks too often waits; a card's words are shown once, to
 * the browser that joined.
 *
 * @module
 */
import type { Refusal } from '@evenhour/protocol';
import { newcomerSchema } from '../../api/people-schemas.ts';
import { countAttempt } from '../../auth/attempts.ts';
import { beginSession } from '../../auth/sessions.ts';
import { hashToken } from '../../auth/tokens.ts';
import { cardPath } from '../../member/cards.ts';
import {
  apply,
  joinByLink,
  joinLinksOf,
  makeJoinLink,
  prepareCard,
  readJoinLink,
  revokeJoinLink,
} from '../../member/joining.ts';
import type { MemberRow } from '../../member/members.ts';
import { refusalOf } from '../../node/refused.ts';
import { type CardModel, CardPage } from '../card.tsx';
import { AskedPage, JoinLinksPage, type JoinModel, JoinPage, type NewcomerValues, OverPage } from '../join.tsx';
import { paths } from '../paths.ts';
import type { WebApp, WebContext } from './env.ts';
import { field, guarded, guestForm, idOf } from './form.ts';
import { keep, take } from './kept.ts';
import { frameOf, pattern, signedIn, type statusOf } from './page.tsx';
import { agentOf, carry, endBefore } from './session.ts';

const DESK_USES = 50;
const DAYS = 14;
const EMPTY: NewcomerValues = { name: '', kind: 'person', about: '', email: '', phone: '', reach: '' };

export function joiningRoutes(app: WebApp): void {
  app.get(paths.join, (c) => joinPage(c, null, {}));
  app.get(paths.joinAsked, (c) => c.html(<AskedPage frame={frameOf(c)} mailed={c.req.query('mailed') === 'yes'} />));

  app.post(paths.join, ...guestForm, async (c) => {
    const { bank, node, source } = c.var;
    const { db } = node.database;
    const typed = newcomerIn(c);
    if ('errors' in typed) return joinPage(c, null, typed, 422);
    try {
      await countAttempt(db, bank.id, 'apply_source', source);
      await countAttempt(db, bank.id, 'apply_bank', 'all');
      await node.signals.commit((tx) => apply(tx, bank, typed.newcomer));
      return c.redirect(paths.joinAsked, 303);
    } catch (error) {
      const waitMinutes = waitIn(error);
      if (waitMinutes !== null) return joinPage(c, null, { values: typed.values, waitMinutes }, 429);
      return joinPage(c, null, { values: typed.values, errors: faultsIn(c, error) }, 422);
    }
  });

  app.get(pattern(paths.joinBy), async (c) => {
    const inviter = await inviterOf(c);
    return inviter === null ? over(c) : joinPage(c, inviter, {});
  });

  app.post(pattern(paths.joinBy), ...guestForm, async (c) => {
    const { bank, node } = c.var;
    const inviter = await inviterOf(c);
    if (inviter === null) return over(c);
    const typed = newcomerIn(c);
    if ('errors' in typed) return joinPage(c, inviter, typed, 422);
    const ready = await prepareCard(node, bank, typed.newcomer.language);
    try {
      const joined = await node.signals.commit(async (tx) => {
        const welcomed = await joinByLink(tx, node, bank, c.req.param('id') ?? '', typed.newcomer, ready);
        if (welcomed === null || welcomed.personId === null) return { welcomed, secret: null };
        await endBefore(c, tx);
        const who = { role: 'member', memberId: welcomed.member.id, personId: welcomed.personId } as const;
        return { welcomed, secret: await beginSession(tx, bank.id, who, { how: 'invitation', agent: agentOf(c) }) };
      });
      const { welcomed, secret } = joined;
      if (secret === null || welcomed === null)
        return c.redirect(welcomed === null ? paths.joinAsked : `${paths.joinAsked}?mailed=yes`, 303);
      carry(c, secret);
      keep(c, 'mine', keptCard(welcomed.member, welcomed.cardWords ?? []), hashToken(secret));
      return c.redirect(paths.myCard, 303);
    } catch (error) {
      if (refusalOf(error)?.code === 'not_found') return over(c);
      return joinPage(c, inviter, { values: typed.values, errors: faultsIn(c, error) }, 422);
    }
  });

  app.get(paths.myCard, signedIn, (c) => {
    const value = take(c, 'mine');
    if (value === null) return c.redirect(paths.profile, 303);
    return cardPage(c, value, { forOther: false, onwards: paths.profile });
  });

  linkRoutes(app);
}

function linkRoutes(app: WebApp): void {
  app.get(paths.joinLinks, signedIn, async (c) => {
    const { bank, node } = c.var;
    const links = await joinLinksOf(node.database.db, bank.id, inviterIn(c));
    const needsYes = inviterIn(c) !== '' && bank.settings.invitedNeedYes;
    const model = { made: take(c, 'link'), links, needsYes };
    return c.html(<JoinLinksPage frame={frameOf(c)} model={model} />);
  });

  app.post(paths.joinLinks, ...guarded, async (c) => {
    const { bank, node } = c.var;
    const memberId = inviterIn(c);
    const uses = memberId === '' ? DESK_USES : 1;
    const { link } = await node.database.transaction((tx) => makeJoinLink(tx, bank, { memberId, uses, days: DAYS }));
    keep(c, 'link', link);
    return c.redirect(paths.joinLinks, 303);
  });

  app.post(pattern(paths.endJoinLink), ...guarded, async (c) => {
    const { bank, node } = c.var;
    const memberId = inviterIn(c);
    const id = idOf(c.req.param('id'));
    await revokeJoinLink(node.database.db, bank.id, id, memberId === '' ? null : memberId);
    return c.redirect(paths.joinLinks, 303);
  });
}

/** Whose invitations they are; empty for the desk. */
function inviterIn(c: WebContext): string {
  const caller = c.var.session?.caller;
  return caller?.role === 'member' ? caller.memberId : '';
}

/** What is kept of a card, for the page that shows it. */
export function keptCard({ name, kind }: Pick<MemberRow, 'name' | 'kind'>, words: readonly string[]): string {
  return JSON.stringify({ name, kind, words });
}

/** A page with a card whose words were kept for it. */
export function cardPage(
  c: WebContext,
  keptValue: string,
  { forOther, onwards }: Pick<CardModel, 'forOther' | 'onwards'>,
): Response | Promise<Response> {
  const { words, ...who } = JSON.parse(keptValue) as Pick<CardModel, 'name' | 'kind' | 'words'>;
  const link = `${c.var.bank.origin}${cardPath(words)}`;
  return c.html(<CardPage frame={frameOf(c)} model={{ ...who, words, link, forOther, onwards }} />);
}

async function inviterOf(c: WebContext): Promise<string | null> {
  const { bank, node, source } = c.var;
  const { db } = node.database;
  try {
    return (await readJoinLink(db, bank.id, c.req.param('id') ?? '')).inviter;
  } catch (error) {
    if (refusalOf(error)?.code !== 'not_found') throw error;
    await countAttempt(db, bank.id, 'join_source', source);
    return null;
  }
}

type Newcomer = Parameters<typeof apply>[2];

/** Somebody new, out of a form; or what is wrong with it. */
export function newcomerIn(
  c: WebContext,
): { values: NewcomerValues; newcomer: Newcomer } | { values: NewcomerValues; errors: JoinModel['errors'] } {
  const { form, words } = c.var;
  const values = Object.fromEntries(
    Object.entries(EMPTY).map(([name, usual]) => [name, field(form, name) || usual]),
  ) as NewcomerValues;
  const given = newcomerSchema.safeParse({ ...values, language: words.language });
  if (!given.success) {
    const wrong = given.error.issues.map(({ path }) => String(path[0]));
    const named = Object.keys(EMPTY).filter((name) => wrong.includes(name));
    return { values, errors: Object.fromEntries(named.map((name) => [name, sayFault(c, name)])) };
  }
  const { kind = 'person', about = '', email = '', phone = '', reach = '', name } = given.data;
  return { values, newcomer: { name, kind, about, email, phone, reach, language: words.language } };
}

function sayFault({ var: { words } }: WebContext, name: string): string {
  return words.say(`joining.fault.${name}`) ?? words.t('joining.fault.name');
}

/** What a refusal says about the fields. Anything else is thrown on. */
export function faultsIn(c: WebContext, error: unknown): JoinModel['errors'] {
  const refused: Refusal | null = refusalOf(error);
  const name = refused?.facts['field'];
  if (refused?.code !== 'invalid_request' || typeof name !== 'string' || !Object.hasOwn(EMPTY, name)) throw error;
  return { [name]: sayFault(c, name) };
}

/** How long at most whoever asked too often has to wait; `null` when it was something else. */
function waitIn(error: unknown): number | null {
  const refusal = refusalOf(error);
  const minutes = refusal?.facts['minutes'];
  return refusal?.code === 'too_many_requests' && typeof minutes === 'number' ? minutes : null;
}

function joinPage(
  c: WebContext,
  inviter: string | null,
  { values = EMPTY, errors = {}, waitMinutes = null }: Partial<Pick<JoinModel, 'values' | 'errors' | 'waitMinutes'>>,
  status: 200 | ReturnType<typeof statusOf> = 200,
): Response | Promise<Response> {
  c.header('cache-control', 'no-store');
  const model = { action: new URL(c.req.url).pathname, inviter, values, errors, waitMinutes };
  return c.html(<JoinPage frame={frameOf(c)} model={model} />, status);
}

function over(c: WebContext): Response | Promise<Response> {
  return c.html(<OverPage frame={frameOf(c)} />, 404);
}
