/** Commands for the person who runs a node: banks, tokens, the doctor. */
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { issueToken } from '../auth/tokens.ts';
import { Banks, createBank } from '../bank/bank.ts';
import { keyFileName, writeKeyFile } from '../bank/keys.ts';
import { bank as bankTable } from '../db/schema.ts';
import { Partners } from '../delivery/partners.ts';
import { createOutgoing } from '../federation/outgoing.ts';
import { findMember } from '../member/members.ts';
import { examine } from '../node/doctor.ts';
import type { NodeContext } from '../node/env.ts';
import { createSeal, readSecret } from '../node/seal.ts';
import { fail, findBank, withDatabase } from './common.ts';
import { rotateKeyCommand } from './rotate-key.ts';

export async function bankCommand(args: string[]): Promise<number> {
  const [verb, origin, ...name] = args;
  if (verb === 'rotate-key') return rotateKeyCommand(args.slice(1));
  if (verb === 'list')
    return withDatabase(async (_config, database) => {
      for (const row of await database.db.select().from(bankTable))
        process.stdout.write(`${row.origin}  ${row.name}\n`);
      return 0;
    });
  if (verb !== 'add' || origin === undefined || name.length === 0)
    return fail(
      'use: evenhour bank add https://town.example "Town Timebank", evenhour bank list, or evenhour bank rotate-key',
    );
  if (!URL.canParse(origin) || new URL(origin).origin !== origin)
    return fail(`"${origin}" is not an origin such as https://town.example`);
  return withDatabase(async (config, database) => {
    const [known] = await database.db.select({ id: bankTable.id }).from(bankTable).where(eq(bankTable.origin, origin));
    if (known !== undefined) return fail(`${origin} is hosted here already`);
    let file = '';
    const id = await createBank(database, createSeal(readSecret(config.secret, config.dataFolder)), {
      origin,
      name: name.join(' '),
      keep: (keys) => {
        file = join(config.dataFolder, keyFileName(keys));
        writeKeyFile(file, keys);
      },
    });
    const secret = await issueToken(database.db, id, 'operator', null);
    await database.notify(['admin banks']);
    process.stdout.write(
      `${name.join(' ')} is hosted at ${origin}.\nIts keys are in ${file}. Move that file to a safe place away from this machine.\nThe operator's token, shown this once: ${secret}\n`,
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
