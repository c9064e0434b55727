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
import { stuckMail } from '../mail/outbox.ts';
import { type Words, wordsOf } from '../web/words.ts';
import type { NodeContext } from './env.ts';
import { saysOf, whereLeads } from './presence.ts';

/** In the language of whoever asks. */
export interface Check {
  readonly id: string;
  readonly ok: boolean;
  readonly says: string;
  readonly fix?: string;
}

interface Examination {
  /** Whether a node runs on this database, so that partners and the origin can be asked about. */
  readonly running?: boolean;
  readonly words?: Words;
}

export async function examine(node: NodeContext, bank: Bank, how: Examination = {}): Promise<Check[]> {
  const { running = true, words = wordsOf('en') } = how;
  const { t } = words;
  const { db } = node.database;
  const sums = await totals(db, bank.id);
  const wrong = await recompute(db, bank.id);
  const views = await agreementViews(db, bank);
  const live = views.filter((view) => view.status === 'active' || view.status === 'suspended');
  const checks: Check[] = [
    sums.sum === 0
      ? { id: 'sum', ok: true, says: t('doctor.sum') }
      : {
          id: 'sum',
          ok: false,
          says: t('doctor.sumOff', { minutes: String(sums.sum) }),
          fix: t('doctor.stopAndCompare'),
        },
    wrong.length === 0
      ? { id: 'postings', ok: true, says: t('doctor.postings') }
      : {
          id: 'postings',
          ok: false,
          says: t('doctor.postingsOff', { balances: wrong.length }),
          fix: t('doctor.stopAndCompare'),
        },
  ];
  for (const view of live) checks.push(...(await examinePair(node, bank, view, running, words)));
  checks.push(await examineGuards(node, words));
  if (running) checks.push(await examinePresence(node, bank, words));
  const { allowPrivateOrigins, production, sourceUrlGiven } = node.config;
  checks.push(
    allowPrivateOrigins.length === 0
      ? { id: 'public_only', ok: true, says: t('doctor.publicOnly') }
      : {
          id: 'public_only',
          // In production the setting is refused at the start.
          ok: true,
          says: t('doctor.privateOpen', { origins: allowPrivateOrigins.join(', ') }),
        },
  );
  checks.push(...(await examineMail(node, bank, words)));
  if (production && !sourceUrlGiven)
    checks.push({
      id: 'source',
      ok: false,
      says: t('doctor.sourceMissing'),
      fix: t('doctor.noSource'),
    });
  return checks;
}

/** Whether mail goes out, and whether some waits for longer than a mail server's bad day. */
async function examineMail(node: NodeContext, bank: Bank, { t, say }: Words): Promise<Check[]> {
  const { to } = node.config.mail;
  const { stuck, because } = await stuckMail(node.database.db, bank.id);
  const goes: Check =
    to === 'nowhere'
      ? { id: 'mail', ok: false, says: t('doctor.mail.nowhere'), fix: t('doctor.mailFix') }
      : { id: 'mail', ok: true, says: t(`doctor.mail.${to}`) };
  if (stuck === 0) return [goes];
  const [why, detail = ''] = because.split(' ');
  const says = [t('doctor.mailWaits', { mails: stuck }), say(`doctor.mailWhy.${why}`, { detail })];
  return [
    goes,
    {
      id: 'mail_waiting',
      ok: false,
      says: says.filter((sentence) => sentence !== null).join(' '),
      fix: t('doctor.mailWaitsFix'),
    },
  ];
}

type View = Awaited<ReturnType<typeof agreementViews>>[number];

async function examinePair(
  node: NodeContext,
  bank: Bank,
  view: View,
  running: boolean,
  words: Words,
): Promise<Check[]> {
  const { t } = words;
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
      ? { id: `mirror:${town}`, ok: true, says: t('doctor.mirror', { town }) }
      : {
          id: `mirror:${town}`,
          ok: false,
          says: t('doctor.mirrorOff', {
            books: String(mirror?.balance),
            town,
            journals: String(view.position.owesMinutes),
          }),
          fix: t('doctor.mirrorFix'),
        },
  );
  if (view.statement !== null)
    checks.push(
      view.statement.agrees
        ? { id: `statement:${town}`, ok: true, says: t('doctor.statement', { town }) }
        : {
            id: `statement:${town}`,
            ok: false,
            says: saysDifference(words, town, view.statement),
            fix: t('doctor.statementFix'),
          },
    );
  const { haltedBecause } = view;
  if (view.mode === 'halted')
    checks.push({
      id: `open:${town}`,
      ok: false,
      says: t('doctor.halted', { town, why: haltedBecause ?? '' }),
      fix: t('doctor.haltedFix'),
    });
  else if (isKeyOlder(view.delivery.lastError))
    checks.push({
      id: `open:${town}`,
      ok: false,
      says: t('doctor.olderKey', { town }),
      fix: t('doctor.olderKeyFix'),
    });
  else if (!running) return checks.concat(breachesOf(words, town, broken?.count ?? 0));
  else if (view.delivery.attempts > 0 || view.mode === 'waiting')
    checks.push({
      id: `open:${town}`,
      ok: false,
      says: t('doctor.noAnswer', { town, attempts: view.delivery.attempts }),
      fix: t('doctor.noAnswerFix', { origin: view.origin }),
    });
  else checks.push({ id: `open:${town}`, ok: true, says: t('doctor.answers', { town }) });
  return checks.concat(breachesOf(words, town, broken?.count ?? 0));
}

/** Two figures that are not the same, and where they part, as far as it is known. */
function saysDifference({ t }: Words, town: string, statement: NonNullable<View['statement']>): string {
  const { theySayMinutes, weSayMinutes, partsAtSeq } = statement;
  const figures = t('doctor.statementOff', { town, they: String(theySayMinutes), we: String(weSayMinutes) });
  return partsAtSeq === null ? figures : `${figures} ${t('doctor.partsAt', { seq: String(partsAtSeq), town })}`;
}

function breachesOf({ t }: Words, town: string, count: number): Check[] {
  if (count === 0) return [];
  return [
    {
      id: `breaches:${town}`,
      ok: false,
      says: t('doctor.breaches', { entries: count }),
      fix: t('doctor.breachesFix'),
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

async function examineGuards(node: NodeContext, { t }: Words): Promise<Check> {
  const result = await node.database.db.execute<{ tgname: string }>(
    sql`select tgname from pg_trigger where not tgisinternal and tgenabled <> 'D'`,
  );
  const present = new Set((result as unknown as { rows: { tgname: string }[] }).rows.map((row) => row.tgname));
  const missing = GUARDS.filter((name) => !present.has(name));
  return missing.length === 0
    ? { id: 'guards', ok: true, says: t('doctor.guards') }
    : {
        id: 'guards',
        ok: false,
        says: t('doctor.guardsMissing', { names: missing.join(', ') }),
        fix: t('doctor.guardsFix'),
      };
}

/** Whether our own public origin leads to this database and not to another copy. */
async function examinePresence(node: NodeContext, bank: Bank, words: Words): Promise<Check> {
  const { t } = words;
  const leads = await whereLeads(node.database.db, bank.origin, bank.id);
  if (leads === 'here') return { id: 'origin', ok: true, says: t('doctor.origin', { origin: bank.origin }) };
  return {
    id: 'origin',
    ok: false,
    says: saysOf(words, leads, bank.origin),
    fix: t(leads === 'elsewhere' ? 'doctor.originElsewhereFix' : 'doctor.originFix'),
  };
}
