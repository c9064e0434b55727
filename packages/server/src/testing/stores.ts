/**
 * The databases that a node may have, for tests that run on each of them.
 *
 * @module
 */
import { type Database, openMemory, openPostgres } from '../db/database.ts';
import { hasTestPostgres, testDatabase } from './postgres.ts';

/** A new database as one process has it, and as another one has it where the database allows two. */
export interface Opened {
  readonly database: Database;
  readonly other: Database;
  close(): Promise<void>;
}

/** For `describe.each`: the name, and how to open a new one. */
export const STORES: [name: string, open: () => Promise<Opened>][] = [
  ['PGlite', openEmbedded],
  ...(hasTestPostgres() ? ([['PostgreSQL', openServer]] as [string, () => Promise<Opened>][]) : []),
];

async function openEmbedded(): Promise<Opened> {
  const database = await openMemory();
  return { database, other: database, close: () => database.close() };
}

async function openServer(): Promise<Opened> {
  const url = await testDatabase();
  const [database, other] = await Promise.all([openPostgres(url), openPostgres(url)]);
  return {
    database,
    other,
    async close() {
      await other.close();
      await database.close();
    },
  };
}
