/** Commands for the person who runs a node: banks, tokens, the doctor. */
import { eq, or } from 'drizzle-orm';
import { issueToken } from '../auth/tokens.ts';
import { Banks, createBank } from '../bank/bank.ts';
import type { Database } from '../db/database.ts';
import { bank as bankTable } from '../db/schema.ts';
import { Partners } from '../delivery/partners.ts';
import { createOutgoing } from '../federation/outgoing.ts';
import { findMember } from '../member/members.ts';
import { type Config, readConfig } from '../node/config.ts';
import { examine } from '../node/doctor.ts';
import type { NodeContext } from '../node/env.ts';
import { openDatabase } from '../node/node.ts';
import { createSeal, readSecret } from '../node/seal.ts';

async function withDatabase(work: (config: Config, database: Database) => Promise<number>): Promise<number> {
  const config = readConfig(process.env);
  const database = await openDatabase(config);
  try {
    return await work(config, database);
  } finally {
    await database.close();
  }
}

function fail(message: string): number {
  process.stderr.write(`evenhour: ${message}\n`);
  return 2;
}

/** The bank by its host, origin or id; without a name, the only one. */
async function findBank(database: Database, name: string | undefined): Promise<typeof bankTable.$inferSelect | string> {
  const rows = await database.db
    .select()
    .from(bankTable)
    .where(
      name === undefined ? undefined : or(eq(bankTable.id, name), eq(bankTable.host, name), eq(bankTable.origin, name)),
    );
  const [row] = rows;
  if (row === undefined)
    return name === undefined
      ? 'this node hosts no bank yet; set EVENHOUR_ORIGIN or use: evenhour bank add'
      : `this node hosts no bank ${name}`;
  return rows.length > 1
    ? `this node hosts several banks; name one of: ${rows.map((each) => each.host).join(', ')}`
    : row;
}

export async function bankCommand(args: string[]): Promise<number> {
  const [verb, origin, ...name] = args;
  if (verb === 'list')
    return withDatabase(async (_config, database) => {
      for (const row of await database.db.select().from(bankTable))
        process.stdout.write(`${row.origin}  ${row.name}\n`);
      return 0;
    });
  if (verb !== 'add' || origin === undefined || name.length === 0)
    return fail('use: evenhour bank add https://town.example "Town Timebank", or: evenhour bank list');
  if (!URL.canParse(origin) || new URL(origin).origin !== origin)
    return fail(`"${origin}" is not an origin such as https://town.example`);
  return withDatabase(async (config, database) => {
    const [known] = await database.db.select({ id: bankTable.id }).from(bankTable).where(eq(bankTable.origin, origin));
    if (known !== undefined) return fail(`${origin} is hosted here already`);
    const id = await createBank(database, createSeal(readSecret(config.secret, config.dataFolder)), {
      origin,
      name: name.join(' '),
    });
    const secret = await issueToken(database.db, id, 'operator', null);
    await database.notify('admin banks');
    process.stdout.write(
      `${name.join(' ')} is hosted at ${origin}.\nThe operator's token, shown this once: ${secret}\n`,
    );
    return 0;
  });
}

export async function tokenCommand(args: string[]): Promise<number> {
  const [bankName, memberName] = args;
  return withDatabase(async (_config, database) => {
    const row = await findBank(database, bankName);
    if (typeof row === 'string') return fail(row);
    const found = memberName === undefined ? null : await findMember(database.db, row.id, memberName);
    if (found === undefined) return fail(`${row.name} has no member ${memberName}`);
    const secret = await issueToken(database.db, row.id, found === null ? 'operator' : 'member', found?.id ?? null);
    process.stdout.write(`${secret}\n`);
    return 0;
  });
}

export async function doctorCommand(args: string[]): Promise<number> {
  return withDatabase(async (config, database) => {
    const row = await findBank(database, args[0]);
    if (typeof row === 'string') return fail(row);
    const banks = new Banks(database, createSeal(readSecret(config.secret, config.dataFolder)));
    await banks.reload();
    const bank = banks.byId(row.id);
    if (bank === undefined) return fail('the bank could not be opened');
    const outgoing = createOutgoing({ allowedOrigins: config.allowPrivateOrigins, userAgent: 'Evenhour' });
    const partners = new Partners(database);
    const checks = await examine({ config, database, banks, partners, outgoing } as NodeContext, bank);
    outgoing.close();
    for (const check of checks) {
      process.stdout.write(`${check.ok ? 'well ' : 'WRONG'}  ${check.says}\n`);
      if (check.fix !== undefined) process.stdout.write(`       ${check.fix}\n`);
    }
    return checks.every((check) => check.ok) ? 0 : 1;
  });
}
