/** What the operator's commands share. */
import { eq, or } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { bank as bankTable } from '../db/schema.ts';
import { type Config, readConfig } from '../node/config.ts';
import { makeDataFolder, mustHaveDatabase } from '../node/data-folder.ts';
import { openDatabase } from '../node/node.ts';

/** Only what begins a node, `anew`, makes a database; to all else a folder without one is a slip in its name. */
export async function withDatabase(
  work: (config: Config, database: Database) => Promise<number>,
  anew = false,
): Promise<number> {
  const config = readConfig(process.env);
  if (!anew) mustHaveDatabase(config);
  makeDataFolder(config);
  const database = await openDatabase(config);
  try {
    return await work(config, database);
  } finally {
    await database.close();
  }
}

export function fail(message: string): number {
  process.stderr.write(`evenhour: ${message}\n`);
  return 2;
}

/** The bank by its host, origin or id; without a name, the only one. */
export async function findBank(
  database: Database,
  name: string | undefined,
): Promise<typeof bankTable.$inferSelect | string> {
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
      : `this node hosts no bank ${name}; see: evenhour bank list`;
  return rows.length > 1
    ? `this node hosts several banks; name one of: ${rows.map((each) => each.host).join(', ')}`
    : row;
}
