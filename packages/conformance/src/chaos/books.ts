/**
 * What the towns' databases say.
 *
 * Promises: it only reads, and believes rows, not answers.
 *
 * @module
 */
import type { Sql } from '@evenhour/bench/borrowed';
import type { Document } from '../auditor/audit.ts';
import type { Town } from './town.ts';

export interface Account {
  readonly id: string;
  readonly kind: string;
  readonly balance: number;
  readonly held: number;
  readonly floor: number | null;
  /** `null` for an account that is no member's. */
  readonly handle: string | null;
}

export interface Exchange {
  readonly id: string;
  readonly direction: 'local' | 'out' | 'in';
  readonly status: string;
  readonly content: string;
  readonly minutes: number;
  readonly handle: string | null;
  readonly transfer: string | null;
  /** Rows of the ledger that moved minutes for it. */
  readonly moves: number;
}

export interface PairBooks {
  readonly id: string;
  readonly peer: string;
  readonly core: Document;
  readonly mode: string;
  readonly debtMinutes: number;
  readonly openMinutes: number;
  readonly mirrorMinutes: number;
  /** Both journals as they are held here, by the bank that wrote them. */
  readonly journals: { readonly [bank: string]: readonly Document[] };
  /** Entries that are held without effect. */
  readonly breaches: number;
}

export interface Books {
  readonly name: string;
  readonly origin: string;
  /** The bank's actor, by which the journals name it. */
  readonly bank: string;
  readonly accounts: readonly Account[];
  readonly exchanges: readonly Exchange[];
  readonly pairs: readonly PairBooks[];
  /** Why evidence was kept, by code. */
  readonly evidence: readonly string[];
}

/** Whether nothing is under way in any town, and both sides of each pair hold the same journals. */
export async function isQuiet(databases: readonly Sql[]): Promise<boolean> {
  const towns = await Promise.all(databases.map(lookAt));
  if (towns.some(({ busy }) => busy)) return false;
  const heads = new Map<string, Set<string>>();
  for (const { pairs } of towns)
    for (const { id, heads: both } of pairs) heads.set(id, (heads.get(id) ?? new Set()).add(both));
  return [...heads.values()].every((said) => said.size === 1);
}

interface Look {
  readonly busy: boolean;
  readonly pairs: readonly { readonly id: string; readonly heads: string }[];
}

async function lookAt(sql: Sql): Promise<Look> {
  const [row] = await sql.query<{ busy: boolean }>(`select
    exists (select 1 from transfer where status not in ('settled', 'declined', 'returned')) or
    exists (select 1 from pair_transfer where underway) or
    exists (select 1 from exchange_message where pending) or
    exists (select 1 from pair where mode <> 'open' or key_changes <> '[]') as busy`);
  const pairs = await sql.query<{ id: string; heads: string }>(`select p.id,
    coalesce((select string_agg(head, ' ' order by head) from (
      select j.author || ':' || max(j.seq) as head from standing_entry j where j.pair_id = p.id group by j.author) h), '') as heads
    from pair p`);
  return { busy: row?.busy ?? true, pairs };
}

/** What keeps a town from being quiet, in words for a person. */
export async function unrestOf(sql: Sql): Promise<string[]> {
  const rows = await sql.query<{ says: string }>(`
    select count(*) || ' exchanges ' || direction || ' are ' || status as says from transfer
      where status not in ('settled', 'declined', 'returned') group by direction, status
    union all select 'a pair with ' || peer_name || ' is ' || mode || ', ' || attempts || ' attempts, ' ||
      coalesce(last_error, halted_because, '') from pair where mode <> 'open' or key_changes <> '[]' or attempts > 0
    union all select count(*) || ' transfers are under way' from pair_transfer where underway having count(*) > 0
    union all select count(*) || ' messages wait' from exchange_message where pending having count(*) > 0`);
  return rows.map(({ says }) => says);
}

export async function readBooks(town: Town, sql: Sql): Promise<Books> {
  const [bank] = await sql.query<{ id: string }>('select id from bank');
  const accounts =
    await sql.query<Account>(`select a.id, a.kind, a.balance::float8, a.held::float8, a.floor::float8, m.handle
    from account a left join member m on m.bank_id = a.bank_id and m.account_id = a.id and m.kind <> 'fund'`);
  const exchanges =
    await sql.query<Exchange>(`select e.id, e.direction, e.status, e.content, e.minutes::float8, m.handle, e.transfer,
    (select count(*)::int from posting p where p.bank_id = e.bank_id and p.transfer_id = e.id and p.kind in ('direct', 'post')) as moves
    from transfer e left join member m on m.bank_id = e.bank_id and m.id = e.member_id where e.purpose = 'gift'`);
  const rows = await sql.query<
    Omit<PairBooks, 'journals' | 'peer'> & { me: number }
  >(`select p.id, p.me, p.core, p.mode,
    p.debt_minutes::float8 as "debtMinutes", p.open_minutes::float8 as "openMinutes", a.balance::float8 as "mirrorMinutes",
    (select count(*)::int from standing_entry j where j.bank_id = p.bank_id and j.pair_id = p.id and j.breach is not null) as breaches
    from pair p join account a on a.bank_id = p.bank_id and a.id = p.mirror_id`);
  const pairs: PairBooks[] = [];
  let actor = bank?.id ?? '';
  for (const { me, ...row } of rows) {
    const [first, second] = (row.core['parties'] as unknown as { bank: string }[]).map((party) => party.bank);
    const entries = await sql.query<{ author: number; document: string }>(
      'select author, document from standing_entry where pair_id = $1 order by seq',
      [row.id],
    );
    const by = (author: number): Document[] =>
      entries.filter((entry) => entry.author === author).map(({ document }) => JSON.parse(document) as Document);
    const [mine, theirs] = me === 0 ? [first, second] : [second, first];
    actor = mine ?? actor;
    pairs.push({ ...row, peer: theirs ?? '', journals: { [first ?? '']: by(0), [second ?? '']: by(1) } });
  }
  const evidence = await sql.query<{ code: string }>('select code from evidence');
  return {
    ...{ name: town.name, origin: town.origin, bank: actor, accounts, exchanges, pairs },
    evidence: evidence.map(({ code }) => code),
  };
}
