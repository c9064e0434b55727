/**
 * Which keys may write to which pairs: the agreements' pinned keys, in memory.
 *
 * Promises: no key is ever fetched; a key counts for the one pair whose agreement pins it, at the
 * one bank that signed that agreement.
 *
 * @module
 */
import type { AgreementCore, Party } from '@evenhour/protocol';
import { importVerifyingKey, type VerifyingKey } from '@evenhour/protocol/proof';
import { sql } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { pair as pairTable } from '../db/schema.ts';

export interface Partner {
  readonly bankId: string;
  readonly pairId: string;
  readonly core: AgreementCore;
  readonly party: Party;
  readonly me: Party;
  readonly key: VerifyingKey;
}

export class Partners {
  readonly #database: Database;
  #reading: Promise<void> = Promise.resolve();
  #byKey = new Map<string, Partner>();
  #byPair = new Map<string, Partner>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** Reads all live agreements again. One reading follows the other, so that an older one never lands last. */
  reload(): Promise<void> {
    this.#reading = this.#reading.then(
      () => this.#read(),
      () => this.#read(),
    );
    return this.#reading;
  }

  async #read(): Promise<void> {
    const rows = await this.#database.db
      .select({ bankId: pairTable.bankId, id: pairTable.id, me: pairTable.me, core: pairTable.core })
      .from(pairTable)
      .where(sql`${pairTable.status} not in ('declined', 'withdrawn', 'closed')`);
    const byKey = new Map<string, Partner>();
    const byPair = new Map<string, Partner>();
    for (const row of rows) {
      const core = row.core as AgreementCore;
      const me = row.me as Party;
      const party: Party = me === 0 ? 1 : 0;
      const { id, publicKeyMultibase } = core.parties[party].key;
      const imported = await importVerifyingKey(publicKeyMultibase, id);
      if (!imported.ok) continue;
      const partner: Partner = { bankId: row.bankId, pairId: row.id, core, party, me, key: imported.key };
      byKey.set(`${row.bankId} ${id}`, partner);
      byPair.set(`${row.bankId} ${row.id}`, partner);
    }
    this.#byKey = byKey;
    this.#byPair = byPair;
  }

  byKey(bankId: string, keyid: string): Partner | undefined {
    return this.#byKey.get(`${bankId} ${keyid}`);
  }

  byPair(bankId: string, pairId: string): Partner | undefined {
    return this.#byPair.get(`${bankId} ${pairId}`);
  }

  all(): Partner[] {
    return [...this.#byPair.values()];
  }
}
