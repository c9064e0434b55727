/** Commands for the person who runs a node: banks and tokens. */
import { join } from 'node:path';
import { originOf } from '@evenhour/protocol';
import { coreSchema } from '@evenhour/protocol/wire';
import { eq } from 'drizzle-orm';
import { issueToken } from '../auth/tokens.ts';
import { createBank } from '../bank/bank.ts';
import { keyFileName, writeKeyFile } from '../bank/keys.ts';
import { bank as bankTable } from '../db/schema.ts';
import { findMember } from '../member/members.ts';
import { createSeal, readSecret } from '../node/seal.ts';
import { bankSetCommand } from './bank-set.ts';
import { fail, findBank, withDatabase } from './common.ts';
import { rotateKeyCommand } from './rotate-key.ts';

/** As agreements take it. */
const bankName = coreSchema.shape.parties.def.items[0].shape.name.min(1);

export async function bankCommand(args: string[]): Promise<number> {
  const [verb, origin, ...name] = args;
  if (verb === 'rotate-key') return rotateKeyCommand(args.slice(1));
  if (verb === 'set') return bankSetCommand(args.slice(1));
  if (verb === 'list' && origin === undefined)
    return withDatabase(async (_config, database) => {
      for (const row of await database.db.select().from(bankTable))
        process.stdout.write(`${row.origin}  ${row.name}\n`);
      return 0;
    });
  if (verb !== 'add' || origin === undefined || name.length === 0)
    return fail(
      'use: evenhour bank add https://town.example "Town Timebank", evenhour bank list, evenhour bank set, or evenhour bank rotate-key',
    );
  const named = bankName.safeParse(name.join(' ').trim());
  if (!named.success) return fail('a bank has a name of 1 to 100 letters');
  if (originOf(origin) !== origin || !URL.canParse(origin) || new URL(origin).origin !== origin)
    return fail(`"${origin}" is not an origin such as https://town.example`);
  return withDatabase(async (config, database) => {
    if (config.production && origin.startsWith('http:'))
      return fail('an origin begins with https:// in production; put a proxy with a certificate in front of the node');
    const [known] = await database.db.select({ id: bankTable.id }).from(bankTable).where(eq(bankTable.origin, origin));
    if (known !== undefined) return fail(`${origin} is hosted here already`);
    let file = '';
    const id = await createBank(database, createSeal(readSecret(config.secret, config.dataFolder)), {
      origin,
      name: named.data,
      keep: (keys) => {
        file = join(config.dataFolder, keyFileName(keys));
        writeKeyFile(file, keys);
      },
    });
    const secret = await issueToken(database.db, id, 'operator', null);
    await database.notify(['admin banks']);
    process.stdout.write(
      `${named.data} is hosted at ${origin}.\nIts keys are in ${file}. Move that file to a safe place away from this machine.\nThe operator's token, shown this once: ${secret}\n`,
    );
    return 0;
  }, true);
}

export async function tokenCommand(args: string[]): Promise<number> {
  const [bankNamed, memberName, ...more] = args;
  if (more.length > 0) return fail('use: evenhour token BANK [MEMBER]');
  return withDatabase(async (_config, database) => {
    const row = await findBank(database, bankNamed);
    if (typeof row === 'string') return fail(row);
    const found = memberName === undefined ? null : await findMember(database.db, row.id, memberName);
    if (found === undefined)
      return fail(`${row.name} has no member ${memberName}; see: evenhour member list ${row.host}`);
    const secret = await issueToken(database.db, row.id, found === null ? 'operator' : 'member', found?.id ?? null);
    process.stdout.write(`${secret}\n`);
    return 0;
  });
}
