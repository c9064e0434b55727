/** Commands for the person who runs a node: banks and tokens. */
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { issueToken } from '../auth/tokens.ts';
import { createBank } from '../bank/bank.ts';
import { keyFileName, writeKeyFile } from '../bank/keys.ts';
import { bank as bankTable } from '../db/schema.ts';
import { findMember } from '../member/members.ts';
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
