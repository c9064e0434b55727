/**
 * One exchange: its page, and what its forms do.
 *
 * Promises: a form does what the operation of the API does; a yes without script is one POST, and pressed twice counts
 * once; an exchange of others is not there.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import type { Refusal } from '@evenhour/protocol';
import { and, eq } from 'drizzle-orm';
import { agreementViewOfPair } from '../../agreement/view.ts';
import { actsAbout, BROKER_LENGTHS } from '../../broker/acts.ts';
import { atDesk } from '../../broker/desk.ts';
import type { Queries } from '../../db/database.ts';
import { transfer } from '../../db/schema.ts';
import type { Signal } from '../../delivery/signals.ts';
import { dayOf, doInExchange, maySee, putRight, settleDispute, type Wish } from '../../exchange/acts.ts';
import { LENGTHS } from '../../exchange/asking.ts';
import { type Exchange, loadExchange } from '../../exchange/exchange-store.ts';
import { countWords, giveContact, say, showThanks, thank } from '../../exchange/talk.ts';
import { DAY_MS, DISPUTE_DAYS } from '../../exchange/turns.ts';
import { exchangeView, sideOf } from '../../exchange/view.ts';
import { balanceOf } from '../../member/members.ts';
import { Refused, refusalOf } from '../../node/refused.ts';
import { type ExchangeModel, ExchangePage } from '../exchange.tsx';
import type { Typed } from '../exchange-forms.tsx';
import { builders } from '../exchange-words.ts';
import { firstName } from '../format.ts';
import { paths } from '../paths.ts';
import { sayWriter } from '../slip.tsx';
import { reading, sayStanding } from '../standing.ts';
import type { WebApp, WebContext } from './env.ts';
import { answersOf, dayIn, fieldsOf, lengthOf, termsIn, typedOf } from './exchange-form.ts';
import { field, guarded, idOf, wholeNumber } from './form.ts';
import { formOnce } from './once.ts';
import { frameOf, pattern, signedIn, statusOf } from './page.tsx';
import { standingOf, townOf } from './towns.ts';

const FRESH: Typed = { act: '', values: {}, errors: {} };

export function exchangePageRoutes(app: WebApp): void {
  app.get(pattern(paths.exchange), signedIn, async (c) => {
    const exchange = await exchangeFor(c);
    return c.html(<ExchangePage frame={frameOf(c)} model={await modelOf(c, exchange, FRESH, null)} />);
  });

  app.post(pattern(paths.exchange), ...guarded, async (c) => {
    const { row } = await exchangeFor(c);
    const { form } = c.var;
    const act = field(form, 'act');
    const errors = wrongIn(c, act);
    if (Object.keys(errors).length > 0) return again(c, typedOf(form, act, errors), null, 422);
    try {
      return c.redirect(await doIt(c, row.id, act), 303);
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === null || refusal.code === 'not_found') throw error;
      return again(c, typedOf(form, act, {}), refusal, statusOf(refusal));
    }
  });
}

/** What is wrong with the fields of this act, before anything is asked of the exchange. */
function wrongIn(
  { var: { form, bank } }: WebContext,
  act: string,
): Record<string, 'missing' | 'long' | 'time' | 'length' | 'far' | 'future'> {
  if (act === 'counter') return termsIn(form, bank.settings.timeZone).errors;
  const none = field(form, 'none') === 'yes';
  if (['record', 'change_record', 'right', 'settle'].includes(act))
    return {
      ...(act === 'settle' && wrongOfDesk(form)),
      ...(!none && lengthOf(form) === null && { length: 'length' as const }),
      ...(dayIn(form) === null && { date: 'time' as const }),
      ...((dayIn(form) ?? '') > dayOf(new Date(), bank.settings.timeZone) && { date: 'future' as const }),
    };
  if (field(form, 'because').length > LENGTHS.because) return { because: 'long' };
  if (act === 'contest' && field(form, 'because') === '') return { because: 'missing' };
  return {};
}

/** What is wrong with the fields that only the desk fills. */
function wrongOfDesk(form: URLSearchParams): Record<string, 'missing' | 'long' | 'length'> {
  const reason = field(form, 'reason');
  return {
    ...(reason === '' && { reason: 'missing' as const }),
    ...(reason.length > BROKER_LENGTHS.reason && { reason: 'long' as const }),
    ...(fundIn(form) === null && { fund: 'length' as const }),
  };
}

/** Minutes that the fund gives; 0 when the field is empty, `null` when it holds no whole number. */
const fundIn = (form: URLSearchParams): number | null => wholeNumber(field(form, 'fund') || '0');

/** Does it, and says where to go next. */
async function doIt(c: WebContext, id: string, act: string): Promise<string> {
  const { bank, node, form, session } = c.var;
  const caller = session?.caller;
  if (caller === undefined) throw new Refused('not_signed_in');
  const here = paths.exchange(id);
  const run = (work: (tx: Queries, after: Signal[]) => Promise<unknown>) => node.signals.commit(work);
  const member = () => {
    if (caller.role !== 'member') throw new Refused('not_allowed');
    return caller;
  };
  switch (act) {
    case 'say':
    case 'thank': {
      const text = field(form, 'text');
      if (text === '' || text.length > LENGTHS.talk) throw new Refused('invalid_request', { field: 'text' });
      await countWords(node.database.db, bank.id, caller);
      const reason = reasonIn(form);
      if (act === 'thank') {
        await run((tx, after) =>
          atDesk(tx, bank, caller, { id, did: act, reason }, () => thank(tx, bank, caller, id, text, after)),
        );
        return here;
      }
      const speak = async (tx: Queries, after: Signal[]) => {
        await atDesk(tx, bank, caller, { id, did: act, reason }, () => say(tx, bank, caller, id, text, after));
        return `${here}#talk`;
      };
      return formOnce(c, speak, text);
    }
    case 'contact': {
      const what = field(form, 'what') === 'email' ? 'email' : 'phone';
      await run((tx, after) => giveContact(tx, bank, member(), id, what, after));
      return `${here}#talk`;
    }
    case 'show_thanks':
    case 'hide_thanks':
      await run((tx) => showThanks(tx, bank, member(), id, act === 'show_thanks'));
      return here;
    case 'right':
      return formOnce(c, async (tx, after) => {
        const minutes = lengthOf(form) ?? 0;
        await atDesk(tx, bank, caller, { id, did: 'right', reason: reasonIn(form) }, () =>
          putRight(tx, bank, caller, id, { minutes, content: '' }, after),
        );
        return here;
      });
    case 'settle': {
      if (caller.role !== 'operator') throw new Refused('not_allowed');
      const side = field(form, 'side') === 'giver' ? 'giver' : 'receiver';
      const minutes = field(form, 'none') === 'yes' ? 0 : (lengthOf(form) ?? 0);
      const fundMinutes = fundIn(form) ?? 0;
      await run((tx, after) =>
        atDesk(tx, bank, caller, { id, side, did: 'record', reason: reasonIn(form) }, () =>
          settleDispute(tx, bank, caller, id, { side, minutes, fundMinutes }, after),
        ),
      );
      return here;
    }
    default: {
      const wish = wishIn(c, act);
      await run((tx, after) =>
        atDesk(tx, bank, caller, { id, did: wish.do, reason: reasonIn(form) }, () =>
          doInExchange(tx, bank, caller, id, wish, after),
        ),
      );
      return act === 'accept' || act === 'confirm' ? `${here}?just` : here;
    }
  }
}

/** Why the desk does it. */
function reasonIn(form: URLSearchParams): string {
  const reason = field(form, 'reason');
  if (reason.length > BROKER_LENGTHS.reason) throw new Refused('invalid_request', { field: 'reason' });
  return reason;
}

function wishIn({ var: { form, bank } }: WebContext, act: string): Wish {
  const because = field(form, 'because') || undefined;
  switch (act) {
    case 'accept':
    case 'confirm':
      return { do: act, answers: answersOf(form) };
    case 'decline':
      return { do: act, answers: answersOf(form), because };
    case 'contest':
      return { do: act, answers: answersOf(form), because: because ?? '' };
    case 'withdraw':
    case 'cancel':
      return { do: act, because };
    case 'record':
    case 'change_record': {
      const minutes = field(form, 'none') === 'yes' ? 0 : (lengthOf(form) ?? 0);
      return { do: act, minutes, doneOn: dayIn(form) || undefined };
    }
    case 'counter': {
      const { terms } = termsIn(form, bank.settings.timeZone);
      if (terms !== null) return { do: act, terms };
    }
  }
  throw new Refused('invalid_request', { field: 'act' });
}

/** The exchange of the address, if whoever looks may see it. */
async function exchangeFor(c: WebContext): Promise<Exchange> {
  const { bank, node, session } = c.var;
  const id = idOf(c.req.param('id'));
  const exchange = await loadExchange(node.database.db, bank.id, id);
  const caller = session?.caller;
  if (exchange === undefined || caller === undefined || !maySee(exchange.row, caller)) throw new Refused('not_found');
  return exchange;
}

async function again(c: WebContext, typed: Typed, refusal: Refusal | null, status: 422 | ReturnType<typeof statusOf>) {
  const model = await modelOf(c, await exchangeFor(c), typed, refusal);
  return c.html(<ExchangePage frame={frameOf(c)} model={model} />, status);
}

async function modelOf(
  c: WebContext,
  exchange: Exchange,
  typed: Typed,
  refusal: Refusal | null,
): Promise<ExchangeModel> {
  const { bank, node, session, words } = c.var;
  const { db } = node.database;
  const caller = session?.caller;
  if (caller === undefined) throw new Refused('not_signed_in');
  const { timeZone, bridgeBuilder, confirmAfterDays } = bank.settings;
  // The desk looks on from neither side, also when only one of the two is its member.
  const side = caller.role === 'member' ? sideOf(exchange.row, caller) : null;
  const view = await exchangeView(db, exchange, side, timeZone);
  const frame = frameOf(c);
  const me = c.var.session?.member ?? null;
  const partner = exchange.row.pairId === null ? null : await agreementViewOfPair(db, bank, exchange.row.pairId);
  const name = view.giver.town ?? view.receiver.town;
  const town = name === null ? null : townOf(partner?.town ?? name);
  const balance = me !== null && view.side === 'receiver' ? await balanceOf(db, bank.id, me.accountId) : null;
  const acts = await actsAbout(db, bank.id, [exchange.row.id]);
  const end = new Date(Date.now() + DISPUTE_DAYS * DAY_MS);
  return {
    view,
    typed,
    terms: fieldsOf(view.terms, view.minutes, timeZone),
    today: dayOf(frame.now, timeZone),
    who: builders(words, [
      { town: bank.settings.name, name: partner?.ourBridgeBuilder || bridgeBuilder },
      ...(partner === null ? [] : [{ town: town?.name ?? partner.town, name: partner.theirBridgeBuilder }]),
    ]),
    until: words.day(end, reading(frame)),
    capMinutes: bank.settings.transferCapMinutes,
    key: randomUUID(),
    town,
    refusal,
    slips: acts.map(({ row: { personName, slip }, memberName, memberKind }) =>
      words.t('slip.writtenDown', {
        who: firstName(memberName, memberKind),
        by: firstName(sayWriter(words, personName)),
        slip,
      }),
    ),
    just: c.req.query('just') !== undefined,
    hasPhone: (me?.phone ?? '') !== '',
    hasEmail: (me?.email ?? '') !== '',
    confirmAfterDays: exchange.row.ownSide === 'both' ? confirmAfterDays : null,
    availableMinutes:
      balance === null || balance.floorMinutes === null
        ? null
        : balance.balanceMinutes - balance.heldMinutes - balance.floorMinutes,
    standing:
      partner === null || town === null || view.side !== 'receiver'
        ? null
        : sayStanding(frame, town, standingOf(partner), { theyHonourMoreMinutes: partner.position.roomMinutes }),
    receipt: await receiptOf(db, exchange),
  };
}

/** The page of the receipt, once hours have moved. It is of all parts, so any of them leads there. */
async function receiptOf(db: Queries, { row }: Exchange): Promise<string | null> {
  if (row.status !== 'confirmed') return null;
  const [part] = await db
    .select({ id: transfer.id })
    .from(transfer)
    .where(and(eq(transfer.bankId, row.bankId), eq(transfer.exchangeId, row.id), eq(transfer.status, 'settled')))
    .orderBy(transfer.part)
    .limit(1);
  return part === undefined ? null : paths.receipt(part.id);
}
