/** `evenhour member`: who belongs to a bank, and somebody new. */
import { newMemberSchema } from '../api/schemas.ts';
import { addMember, listMembers } from '../member/members.ts';
import { fail, findBank, withDatabase } from './common.ts';

const USE = `use: evenhour member add BANK HANDLE NAME
     evenhour member list BANK
HANDLE is the short name that others write when they give, such as rosa. It is never given twice.`;

const PAGE = 500;

export async function memberCommand([verb, bankNamed, handle, ...name]: string[]): Promise<number> {
  if (verb === 'list' && handle === undefined) return list(bankNamed);
  if (verb === 'add' && bankNamed !== undefined && handle !== undefined && name.length > 0)
    return add(bankNamed, handle, name.join(' ').trim());
  return fail(USE);
}

async function add(bankNamed: string, handle: string, name: string): Promise<number> {
  const given = newMemberSchema.safeParse({ handle, name });
  if (!given.success)
    return fail(
      given.error.issues[0]?.path[0] === 'handle'
        ? `"${handle}" cannot be a handle: small letters, digits, dots and dashes, at most 64`
        : 'a member has a name of 1 to 100 letters',
    );
  return withDatabase(async (_config, database) => {
    const row = await findBank(database, bankNamed);
    if (typeof row === 'string') return fail(row);
    const named = given.data.name;
    await database.transaction((tx) => addMember(tx, { id: row.id, settings: row }, { handle, name: named }));
    process.stdout.write(
      `${named} is a member of ${row.name}.\nThe words for their card, with which they sign in: evenhour token ${row.host} ${handle}\n`,
    );
    return 0;
  });
}

/** Oldest first; whose account rests is marked. */
async function list(bankNamed: string | undefined): Promise<number> {
  return withDatabase(async (_config, database) => {
    const row = await findBank(database, bankNamed);
    if (typeof row === 'string') return fail(row);
    let after: string | undefined;
    do {
      const page = await listMembers(database.db, row.id, after, PAGE);
      for (const { handle, name, status } of page)
        process.stdout.write(`${handle}  ${name}${status === 'active' ? '' : `  (${status})`}\n`);
      after = page.length === PAGE ? page.at(-1)?.id : undefined;
    } while (after !== undefined);
    return 0;
  });
}
