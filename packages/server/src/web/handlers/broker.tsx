/**
 * What coordinators write down for members, and slips: at the desk, for the member, and by the link on the paper.
 *
 * Promises: pressing twice does it once; a slip is shown to its member, to the desk and to whoever holds the paper,
 * and to nobody else.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import type { Refusal } from '@evenhour/protocol';
import {
  act,
  actById,
  BROKER_LENGTHS,
  type Deed,
  listActs,
  type NamedAct,
  object,
  openObjections,
  settle,
} from '../../broker/acts.ts';
import { brokerOf } from '../../broker/own.ts';
import { actOfToken, slipToken } from '../../broker/slips.ts';
import { findMember } from '../../member/members.ts';
import { DESK_HAT, wearersOf, withoutAddress } from '../../member/people.ts';
import { membersNamed } from '../../member/profile.ts';
import { Refused, refusalOf } from '../../node/refused.ts';
import { CATEGORIES } from '../../offer/categories.ts';
import { LENGTHS } from '../../offer/offers.ts';
import { knownPlaces } from '../../offer/places.ts';
import { NewSlipPage, SlipsPage, type Typed } from '../broker.tsx';
import { paths } from '../paths.ts';
import { type SlipModel, SlipPage } from '../slip.tsx';
import type { Person } from '../slip-fields.tsx';
import type { WebApp, WebContext } from './env.ts';
import { asked, field, guarded, guestForm, idOf, wholeNumber } from './form.ts';
import { formOnce } from './once.ts';
import { frameOf, memberOf, operatorOnly, pattern, signedIn, statusOf } from './page.tsx';

const PAGE = 20;
const FOUND = 20;
const FIELDS = [
  'kind',
  'to',
  'hours',
  'minutes',
  'what',
  'of',
  'title',
  'category',
  'text',
  'place',
  'email',
  'personId',
  'reason',
  'slip',
] as const;
const PROFILE = ['about', 'speaks', 'howFar', 'whenFree', 'phone', 'reach'] as const;

export function brokerRoutes(app: WebApp): void {
  listRoutes(app);
  slipRoutes(app);
  app.get(paths.newSlip, signedIn, operatorOnly, (c) => {
    const opened = { kind: asked(c, 'kind').slice(0, 20), personId: asked(c, 'person').slice(0, 64) };
    return newSlip(c, c.req.query('member') ?? '', opened, null);
  });

  app.post(paths.newSlip, ...guarded, operatorOnly, async (c) => {
    const { bank } = c.var;
    const caller = operatorOf(c);
    const { form } = c.var;
    const typed = Object.fromEntries([...FIELDS, ...PROFILE].map((name) => [name, field(form, name).slice(0, 2000)]));
    const member = idOf(field(form, 'member'));
    try {
      const reason = typed['reason'] ?? '';
      if (reason.length > BROKER_LENGTHS.reason) throw new Refused('invalid_request', { field: 'reason' });
      const deed = deedOf(c, typed);
      const to = await formOnce(c, async (tx, after) => {
        const broker = await brokerOf(tx, bank.id, caller, field(form, 'by'));
        const { row } = await act(tx, bank, broker, { member, reason, slip: typed['slip'] }, deed, after);
        return paths.slip(row.id);
      });
      return c.redirect(to, 303);
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === null || refusal.code === 'not_found') throw error;
      return newSlip(c, member, typed, refusal);
    }
  });
}

function listRoutes(app: WebApp): void {
  app.get(paths.slips, signedIn, async (c) => list(c, memberOf(c).memberId));
  app.get(paths.consoleSlips, signedIn, operatorOnly, async (c) => list(c, null));
}

function slipRoutes(app: WebApp): void {
  app.get(pattern(paths.slip), signedIn, async (c) => slip(c, await ownAct(c), null));

  app.post(pattern(paths.slipObject), ...guarded, async (c) => {
    const found = await ownAct(c);
    const how = c.var.session?.caller.role === 'operator' ? 'telephone' : 'page';
    return saying(c, found, (words) => objectNow(c, found, how, words), paths.slip(found.row.id));
  });

  app.post(pattern(paths.slipSettle), ...guarded, operatorOnly, async (c) => {
    const { bank, node, form } = c.var;
    const found = await ownAct(c);
    const how = field(form, 'how');
    if (how.length > BROKER_LENGTHS.settledHow) throw new Refused('invalid_request', { field: 'how' });
    const settleNow = async () => {
      await node.signals.commit(async (tx) =>
        settle(tx, found, await brokerOf(tx, bank.id, operatorOf(c), field(form, 'by')), how),
      );
    };
    return saying(c, found, settleNow, paths.slip(found.row.id));
  });

  app.get(pattern(paths.slipLink), async (c) => slip(c, await heldAct(c), null));

  app.post(pattern(paths.slipLinkObject), ...guestForm, async (c) => {
    const found = await heldAct(c);
    return saying(c, found, (words) => objectNow(c, found, 'slip', words), linkPath(c, found));
  });
}

async function objectNow(
  c: WebContext,
  found: NamedAct,
  how: 'page' | 'slip' | 'telephone',
  words: string,
): Promise<void> {
  await c.var.node.signals.commit((tx) => object(tx, c.var.bank, found, { how, words }));
}

/** Does what a form on a slip asks for, and shows the slip again with what was refused. */
async function saying(
  c: WebContext,
  found: NamedAct,
  say: (words: string) => Promise<void>,
  next: string,
): Promise<Response> {
  const words = field(c.var.form, 'words');
  try {
    if (words.length > BROKER_LENGTHS.objection) throw new Refused('invalid_request', { field: 'words' });
    await say(words);
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === null || refusal.code === 'not_found') throw error;
    // Pressed twice: the page says what was said.
    if (refusal.code !== 'already_answered') return slip(c, found, refusal);
  }
  return c.redirect(next, 303);
}

/** The act of the address, for its member and for the desk. */
async function ownAct(c: WebContext): Promise<NamedAct> {
  const { bank, node, session } = c.var;
  const id = idOf(c.req.param('id'));
  const own = session?.caller.role === 'operator' ? undefined : memberOf(c).memberId;
  return actById(node.database.db, bank.id, id, own);
}

/** The act whose paper somebody holds. */
async function heldAct(c: WebContext): Promise<NamedAct> {
  const { bank, node } = c.var;
  return actById(node.database.db, bank.id, actOfToken(bank, c.req.param('token') ?? c.req.param('id') ?? ''));
}

function linkPath(c: WebContext, { row }: NamedAct): string {
  return paths.slipLink(slipToken(c.var.bank, row.id));
}

async function slip(c: WebContext, found: NamedAct, refusal: Refusal | null): Promise<Response> {
  const { bank, session } = c.var;
  const { row } = found;
  const caller = session?.caller;
  const held = c.req.path.startsWith('/slip/');
  const viewer = held ? 'holder' : caller?.role === 'operator' ? 'desk' : 'member';
  const path = linkPath(c, found);
  const model: SlipModel = {
    act: found,
    link: `${bank.origin}${path}`,
    viewer,
    objectAction: held ? paths.slipLinkObject(slipToken(bank, row.id)) : paths.slipObject(row.id),
    coordinators: viewer === 'desk' ? await coordinatorsFor(c) : null,
    refusal,
  };
  if (held) c.header('cache-control', 'no-store');
  return c.html(<SlipPage frame={frameOf(c)} model={model} />, refusal === null ? 200 : statusOf(refusal));
}

function operatorOf(c: WebContext) {
  const caller = c.var.session?.caller;
  if (caller?.role !== 'operator') throw new Refused('not_allowed');
  return caller;
}

/** Among whom the bank's own token chooses; `null` when somebody signed in as themselves. */
async function coordinatorsFor(c: WebContext): Promise<readonly Person[] | null> {
  if (operatorOf(c).personId !== undefined) return null;
  const hats = await wearersOf(c.var.node.database.db, c.var.bank.id, DESK_HAT);
  return hats.map(({ personId, personName }) => ({ personId, name: personName }));
}

async function list(c: WebContext, memberId: string | null): Promise<Response> {
  const { bank, node } = c.var;
  const { db } = node.database;
  const before = c.req.query('before');
  const known = before !== undefined && /^[0-9A-HJKMNP-TV-Z]{26}$/.test(before) ? before : undefined;
  const found = await listActs(db, bank.id, { memberId: memberId ?? undefined, before: known, limit: PAGE + 1 });
  const acts = found.slice(0, PAGE);
  const here = memberId === null ? paths.consoleSlips : paths.slips;
  const olderHref = found.length > PAGE ? `${here}?before=${acts.at(-1)?.row.id}` : null;
  const open = memberId === null ? await openObjections(db, bank.id, PAGE) : null;
  return c.html(<SlipsPage frame={frameOf(c)} model={{ acts, olderHref, open }} />);
}

async function newSlip(c: WebContext, id: string, typed: Typed, refusal: Refusal | null): Promise<Response> {
  const { bank, node } = c.var;
  const { db } = node.database;
  const search = c.req.method === 'GET' ? asked(c, 'q').slice(0, 100) : '';
  const row = id === '' ? undefined : await findMember(db, bank.id, idOf(id));
  if (id !== '' && (row === undefined || row.kind === 'fund')) throw new Refused('not_found');
  const found = /[\p{L}\p{N}]/u.test(search)
    ? await membersNamed(db, bank.id, { search, after: undefined, limit: FOUND })
    : [];
  const model = {
    search,
    found,
    member: row ?? null,
    places: (await knownPlaces(db, bank.id)).map(({ name }) => name),
    coordinators: await coordinatorsFor(c),
    withoutAddress: row === undefined ? null : await lackingAddress(c, row.id),
    objectDays: bank.settings.objectDays,
    key: randomUUID(),
    typed,
    refusal,
  };
  return c.html(<NewSlipPage frame={frameOf(c)} model={model} />, refusal === null ? 200 : statusOf(refusal));
}

/** Who acts for a member and comes in by no address; `null`: they all do. */
async function lackingAddress({ var: { bank, node } }: WebContext, memberId: string) {
  const { db } = node.database;
  const lacking = await withoutAddress(db, bank.id, memberId);
  if (lacking.length === 0 && (await wearersOf(db, bank.id, memberId)).length > 0) return null;
  return lacking.map(({ personId, personName }) => ({ personId, name: personName }));
}

/** What a form of the desk means. Refuses `invalid_request` with the field that is wrong. */
function deedOf(c: WebContext, typed: Typed): Deed {
  const of = (name: string, most: number, least = 0) => {
    const text = typed[name] ?? '';
    if (text.length > most || text.length < least) throw new Refused('invalid_request', { field: name });
    return text;
  };
  switch (typed['kind']) {
    case 'gift': {
      const [hours, rest] = [wholeNumber(typed['hours'] || '0'), wholeNumber(typed['minutes'] || '0')];
      const minutes = hours === null || rest === null ? 0 : hours * 60 + rest;
      if (minutes < 1 || minutes > 600_000) throw new Refused('invalid_request', { field: 'minutes' });
      return { kind: 'gift', to: of('to', 200, 1), minutes, content: of('what', 300) };
    }
    case 'offer': {
      const category = CATEGORIES.find((each) => each === typed['category']);
      if (category === undefined) throw new Refused('invalid_request', { field: 'category' });
      return {
        kind: 'offer',
        offer: {
          kind: typed['of'] === 'need' ? 'need' : 'offer',
          title: of('title', LENGTHS.title, 1),
          text: of('text', LENGTHS.text),
          language: c.var.bank.settings.language,
          category,
          place: { name: of('place', LENGTHS.place) },
          when: '',
          minutes: null,
          seats: null,
          visibility: 'bank',
        },
      };
    }
    case 'profile': {
      const changed = PROFILE.filter((name) => typed[name]).map((name) => [
        name,
        of(name, name === 'phone' ? 40 : 200),
      ]);
      return { kind: 'profile', profile: Object.fromEntries(changed) };
    }
    case 'address':
      return { kind: 'address', email: of('email', 254, 1), personId: typed['personId'] || undefined };
    default:
      throw new Refused('invalid_request', { field: 'kind' });
  }
}
