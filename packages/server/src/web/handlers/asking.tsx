/**
 * A member's exchanges, and asking somebody.
 *
 * Promises: what waits for the member comes first; a form that is sent twice begins one exchange.
 *
 * @module
 */
import type { Refusal } from '@evenhour/protocol';
import { agreementViewOfPair } from '../../agreement/view.ts';
import { countAttempt } from '../../auth/attempts.ts';
import { newId } from '../../db/id.ts';
import { askExchange, type Subject, subjectOf } from '../../exchange/asking.ts';
import {
  disputedExchanges,
  type ExchangeRow,
  exchangePath,
  listExchanges,
  openFromOffer,
} from '../../exchange/exchange-store.ts';
import { doneAt } from '../../exchange/turns.ts';
import { kindsIn, summaryOf, townsOf } from '../../exchange/view.ts';
import { balanceOf, type MemberKind, type MemberRow } from '../../member/members.ts';
import { refusalOf } from '../../node/refused.ts';
import { membersMeant } from '../../transfer/given-before.ts';
import type { Typed } from '../exchange-forms.tsx';
import { AskPage, DisputesPage, ExchangesPage, type ListedExchange } from '../exchanges.tsx';
import { paths } from '../paths.ts';
import { sayStanding } from '../standing.ts';
import type { WebApp, WebContext } from './env.ts';
import { fieldsOf, termsIn, typedOf } from './exchange-form.ts';
import { asked, field, guarded, idOf } from './form.ts';
import { handleHere } from './give-form.ts';
import { frameOf, memberOf, operatorOnly, ownMember, signedIn, statusOf } from './page.tsx';
import { standingOf, townOf } from './towns.ts';

/** Open ones are all shown, up to so many; of the others a page. */
const MOST_OPEN = 100;
const A_PAGE = 30;
const FRESH: Typed = { act: '', values: {}, errors: {} };

export function askingRoutes(app: WebApp): void {
  app.get(paths.exchanges, signedIn, async (c) => {
    const { memberId } = memberOf(c);
    const { bank, node } = c.var;
    const { db } = node.database;
    const before = c.req.query('before');
    const last = before === undefined ? undefined : idOf(before);
    const [open, done, towns] = await Promise.all([
      last === undefined ? listExchanges(db, bank.id, { memberId, which: 'open', limit: MOST_OPEN }) : [],
      listExchanges(db, bank.id, { memberId, which: 'done', before: last, limit: A_PAGE }),
      townsOf(db, bank.id),
    ]);
    const kinds = await kindsIn(db, bank.id, [...open, ...done]);
    const listed = (row: ExchangeRow) => listedOf(row, memberId, towns, kinds);
    const end = done.length === A_PAGE ? done.at(-1)?.id : undefined;
    const older = end === undefined ? null : `${paths.exchanges}?before=${end}`;
    return c.html(
      <ExchangesPage frame={frameOf(c)} model={{ open: open.map(listed), done: done.map(listed), older }} />,
    );
  });

  app.get(paths.newExchange, signedIn, async (c) => {
    const offer = c.req.query('offer');
    const { to, which } = await meantBy(c, asked(c, 'to').slice(0, 300));
    const given = { typed: FRESH, to, which, refusal: null, id: newId() };
    return form(c, await subjectFor(c, offer === undefined ? undefined : idOf(offer), given), given, 200);
  });

  app.post(paths.exchanges, ...guarded, async (c) => {
    const me = ownMember(c);
    const { bank, node, form: sent } = c.var;
    const id = idOf(field(sent, 'id'));
    const offerId = field(sent, 'offer') === '' ? undefined : idOf(field(sent, 'offer'));
    const chosen = field(sent, 'whom').slice(0, 300);
    const { to, which } = await meantBy(c, field(sent, 'to').slice(0, 300), chosen);
    const { terms, errors } = termsIn(sent, bank.settings.timeZone);
    const wrong = { ...errors, ...(offerId === undefined && to === '' && { to: 'missing' as const }) };
    const typed = typedOf(sent, 'ask', wrong);
    if (terms === null || Object.keys(wrong).length > 0 || which.length > 0) {
      const given = { typed, to, which, refusal: null, id };
      return form(c, await subjectFor(c, offerId, given), given, 422);
    }
    const side = field(sent, 'side') === 'giver' ? 'giver' : 'receiver';
    const yesAhead = field(sent, 'ahead') === 'yes';
    const by = { by: 'member', personId: c.var.session?.caller.personId ?? null } as const;
    try {
      await countAttempt(node.database.db, bank.id, 'ask_member', me.id);
      const ask = { id, by, memberId: me.id, offerId, to, side, terms, yesAhead } as const;
      const { row } = await node.signals.commit((tx, after) => askExchange(tx, bank, ask, after));
      return c.redirect(paths.exchange(row.id), 303);
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === null || refusal.code === 'not_found') throw error;
      const given = { typed, to, which, refusal, id, offerId };
      return form(c, { subject: null, refusal: null }, given, statusOf(refusal));
    }
  });

  app.get(paths.disputes, signedIn, operatorOnly, async (c) => {
    const { bank, node } = c.var;
    const { db } = node.database;
    const [rows, towns] = await Promise.all([disputedExchanges(db, bank.id, MOST_OPEN), townsOf(db, bank.id)]);
    const kinds = await kindsIn(db, bank.id, rows);
    const list = rows.map((row) => listedOf(row, null, towns, kinds));
    return c.html(<DisputesPage frame={frameOf(c)} list={list} />);
  });
}

function listedOf(
  row: ExchangeRow,
  memberId: string | null,
  towns: ReadonlyMap<string, string>,
  kinds: ReadonlyMap<string, MemberKind>,
): ListedExchange {
  const side = memberId === null ? null : row.giverId === memberId ? 'giver' : 'receiver';
  const view = summaryOf(row, side, towns, kinds);
  const name = view.giver.town ?? view.receiver.town;
  const over =
    row.status === 'agreed' &&
    row.waitsFor === null &&
    row.startTime !== null &&
    doneAt(row, row.updatedAt) < new Date();
  const waits = side === null || row.waitsFor === side || row.waitsFor === 'both' || over;
  return { view, town: name === null ? null : townOf(name), waits };
}

/** Who is asked, as far as a name says it. */
interface Whom {
  /** An address, a handle or an id, or the name that nobody here has. */
  readonly to: string;
  /** Those whom the name may mean, when it is not clear which. */
  readonly which: readonly MemberRow[];
}

/** Whom a name means, read as the form for giving reads it. @param chosen one of those in sight */
async function meantBy(c: WebContext, name: string, chosen = ''): Promise<Whom> {
  if (chosen !== '' && chosen !== 'other') return { to: chosen, which: [] };
  const { bank, node } = c.var;
  const found = await membersMeant(node.database.db, bank.id, name);
  const to = handleHere(name.replace(/^@/, ''), found);
  if (found.some(({ handle }) => handle === to)) return { to, which: [] };
  const me = ownMember(c);
  return { to: name, which: found.filter(({ id }) => id !== me.id) };
}

interface Asked {
  readonly subject: Subject | null;
  readonly refusal: Refusal | null;
}

/** Whom and what it is about, as far as the address says; an offer that is not there is not found. */
async function subjectFor(c: WebContext, offerId: string | undefined, { to, which }: Whom): Promise<Asked> {
  const { bank, node } = c.var;
  if (offerId === undefined && (to === '' || which.length > 0)) return { subject: null, refusal: null };
  try {
    return { subject: await subjectOf(node.database.db, bank, ownMember(c), { offerId, to }), refusal: null };
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === null || refusal.code === 'not_found') throw error;
    return { subject: null, refusal };
  }
}

interface Given extends Whom {
  readonly typed: Typed;
  readonly refusal: Refusal | null;
  readonly id: string;
  /** Of a form that was refused: the offer is looked for again. */
  readonly offerId?: string | undefined;
}

async function form(
  c: WebContext,
  asked: Asked,
  given: Given,
  status: 200 | ReturnType<typeof statusOf>,
): Promise<Response> {
  const { bank, node } = c.var;
  const { db } = node.database;
  const me = ownMember(c);
  const found = asked.subject === null && given.refusal !== null ? await subjectFor(c, given.offerId, given) : asked;
  const { subject } = found;
  const pairId = subject?.other.pairId ?? null;
  const partner = pairId === null ? null : await agreementViewOfPair(db, bank, pairId);
  const town = partner === null ? null : townOf(partner.town);
  const balance = await balanceOf(db, bank.id, me.accountId);
  const already = subject?.offer ? await openFromOffer(db, bank.id, me.id, subject.offer.id) : undefined;
  const frame = frameOf(c);
  const model = {
    other: subject === null ? null : { name: subject.other.name, kind: subject.other.kind, town },
    side: subject?.side ?? null,
    offer: subject?.offer ?? null,
    to: given.to,
    which: given.which.map(({ id, name, place }) => ({ id, name, place })),
    typed: given.typed,
    values: fieldsOf(null, subject?.offer?.minutes ?? 60, bank.settings.timeZone),
    refusal: given.refusal ?? found.refusal,
    id: given.id,
    capMinutes: bank.settings.transferCapMinutes,
    availableMinutes:
      balance.floorMinutes === null ? null : balance.balanceMinutes - balance.heldMinutes - balance.floorMinutes,
    standing:
      partner === null || town === null || subject?.side === 'giver'
        ? null
        : sayStanding(frame, town, standingOf(partner), { theyHonourMoreMinutes: partner.position.roomMinutes }),
    already: already === undefined ? null : exchangePath(already.id),
  };
  return c.html(<AskPage frame={frame} model={model} />, found.refusal === null ? status : statusOf(found.refusal));
}
