/**
 * What a bank can check about itself while it runs.
 *
 * Promises: each check is one of the promises that the node makes; a check that fails says what to
 * do. It only reads.
 *
 * @module
 */
import { and, eq, sql } from 'drizzle-orm';
import { agreementViews } from '../agreement/view.ts';
import type { Bank } from '../bank/bank.ts';
import { isKeyOlder } from '../bank/keys.ts';
import { account, pair as pairTable, standingEntry } from '../db/schema.ts';
import { recompute, totals } from '../ledger/ledger.ts';
import type { NodeContext } from './env.ts';
import { saysOf, whereLeads } from './presence.ts';

export interface Check {
  readonly id: string;
  readonly ok: boolean;
  readonly says: string;
  readonly fix?: string;
}

/** What a node that everybody may use should say and this one does not. */
export const NO_SOURCE =
  'EVENHOUR_SOURCE_URL is not set. Every page links to the source of the program; name the address where people get yours.';

/** `running`: whether a node runs on this database, so that partners and the origin can be asked about. */
export async function examine(node: NodeContext, bank: Bank, running = true): Promise<Check[]> {
  const { db } = node.database;
  const sums = await totals(db, bank.id);
  const wrong = await recompute(db, bank.id);
  const views = await agreementViews(db, bank);
  const live = views.filter((view) => view.status === 'active' || view.status === 'suspended');
  const checks: Check[] = [
    sums.sum === 0
      ? { id: 'sum', ok: true, says: 'All accounts of this bank sum to zero.' }
      : {
          id: 'sum',
          ok: false,
          says: `The accounts of this bank sum to ${sums.sum} minutes.`,
          fix: 'Stop the node, keep the database as it is, and compare it with your last backup.',
        },
    wrong.length === 0
      ? { id: 'postings', ok: true, says: 'Every balance equals the postings that made it.' }
      : {
          id: 'postings',
          ok: false,
          says: `${wrong.length} balances differ from their postings.`,
          fix: 'Stop the node, keep the database as it is, and compare it with your last backup.',
        },
  ];
  for (const view of live) checks.push(...(await examinePair(node, bank, view, running)));
  checks.push(await examineGuards(node));
  if (running) checks.push(await examinePresence(node, bank));
  const { allowPrivateOrigins, production, sourceUrlGiven } = node.config;
  checks.push(
    allowPrivateOrigins.length === 0
      ? { id: 'public_only', ok: true, says: 'Requests leave for public addresses only.' }
      : {
          id: 'public_only',
          // In production the setting is refused at the start.
          ok: true,
          says: `Private addresses are open for ${allowPrivateOrigins.join(', ')}, as for a test on one machine.`,
        },
  );
  if (production && !sourceUrlGiven)
    checks.push({
      id: 'source',
      ok: false,
      says: 'Where people get the source of this program is not named.',
      fix: NO_SOURCE,
    });
  return checks;
}

type View = Awaited<ReturnType<typeof agreementViews>>[number];

async function examinePair(node: NodeContext, bank: Bank, view: View, running: boolean): Promise<Check[]> {
  const { db } = node.database;
  const town = view.town;
  const [mirror] = await db
    .select({ balance: account.balance })
    .from(account)
    .innerJoin(pairTable, and(eq(pairTable.bankId, account.bankId), eq(pairTable.mirrorId, account.id)))
    .where(and(eq(pairTable.bankId, bank.id), eq(pairTable.id, view.pair)));
  const [broken] = await db
    .select({ count: sql<number>`count(*)::int` })
    .from(standingEntry)
    .where(
      and(
        eq(standingEntry.bankId, bank.id),
        eq(standingEntry.pairId, view.pair),
        sql`${standingEntry.breach} is not null`,
      ),
    );
  const checks: Check[] = [];
  checks.push(
    mirror?.balance === view.position.owesMinutes
      ? { id: `mirror:${town}`, ok: true, says: `The books and the journals agree about ${town}.` }
      : {
          id: `mirror:${town}`,
          ok: false,
          says: `The books say ${mirror?.balance} minutes about ${town}, the journals ${view.position.owesMinutes}.`,
          fix: 'Stop new hours with this town and look at the journal with the other bridge builder.',
        },
  );
  if (view.statement !== null)
    checks.push(
      view.statement.agrees
        ? { id: `statement:${town}`, ok: true, says: `${town} and we say the same figure.` }
        : {
            id: `statement:${town}`,
            ok: false,
            says: `${town} says ${view.statement.theySayMinutes} minutes, we say ${view.statement.weSayMinutes}.${partsAt(town, view.statement.partsAtSeq)}`,
            fix: 'Call the other bridge builder. One of the two programs has a fault.',
          },
    );
  const { haltedBecause } = view;
  if (view.mode === 'halted')
    checks.push({
      id: `open:${town}`,
      ok: false,
      says: `The pair with ${town} is halted: ${haltedBecause ?? ''}`,
      fix: 'Keep both databases as they are and call the other bridge builder. If the two of you cannot go on, evenhour pair close ends it.',
    });
  else if (isKeyOlder(view.delivery.lastError))
    checks.push({
      id: `open:${town}`,
      ok: false,
      says: `The pair with ${town} waits. ${view.delivery.lastError}`,
      fix: 'Run evenhour bank rotate-key with the files that were made since the copy, in their order. If the key was never changed, look whether a proxy rewrites requests.',
    });
  else if (!running) return checks.concat(breachesOf(town, broken?.count ?? 0));
  else if (view.delivery.attempts > 0 || view.mode === 'waiting')
    checks.push({
      id: `open:${town}`,
      ok: false,
      says: `${town} does not answer; tried ${view.delivery.attempts} times. Nothing is lost.`,
      fix: `Look whether ${view.origin} is up, and whether this machine can reach it.`,
    });
  else checks.push({ id: `open:${town}`, ok: true, says: `${town} answers.` });
  return checks.concat(breachesOf(town, broken?.count ?? 0));
}

/** Where two figures part, as far as it is known. */
function partsAt(town: string, seq: number | null): string {
  return seq === null ? '' : ` The two towns count entry ${seq} of ${town}'s journal differently.`;
}

function breachesOf(town: string, count: number): Check[] {
  if (count === 0) return [];
  return [
    {
      id: `breaches:${town}`,
      ok: false,
      says: `${count} entries broke a rule and have no effect.`,
      fix: 'Show them to the other bridge builder; they are in the journal with their reasons.',
    },
  ];
}

/** Every trigger of `migrations/0001_guards.sql`. */
const GUARDS = [
  ...['posting_immutable', 'posting_no_truncate', 'posting_apply'],
  ...['journal_entry_immutable', 'journal_entry_no_truncate'],
  ...['evidence_immutable', 'evidence_no_truncate'],
  ...['account_guard', 'account_no_delete', 'account_no_truncate'],
  'pair_guard',
];

async function examineGuards(node: NodeContext): Promise<Check> {
  const result = await node.database.db.execute<{ tgname: string }>(
    sql`select tgname from pg_trigger where not tgisinternal and tgenabled <> 'D'`,
  );
  const present = new Set((result as unknown as { rows: { tgname: string }[] }).rows.map((row) => row.tgname));
  const missing = GUARDS.filter((name) => !present.has(name));
  return missing.length === 0
    ? { id: 'guards', ok: true, says: 'The database guards the ledger and the journals itself.' }
    : {
        id: 'guards',
        ok: false,
        says: `Guards are missing in the database: ${missing.join(', ')}.`,
        fix: 'Somebody removed them. Restore them from packages/server/src/db/migrations/0001_guards.sql.',
      };
}

/** Whether our own public origin leads to this database and not to another copy. */
async function examinePresence(node: NodeContext, bank: Bank): Promise<Check> {
  const leads = await whereLeads(node.database.db, bank.origin, bank.id);
  if (leads === 'here') return { id: 'origin', ok: true, says: `${bank.origin} leads here.` };
  return {
    id: 'origin',
    ok: false,
    says: saysOf(leads, bank.origin),
    fix:
      leads === 'elsewhere'
        ? 'Stop this copy, or point the address here.'
        : 'Check the address, the proxy and its certificate.',
  };
}
