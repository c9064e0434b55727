/**
 * A person's own ways in: the address, sessions, passkeys, and the hat that is worn.
 *
 * Promises: only whoever signed in as a person has these pages; wearing another hat is a new session.
 *
 * @module
 */
import type { Refusal } from '@evenhour/protocol';
import { cardOf } from '../../auth/cards.ts';
import { changeAddress, requestAddress, YOURS } from '../../auth/codes.ts';
import { changeHat } from '../../auth/entering.ts';
import { addPasskey, offerPasskey, passkeysOf, removePasskey, renamePasskey } from '../../auth/passkeys.ts';
import { endOtherSessions, endOwnSession, sessionsOf } from '../../auth/sessions.ts';
import { mustBePerson } from '../../auth/tokens.ts';
import { findPerson, hatsOf, otherBanksOf, waitingHatsFor, wearersOf } from '../../member/people.ts';
import { refusalOf } from '../../node/refused.ts';
import { AddressCodePage, type DoorsModel, DoorsPage, HatsPage } from '../doors.tsx';
import { paths } from '../paths.ts';
import type { WebApp, WebContext } from './env.ts';
import { field, guarded, safeNext } from './form.ts';
import { keep, kept, take } from './kept.ts';
import { frameOf, signedIn, statusOf } from './page.tsx';
import { agentOf, carry, endBefore } from './session.ts';
import { answerIn } from './sign-in.tsx';

const NAME = 60;

export function doorRoutes(app: WebApp): void {
  app.get(paths.doors, signedIn, (c) => doorsPage(c));

  app.post(paths.endSession, ...guarded, async (c) => {
    const { bank, node, form } = c.var;
    const { personId } = personOf(c);
    await endOwnSession(node.database.db, bank.id, personId, field(form, 'id').slice(0, 64));
    return c.redirect(paths.doors, 303);
  });

  app.post(paths.endOthers, ...guarded, async (c) => {
    const { bank, node } = c.var;
    const { personId, tokenHash } = personOf(c);
    await endOtherSessions(node.database.db, bank.id, personId, tokenHash);
    return c.redirect(paths.doors, 303);
  });

  addressRoutes(app);
  passkeyRoutes(app);
  hatRoutes(app);
}

async function doorsPage(c: WebContext, typed?: { email: string; refused: Refusal }): Promise<Response> {
  const { bank, node } = c.var;
  const { db } = node.database;
  const { personId, tokenHash } = personOf(c);
  const sessions = await sessionsOf(db, bank.id, personId);
  const model = {
    email: (await findPerson(db, bank.id, personId))?.email ?? null,
    changed: c.req.query('changed') !== undefined,
    typed: typed?.email ?? '',
    wrong: typed === undefined ? null : sayFault(c, typed.refused),
    card: await cardOf(db, bank.id, personId),
    sessions: sessions.map((row) => ({ ...row, current: row.hash === tokenHash })),
    passkeys: await passkeysOf(db, bank.id, personId),
    banks: await otherBanksOf(db, bank.id, personId),
    severalHats: (await hatsOf(db, bank.id, personId)).length > 1,
    acting: await actingOf(c, personId),
  };
  return c.html(<DoorsPage frame={frameOf(c)} model={model} />, typed === undefined ? 200 : statusOf(typed.refused));
}

/** Who may act for the member for whom the reader acts now. */
async function actingOf(c: WebContext, personId: string): Promise<DoorsModel['acting']> {
  const { bank, node, session } = c.var;
  const member = session?.member ?? null;
  if (member === null) return null;
  const wearers = await wearersOf(node.database.db, bank.id, member.id);
  return {
    name: member.name,
    wearers: wearers.map((each) => ({ name: each.personName, you: each.personId === personId })),
    waiting: await waitingHatsFor(node.database.db, bank.id, member.id),
  };
}

/** Another address to come in by: where figures go, and then the figures. */
function addressRoutes(app: WebApp): void {
  app.post(paths.address, ...guarded, async (c) => {
    const { bank, node, source, form, words } = c.var;
    const { personId } = personOf(c);
    const email = field(form, 'email').slice(0, 254);
    try {
      const asker = await requestAddress(node, bank, personId, { email, language: words.language, source });
      keep(c, 'address', JSON.stringify({ asker, email }));
      return c.redirect(paths.addressCode, 303);
    } catch (error) {
      return doorsPage(c, { email, refused: mustBeSaid(error) });
    }
  });

  app.get(paths.addressCode, signedIn, (c) => {
    const asked = askedOf(c);
    return asked === null ? c.redirect(paths.doors, 303) : addressCodePage(c, asked.email);
  });

  app.post(paths.addressCode, ...guarded, async (c) => {
    const { bank, node, source, form, words } = c.var;
    const { personId } = personOf(c);
    const { asker, email } = askedOf(c) ?? { asker: '', email: '' };
    const given = { asker, code: field(form, 'code'), source, language: words.language };
    try {
      await changeAddress(node, bank, personId, given);
      take(c, 'address');
      return c.redirect(`${paths.doors}?changed`, 303);
    } catch (error) {
      const refused = mustBeSaid(error);
      return email === '' ? doorsPage(c, { email, refused }) : addressCodePage(c, email, refused);
    }
  });
}

function addressCodePage(c: WebContext, email: string, refused?: Refusal): Response | Promise<Response> {
  personOf(c);
  c.header('cache-control', 'no-store');
  const model = { email, wrong: refused === undefined ? null : sayFault(c, refused) };
  return c.html(<AddressCodePage frame={frameOf(c)} model={model} />, refused === undefined ? 200 : statusOf(refused));
}

function askedOf(c: WebContext): { readonly asker: string; readonly email: string } | null {
  const value = kept(c, 'address');
  return value === null ? null : JSON.parse(value);
}

/** What these pages say in their own words; anything else is thrown again. */
function mustBeSaid(error: unknown): Refusal {
  const refused = refusalOf(error);
  if (refused?.code !== 'invalid_request' && refused?.code !== 'too_many_requests') throw error;
  return refused;
}

function sayFault({ var: { words } }: WebContext, { code, facts }: Refusal): string {
  const { t, say } = words;
  if (code === 'too_many_requests') return t('signIn.tooMany');
  if (facts['reason'] === YOURS) return t('doors.addressYours');
  return say(`signIn.fault.code.${facts['reason']}`) ?? t('doors.addressWrong');
}

function passkeyRoutes(app: WebApp): void {
  app.post(paths.passkeyOptions, ...guarded, async (c) => {
    const { bank, node } = c.var;
    return c.json(await offerPasskey(node.database.db, bank, personOf(c).personId));
  });

  app.post(paths.passkey, ...guarded, async (c) => {
    const { bank, node, form, words } = c.var;
    const { personId } = personOf(c);
    const answer = answerIn(form.get('answer') ?? '');
    const name = words.t('doors.passkeyUsual', {
      day: words.day(new Date(), { timeZone: bank.settings.timeZone, now: new Date() }),
    });
    await addPasskey(node.database.db, bank, personId, answer, name);
    return c.redirect(safeNext(field(form, 'next'), bank.origin) || paths.doors, 303);
  });

  app.post(paths.renamePasskey, ...guarded, async (c) => {
    const { bank, node, form } = c.var;
    const name = field(form, 'name').slice(0, NAME);
    const { personId } = personOf(c);
    if (name !== '') await renamePasskey(node.database.db, bank.id, personId, field(form, 'id'), name);
    return c.redirect(paths.doors, 303);
  });

  app.post(paths.removePasskey, ...guarded, async (c) => {
    const { bank, node, form } = c.var;
    await removePasskey(node.database.db, bank.id, personOf(c).personId, field(form, 'id'));
    return c.redirect(paths.doors, 303);
  });
}

function hatRoutes(app: WebApp): void {
  app.get(paths.hats, signedIn, async (c) => {
    const { bank, node, session } = c.var;
    const { personId } = personOf(c);
    const caller = session?.caller;
    const worn = caller?.role === 'member' ? caller.memberId : '';
    const hats = (await hatsOf(node.database.db, bank.id, personId)).map(({ memberId, name }) => ({
      memberId,
      name,
      worn: memberId === worn,
    }));
    const next = safeNext(c.req.query('next'), bank.origin);
    return c.html(<HatsPage frame={frameOf(c)} model={{ hats, next }} />);
  });

  app.post(paths.hats, ...guarded, async (c) => {
    const { bank, node, form } = c.var;
    const caller = personOf(c);
    const memberId = field(form, 'memberId').slice(0, 64);
    const { secret, hat } = await node.database.transaction(async (tx) => {
      const entered = await changeHat(tx, bank, caller, { agent: agentOf(c) }, memberId);
      await endBefore(c, tx);
      return entered;
    });
    carry(c, secret);
    const next = safeNext(field(form, 'next'), bank.origin);
    return c.redirect(next || (hat.role === 'desk' ? paths.console : paths.me), 303);
  });
}

function personOf(c: WebContext) {
  const caller = c.var.session?.caller ?? null;
  mustBePerson(caller);
  return caller;
}
