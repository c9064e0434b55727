/**
 * Does to the towns and to the ways between them what the plan says.
 *
 * Promises: a town has one fault of its own at a time; when `run` returns every fault has ended, every database
 * is up and every process is ready; a fault counts only when it took effect.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { fillLog, fillTables, makeRoom } from './disk.ts';
import type { Links } from './links.ts';
import { type Fault, LINK_FAULTS, type LinkStep, type Step, TOWN_FAULTS, type TownStep } from './plan.ts';
import type { Process, Town } from './town.ts';

/** What a run did, in order. `atMs` counts from the start of the run. */
export interface Done {
  readonly atMs: number;
  readonly says: string;
}

/** How long a restore waits until the one before it is over. */
const BACK_MS = 15_000;

export class Faults {
  /** How often each kind took effect. */
  readonly counts: Record<Fault, number>;
  /** SIGKILL to ready again, in milliseconds. */
  readonly restartsMs: number[] = [];
  readonly log: Done[] = [];
  readonly #startedAt = Date.now();
  readonly #towns: readonly Town[];
  readonly #links: Links;
  readonly #kinds: readonly Fault[];
  #restoring: Promise<void> = Promise.resolve();

  constructor(towns: readonly Town[], links: Links, kinds: readonly Fault[]) {
    this.#towns = towns;
    this.#links = links;
    this.#kinds = kinds;
    this.counts = Object.fromEntries(kinds.map((kind) => [kind, 0])) as Record<Fault, number>;
  }

  /** The kinds that took effect less than `times` times. */
  fewerThan(times: number): Fault[] {
    return this.#kinds.filter((kind) => this.counts[kind] < times);
  }

  note(says: string): void {
    this.log.push({ atMs: Date.now() - this.#startedAt, says });
  }

  /** One round. */
  async run(steps: readonly Step[]): Promise<void> {
    const begun = Date.now();
    const inTown = this.#towns.map(() => Promise.resolve());
    const onLinks: Promise<void>[] = [];
    for (const step of steps) {
      await sleep(Math.max(0, begun + step.atMs - Date.now()));
      if ('town' in step) {
        const before = inTown[step.town] as Promise<void>;
        inTown[step.town] = before.then(() => this.#inTown(step));
      } else onLinks.push(this.#onLink(step));
    }
    await Promise.all([...inTown, ...onLinks]);
    await Promise.all(this.#towns.map((town) => town.heal()));
    this.note('healed');
  }

  async #onLink(step: LinkStep): Promise<void> {
    const name = (town: number): string => this.#towns[town]?.name ?? 'clients';
    this.note(`${step.fault} from ${name(step.from)} to ${name(step.to)} for ${step.forMs} ms`);
    this.#links.begin(step);
    await sleep(step.forMs);
    if (this.#links.end(step)) this.counts[step.fault] += 1;
  }

  async #inTown(step: TownStep): Promise<void> {
    const town = this.#towns[step.town] as Town;
    this.note(`${step.fault} at ${town.name}${step.forMs > 0 ? ` for ${step.forMs} ms` : ''}`);
    if (await this.#does(step, town)) this.counts[step.fault] += 1;
    this.note(`${step.fault} at ${town.name} is over`);
  }

  async #kill(process: Process): Promise<void> {
    const ms = Math.round(await process.kill());
    this.restartsMs.push(ms);
    this.note(`a process was ready ${ms} ms after it was killed`);
  }

  /** Not while another bank still lacks what only this one could give back to it. */
  async #restore(town: Town): Promise<boolean> {
    for (const other of this.#towns)
      if (other !== town && other.restores.length > 0 && !(await other.isBack(BACK_MS))) return false;
    await town.restore();
    return true;
  }

  /** Returns whether the fault took effect. */
  async #does({ fault, forMs, atMs }: TownStep, town: Town): Promise<boolean> {
    const process = town.processes[atMs % town.processes.length] as Process;
    switch (fault) {
      case 'kill':
        // All processes of the town at once.
        await Promise.all(town.processes.map((each) => this.#kill(each)));
        return true;
      case 'replicaKilled':
        await this.#kill(process);
        return true;
      case 'pause':
        await process.pause(forMs);
        return true;
      case 'databaseStopped':
        await town.postgres.quit();
        await sleep(forMs);
        await town.heal();
        return true;
      case 'connectionsKilled':
        await town.killConnections();
        return true;
      case 'keyRotation':
        await town.rotateKey();
        return true;
      case 'diskFull': {
        const full = await fillTables(town.postgres);
        await sleep(forMs / 2);
        await fillLog(town.postgres);
        await sleep(forMs / 2);
        await makeRoom(town.postgres);
        await town.heal();
        return full;
      }
      case 'restore': {
        // One after the other: what two banks have lost at the same time, nobody can give back to them.
        const done = this.#restoring.then(() => this.#restore(town));
        this.#restoring = done.then(
          () => {},
          () => {},
        );
        return done;
      }
    }
  }
}

/** The kinds of a run. */
export function kindsOf(options: { readonly restore: boolean }): {
  town: (typeof TOWN_FAULTS)[number][];
  link: (typeof LINK_FAULTS)[number][];
} {
  return { town: TOWN_FAULTS.filter((kind) => kind !== 'restore' || options.restore), link: [...LINK_FAULTS] };
}
