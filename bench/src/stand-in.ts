/**
 * A partner bank whose key the bench holds, with what it needs of a real node.
 *
 * @module
 */
import { type Bank, Banks } from '../../packages/server/dist/bank/bank.js';
import { type Database, openPostgres } from '../../packages/server/dist/db/database.js';
import { createSeal, readSecret } from '../../packages/server/dist/node/seal.js';
import type { FakePartner } from '../../packages/server/dist/testing/fake-partner.js';
import { call } from './http.ts';
import type { Office } from './towns.ts';

/** What a process needs to open a site's database and keys, as a message to a colleague. */
export interface SiteKeys {
  readonly databaseUrl: string;
  /** The folder with the secret. */
  readonly folder: string;
}

/** Opens a site's database and its one bank, keys included. */
export async function openSite({ databaseUrl, folder }: SiteKeys): Promise<{ database: Database; bank: Bank }> {
  const database = await openPostgres(databaseUrl);
  const banks = new Banks(database, createSeal(readSecret(undefined, folder)));
  await banks.reload();
  const [bank] = banks.all();
  if (bank === undefined) throw new Error('there is no bank in the database');
  return { database, bank };
}

/** Makes an agreement between the partner and a running node, with the widest limits, and exchanges greetings. */
export async function agreeWith(partner: FakePartner, { origin, token }: Office, bank: Bank): Promise<void> {
  const town = {
    origin,
    host: new URL(origin).host,
    bank,
    call: (method: 'GET' | 'POST', path: string, body?: object) =>
      call<unknown>(origin, token, method, path, body ?? (method === 'POST' ? {} : undefined)),
  };
  const limit = 60_000_000;
  await partner.agree(town as unknown as FakePartner['town'], { town: limit, own: limit });
}
