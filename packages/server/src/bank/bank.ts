/**
 * The banks that a node hosts, with their keys opened.
 *
 * Promises: a request is matched to a bank by its exact host; a bank's private keys leave the
 * database sealed only; whoever holds a `Bank` can ask the database about that bank and no other.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import {
  exportPrivateJwk,
  generateKeyPair,
  importPrivateJwk,
  type PrivateJwk,
  type SigningKey,
} from '@evenhour/protocol/proof';
import { hashOfKey } from '@evenhour/protocol/wire';
import { and, eq } from 'drizzle-orm';
import { ulid } from 'ulid';
import type { Database, Queries } from '../db/database.ts';
import { account, bankKey, bank as bankTable, member } from '../db/schema.ts';
import { createReferences, type References, type Seal } from '../node/seal.ts';

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
  readonly key: SigningKey;
  /** Multihash of the recovery key, as agreements name it. */
  readonly recovery: string;
  readonly references: References;
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
}

/** The community fund's handle and the accounts that every bank has. */
export const FUND_HANDLE = 'bank';
export const FUND_ACCOUNT = 'fund';
export const UNCLAIMED_ACCOUNT = 'unclaimed';
export const LOSS_ACCOUNT = 'loss';

const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: 'SHA-256',
};

/** Makes a bank with its keys, its fund and its own accounts, in one transaction. */
export async function createBank(database: Database, seal: Seal, input: NewBank): Promise<string> {
  const id = ulid();
  const url = new URL(input.origin);
  const actor = `${url.origin}/ap/bank`;
  const keyId = `${actor}#ed25519-${id.slice(-8).toLowerCase()}`;
  const signing = (await generateKeyPair(keyId, { extractable: true })).signing;
  const recovery = (await generateKeyPair(`${keyId}-recovery`, { extractable: true })).signing;
  const rsa = (await crypto.subtle.generateKey(RSA, true, ['sign', 'verify'])) as CryptoKeyPair;
  const rsaPrivate = JSON.stringify(await crypto.subtle.exportKey('jwk', rsa.privateKey));
  const rsaPublic = JSON.stringify(await crypto.subtle.exportKey('jwk', rsa.publicKey));
  const edPrivate = JSON.stringify(await exportPrivateJwk(signing));
  const recoveryPrivate = JSON.stringify(await exportPrivateJwk(recovery));
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
    });
    await tx.insert(bankKey).values([
      {
        bankId: id,
        id: keyId,
        purpose: 'ed25519',
        publicKey: signing.publicMultikey,
        sealed: seal.seal(`${id} ed25519`, edPrivate),
      },
      {
        bankId: id,
        id: `${keyId}-recovery`,
        purpose: 'recovery',
        publicKey: recovery.publicMultikey,
        sealed: seal.seal(`${id} recovery`, recoveryPrivate),
      },
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
      id: ulid(),
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
  const keys = await db.select().from(bankKey).where(eq(bankKey.bankId, row.id));
  const find = (purpose: string): (typeof keys)[number] => {
    const found = keys
      .filter((key) => key.purpose === purpose)
      .sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime())[0];
    if (found === undefined) throw new Error(`bank ${row.id} has no ${purpose} key`);
    return found;
  };
  const ed = find('ed25519');
  const jwk = JSON.parse(seal.open(`${row.id} ed25519`, ed.sealed)) as PrivateJwk;
  const key = await importPrivateJwk(jwk, ed.id);
  const rsaRow = find('rsa');
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
    recovery: hashOfKey(find('recovery').publicKey),
    references: createReferences(seal.derive(`${row.id} reference`)),
    rsa: () => {
      rsa ??= importRsa(seal.open(`${row.id} rsa`, rsaRow.sealed), rsaRow.publicKey);
      return rsa;
    },
  };
}

async function importRsa(privateJwk: string, publicJwk: string): Promise<CryptoKeyPair> {
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

  constructor(database: Database, seal: Seal) {
    this.#database = database;
    this.#seal = seal;
  }

  async reload(): Promise<void> {
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

/** A new value that this database's processes know and a copy elsewhere does not answer with. */
export async function writePresence(database: Database, bankId: string): Promise<string> {
  const presence = randomBytes(16).toString('base64url');
  await database.db
    .update(bankTable)
    .set({ presence })
    .where(and(eq(bankTable.id, bankId)));
  return presence;
}
