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
import { transfer } from '../../db/schema.ts';
import { rowsOf } from '../../ledger/ledger.ts';
import {
  balanceOf,
  findMember,
  givenAndCame,
  type MemberRow,
  type StatementLine as Moved,
  statementOf,
} from '../../member/members.ts';
import { Refused } from '../../node/refused.ts';
import type { TransferRow } from '../../transfer/transfer-store.ts';
import type { StatementLine, StatementModel } from '../models.ts';
import { paths } from '../paths.ts';
import { StatementPage } from '../statement.tsx';
import type { WebApp } from './env.ts';
import { refusalOfExchange, statusOfExchange, townNames } from './exchanges.ts';
import { frameOf, memberOf, signedIn } from './page.tsx';

const PAGE = 20;
/** Exchanges of which the ledger has no line: not yet, or not any more. */
const UNMOVED = ['offered', 'accepted', 'held', 'declined', 'returned'] as const;

export function statementRoutes(app: WebApp): void {
  app.get(paths.me, signedIn, async (c) => {
    const { memberId } = memberOf(c);
    const { bank, node } = c.var;
    const row = await findMember(node.database.db, bank.id, memberId);
    if (row === undefined) throw new Refused('not_found');
    const before = c.req.query('before');
    const known = before !== undefined && /^[0-9A-HJKMNP-TV-Z]{26}$/.test(before) ? before : undefined;
    const model = await statementModel(node.database.db, bank, row, known);
    return c.html(<StatementPage frame={frameOf(c)} model={model} />);
  });
}

async function statementModel(
  db: Queries,
  bank: Bank,
  row: MemberRow,
  before: string | undefined,
): Promise<StatementModel> {
  const [{ balanceMinutes, heldMinutes }, sums, lines] = [
    await balanceOf(db, bank.id, row.accountId),
    await givenAndCame(db, bank.id, row.accountId),
    await readLines(db, bank, row, before),
  ];
  const shown = lines.slice(0, PAGE);
  const last = shown.at(-1);
  const [first] = shown;
  return {
    name: row.name,
    balanceMinutes,
    heldMinutes,
    ...sums,
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
        inArray(transfer.status, [...UNMOVED]),
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
  const exchanges = new Map<string | null, TransferRow>(found.map((each) => [each.id, each]));
  return [
    ...moved.map((line) => movedLine(line, exchanges.get(line.transferId), towns)),
    ...unmoved.map((each) => unmovedLine(each, towns)),
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
  };
}

function unmovedLine(row: TransferRow, towns: Towns): StatementLine {
  const refusal = refusalOfExchange(row);
  return {
    id: row.id,
    at: row.createdAt,
    what: row.content,
    who: row.counterpartyName,
    town: towns.get(row.pairId) ?? null,
    minutes: row.minutes,
    direction: row.direction === 'in' ? 'came' : 'given',
    status: statusOfExchange(row),
    ...(refusal !== null && { refusal }),
    proofId: null,
  };
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
         and status in (select jsonb_array_elements_text(${JSON.stringify(UNMOVED)}::jsonb))
       order by id limit ${PAGE + 1})
    ) l order by l.id limit ${PAGE + 1}`);
  const ids = rowsOf<{ id: string }>(result).map((row) => row.id);
  if (ids.length === 0) return null;
  const beyond = ids[PAGE];
  return beyond === undefined ? paths.me : `${paths.me}?before=${beyond}`;
}
