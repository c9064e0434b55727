/** `evenhour pair`: what an operator changes between two banks, and does about a pair that cannot go on. */
import { parseArgs } from 'node:util';
import { type AgreementCore, say } from '@evenhour/protocol';
import { and, eq } from 'drizzle-orm';
import type { z } from 'zod';
import { amendAgreement } from '../agreement/amend.ts';
import { type Closing, closeAgreement } from '../agreement/ending.ts';
import { readInvitation } from '../agreement/invitations.ts';
import { answerAgreement, offerAgreement } from '../agreement/service.ts';
import { inviteSuccessor } from '../agreement/successor.ts';
import { type AgreementView, agreementViews } from '../agreement/view.ts';
import { closingSchema, successorSchema } from '../api/schemas.ts';
import { type Bank, loadBank } from '../bank/bank.ts';
import type { Database } from '../db/database.ts';
import { bank as bankTable, pair as pairTable } from '../db/schema.ts';
import { createOutgoing } from '../federation/outgoing.ts';
import { type Config, readConfig } from '../node/config.ts';
import { beginAnew } from '../node/node.ts';
import { Refused } from '../node/refused.ts';
import { createSeal, readSecret } from '../node/seal.ts';
import { sayLink } from '../web/links.ts';
import { wordsOf } from '../web/words.ts';
import { fail, findBank, withDatabase } from './common.ts';

const USE = `use: evenhour pair list
     evenhour pair suspend AGREEMENT
     evenhour pair resume AGREEMENT
     evenhour pair limit AGREEMENT --hours 20
     evenhour pair close AGREEMENT --because "why, for our members" [--now] [--alone]
     evenhour pair successor AGREEMENT --hours 20 --bridge-builder "First Last"
     evenhour pair offer LINK --hours 20 --bridge-builder "First Last"
     evenhour pair accept AGREEMENT
     evenhour pair silence DAYS
AGREEMENT is the number that the list shows. Add --bank ORIGIN when this node hosts several banks.`;

export async function pairCommand(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      bank: { type: 'string' },
      because: { type: 'string' },
      alone: { type: 'boolean', default: false },
      now: { type: 'boolean', default: false },
      hours: { type: 'string' },
      'bridge-builder': { type: 'string' },
    },
  });
  const [verb, id = '', ...more] = positionals;
  if (more.length > 0) return fail(USE);
  const { alone } = values;
  if (verb === 'list' && id === '') return withBank(values.bank, list);
  if (verb === 'close' && id !== '') {
    const closing = closingSchema.safeParse({ because: values.because?.trim(), alone });
    if (!closing.success) return fail('give --because with a sentence of at most 300 letters, which members will read');
    const { because } = closing.data;
    return withBank(values.bank, (database, bank) => close(database, bank, id, { because, alone }, values.now));
  }
  if ((verb === 'suspend' || verb === 'resume') && id !== '')
    return amend(values.bank, id, { suspended: verb === 'suspend' });
  if (verb === 'limit' && id !== '') {
    const hours = wholeNumber(values.hours);
    if (hours === null) return fail('give --hours from 0 to 999999: what we let the other bank be ahead');
    return amend(values.bank, id, { limitMinutes: hours * 60 });
  }
  if (verb === 'accept' && id !== '') return withBank(values.bank, (database, bank) => accept(database, bank, id));
  if ((verb === 'successor' || verb === 'offer') && id !== '') {
    const terms = successorSchema.safeParse({
      grantsMinutes: (wholeNumber(values.hours) ?? 0) * 60,
      bridgeBuilder: values['bridge-builder']?.trim(),
    });
    if (!terms.success || terms.data.grantsMinutes === 0)
      return fail('give --hours from 1 to 999999 and --bridge-builder with a name of at most 100 letters');
    return withBank(values.bank, (database, bank, config) =>
      verb === 'offer' ? offer(config, database, bank, id, terms.data) : successor(database, bank, id, terms.data),
    );
  }
  if (verb === 'silence' && id !== '') {
    const days = wholeNumber(id);
    if (days === null || days === 0) return fail(`give DAYS from 1 to 999999; "${id}" is none of them`);
    return withBank(values.bank, (database, bank) => silence(database, bank, days));
  }
  return fail(USE);
}

function wholeNumber(text: string | undefined): number | null {
  return text !== undefined && /^[0-9]{1,6}$/.test(text) ? Number(text) : null;
}

function withBank(
  name: string | undefined,
  work: (database: Database, bank: Bank, config: Config) => Promise<number>,
): Promise<number> {
  return withDatabase(async (config, database) => {
    const row = await findBank(database, name);
    if (typeof row === 'string') return fail(row);
    const seal = createSeal(readSecret(config.secret, config.dataFolder));
    return work(database, await loadBank(database.db, seal, row), config);
  });
}

async function list(database: Database, bank: Bank): Promise<number> {
  for (const view of await agreementViews(database.db, bank))
    process.stdout.write(`${view.id}  ${view.town}  ${view.status}, ${view.mode}  ${sayPosition(view)}\n`);
  return 0;
}

function sayPosition({ position, ending, silent }: AgreementView): string {
  const owes = ending?.settlement?.owesMinutes ?? position.owesMinutes;
  const stands = owes === 0 ? 'even' : owes > 0 ? `we owe ${say(owes)}` : `they owe us ${say(owes)}`;
  const waits = ending !== null && ending.settlement === null ? ', not settled yet' : '';
  return `${stands}${waits}${silent === null ? '' : `, not heard of for long: ${silent}`}`;
}

/** A limit, or new hours of theirs stopped or let in again: a signed line for the other bank. */
async function amend(
  name: string | undefined,
  id: string,
  change: { readonly suspended: boolean } | { readonly limitMinutes: number },
): Promise<number> {
  if (readConfig(process.env).databaseUrl === undefined)
    return fail(
      'a data folder belongs to the running node alone, and only a node that has greeted the other bank may sign this. Use the page of the agreement, or POST /api/agreements/{id}/change, while the node runs',
    );
  return withBank(name, async (database, bank) => {
    // With no node running, nobody can say that this is not an older copy: then every pair waits, and this is refused.
    await database.join(() => beginAnew(database.db));
    try {
      await database.transaction((tx) => amendAgreement(tx, bank, id, change, []));
    } catch (error) {
      if (!(error instanceof Refused) || error.refusal.code !== 'pair_waiting') throw error;
      return fail(
        'the two banks have not greeted each other since the start, so no new hours cross, and nothing can be signed. Start the node, or try again when the other bank answers',
      );
    }
    await database.notify(['admin everything']);
    const view = (await agreementViews(database.db, bank)).find((each) => each.id === id);
    process.stdout.write(
      'limitMinutes' in change
        ? `We let ${view?.town} be ahead by ${say(change.limitMinutes)} at most. What was promised before still arrives.\n`
        : change.suspended
          ? `Suspended: no new hours of ${view?.town} come in. Hours that are on their way still arrive, and nothing that was given is lost. To let them in again: evenhour pair resume ${id}\n`
          : `New hours of ${view?.town} come in again.\n`,
    );
    return 0;
  });
}

/**
 * What stands against ending a pair now: it works, and both banks signed how long before the end each says so.
 * `null` for one that is halted, gone for good, ended or not begun.
 */
async function promiseOf(database: Database, bank: Bank, id: string): Promise<string | null> {
  const view = (await agreementViews(database.db, bank)).find((each) => each.id === id);
  const live = view?.status === 'active' || view?.status === 'suspended';
  if (view === undefined || !live || view.mode === 'halted' || view.silent === 'orphaned') return null;
  const [row] = await database.db
    .select({ core: pairTable.core })
    .from(pairTable)
    .where(and(eq(pairTable.bankId, bank.id), eq(pairTable.agreementId, id)));
  const days = (row?.core as AgreementCore | undefined)?.noticeDays ?? 0;
  return days === 0
    ? null
    : `the agreement with ${view.town} is in force, and both banks signed that it ends with ${days} days' notice. Tell them the day, and stop new hours if you must (evenhour pair suspend ${id}). When the day has come, or if both agree, end it with --now`;
}

async function close(database: Database, bank: Bank, id: string, closing: Closing, now: boolean): Promise<number> {
  const promised = now ? null : await promiseOf(database, bank, id);
  if (promised !== null) return fail(promised);
  await database.transaction((tx) => closeAgreement(tx, bank, id, closing, []));
  await database.notify(['admin partners', 'admin banks', 'admin everything']);
  const view = (await agreementViews(database.db, bank)).find((each) => each.id === id);
  const settled = view?.ending?.settlement;
  process.stdout.write(
    settled == null
      ? `The pair with ${view?.town} is ended for good. The other bank is told when the node runs, and what stands between both is settled with it.\n`
      : `The pair with ${view?.town} is ended for good and settled: ${view === undefined ? '' : sayPosition(view)}. Given back ${say(settled.releasedMinutes + settled.refundedMinutes)}, lost ${say(settled.lossMinutes)}.\n`,
  );
  return 0;
}

async function successor(
  database: Database,
  bank: Bank,
  id: string,
  terms: z.infer<typeof successorSchema>,
): Promise<number> {
  const made = await database.transaction((tx) => inviteSuccessor(tx, bank, id, terms));
  process.stdout.write(
    `Send this link to their coordinator; it works once, until ${made.expiresAt.toISOString().slice(0, 10)}:\n${made.link}\n`,
  );
  return 0;
}

/** The first yes to a link, when what it proposes is what we would sign. */
async function offer(
  config: Config,
  database: Database,
  bank: Bank,
  link: string,
  terms: z.infer<typeof successorSchema>,
): Promise<number> {
  const outgoing = createOutgoing({ allowedOrigins: config.allowPrivateOrigins, userAgent: 'Evenhour' });
  try {
    const draft = await readInvitation(outgoing, bank, link).catch((error: unknown) => {
      if (error instanceof Refused) return sayLink(wordsOf('en'), error.refusal, link, bank.origin);
      throw error;
    });
    if (typeof draft === 'string') return fail(draft);
    const { agreementId } = await database.transaction((tx) => offerAgreement(tx, bank, link, draft, terms, []));
    await database.notify(['admin partners', 'admin everything']);
    const { party, opening } = draft;
    const begins =
      opening === undefined
        ? ''
        : ` ${opening.debtor === bank.actor ? 'We begin' : 'They begin'} owing ${say(opening.minutes)}.`;
    process.stdout.write(
      `Offered, as ${agreementId}. ${party.name} honours ${say(party.grantsMinutes)} of our hours, we honour ${say(terms.grantsMinutes)} of theirs.${begins} It is in force when they accept; the node brings it to them when it runs.\n`,
    );
    return 0;
  } finally {
    outgoing.close();
  }
}

/** The second yes. */
async function accept(database: Database, bank: Bank, id: string): Promise<number> {
  await database.transaction((tx) => answerAgreement(tx, bank, id, true, []));
  await database.notify(['admin partners', 'admin everything']);
  const view = (await agreementViews(database.db, bank)).find((each) => each.id === id);
  process.stdout.write(`Accepted. The agreement with ${view?.town} is in force; the node tells them when it runs.\n`);
  return 0;
}

async function silence(database: Database, bank: Bank, days: number): Promise<number> {
  await database.db.update(bankTable).set({ silentDays: days }).where(eq(bankTable.id, bank.id));
  await database.notify(['admin banks']);
  process.stdout.write(`New hours wait for a partner that was not heard of for ${days} days.\n`);
  return 0;
}
