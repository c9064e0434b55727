/**
 * Looks at the three banks, through their APIs, and tells what changed.
 *
 * Promises: figures of different towns are of one moment: they are read twice, and count only when
 * nothing moved in between; a town that is off keeps its last known figures; every hour between
 * towns is told once when it is sent and once when it has arrived or come back, whoever sent it.
 *
 * @module
 */
import type { Agreement, Bank, Transfer } from '@evenhour/client';
import type { Party } from '../web/models.ts';
import { wordsOf } from '../web/words.ts';
import { latestTransfers } from './api.ts';
import type { Events } from './events.ts';
import type { Town } from './towns.ts';

const { short } = wordsOf('en');

/** What one town said last. */
export interface TownFigures {
  readonly bank: Bank;
  readonly agreements: readonly Agreement[];
  readonly transfers: readonly Transfer[];
  /** It answered in this look; else these are its last known figures. */
  readonly fresh: boolean;
}

export interface Look {
  readonly at: Date;
  /** As the towns stand in the world; `null` for one that has never answered. */
  readonly towns: readonly (TownFigures | null)[];
  /** Nothing moved while the figures were read. */
  readonly steady: boolean;
}

const OWN_ACCOUNTS: Readonly<Record<string, string>> = {
  fund: 'Community fund',
  unclaimed: 'Unclaimed hours',
  loss: 'Lost hours',
};
const TRIES = 6;
const PAUSE_MS = 15;
const EVERY_MS = 1_000;
const FINAL: readonly string[] = ['settled', 'declined', 'returned'];

export class Watch {
  readonly #towns: readonly Town[];
  readonly #events: Events;
  readonly #names = new Map<string, Map<string, string>>();
  readonly #known = new Map<string, string>();
  readonly #primed = new Set<string>();
  #look: Look | null = null;
  #steady: Look | null = null;
  #running: Promise<Look> | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(towns: readonly Town[], events: Events) {
    this.#towns = towns;
    this.#events = events;
  }

  /** Looks now and then by itself until {@link stop}. */
  start(): void {
    this.#timer = setTimeout(() => {
      void this.now()
        .catch(() => {})
        .finally(() => this.start());
    }, EVERY_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.start = () => {};
  }

  /** A look that is no older than `maxAgeMs`. */
  async latest(maxAgeMs = 400): Promise<Look> {
    const look = this.#look;
    return look !== null && Date.now() - look.at.getTime() <= maxAgeMs ? look : this.now();
  }

  /** The last look in which nothing moved. */
  get steady(): Look | null {
    return this.#steady;
  }

  async now(): Promise<Look> {
    this.#running ??= this.#collect().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** The name behind a handle or a member's id, as its town says it. */
  nameOf(town: Town, idOrHandle: string): string {
    const known = this.#names.get(town.plan.id)?.get(idOrHandle);
    return known ?? town.plan.people.find((person) => person.handle === idOrHandle)?.name ?? idOrHandle;
  }

  async #collect(): Promise<Look> {
    let towns = await this.#ask();
    let steady = false;
    for (let attempt = 1; attempt <= TRIES && !steady; attempt++) {
      if (attempt > 1) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      const again = await this.#ask();
      steady = places(again) === places(towns);
      towns = again;
    }
    const look: Look = { at: new Date(), towns, steady };
    this.#look = look;
    if (steady) this.#steady = look;
    for (const [index, figures] of towns.entries()) {
      const town = this.#towns[index];
      if (town !== undefined && figures?.fresh === true) await this.#tell(town, figures);
    }
    return look;
  }

  #ask(): Promise<(TownFigures | null)[]> {
    return Promise.all(
      this.#towns.map(async (town, index): Promise<TownFigures | null> => {
        const before = this.#look?.towns[index] ?? null;
        if (town.on) {
          try {
            const [agreements, bank, transfers] = await Promise.all([
              town.api.agreements.list().all(),
              town.api.bank(),
              latestTransfers(town.api),
            ]);
            return { bank, agreements, transfers, fresh: true };
          } catch {
            // It went off while it was asked.
          }
        }
        return before === null ? null : { ...before, fresh: false };
      }),
    );
  }

  async #tell(town: Town, { transfers }: TownFigures): Promise<void> {
    // What had happened before this start is no news.
    const first = !this.#primed.has(town.plan.id);
    this.#primed.add(town.plan.id);
    for (const transfer of [...transfers].reverse()) {
      const key = `${town.plan.id}.${transfer.id}`;
      const before = this.#known.get(key);
      if (before === transfer.status) continue;
      this.#known.set(key, transfer.status);
      if (first || transfer.purpose !== 'gift' || transfer.direction === 'in') continue;
      await this.#readNames(town);
      this.#tellOf(town, transfer, key, before);
    }
  }

  #tellOf(town: Town, transfer: Transfer, key: string, before: string | undefined): void {
    const { minutes, content, direction, status } = transfer;
    const { giver, receiver } = this.parties(town, transfer);
    const opens = direction === 'out' ? { hour: key } : {};
    if (before === undefined)
      this.#events.tell({
        kind: 'sent',
        giver,
        receiver,
        minutes,
        what: content,
        at: new Date(transfer.createdAt),
        ...opens,
      });
    if (direction === 'local' || !FINAL.includes(status)) return;
    const at = new Date(transfer.updatedAt);
    if (status === 'settled') {
      const tookMs = Math.max(1, at.getTime() - new Date(transfer.createdAt).getTime());
      this.#events.tell(
        { kind: 'settled', giver, receiver, minutes, tookMs, at, ...opens },
        this.#bothSay(town, transfer),
      );
    } else
      this.#events.tell({ kind: 'returned', giver, receiver, minutes, code: transfer.code ?? status, at, ...opens });
  }

  /** How a town's accounts are called on its own ledger. */
  async accountNames(town: Town): Promise<(account: string) => string> {
    await this.#readNames(town);
    const agreements = this.#look?.towns[this.#towns.indexOf(town)]?.agreements ?? [];
    return (account) => {
      const [kind, id = ''] = account.split(':');
      if (kind === 'member') return this.nameOf(town, id);
      if (kind === 'partner') return agreements.find((each) => each.id === id)?.town ?? account;
      return OWN_ACCOUNTS[account] ?? account;
    };
  }

  /** Who gave and who received, each with their town. */
  parties(town: Town, transfer: Transfer): { giver: Party; receiver: Party } {
    const [handle = '', host] = transfer.counterparty.split('@');
    const there = host === undefined ? town : (this.#towns.find((each) => each.host === host) ?? town);
    const named = transfer.counterpartyName !== handle && transfer.counterpartyName !== '';
    const other = { name: named ? transfer.counterpartyName : this.nameOf(there, handle), town: brief(there) };
    const own = { name: this.nameOf(town, transfer.memberId), town: brief(town) };
    return transfer.direction === 'in' ? { giver: other, receiver: own } : { giver: own, receiver: other };
  }

  /** `Leith and Gràcia both say 3 h`, once they do. */
  #bothSay(town: Town, transfer: Transfer): string {
    const ours = this.#look?.towns[this.#towns.indexOf(town)]?.agreements.find(
      (each) => each.id === transfer.agreementId,
    );
    const theirs = this.#look?.towns
      .flatMap((each) => each?.agreements ?? [])
      .find((each) => each.pair === ours?.pair && each.id !== ours?.id);
    if (ours === undefined || theirs === undefined || ours.position.owesMinutes !== -theirs.position.owesMinutes)
      return '';
    return `${town.name} and ${ours.town} both say ${short(ours.position.owesMinutes)}`;
  }

  /** Learns the names of a town's people, once. */
  async #readNames(town: Town): Promise<void> {
    if (this.#names.has(town.plan.id)) return;
    try {
      const members = await town.api.members.list({ pageSize: 200 }).all();
      this.#names.set(
        town.plan.id,
        new Map(members.flatMap((each) => [[each.id, each.name] as const, [each.handle, each.name] as const])),
      );
    } catch {
      // It went off; its people are known from the plan.
    }
  }
}

export function brief({ plan }: Town): Party['town'] {
  return { name: plan.name, theme: plan.id };
}

/** Where every journal and every sum is: equal twice means that nothing moved. */
function places(towns: readonly (TownFigures | null)[]): string {
  return JSON.stringify(
    towns.map(
      (town) =>
        town && [
          town.fresh,
          town.bank.books,
          town.agreements.map(({ journal, position, underway }) => [journal, position, underway]),
        ],
    ),
  );
}
