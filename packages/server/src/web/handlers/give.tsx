/**
 * Giving hours, and what became of them.
 *
 * Promises: the form does what the API's transfer does, in one transaction; pressing twice gives once;
 * a form that was refused keeps what was typed and has moved nothing; only the giver sees what became
 * of a gift.
 *
 * @module
 */
import { createHash, randomUUID } from 'node:crypto';
import { agreementViewOfPair, agreementViews } from '../../agreement/view.ts';
import { FUND_HANDLE } from '../../bank/bank.ts';
import { actsAbout } from '../../broker/acts.ts';
import { balanceOf, findMember, kindsOf, type MemberRow } from '../../member/members.ts';
import { Refused, refusalOf } from '../../node/refused.ts';
import { givenBefore, membersMeant } from '../../transfer/given-before.ts';
import { takeBack } from '../../transfer/take-back.ts';
import { type TransferRow, transferById } from '../../transfer/transfer-store.ts';
import { firstName } from '../format.ts';
import { GivenPage, GivePage } from '../give.tsx';
import { GiveSurePage } from '../give-sure.tsx';
import type { GiveChoice, GiveModel, GivenModel, GiveTown } from '../models.ts';
import { paths } from '../paths.ts';
import { sayWriter } from '../slip.tsx';
import type { WebApp, WebContext } from './env.ts';
import { refusalOfExchange, statusOfExchange } from './exchanges.ts';
import { asked, field, guarded, idOf } from './form.ts';
import { emptyGive, type Meant, type Neighbours, readGive, understand } from './give-form.ts';
import { keyAfter } from './once.ts';
import { frameOf, memberOf, ownMember, pattern, signedIn, statusOf } from './page.tsx';
import { bankView, isLive, standingOf, townOf } from './towns.ts';

export function giveRoutes(app: WebApp): void {
  app.get(paths.give, signedIn, async (c) => {
    const to = asked(c, 'to').slice(0, 200);
    const desk = await deskOf(c, handleHereIn(c, to));
    const known = desk.choices.some(({ value }) => value === to);
    const values = { ...emptyGive(c.var.bank.host), ...(known ? { to } : { who: to }) };
    return form(c, desk, { values, errors: {}, refusal: null, key: randomUUID() }, 200);
  });

  app.post(paths.give, ...guarded, async (c) => {
    const typed = readGive(c.var.form);
    const written = typed.town === c.var.bank.host ? typed.who : '';
    const desk = await deskOf(c, typed.to === 'other' ? written : handleHereIn(c, typed.to));
    const towns = desk.towns.map(({ value }) => value);
    const meant = understand(typed, towns, desk.found);
    const { values } = meant;
    const key = field(c.var.form, 'key');
    const [handle = ''] = meant.to.split('@');
    const open = desk.found.length > 0 && !desk.found.some((each) => each.handle === handle);
    const finding = field(c.var.form, 'find') !== '';
    if (field(c.var.form, 'change') !== '' || (finding && open))
      return form(c, desk, { values, errors: {}, refusal: null, key }, 200);
    const errors = { ...meant.errors, ...(open && { who: 'which' as const }) };
    if (Object.keys(errors).length > 0) return form(c, desk, { values, errors, refusal: null, key }, 422);
    if (meant.refusal !== null) return form(c, desk, { values, errors, refusal: meant.refusal, key }, 422);
    try {
      if (field(c.var.form, 'sure') === '') return await sure(c, desk, meant, key);
      return c.redirect(paths.given(await giveOnce(c, desk.me, meant, key)), 303);
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === null) throw error;
      return form(c, desk, { values, errors, refusal, key: keyAfter(refusal, key) }, statusOf(refusal));
    }
  });

  app.get(pattern(paths.given), signedIn, async (c) => {
    const row = await ownGift(c);
    return c.html(<GivenPage frame={frameOf(c)} model={await givenModel(c, row)} url={paths.given(row.id)} />);
  });

  app.post(pattern(paths.takeBack), ...guarded, async (c) => {
    const { bank, node } = c.var;
    const { id } = await ownGift(c);
    try {
      await node.signals.commit((tx, after) => takeBack(tx, bank, id, after));
    } catch (error) {
      // It was answered a moment before: the page says what became of it.
      if (refusalOf(error)?.code !== 'already_answered') throw error;
    }
    return c.redirect(paths.given(id), 303);
  });
}

/** The handle in the address of somebody here; empty for an address elsewhere. */
function handleHereIn({ var: { bank } }: WebContext, address: string): string {
  const [handle = '', host] = address.split('@');
  return host === bank.host ? handle : '';
}

/** The gift of the address, if it is the signed-in member's. */
async function ownGift(c: WebContext): Promise<TransferRow> {
  const { memberId } = memberOf(c);
  const { bank, node } = c.var;
  const row = await transferById(node.database.db, bank.id, idOf(c.req.param('id')));
  if (row === undefined || row.memberId !== memberId || row.direction === 'in') throw new Refused('not_found');
  return row;
}

/** What the form is filled with, whatever was typed into it. */
interface Desk {
  readonly me: MemberRow;
  readonly towns: readonly GiveTown[];
  readonly choices: readonly GiveChoice[];
  /** Members here whom a name may mean. */
  readonly found: Neighbours;
}

/** @param search the name of somebody here */
async function deskOf(c: WebContext, search: string): Promise<Desk> {
  const { bank, node } = c.var;
  const { db } = node.database;
  const me = ownMember(c);
  const views = (await agreementViews(db, bank)).filter(isLive);
  const own: GiveTown = { value: bank.host, town: bankView(bank), partner: null };
  const others = views.map(
    (view): GiveTown => ({
      value: new URL(view.origin).host,
      town: townOf(view.town),
      partner: { standing: standingOf(view), theyHonourMoreMinutes: view.position.roomMinutes },
    }),
  );
  const towns = [own, ...others];
  const [found, before] = [await membersMeant(db, bank.id, search), await givenBefore(db, bank, me.id)];
  const people = [
    ...found.filter(({ id }) => id !== me.id).map(({ handle, name }) => ({ value: `${handle}@${bank.host}`, name })),
    ...before,
  ];
  const choices = [
    ...people.flatMap(({ value, name }) => choiceIn(towns, value, name, false) ?? []),
    ...towns.flatMap(({ value }) => choiceIn(towns, `${FUND_HANDLE}@${value}`, '', true) ?? []),
  ];
  const once = new Map(choices.map((choice) => [choice.value, choice]));
  return { me, towns, choices: [...once.values()], found };
}

/** `null` when hours cannot go to that town. */
function choiceIn(towns: readonly GiveTown[], value: string, name: string, fund: boolean): GiveChoice | null {
  const town = towns.find((each) => each.value === value.split('@')[1]);
  return town === undefined ? null : { value, name, fund, town: town.partner === null ? null : town.town.name };
}

/** One page before anything moves: who it is, and what both will have. */
async function sure(c: WebContext, { me, towns, choices }: Desk, meant: Meant, key: string): Promise<Response> {
  const { bank, node } = c.var;
  const { db } = node.database;
  const { values, minutes } = meant;
  const [handle = '', host = ''] = meant.to.split('@');
  const town = towns.find(({ value }) => value === host);
  if (town === undefined) throw new Refused('not_partners');
  const here = town.partner === null ? await findMember(db, bank.id, handle) : undefined;
  if (town.partner === null && here === undefined) throw new Refused('unknown_payee');
  if (here?.id === me.id) throw new Refused('same_account');
  const chosen = choices.find(({ value }) => value === meant.to);
  const name = here?.name ?? chosen?.name ?? handle;
  const to = chosen ?? { value: meant.to, name, town: town.partner === null ? null : town.town.name, fund: false };
  const { balanceMinutes, heldMinutes, floorMinutes } = await balanceOf(db, bank.id, me.accountId);
  const left = floorMinutes === null ? null : balanceMinutes - heldMinutes - floorMinutes;
  if (left !== null && left < minutes) throw new Refused('not_enough_hours', { availableMinutes: Math.max(0, left) });
  const afterMinutes = balanceMinutes - minutes;
  const model = { values, key, to, town: town.town, minutes, afterMinutes, asks: here?.asksGifts ?? false };
  return c.html(<GiveSurePage frame={frameOf(c)} model={model} />);
}

type Filled = Pick<GiveModel, 'values' | 'errors' | 'refusal' | 'key'>;

async function form(
  c: WebContext,
  { me, towns, choices }: Desk,
  filled: Filled,
  status: 200 | ReturnType<typeof statusOf>,
): Promise<Response> {
  const { bank, node } = c.var;
  const { balanceMinutes } = await balanceOf(node.database.db, bank.id, me.accountId);
  return c.html(<GivePage frame={frameOf(c)} model={{ towns, balanceMinutes, choices, ...filled }} />, status);
}

/** Gives, or finds what the same form gave before. Keys of forms cannot meet those of the API: they hold a space. */
async function giveOnce(c: WebContext, me: MemberRow, { values, to, minutes }: Meant, key: string): Promise<string> {
  const { bank, node } = c.var;
  if (!/^[\x21-\x7e]{8,100}$/.test(key)) throw new Refused('idempotency_key_missing');
  const digest = createHash('sha256')
    .update(JSON.stringify(['give', me.id, to, minutes, values.what, values.unnamed]))
    .digest('base64url');
  return node.giving.give(bank, {
    key: `form ${key}`,
    digest,
    gift: { from: me.id, to, minutes, content: values.what, unnamed: values.unnamed === 'yes' },
    answer: (given) => given.exchange.id,
  });
}

async function givenModel(c: WebContext, row: TransferRow): Promise<GivenModel> {
  const { bank, node, words } = c.var;
  const { db } = node.database;
  const status = statusOfExchange(row);
  const slips = await actsAbout(db, bank.id, [row.id]);
  const view = row.pairId === null ? null : await agreementViewOfPair(db, bank, row.pairId);
  return {
    minutes: row.minutes,
    what: row.content,
    who: row.counterpartyName,
    kind:
      row.direction === 'local' ? (await kindsOf(db, bank.id, [row.counterparty])).get(row.counterparty) : undefined,
    town: view === null ? null : townOf(view.town),
    at: row.createdAt,
    status,
    standing: view === null || status === 'settled' ? null : standingOf(view),
    refusal: refusalOfExchange(row),
    proofId: status === 'settled' && view !== null ? row.id : null,
    slips: slips.map(({ row: { id, personName, slip }, memberName, memberKind }) => ({
      href: paths.slip(id),
      who: firstName(memberName, memberKind),
      by: firstName(sayWriter(words, personName)),
      slip,
    })),
    takeBackHref: row.direction !== 'in' && row.status === 'offered' ? paths.takeBack(row.id) : null,
  };
}
