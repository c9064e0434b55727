/**
 * The simulated world: a clock, a network with faults, banks that crash, and the order of all
 * things, from one script.
 *
 * Promises: the same script gives the same trace, byte for byte. First a phase in which everything
 * may fail; then all faults end, and what can settle has to settle. The judge looks on all the time.
 *
 * @module
 */
import { refusal } from '@evenhour/protocol';
import { agreementOf } from './agreement.ts';
import type { Bank, Link, Ports } from './bank.ts';
import { Coverage, kindOf } from './coverage.ts';
import { Node, WINDOW_MS } from './delivery.ts';
import { firstRow, SUCCESSOR } from './ending.ts';
import { Judge } from './judge.ts';
import type { BankKeys } from './keys.ts';
import { Network } from './network.ts';
import { Queue } from './queue.ts';
import { Random } from './random.ts';
import type { Script, Step } from './script.ts';
import { pairsOf } from './script.ts';
import { digestOf, type Sealer } from './seal.ts';
import { perform } from './steps.ts';
import type { Row, Store } from './store.ts';
import type { Job, Packet, Pause } from './wire.ts';
import { keys, LOSS, MEMBERS, mirrorOf, type PairRow } from './work.ts';

/** When the faults end, and how long the banks have to settle after that, in milliseconds. */
export const SAFETY_MS = 30_000;
const LIVENESS_MS = 900_000;
const LOOK_MS = 400;

/** A job that runs, in the process that it runs in. */
interface Task {
  readonly job: Job;
  readonly process: Process;
}

interface Process {
  readonly bank: number;
  alive: boolean;
  ready: boolean;
  readonly locks: Map<number, Task[]>;
  tasks: number;
}

/** A crash that is to come: after so many more points. */
interface Doom {
  points: number;
  readonly downMs: number;
  /** How many commits the backup is older than the last one; `null` when nothing is restored. */
  readonly commitsBack: number | null;
}

interface Place {
  readonly node: Node;
  process: Process;
  doom: Doom | null;
  /** What the bank's clock is ahead, in milliseconds. */
  aheadMs: number;
}

/** A job that waits for a promise. */
interface Stuck {
  readonly task: Task;
  readonly promise: Promise<unknown>;
}

export interface WorldOptions {
  readonly keys: BankKeys;
  readonly sealer: Sealer;
  readonly store: (bank: number, rows: Map<string, Row>) => Store;
}

export class World {
  readonly script: Script;
  readonly coverage = new Coverage();
  readonly judge: Judge;
  readonly places: Place[] = [];
  readonly trace: string[] = [];
  readonly network: Network;
  readonly keys: BankKeys;
  now = 0;
  events = 0;
  readonly #queue = new Queue<() => Stuck | undefined>();
  readonly #chance: Random;
  #count = 0;
  #flying = 0;

  constructor(script: Script, options: WorldOptions) {
    this.script = script;
    this.keys = options.keys;
    this.#chance = new Random(script.seed, 'chance');
    this.network = new Network(script.seed, script.noise, this.coverage);
    const links: Link[][] = Array.from({ length: script.banks }, () => []);
    for (const [number, { banks, grants }] of pairsOf(script).entries()) {
      const agreement = agreementOf(banks, grants, options.keys);
      for (const me of [0, 1] as const) {
        const [mine, theirs] = me === 0 ? banks : [banks[1], banks[0]];
        links[mine]?.push({ number, me, peer: theirs, agreement });
      }
    }
    for (const [index, own] of links.entries()) {
      const store = options.store(index, firstRows(own));
      const node = new Node(index, store, own, options.sealer, this.#ports());
      this.places.push({ node, process: newProcess(index), doom: null, aheadMs: 0 });
    }
    this.judge = new Judge(
      this.places.map(({ node }) => node.bank),
      script.liar,
      options.sealer,
    );
  }

  /** Runs the script. Yields the promises that a database or real signatures need. */
  *run(): Generator<Promise<unknown>, void, unknown> {
    for (const place of this.places) this.#at(0, () => this.spawn(place.node.bank, boot(place)));
    for (const step of this.script.steps) this.#at(step.at, () => this.#step(step));
    this.#at(SAFETY_MS / 2, () => this.judge.look());
    this.#at(SAFETY_MS, () => this.#heal());
    for (;;) {
      const event = this.#queue.take();
      if (event === undefined) break;
      if (event.at > SAFETY_MS + LIVENESS_MS) break;
      this.now = event.at;
      this.events += 1;
      let stuck = event.item();
      while (stuck !== undefined) {
        const { task, promise } = stuck;
        stuck = this.#advance(task, yield promise);
      }
      if (this.judge.failures.length > 0) return;
    }
    this.judge.final(this.places.map(({ node }) => node));
    for (const place of this.places) {
      const soon = place.node.bank.store.close();
      if (soon instanceof Promise) yield soon;
    }
  }

  digest(): string {
    return digestOf(this.trace);
  }

  note(text: string): void {
    this.trace.push(`${this.now} ${text}`);
  }

  place(bank: number): Place {
    return this.places[bank] as Place;
  }

  #at(at: number, item: () => Stuck | undefined): void {
    this.#queue.add(at, item);
  }

  #step(step: Step): Stuck | undefined {
    const { process } = this.place(step.bank);
    if (
      step.do !== 'crash' &&
      step.do !== 'cut' &&
      step.do !== 'slow' &&
      step.do !== 'skew' &&
      !(process.alive && process.ready)
    )
      return;
    return perform(this, step);
  }

  /** Starts a job of the bank after some time, if the faults last that long. */
  soon(bank: Bank, afterMs: number, job: () => Job): void {
    const at = this.now + afterMs;
    if (at < SAFETY_MS)
      this.#at(at, () => (this.place(bank.index).process.ready ? this.spawn(bank, job()) : undefined));
  }

  /** Starts a job in the bank's present process. */
  spawn(bank: Bank, job: Job): Stuck | undefined {
    const { process } = this.place(bank.index);
    if (!process.alive) return;
    process.tasks += 1;
    return this.#advance({ job, process }, undefined);
  }

  #advance(task: Task, input: unknown): Stuck | undefined {
    let next = input;
    for (;;) {
      const { process } = task;
      if (!process.alive) return;
      const { done, value } = task.job.next(next);
      next = undefined;
      if (done) {
        process.tasks -= 1;
        return;
      }
      if (value instanceof Promise) return { task, promise: value };
      if ('point' in value) {
        if (this.#goesOn(task, value)) continue;
        return;
      }
      const waiting = process.locks.get(value.lock);
      if (waiting !== undefined) {
        waiting.push(task);
        return;
      }
      process.locks.set(value.lock, []);
    }
  }

  /** A place where the bank may crash, or other work of it may come between. Returns whether neither does. */
  #goesOn(task: Task, pause: Pause): boolean {
    const place = this.place(task.process.bank);
    const { doom } = place;
    if (doom !== null) {
      doom.points -= 1;
      if (doom.points < 0) {
        this.coverage.hit(doom.commitsBack === null ? `crash_${pause.point}` : 'restore', pause.about);
        this.#crash(place, doom);
        return false;
      }
    }
    const delay = this.#chance.int(8);
    if (delay < 4) return true;
    this.#at(this.now + delay - 3, () => this.#advance(task, undefined));
    return false;
  }

  /** A crash that waits for the bank's next points. */
  doom(bank: number, doom: Doom): void {
    this.place(bank).doom = doom;
  }

  #crash(place: Place, doom: Doom): void {
    const { bank } = place.node;
    this.note(`bank ${bank.index} crashes`);
    place.doom = null;
    place.process.alive = false;
    place.node.forget();
    const process = newProcess(bank.index);
    this.#at(this.now + doom.downMs, () => {
      place.process = process;
      return this.spawn(bank, this.#comeBack(place, doom.commitsBack));
    });
  }

  *#comeBack(place: Place, commitsBack: number | null): Job {
    const { bank } = place.node;
    const { store } = bank;
    if (commitsBack !== null) {
      const commits = Math.max(0, store.commits - commitsBack);
      this.note(`bank ${bank.index} is restored to commit ${commits} of ${store.commits}`);
      const soon = store.restore(commits);
      if (soon instanceof Promise) yield soon;
      this.judge.restored(bank);
    } else {
      const soon = store.restart();
      if (soon instanceof Promise) yield soon;
    }
    yield* boot(place);
    if (commitsBack !== null) this.judge.look(bank);
  }

  #heal(): Stuck | undefined {
    this.note('all faults end');
    for (const place of this.places) {
      place.doom = null;
      place.aheadMs = 0;
    }
    this.network.heal();
    this.#at(this.now + LOOK_MS, () => this.#look(0));
    return;
  }

  /** Ends what waits for people, until all is quiet, also after the last late packet. */
  #look(calm: number): undefined {
    const quiet = this.places.every(({ process, node }) => process.ready && process.tasks === 0 && this.#isQuiet(node));
    if (quiet && this.#flying > 0) {
      this.#at(this.now + 20_000, () => this.#look(calm));
      return;
    }
    if (quiet && calm >= 2) {
      this.#queue.clear();
      return;
    }
    for (const { node, process } of this.places)
      for (const link of process.ready ? node.bank.links : []) {
        this.#at(this.now, () => this.spawn(node.bank, node.bank.settle(link)));
        // Quiet is not gone: a bank greets after a day, and hears that the pair was forgotten in a restore or is over.
        const theirs = this.#rowOf(link.peer, link.number)?.mode;
        if (theirs === undefined || theirs === 'closed')
          this.#at(this.now, () => this.spawn(node.bank, node.greetAnew(link)));
      }
    this.#at(this.now + LOOK_MS, () => this.#look(quiet ? calm + 1 : 0));
  }

  #isQuiet(node: Node): boolean {
    return node.bank.links.every((link) => {
      const theirs = this.#rowOf(link.peer, link.number);
      if (theirs === undefined) return node.bank.row(link).mode === 'halted';
      return theirs.mode === 'halted' || node.isQuiet(link);
    });
  }

  #rowOf(bank: number, pair: number): PairRow | undefined {
    return this.place(bank).node.bank.store.rows.get(keys.pair(pair)) as PairRow | undefined;
  }

  skew(bank: number, aheadMs: number, ms: number): void {
    const place = this.place(bank);
    place.aheadMs = aheadMs;
    this.#at(this.now + ms, () => {
      place.aheadMs = 0;
      return undefined;
    });
  }

  /** Gives a packet to the network, which may lose it, repeat it, keep it back or let others pass it. */
  send(packet: Packet): void {
    for (const delay of this.network.delays(packet, this.now)) this.#fly(packet, delay);
  }

  #fly(packet: Packet, delay: number): void {
    this.#flying += 1;
    this.#at(this.now + delay, () => {
      this.#flying -= 1;
      return this.#arrive(packet);
    });
  }

  #arrive(packet: Packet): Stuck | undefined {
    const { node, process } = this.place(packet.to);
    const open = process.alive && process.ready;
    this.note(
      `${packet.from}>${packet.to} ${packet.pair} ${kindOf(packet)} ${packet.id}${open ? '' : ' nobody there'}`,
    );
    if (!open) return;
    const { aheadMs } = this.place(packet.to);
    if ('ask' in packet && this.now + aheadMs - packet.signedAt > WINDOW_MS) this.coverage.hit('skew', kindOf(packet));
    const link = node.bank.links.find(({ number }) => number === packet.pair);
    if (link === undefined) {
      if ('ask' in packet) node.answer(packet, { kind: 'refused', refusal: refusal('unknown_partner') });
      return;
    }
    return this.spawn(node.bank, 'ask' in packet ? node.serve(link, packet) : node.answered(link, packet));
  }

  #ports(): Ports {
    return {
      clock: (bank) => this.now + (bank === -1 ? 0 : this.place(bank).aheadMs),
      unique: () => ++this.#count,
      chance: () => this.#chance.int(2 ** 32),
      send: (packet) => {
        if ('reply' in packet) this.judge.answers(packet.from, packet);
        this.send(packet);
      },
      later: (bank, afterMs, link, timer) => {
        const { process, node } = this.place(bank.index);
        this.#at(this.now + afterMs, () => (process.alive ? this.spawn(bank, node.timer(link, timer)) : undefined));
      },
      unlock: (bank, pair) => {
        const { process } = this.place(bank.index);
        const next = process.locks.get(pair)?.shift();
        if (next === undefined) process.locks.delete(pair);
        else this.#at(this.now, () => this.#advance(next, undefined));
      },
      committed: (bank, changes) => {
        this.note(`bank ${bank.index} commits ${bank.store.commits}: ${[...changes.keys()].join(', ')}`);
        this.judge.committed(bank, changes);
      },
      promised: (bank, link, author, seq, hash) => this.judge.promised(bank, link, author, seq, hash),
      note: (text) => this.note(text),
    };
  }
}

function newProcess(bank: number): Process {
  return { bank, alive: true, ready: false, locks: new Map(), tasks: 0 };
}

/** A bank answers nobody before its pairs are closed until the greeting. */
function* boot(place: Place): Job {
  yield* place.node.bank.start();
  place.process.ready = true;
}

/** The rows that a bank begins with. */
export function firstRows(links: readonly Link[]): Map<string, Row> {
  const rows = new Map<string, Row>();
  const names = Array.from({ length: MEMBERS }, (_, member) => `m${member}`);
  const mirrors = links.flatMap(({ number }) => [mirrorOf(number), mirrorOf(number + SUCCESSOR)]);
  for (const name of [...names, 'unclaimed', LOSS, ...mirrors]) rows.set(keys.account(name), { balance: 0 });
  for (const { number, me, agreement } of links) rows.set(keys.pair(number), firstRow(agreement, me));
  return rows;
}
