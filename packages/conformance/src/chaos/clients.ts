/**
 * Members and operators who use the towns all the while, and write down what they were told.
 *
 * Promises: each operation has an Idempotency-Key of its own; it is `ok` or `failed` only when a bank said so,
 * and else `unknown`; nothing is repeated while faults go on. What is unknown is repeated with the same key
 * until a bank says which it was. After a restore a bank has forgotten the keys of some time: what was asked in it
 * is `forgotten`, whatever was said, and not repeated; what became of it is in the journals.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../sim/random.ts';
import { MEMBERS, type Town } from './town.ts';

export type Kind = 'across' | 'inside' | 'limit' | 'statement';

export interface Operation {
  /** From 1, never twice. */
  readonly number: number;
  readonly kind: Kind;
  /** The origin of the bank that was asked. */
  readonly bank: string;
  /** The origin of the other bank, or of the same one. */
  readonly other: string;
  readonly path: string;
  readonly key: string;
  readonly body: Readonly<Record<string, string | number>>;
  readonly at: number;
  outcome: 'ok' | 'failed' | 'unknown' | 'forgotten';
  /** What the answer was at the time, before anything was repeated. */
  first: Operation['outcome'];
  code: string | null;
  /** A later answer said that the hours had arrived. */
  sawSettled: boolean;
  /** The name of the transfer in the journals, where the answer told it. */
  transfer: string | null;
}

/** Words that name the operation in every book. */
export function contentOf(number: number): string {
  return `operation ${number}`;
}

/** No two operations set the same limit, so that each can be found in a journal. Little enough to be reached. */
const LIMIT_FROM = 240;
const LANES_A_TOWN = 3;
const PATIENCE_MS = 5_000;
const AGAIN_MS = 300;
const RESOLVE_MS = 60_000;

export class Clients {
  readonly operations: Operation[] = [];
  readonly #towns: readonly Town[];
  readonly #random: Random;
  #open = false;
  #limits = 0;
  #lanes: Promise<void>[] = [];

  constructor(towns: readonly Town[], random: Random) {
    this.#towns = towns;
    this.#random = random;
  }

  begin(): void {
    this.#open = true;
    this.#lanes = this.#towns.flatMap((town) => Array.from({ length: LANES_A_TOWN }, () => this.#lane(town)));
  }

  /** Lets operations under way end, and begins no more. */
  async pause(): Promise<void> {
    this.#open = false;
    await Promise.all(this.#lanes);
  }

  /**
   * A refusal is not kept under its key, so the copy of a request that was refused may have been taken a moment
   * later: what was refused and came twice is as good as unknown.
   */
  doubt(doubled: ReadonlySet<string>): void {
    for (const operation of this.operations)
      if (operation.outcome === 'failed' && doubled.has(operation.key)) operation.outcome = 'unknown';
  }

  /** Marks what a restored bank, or the one that it was about, has forgotten. */
  forget(): void {
    for (const operation of this.operations) {
      const both = this.#towns.filter(({ origin }) => origin === operation.bank || origin === operation.other);
      const restores = both.flatMap((town) => town.restores);
      if (restores.some(({ fromMs, toMs }) => operation.at >= fromMs && operation.at <= toMs))
        operation.outcome = 'forgotten';
    }
  }

  /** Repeats what is unknown until it is known. What a bank never answers stays unknown. */
  async resolve(): Promise<void> {
    const end = Date.now() + RESOLVE_MS;
    const unknown = this.operations.filter(({ outcome }) => outcome === 'unknown');
    await Promise.all(
      unknown.map(async (operation) => {
        const town = this.#towns.find(({ origin }) => origin === operation.bank) as Town;
        while (operation.outcome === 'unknown' && Date.now() < end) {
          await this.#send(town, operation);
          if (operation.outcome === 'unknown') await sleep(AGAIN_MS);
        }
      }),
    );
  }

  async #lane(town: Town): Promise<void> {
    while (this.#open) {
      const operation = this.#next(town);
      this.operations.push(operation);
      const id = await this.#send(town, operation);
      operation.first = operation.outcome;
      if (id !== null && operation.kind === 'across' && operation.number % 4 === 0) {
        const { body } = await ask(town, 'GET', `/api/transfers/${id}?waitMs=1500`);
        operation.sawSettled = body?.['status'] === 'settled';
      }
      // Who gets no answer waits a moment, as people do.
      await sleep(this.#random.between(10, 120) + (operation.outcome === 'unknown' ? AGAIN_MS : 0));
    }
  }

  #next(town: Town): Operation {
    const number = this.operations.length + 1;
    const other = this.#random.pick(this.#towns.filter((each) => each !== town));
    const dice = this.#random.int(100);
    const kind: Kind = dice < 62 ? 'across' : dice < 86 ? 'inside' : dice < 94 ? 'limit' : 'statement';
    const agreement = `/api/agreements/${town.agreements.get(other.origin)}`;
    const from = this.#random.between(1, MEMBERS);
    // Somebody else, here or there.
    const to = `member${((from + this.#random.int(MEMBERS - 1)) % MEMBERS) + 1}`;
    const gift = { from: `member${from}`, minutes: this.#random.between(1, 60), content: contentOf(number) };
    const asked = {
      across: { path: '/api/transfers', body: { ...gift, to: `${to}@${new URL(other.origin).host}` } },
      inside: { path: '/api/transfers', body: { ...gift, to } },
      limit: { path: `${agreement}/change`, body: { grantsMinutes: LIMIT_FROM + this.#limits } },
      statement: { path: `${agreement}/statement`, body: {} },
    }[kind];
    if (kind === 'limit') this.#limits += 1;
    return {
      ...{ number, kind, ...asked, bank: town.origin, key: randomUUID(), at: Date.now() },
      other: kind === 'inside' ? town.origin : other.origin,
      ...{ outcome: 'unknown', first: 'unknown', code: null, sawSettled: false, transfer: null },
    };
  }

  /** Asks once, and writes down the answer. Returns the id of what was made. */
  async #send(town: Town, operation: Operation): Promise<string | null> {
    const { status, body } = await ask(town, 'POST', operation.path, operation);
    if (status >= 200 && status < 300) operation.outcome = 'ok';
    else if (status >= 400 && status < 500 && typeof body?.['code'] === 'string') {
      operation.outcome = 'failed';
      operation.code = body['code'];
    }
    if (operation.outcome !== 'ok') return null;
    if (typeof body?.['transfer'] === 'string') operation.transfer = body['transfer'];
    return typeof body?.['id'] === 'string' ? body['id'] : null;
  }
}

/** One request through the proxy. Status 0 stands for no answer that can be read. */
async function ask(
  town: Town,
  method: 'GET' | 'POST',
  path: string,
  given?: Pick<Operation, 'key' | 'body'>,
): Promise<{ status: number; body: Record<string, unknown> | null }> {
  try {
    const response = await fetch(`${town.origin}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${town.token}`,
        ...(given !== undefined && { 'content-type': 'application/json', 'idempotency-key': given.key }),
      },
      ...(given !== undefined && { body: JSON.stringify(given.body) }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  } catch {
    return { status: 0, body: null };
  }
}
