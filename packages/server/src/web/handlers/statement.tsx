/**
 * A member's hours, page by page.
 *
 * Promises: what has moved is read from the ledger; beside it stands what is on its way or came back,
 * each line once, newest first; nobody sees anybody else's.
 *
 * @module
 */
import { and, desc, eq, inArray, lt, sql } from 'drizzle-orm';
import type { Bank } from '../../bank/bank.ts';
import type { Queries } from '../../db/database.ts';
import { unmoved as isUnmoved, transfer } from '../../db/schema.ts';
import { exchangePath } from '../../exchange/exchange-store.ts';
import { rowsOf } from '../../ledger/ledger.ts';
import {
  kindsOf,
  type MemberKind,
  type MemberRow,
  type StatementLine as Moved,
  standOf,
  statementOf,
  sumsOf,
} from '../../member/members.ts';
import { linesOf, statementCsv, type WholePeriod, wholePeriod } from '../../member/statement.ts';
import { refusalOf } from '../../node/refused.ts';
import { hasReceipt } from '../../receipt/documents.ts';
import type { TransferRow } from '../../transfer/transfer-store.ts';
import type { StatementLine, StatementModel } from '../models.ts';
import { paths } from '../paths.ts';
import { StatementPage, StatementSheet } from '../statement.tsx';
import type { WebApp, WebContext } from './env.ts';
import { refusalOfExchange, statusOfExchange, townNames } from './exchanges.ts';
import { asked } from './form.ts';
import { frameOf, ownMember, signedIn } from './page.tsx';

const PAGE = 20;
/** So many lines are a sheet for paper: some ten sides of A4 in large type. */
const SHEET = 100;

export function statementRoutes(app: WebApp): void {
  app.get(paths.me, signedIn, async (c) => {
    const row = ownMember(c);
    const { bank, node } = c.var;
    const model = await statementModel(node.database.db, bank, row, lineBefore(c));
    return c.html(<StatementPage frame={frameOf(c)} model={model} />);
  });

  app.get(paths.statementPrint, signedIn, async (c) => {
    const row = ownMember(c);
    const { bank, node } = c.var;
    const { db } = node.database;
    const period = periodIn(c);
    if (period === null) return wrongDays(c, row);
    const [newest, sums, { balanceMinutes }] = await Promise.all([
      statementOf(db, bank.id, row.accountId, lineBefore(c), SHEET + 1, period),
      sumsOf(db, bank.id, row.accountId, period),
      standOf(db, bank.id, row.accountId),
    ]);
    const lines = newest.slice(0, SHEET);
    const last = lines.at(-1);
    const { lines: allLines, ...moved } = sums;
    const days = new URLSearchParams({ from: period.firstDay, to: period.lastDay, before: last?.id ?? '' });
    const model = {
      name: row.name,
      from: period.from,
      last: new Date(period.to.getTime() - 1),
      ...{ balanceMinutes, ...moved, allLines },
      lines: lines.map(paperLine).reverse(),
      olderHref: newest.length > SHEET ? `${paths.statementPrint}?${days}` : null,
    };
    return c.html(<StatementSheet frame={frameOf(c)} model={model} />);
  });

  app.get(paths.statementFile, signedIn, async (c) => {
    const row = ownMember(c);
    const { bank, node, words } = c.var;
    const period = periodIn(c);
    if (period === null) return wrongDays(c, row);
    const lines = await linesOf(node.database.db, bank.id, row.accountId, period);
    const name = `${words.t('statement.fileName')}-${period.firstDay}-${period.lastDay}.csv`;
    c.header('content-disposition', `attachment; filename="${name}"`);
    c.header('content-type', 'text/csv; charset=utf-8');
    return c.body(statementCsv(lines, words, bank.settings.timeZone));
  });
}

/** The line before which a page begins; nothing for what no page of ours says. */
function lineBefore(c: WebContext): string | undefined {
  const before = c.req.query('before');
  return before !== undefined && /^[0-9A-HJKMNP-TV-Z]{26}$/.test(before) ? before : undefined;
}

/** The days that are asked for, or `null` for days that are none, in the wrong order or too many. */
function periodIn(c: WebContext): WholePeriod | null {
  const [from, to] = daysIn(c);
  try {
    return wholePeriod(from || undefined, to || undefined, c.var.bank.settings.timeZone);
  } catch (error) {
    if (refusalOf(error)?.code !== 'invalid_request') throw error;
    return null;
  }
}

const daysIn = (c: WebContext) => [asked(c, 'from').slice(0, 20), asked(c, 'to').slice(0, 20)] as const;

/** The form again, with what was asked for. */
async function wrongDays(c: WebContext, row: MemberRow): Promise<Response> {
  const { bank, node } = c.var;
  const [firstDay, lastDay] = daysIn(c);
  const model = await statementModel(node.database.db, bank, row, undefined);
  return c.html(<StatementPage frame={frameOf(c)} model={{ ...model, firstDay, lastDay, wrongDays: true }} />, 400);
}

/** Paper has no links. */
function paperLine({ id, at, content, counterpartyName, town, minutes, direction }: Moved): StatementLine {
  const what = { what: content, who: counterpartyName, town, minutes, direction };
  return { id, at, ...what, status: 'settled', proofId: null, receiptId: null, furtherHref: null };
}

async function statementModel(
  db: Queries,
  bank: Bank,
  row: MemberRow,
  before: string | undefined,
): Promise<StatementModel> {
  const [{ balanceMinutes, heldMinutes, moved }, lines] = await Promise.all([
    standOf(db, bank.id, row.accountId),
    readLines(db, bank, row, before),
  ]);
  const shown = lines.slice(0, PAGE);
  const last = shown.at(-1);
  const [first] = shown;
  const { firstDay, lastDay } = wholePeriod(undefined, undefined, bank.settings.timeZone);
  return {
    name: row.name,
    balanceMinutes,
    heldMinutes,
    moved,
    firstDay,
    lastDay,
    lines: shown,
    olderHref: lines.length > PAGE && last !== undefined ? `${paths.me}?before=${last.id}` : null,
    newerHref: before === undefined || first === undefined ? null : await newerHref(db, bank, row, first.id),
  };
}

/** One more than fits the page, to know whether there are older ones. Ids of both tables are in the order of time. */
async function readLines(
  db: Queries,
  bank: Bank,
  row: MemberRow,
  before: string | undefined,
): Promise<StatementLine[]> {
  const moved = await statementOf(db, bank.id, row.accountId, before, PAGE + 1);
  const unmoved = await db
    .select()
    .from(transfer)
    .where(
      and(
        eq(transfer.bankId, bank.id),
        eq(transfer.memberId, row.id),
        isUnmoved,
        before === undefined ? undefined : lt(transfer.id, before),
      ),
    )
    .orderBy(desc(transfer.id))
    .limit(PAGE + 1);
  const towns = await townNames(db, bank.id);
  const ids = moved.map(({ transferId }) => transferId).filter((id) => id !== null);
  const found =
    ids.length === 0
      ? []
      : await db
          .select()
          .from(transfer)
          .where(and(eq(transfer.bankId, bank.id), inArray(transfer.id, ids)));
  const kinds = await kindsOf(
    db,
    bank.id,
    unmoved.map(({ direction, counterparty }) => (direction === 'local' ? counterparty : null)),
  );
  const exchanges = new Map<string | null, TransferRow>(found.map((each) => [each.id, each]));
  return [
    ...moved.map((line) => movedLine(line, exchanges.get(line.transferId), towns)),
    ...unmoved.map((each) => unmovedLine(each, towns, kinds.get(each.counterparty))),
  ]
    .sort((a, b) => (a.id < b.id ? 1 : -1))
    .slice(0, PAGE + 1);
}

type Towns = ReadonlyMap<string | null, string>;

function movedLine(line: Moved, row: TransferRow | undefined, towns: Towns): StatementLine {
  const status = row === undefined ? 'settled' : statusOfExchange(row);
  return {
    id: line.id,
    at: line.at,
    what: line.content,
    who: line.counterpartyName,
    town: row === undefined ? null : (towns.get(row.pairId) ?? null),
    minutes: line.minutes,
    direction: line.direction,
    status,
    proofId: status === 'settled' && row !== undefined && row.pairId !== null ? row.id : null,
    receiptId: row !== undefined && hasReceipt(row) ? row.id : null,
    furtherHref: row === undefined || status === 'settled' ? null : furtherHref(row),
  };
}

function unmovedLine(row: TransferRow, towns: Towns, kind: MemberKind | undefined): StatementLine {
  const refusal = refusalOfExchange(row);
  return {
    id: row.id,
    at: row.createdAt,
    what: row.content,
    who: row.counterpartyName,
    kind,
    town: towns.get(row.pairId) ?? null,
    minutes: row.minutes,
    direction: row.direction === 'in' ? 'came' : 'given',
    status: statusOfExchange(row),
    ...(refusal !== null && { refusal }),
    proofId: null,
    receiptId: null,
    furtherHref: furtherHref(row),
  };
}

/** A gift has a page for its giver; an exchange has one for both. */
function furtherHref({ id, direction, exchangeId }: TransferRow): string | null {
  if (exchangeId !== null) return exchangePath(exchangeId);
  return direction === 'in' ? null : paths.given(id);
}

/** The page before this one: it ends just above `first`. */
async function newerHref(db: Queries, bank: Bank, { id, accountId }: MemberRow, first: string): Promise<string | null> {
  const moved = (side: 'debit' | 'credit') => sql`
    (select id from posting
     where bank_id = ${bank.id} and ${sql.raw(side)} = ${accountId} and kind in ('direct', 'post') and id > ${first}
     order by id limit ${PAGE + 1})`;
  const result = await db.execute(sql`
    select l.id from (
      ${moved('debit')} union all ${moved('credit')} union all
      (select id from transfer
       where bank_id = ${bank.id} and member_id = ${id} and id > ${first}
         and ${isUnmoved}
       order by id limit ${PAGE + 1})
    ) l order by l.id limit ${PAGE + 1}`);
  const ids = rowsOf<{ id: string }>(result).map((row) => row.id);
  if (ids.length === 0) return null;
  const beyond = ids[PAGE];
  return beyond === undefined ? paths.me : `${paths.me}?before=${beyond}`;
}
