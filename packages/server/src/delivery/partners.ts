/**
 * Which keys may write to which pairs, in memory: those that the agreements pin, and those that took their place.
 *
 * Promises: no key is ever fetched; a key counts for the one pair whose agreement pins it or whose journal
 * names it, at the one bank that signed that agreement. Spec: keys, key change.
 *
 * @module
 */
import {
  type AgreementCore,
  acceptedKeys,
  type Both,
  type KeyPeriod,
  type KeySchedule,
  keysAtStart,
  other,
  type Party,
  termsOf,
} from '@evenhour/protocol';
import { importVerifyingKey, type VerifyingKey } from '@evenhour/protocol/proof';
import { and, eq, sql } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { pair as pairTable, standingEntry } from '../db/schema.ts';
import { PROCESS_ID } from './signals.ts';

export interface Partner {
  readonly bankId: string;
  readonly pairId: string;
  readonly core: AgreementCore;
  readonly party: Party;
  readonly me: Party;
  /** The keys of both parties, as the journals that are held here name them. */
  readonly keys: Both<KeySchedule>;
  /** What requests and answers of the partner may be signed with, newest first. */
  readonly accepted: readonly VerifyingKey[];
  /** The oldest of these: the key of its last request or answer. */
  readonly used: string;
  /** Notes that the partner has begun to use a newer key: from now on no older one is accepted, here or elsewhere. */
  note(key: string): Promise<void>;
  /** In force or on the way there; or what ended it has not arrived yet, or is not settled. */
  readonly open: boolean;
}

export class Partners {
  readonly #database: Database;
  #reading: Promise<void> = Promise.resolve();
  #byKey = new Map<string, Partner[]>();
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
      .select({
        bankId: pairTable.bankId,
        id: pairTable.id,
        me: pairTable.me,
        core: pairTable.core,
        genesis: pairTable.genesis,
        peerKey: pairTable.peerKey,
        presented: pairTable.presented,
        open: sql<boolean>`${pairTable.status} not in ('declined', 'withdrawn', 'closed') or ${pairTable.honourPending} is not null
          or exists (select 1 from pair_end e where e.bank_id = pair.bank_id and e.pair_id = pair.id and e.settled_at is null)`,
      })
      .from(pairTable)
      // A key counts for the agreement that is in force, if there is one after one that came to nothing.
      .orderBy(sql`${pairTable.status} not in ('declined', 'withdrawn', 'closed')`, pairTable.createdAt);
    const changes = await this.#keyChanges();
    const byKey = new Map<string, Partner[]>();
    const byPair = new Map<string, Partner>();
    for (const row of rows) {
      const core = row.core as AgreementCore;
      const me = row.me as Party;
      const party = other(me);
      const terms = termsOf(core, row.id, row.genesis);
      const keysOf = (author: Party): KeySchedule => [
        ...keysAtStart(terms, author),
        ...(changes.get(`${row.bankId} ${row.id} ${author}`) ?? []),
      ];
      const keys: Both<KeySchedule> = [keysOf(0), keysOf(1)];
      const { id } = core.parties[party].key;
      const used = row.peerKey ?? keys[party][0].key;
      // Requests and answers may be under a key whose change the journal that we hold does not have yet.
      const shown = row.presented ?? keys[party];
      const accepted = await importAll(acceptedKeys(shown.length > keys[party].length ? shown : keys[party], used), id);
      const { bankId, id: pairId, open } = row;
      const note = (key: string): Promise<void> => this.#note(bankId, pairId, key);
      const partner: Partner = { bankId, pairId, core, party, me, keys, accepted, used, note, open };
      byKey.set(`${bankId} ${id}`, [partner, ...(byKey.get(`${bankId} ${id}`) ?? [])]);
      byPair.set(`${bankId} ${pairId}`, partner);
    }
    this.#byKey = byKey;
    this.#byPair = byPair;
  }

  /** The key changes that have effect, by bank, pair and author. */
  async #keyChanges(): Promise<Map<string, KeyPeriod[]>> {
    const rows = await this.#database.db
      .select({
        place: sql<string>`${standingEntry.bankId} || ' ' || ${standingEntry.pairId} || ' ' || ${standingEntry.author}`,
        seq: standingEntry.seq,
        hash: standingEntry.hash,
        key: sql<string>`${standingEntry.change}->>'key'`,
        recovery: sql<string>`${standingEntry.change}->>'recovery'`,
      })
      .from(standingEntry)
      .where(
        sql`${standingEntry.kind} = 'Amend' and ${standingEntry.breach} is null and ${standingEntry.change}->>'key' is not null`,
      )
      .orderBy(standingEntry.seq);
    const changes = new Map<string, KeyPeriod[]>();
    for (const { place, seq, hash, key, recovery } of rows)
      changes.set(place, [...(changes.get(place) ?? []), { key, recovery, hash, fromSeq: seq + 1 }]);
    return changes;
  }

  /** Settles when what was committed before this call can be seen here. */
  ready(): Promise<void> {
    return this.#reading;
  }

  async #note(bankId: string, pairId: string, key: string): Promise<void> {
    await this.#database.db
      .update(pairTable)
      .set({ peerKey: key })
      .where(and(eq(pairTable.bankId, bankId), eq(pairTable.id, pairId)));
    await this.reload();
    await this.#database.notify([`${PROCESS_ID} partners`]);
  }

  /** The pairs of one partner, of which the agreement of each names this key; the one in force first. */
  byKey(bankId: string, keyid: string): readonly Partner[] {
    return this.#byKey.get(`${bankId} ${keyid}`) ?? [];
  }

  byPair(bankId: string, pairId: string): Partner | undefined {
    return this.#byPair.get(`${bankId} ${pairId}`);
  }

  /** All that are open. */
  all(): Partner[] {
    return [...this.#byPair.values()].filter(({ open }) => open);
  }
}

/** Keys to verify with, newest first. */
async function importAll(keys: readonly string[], id: string): Promise<VerifyingKey[]> {
  const imported = await Promise.all(keys.map((key) => importVerifyingKey(key, id)));
  return imported.flatMap((each) => (each.ok ? [each.key] : [])).reverse();
}
