/**
 * The banks that a node hosts, with their keys opened.
 *
 * Promises: a request is matched to a bank by its exact host; a bank's private keys leave the
 * database sealed only; whoever holds a `Bank` can ask the database about that bank and no other.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { importPrivateJwk, type PrivateJwk, type SigningKey } from '@evenhour/protocol/proof';
import { hashOfKey } from '@evenhour/protocol/wire';
import { and, desc, eq, sql } from 'drizzle-orm';
import type { Database, Queries } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { account, bankKey, bank as bankTable, member } from '../db/schema.ts';
import { rowsOf } from '../ledger/ledger.ts';
import { createReferences, type References, type Seal } from '../node/seal.ts';
import { type BankKeys, keyRows, makeKeys } from './keys.ts';

export type BankRow = typeof bankTable.$inferSelect;

export interface Bank {
  readonly id: string;
  readonly origin: string;
  readonly host: string;
  /** The actor's URL. */
  readonly actor: string;
  readonly journalUrl: string;
  readonly exchangeUrl: string;
  readonly settings: BankRow;
  /** The newest key, which new agreements pin. */
  readonly key: SigningKey;
  /** Multihash of the recovery key, as agreements name it. */
  readonly recovery: string;
  /** The key to sign requests, answers and messages to this partner with: the newest that it knows of. */
  keyFor(pairId: string): SigningKey;
  /** The same key and the newer ones, oldest first: a partner may know one whose change this database has forgotten. */
  keysFor(pairId: string): readonly SigningKey[];
  /** For pairs whose partner has not said yet that it has our last change of key: where that stands in our journal. */
  readonly uncovered: ReadonlyMap<string, number>;
  /** The key with this Multikey, to sign entries with. Reads it if another process has made it since. */
  signingKey(tx: Queries, publicKey: string): Promise<SigningKey>;
  readonly references: References;
  /** For secrets that belong to this bank. */
  readonly seal: Seal;
  rsa(): Promise<CryptoKeyPair>;
}

export interface NewBank {
  readonly origin: string;
  readonly name: string;
  readonly theme?: string;
  readonly phone?: string;
  readonly bridgeBuilder?: string;
  readonly language?: string;
  readonly timeZone?: string;
  /** How far a member may go below zero, as a positive number. Default ten hours. */
  readonly mayOweMinutes?: number;
  readonly ceilingMinutes?: number | null;
  readonly transferCapMinutes?: number;
  readonly memberCapMinutes?: number;
  /**
   * Puts the keys in a safe place, before the bank is made. Without it the recovery key is lost and the bank can
   * never change its key: good for trying things out.
   */
  readonly keep?: (keys: BankKeys) => void;
}

/** The community fund's handle and the accounts that every bank has. */
export const FUND_HANDLE = 'bank';
export const FUND_ACCOUNT = 'fund';
export const UNCLAIMED_ACCOUNT = 'unclaimed';
export const LOSS_ACCOUNT = 'loss';

/** The most that the fund gives at once, whatever it gives for. */
export function fundCapOf({ settings }: Pick<Bank, 'settings'>): number {
  return Math.min(settings.grantCapMinutes, settings.transferCapMinutes);
}

/** The keys that ordinary fediverse servers understand. */
export const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: 'SHA-256',
};

/** Makes a bank with its keys, its fund and its own accounts, in one transaction. */
export async function createBank(database: Database, seal: Seal, input: NewBank): Promise<string> {
  const id = newId();
  const url = new URL(input.origin);
  const actor = `${url.origin}/ap/bank`;
  const keyId = `${actor}#ed25519-${id.slice(-8).toLowerCase()}`;
  const keys = await makeKeys(seal, id, url.origin, keyId);
  input.keep?.(keys);
  const rsa = (await crypto.subtle.generateKey(RSA, true, ['sign', 'verify'])) as CryptoKeyPair;
  const rsaPrivate = JSON.stringify(await crypto.subtle.exportKey('jwk', rsa.privateKey));
  const rsaPublic = JSON.stringify(await crypto.subtle.exportKey('jwk', rsa.publicKey));
  await database.transaction(async (tx) => {
    await tx.insert(bankTable).values({
      id,
      origin: url.origin,
      host: url.host,
      name: input.name,
      theme: input.theme ?? 'plain',
      phone: input.phone ?? '',
      bridgeBuilder: input.bridgeBuilder ?? '',
      language: input.language ?? 'en',
      timeZone: input.timeZone ?? 'UTC',
      floorMinutes: -(input.mayOweMinutes ?? 600),
      ceilingMinutes: input.ceilingMinutes ?? null,
      transferCapMinutes: input.transferCapMinutes ?? 1200,
      memberCapMinutes: input.memberCapMinutes ?? 2400,
      presence: randomUUID(),
    });
    await tx.insert(bankKey).values([
      ...keyRows(id, keys),
      {
        bankId: id,
        id: `${actor}#rsa`,
        purpose: 'rsa',
        publicKey: rsaPublic,
        sealed: seal.seal(`${id} rsa`, rsaPrivate),
      },
    ]);
    await tx.insert(account).values([
      { bankId: id, id: FUND_ACCOUNT, kind: 'fund', floor: -600 },
      { bankId: id, id: UNCLAIMED_ACCOUNT, kind: 'unclaimed' },
      { bankId: id, id: LOSS_ACCOUNT, kind: 'loss' },
    ]);
    await tx.insert(member).values({
      bankId: id,
      id: newId(),
      handle: FUND_HANDLE,
      name: `${input.name} community fund`,
      kind: 'fund',
      accountId: FUND_ACCOUNT,
    });
  });
  return id;
}

/** Reads a bank and opens its keys. Throws a SealError when the secret is another one. */
export async function loadBank(db: Queries, seal: Seal, row: BankRow): Promise<Bank> {
  const rows = await db.select().from(bankKey).where(eq(bankKey.bankId, row.id)).orderBy(desc(bankKey.createdAt));
  const newest = (purpose: KeyRow['purpose']): KeyRow => {
    const found = rows.find((each) => each.purpose === purpose);
    if (found === undefined) throw new Error(`bank ${row.id} has no ${purpose} key`);
    return found;
  };
  const open = ({ id, sealed }: KeyRow): Promise<SigningKey> =>
    // Extractable, for threads sign with it too.
    importPrivateJwk(JSON.parse(seal.open(`${row.id} ed25519`, sealed)) as PrivateJwk, id, { extractable: true });
  const keys = new Map<string, SigningKey>();
  for (const each of rows) if (each.purpose === 'ed25519') keys.set(each.publicKey, await open(each));
  const key = keys.get(newest('ed25519').publicKey) as SigningKey;
  const oldestFirst = [...keys.values()].reverse();
  const { known, uncovered } = await keysOfPairs(db, row.id);
  const keysFor = (pairId: string): readonly SigningKey[] => {
    const names = known.get(pairId) ?? [];
    const at = oldestFirst.findLastIndex(({ publicMultikey }) => names.includes(publicMultikey));
    // A pair that is not made yet pins the newest.
    return oldestFirst.slice(at === -1 ? oldestFirst.length - 1 : at);
  };
  const rsaRow = newest('rsa');
  let rsa: Promise<CryptoKeyPair> | undefined;
  return {
    id: row.id,
    origin: row.origin,
    host: row.host,
    actor: `${row.origin}/ap/bank`,
    journalUrl: `${row.origin}/ap/journals`,
    exchangeUrl: `${row.origin}/ap/exchanges`,
    settings: row,
    key,
    recovery: hashOfKey(newest('recovery').publicKey),
    keyFor: (pairId) => keysFor(pairId)[0] ?? key,
    keysFor,
    uncovered,
    async signingKey(tx, publicKey) {
      const held = keys.get(publicKey);
      if (held !== undefined) return held;
      const [made] = await tx
        .select()
        .from(bankKey)
        .where(and(eq(bankKey.bankId, row.id), eq(bankKey.publicKey, publicKey)));
      if (made === undefined) throw new Error(`bank ${row.id} has no key ${publicKey}`);
      const opened = await open(made);
      keys.set(publicKey, opened);
      return opened;
    },
    references: createReferences(seal.derive(`${row.id} reference`)),
    seal,
    rsa: () => {
      rsa ??= importRsa(seal.open(`${row.id} rsa`, rsaRow.sealed), rsaRow.publicKey);
      return rsa;
    },
  };
}

type KeyRow = typeof bankKey.$inferSelect;

/**
 * For each pair the keys of ours that its partner is known to have: the last that it has said to have in our journal,
 * and one from elsewhere. And the first change after the former.
 */
async function keysOfPairs(
  db: Queries,
  bankId: string,
): Promise<{ known: Map<string, readonly (string | null)[]>; uncovered: Map<string, number> }> {
  const changes = sql`standing_entry e where e.bank_id = p.bank_id and e.pair_id = p.id and e.author = p.me
    and e.kind = 'Amend' and e.breach is null and e.change->>'key' is not null`;
  const result = await db.execute(sql`
    select p.id, coalesce(
        (select e.change->>'key' from ${changes} and e.seq <= p.delivered_seq order by e.seq desc limit 1),
        p.core->'parties'->(p.me::int)->'key'->>'publicKeyMultibase') as covered, p.own_key as seen,
      (select e.seq from ${changes} and e.seq > p.delivered_seq order by e.seq limit 1) as uncovered
    from pair p where p.bank_id = ${bankId}`);
  const rows = rowsOf<{ id: string; covered: string; seen: string | null; uncovered: number | null }>(result);
  return {
    known: new Map(rows.map(({ id, covered, seen }) => [id, [covered, seen]])),
    uncovered: new Map(rows.flatMap(({ id, uncovered }) => (uncovered === null ? [] : [[id, Number(uncovered)]]))),
  };
}

/** Opens an RSA key, from two JWKs as JSON. */
export async function importRsa(privateJwk: string, publicJwk: string): Promise<CryptoKeyPair> {
  const algorithm = { name: RSA.name, hash: RSA.hash };
  return {
    privateKey: await crypto.subtle.importKey('jwk', JSON.parse(privateJwk) as JsonWebKey, algorithm, true, ['sign']),
    publicKey: await crypto.subtle.importKey('jwk', JSON.parse(publicJwk) as JsonWebKey, algorithm, true, ['verify']),
  };
}

/** The banks of this node, by host, kept in memory and read again when one is added. */
export class Banks {
  readonly #database: Database;
  readonly #seal: Seal;
  #byHost = new Map<string, Bank>();
  #byId = new Map<string, Bank>();
  #reading: Promise<void> = Promise.resolve();

  constructor(database: Database, seal: Seal) {
    this.#database = database;
    this.#seal = seal;
  }

  /** Reads all banks again. One reading follows the other, so that an older one never lands last. */
  reload(): Promise<void> {
    this.#reading = this.#reading.then(
      () => this.#read(),
      () => this.#read(),
    );
    return this.#reading;
  }

  /** Settles when no reading that was asked for is left. */
  ready(): Promise<void> {
    return this.#reading;
  }

  async #read(): Promise<void> {
    const rows = await this.#database.db.select().from(bankTable);
    const banks = await Promise.all(rows.map((row) => loadBank(this.#database.db, this.#seal, row)));
    this.#byHost = new Map(banks.map((bank) => [bank.host, bank]));
    this.#byId = new Map(banks.map((bank) => [bank.id, bank]));
  }

  byHost(host: string): Bank | undefined {
    return this.#byHost.get(host);
  }

  byId(id: string): Bank | undefined {
    return this.#byId.get(id);
  }

  all(): Bank[] {
    return [...this.#byId.values()];
  }
}
