/**
 * Coming in and going out.
 *
 * Promises: nothing says who exists, and whoever tries too much waits; each coming in is a new session; afterwards
 * one is where one wanted to go, always at this origin; a link lets nobody in before its button is pressed. The words
 * of a card stay in no address: what a card's QR code opens hands them on to a page without them.
 *
 * @module
 */
import type { Refusal } from '@evenhour/protocol';
import { looksLikeWords } from '../../auth/cards.ts';
import { redeemCode, redeemLink, requestCode } from '../../auth/codes.ts';
import { type Entered, enter, enterByCard } from '../../auth/entering.ts';
import { askForPasskey, passkeysOf, usePasskey } from '../../auth/passkeys.ts';
import type { Beginning } from '../../auth/sessions.ts';
import { findCaller, hashToken } from '../../auth/tokens.ts';
import type { Queries } from '../../db/database.ts';
import { tellWalkIn } from '../../demo/visits.ts';
import { findMember } from '../../member/members.ts';
import { wearersOf } from '../../member/people.ts';
import { Refused, refusalOf } from '../../node/refused.ts';
import { DESK } from '../home.tsx';
import type { SignInModel } from '../models.ts';
import { paths } from '../paths.ts';
import { CodePage, OneButtonPage, PasskeyOfferPage, SignInPage } from '../sign-in.tsx';
import type { WebApp, WebContext } from './env.ts';
import { field, guarded, guestForm, safeNext } from './form.ts';
import { demoMembers } from './home.tsx';
import { keep, kept, take } from './kept.ts';
import { frameOf, pattern, signedIn, statusOf } from './page.tsx';
import { agentOf, carry, endBefore, endSession, startSession } from './session.ts';

export function signInRoutes(app: WebApp): void {
  doorRoutes(app);
  codeRoutes(app);
  oneButtonRoutes(app);
  passkeyRoutes(app);

  app.post(paths.signInDemo, ...guestForm, async (c) => {
    const { bank, node, form } = c.var;
    if (!node.config.demo) throw new Refused('not_found');
    const id = field(form, 'member');
    if (id === DESK) {
      await startSession(c, { role: 'operator' }, 'demo');
      return c.redirect(paths.console, 303);
    }
    const member = await findMember(node.database.db, bank.id, id);
    if (member === undefined || member.kind === 'fund') throw new Refused('not_found');
    await startSession(c, await demoSession(c, member.id), 'demo');
    tellWalkIn(member.handle);
    return c.redirect(paths.me, 303);
  });

  app.post(paths.signOut, ...guarded, async (c) => {
    await endSession(c);
    // The page that is kept for when there is no connection says what was mine.
    c.header('clear-site-data', '"storage"');
    return c.redirect(paths.home, 303);
  });
}

function doorRoutes(app: WebApp): void {
  app.get(paths.signIn, (c) => door(c, { next: safeNext(c.req.query('next'), c.var.bank.origin) }));

  app.post(paths.signIn, ...guestForm, async (c) => {
    const { bank, node, source, form, words } = c.var;
    const next = safeNext(field(form, 'next'), bank.origin);
    if (form.has('token')) return byToken(c, next);
    const who = field(form, 'who').slice(0, 300);
    if (looksLikeWords(who)) return byWords(c, who, next, (wrong, status) => door(c, { next, who, wrong }, status));
    try {
      const asker = await requestCode(node, bank, { email: who, language: words.language, source });
      keep(c, 'asked', JSON.stringify({ asker, email: who, next }));
      return c.redirect(paths.signInCode, 303);
    } catch (error) {
      const refused = refusalOf(error);
      if (refused === null || !SAID.includes(refused.code)) throw error;
      return door(c, { next, who, wrong: sayFault(c, refused) }, statusOf(refused));
    }
  });
}

/** The operator's own token, and those of programs. */
async function byToken(c: WebContext, next: string): Promise<Response> {
  const { bank, node, source, form } = c.var;
  if (node.openRate.over(source)) throw new Refused('too_many_requests');
  const words = field(form, 'token');
  const caller = words === '' ? null : await findCaller(node.database.db, bank.id, hashToken(words));
  if (caller === null) {
    node.openRate.take(source);
    return door(c, { next, refused: true }, 403);
  }
  const { tokenHash: _token, ...who } = caller;
  await startSession(c, who, 'token');
  return c.redirect(next || (caller.role === 'operator' ? paths.console : paths.me), 303);
}

type Again = (wrong: string, status: ReturnType<typeof statusOf>) => Promise<Response>;

async function byWords(c: WebContext, words: string, next: string, again: Again): Promise<Response> {
  const { bank, node, source } = c.var;
  return comingIn(c, next, again, () =>
    enterByCard(node, bank, { words, source }, (tx, personId) => begin(c, tx, personId, 'card')),
  );
}

function codeRoutes(app: WebApp): void {
  app.get(paths.signInCode, (c) => {
    const asked = askedOf(c);
    if (asked === null) return c.redirect(paths.signIn, 303);
    return codePage(c, asked, null);
  });

  app.post(paths.signInCode, ...guestForm, async (c) => {
    const { bank, node, source, form } = c.var;
    const asked = askedOf(c);
    const { asker, next } = asked ?? { asker: '', next: '' };
    const again: Again = async (wrong, status) =>
      asked === null ? door(c, { wrong }, status) : codePage(c, asked, wrong, status);
    return comingIn(c, next, again, () =>
      redeemCode(node, bank, { asker, code: field(form, 'code'), source }, (tx, { id }) => begin(c, tx, id, 'code')),
    );
  });
}

interface Asked {
  readonly asker: string;
  readonly email: string;
  readonly next: string;
}

function askedOf(c: WebContext): Asked | null {
  const value = kept(c, 'asked');
  return value === null ? null : (JSON.parse(value) as Asked);
}

function codePage(c: WebContext, { email, next }: Asked, wrong: string | null, status: 200 | Status = 200) {
  c.header('cache-control', 'no-store');
  return c.html(<CodePage frame={frameOf(c)} model={{ email, next, wrong }} />, status);
}

function oneButtonRoutes(app: WebApp): void {
  const page = (c: WebContext, what: 'link' | 'card', wrong: string | null, status: 200 | Status = 200) => {
    c.header('cache-control', 'no-store');
    const action = new URL(c.req.url).pathname;
    return c.html(<OneButtonPage frame={frameOf(c)} model={{ action, what, wrong }} />, status);
  };

  app.get(pattern(paths.signInLink), (c) => page(c, 'link', null));
  app.post(pattern(paths.signInLink), ...guestForm, (c) => {
    const { bank, node, source } = c.var;
    const link = c.req.param('id') ?? '';
    return comingIn(
      c,
      '',
      async (wrong, status) => page(c, 'link', wrong, status),
      () => redeemLink(node, bank, { link, source }, (tx, { id }) => begin(c, tx, id, 'link')),
    );
  });

  app.get(pattern(paths.scannedCard), (c) => {
    keep(c, 'scanned', (c.req.param('id') ?? '').slice(0, 300));
    c.header('cache-control', 'no-store');
    return c.redirect(paths.cardDoor, 303);
  });
  app.get(paths.cardDoor, (c) => (kept(c, 'scanned') === null ? c.redirect(paths.signIn, 303) : page(c, 'card', null)));
  app.post(paths.cardDoor, ...guestForm, (c) => {
    const words = take(c, 'scanned');
    if (words === null) return c.redirect(paths.signIn, 303);
    return byWords(c, words, '', async (wrong, status) => {
      // Whoever has to wait presses the same button again.
      keep(c, 'scanned', words);
      return page(c, 'card', wrong, status);
    });
  });
}

function passkeyRoutes(app: WebApp): void {
  app.post(paths.signInPasskeyOptions, ...guestForm, async (c) => {
    const { bank, node, source } = c.var;
    return c.json(await askForPasskey(node.database.db, bank, source));
  });

  app.post(paths.signInPasskey, ...guestForm, (c) => {
    const { bank, node, form } = c.var;
    const next = safeNext(field(form, 'next'), bank.origin);
    return comingIn(
      c,
      next,
      (wrong, status) => door(c, { next, wrong }, status),
      () =>
        usePasskey(node.database, bank, answerIn(form.get('answer') ?? ''), (tx, personId) =>
          begin(c, tx, personId, 'passkey'),
        ),
    );
  });

  app.get(paths.offerPasskey, signedIn, (c) => {
    const next = safeNext(c.req.query('next'), c.var.bank.origin) || paths.me;
    return c.html(<PasskeyOfferPage frame={frameOf(c)} next={next} />);
  });
}

/** What a browser says about a passkey, whatever it is. */
export function answerIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function begin(c: WebContext, tx: Queries, personId: string, how: Beginning['how']): Promise<Entered> {
  await endBefore(c, tx);
  return enter(tx, c.var.bank, personId, { how, agent: agentOf(c) });
}

type Status = ReturnType<typeof statusOf>;

/** Codes of refusals that these pages say in their own words. */
const SAID: readonly string[] = ['invalid_request', 'too_many_requests', 'not_allowed'];

/** Comes in and goes on; what does not let in is said on the page that asked. */
async function comingIn(c: WebContext, next: string, again: Again, work: () => Promise<Entered>): Promise<Response> {
  try {
    return await goOn(c, await work(), next);
  } catch (error) {
    const refused = refusalOf(error);
    if (refused === null || !SAID.includes(refused.code)) throw error;
    return again(sayFault(c, refused), statusOf(refused));
  }
}

async function goOn(c: WebContext, { secret, hat, hats }: Entered, next: string): Promise<Response> {
  const { bank, node, form } = c.var;
  carry(c, secret);
  const home = next || (hat.role === 'desk' ? paths.console : paths.me);
  const then = hats.length > 1 ? `${paths.hats}?next=${encodeURIComponent(next)}` : home;
  const offered =
    field(form, 'passkeys') === 'yes' && (await passkeysOf(node.database.db, bank.id, hat.personId)).length === 0;
  return c.redirect(offered ? `${paths.offerPasskey}?next=${encodeURIComponent(then)}` : then, 303);
}

function sayFault({ var: { words } }: WebContext, { code, facts }: Refusal): string {
  const { t, say } = words;
  if (code === 'too_many_requests') return t('signIn.tooMany');
  if (code === 'not_allowed') return t('signIn.noHat');
  const { field: which = '', reason = '' } = facts;
  return (
    say(`signIn.fault.${which}.${String(reason).replaceAll(' ', '_')}`) ??
    say(`signIn.fault.${which}`) ??
    t('signIn.fault.email')
  );
}

async function demoSession(c: WebContext, memberId: string) {
  const [hat] = await wearersOf(c.var.node.database.db, c.var.bank.id, memberId);
  return { role: 'member', memberId, ...(hat !== undefined && { personId: hat.personId }) } as const;
}

async function door(
  c: WebContext,
  given: Partial<Omit<SignInModel, 'demoMembers'>>,
  status: 200 | Status = 200,
): Promise<Response> {
  c.header('cache-control', 'no-store');
  const model = { refused: false, who: '', wrong: null, next: '', ...given, demoMembers: await demoMembers(c) };
  return c.html(<SignInPage frame={frameOf(c)} model={model} />, status);
}
