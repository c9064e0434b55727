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
import type { Refusal } from '@evenhour/protocol';
import { and, asc, eq, sql } from 'drizzle-orm';
import { agreementViewOfPair, agreementViews } from '../../agreement/view.ts';
import { member } from '../../db/schema.ts';
import { balanceOf, findMember, type MemberRow } from '../../member/members.ts';
import { Refused, refusalOf } from '../../node/refused.ts';
import { takeBack } from '../../transfer/take-back.ts';
import { type TransferRow, transferById } from '../../transfer/transfer-store.ts';
import { GivenPage, GivePage } from '../give.tsx';
import type { GiveModel, GivenModel, GiveTown } from '../models.ts';
import { paths } from '../paths.ts';
import type { WebApp, WebContext } from './env.ts';
import { refusalOfExchange, statusOfExchange } from './exchanges.ts';
import { field, guarded, idOf } from './form.ts';
import { emptyGive, type Meant, readGive, understand } from './give-form.ts';
import { frameOf, memberOf, pattern, signedIn, statusOf } from './page.tsx';
import { bankView, isLive, standingOf, townOf } from './towns.ts';

export function giveRoutes(app: WebApp): void {
  app.get(paths.give, signedIn, async (c) => {
    const desk = await deskOf(c);
    return form(c, desk, { values: emptyGive(c.var.bank.host), errors: {}, refusal: null, key: randomUUID() }, 200);
  });

  app.post(paths.give, ...guarded, async (c) => {
    const desk = await deskOf(c);
    const meant = understand(
      readGive(c.var.form),
      desk.towns.map(({ value }) => value),
      desk.neighbours,
    );
    const { values, errors } = meant;
    const key = field(c.var.form, 'key');
    if (Object.keys(errors).length > 0) return form(c, desk, { values, errors, refusal: null, key }, 422);
    if (meant.refusal !== null) return form(c, desk, { values, errors, refusal: meant.refusal, key }, 422);
    try {
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
  readonly neighbours: GiveModel['neighbours'];
}

async function deskOf(c: WebContext): Promise<Desk> {
  const { bank, node } = c.var;
  const { db } = node.database;
  const me = await findMember(db, bank.id, memberOf(c).memberId);
  if (me === undefined) throw new Refused('not_found');
  const views = (await agreementViews(db, bank)).filter(isLive);
  const own: GiveTown = { value: bank.host, town: bankView(bank), partner: null };
  const others = views.map(
    (view): GiveTown => ({
      value: new URL(view.origin).host,
      town: townOf(view.town),
      partner: { standing: standingOf(view), theyHonourMoreMinutes: view.position.roomMinutes },
    }),
  );
  const neighbours = await db
    .select({ handle: member.handle, name: member.name })
    .from(member)
    .where(
      and(
        eq(member.bankId, bank.id),
        eq(member.status, 'active'),
        sql`${member.kind} <> 'fund'`,
        sql`${member.id} <> ${me.id}`,
      ),
    )
    .orderBy(asc(member.name))
    .limit(500);
  return { me, towns: [own, ...others], neighbours };
}

type Filled = Pick<GiveModel, 'values' | 'errors' | 'refusal' | 'key'>;

async function form(
  c: WebContext,
  { me, towns, neighbours }: Desk,
  filled: Filled,
  status: 200 | ReturnType<typeof statusOf>,
): Promise<Response> {
  const { bank, node } = c.var;
  const { balanceMinutes } = await balanceOf(node.database.db, bank.id, me.accountId);
  return c.html(<GivePage frame={frameOf(c)} model={{ towns, balanceMinutes, neighbours, ...filled }} />, status);
}

/** A refused form may be sent again as it is. One that was sent before with something else needs a new key. */
function keyAfter(refused: Refusal, key: string): string {
  return refused.code === 'idempotency_key_reused' || refused.code === 'idempotency_key_missing' ? randomUUID() : key;
}

/** Gives, or finds what the same form gave before. Keys of forms cannot meet those of the API: they hold a space. */
async function giveOnce(c: WebContext, me: MemberRow, { values, to, minutes }: Meant, key: string): Promise<string> {
  const { bank, node } = c.var;
  if (!/^[\x21-\x7e]{8,100}$/.test(key)) throw new Refused('idempotency_key_missing');
  const digest = createHash('sha256')
    .update(JSON.stringify(['give', me.id, to, minutes, values.what]))
    .digest('base64url');
  return node.giving.give(bank, {
    key: `form ${key}`,
    digest,
    gift: { from: me.id, to, minutes, content: values.what },
    answer: (given) => given.exchange.id,
  });
}

async function givenModel(c: WebContext, row: TransferRow): Promise<GivenModel> {
  const { bank, node } = c.var;
  const { db } = node.database;
  const status = statusOfExchange(row);
  const view = row.pairId === null ? null : await agreementViewOfPair(db, bank, row.pairId);
  return {
    minutes: row.minutes,
    what: row.content,
    who: row.counterpartyName,
    town: view === null ? null : townOf(view.town),
    at: row.createdAt,
    status,
    standing: view === null || status === 'settled' ? null : standingOf(view),
    refusal: refusalOfExchange(row),
    proofId: status === 'settled' && view !== null ? row.id : null,
    takeBackHref: row.direction === 'out' && row.status === 'offered' ? paths.takeBack(row.id) : null,
  };
}
