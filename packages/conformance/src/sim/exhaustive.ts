/**
 * Small scope, exhaustively: two banks, one hour each way, one crash at any point of any piece of
 * work, and every order in which packets can arrive. Nothing is random here.
 *
 * Promises: every state that can be reached is visited once; in each the books are right, and in
 * each where nothing is left to do, both transfers have ended and both banks say the same.
 *
 * @module
 */
import type { JsonObject } from '@evenhour/protocol/wire';
import { type Agreement, agreementOf } from './agreement.ts';
import type { Link, Ports, Timer } from './bank.ts';
import { Node } from './delivery.ts';
import { Judge } from './judge.ts';
import type { BankKeys } from './keys.ts';
import { type Line, newLine } from './line.ts';
import { StandInSealer } from './seal.ts';
import { MemoryStore, type Row } from './store.ts';
import type { Ask, Job, Packet, Reply } from './wire.ts';
import { keys, type PairRow } from './work.ts';
import { firstRows } from './world.ts';

export interface Explored {
  readonly states: number;
  /** States in which nothing was left to do. */
  readonly ends: number;
  readonly checks: number;
  readonly failures: readonly string[];
}

/** All that there is, as plain values: what is durable, what is in memory, what is on the way. */
interface State {
  readonly rows: readonly [Map<string, Row>, Map<string, Row>];
  readonly lines: readonly [Line, Line];
  readonly net: readonly Packet[];
  readonly timers: readonly (readonly [bank: number, timer: Timer])[];
  /** Banks that have given their hour. */
  readonly given: readonly [boolean, boolean];
  readonly crashes: number;
  readonly unique: number;
}

/** One thing that can happen next: a piece of work of a bank. */
interface Move {
  readonly bank: 0 | 1;
  readonly job: (node: Node, link: Link) => Job<unknown>;
  /** The state without what the move uses up. */
  readonly from: State;
}

const IDLE = newLine();

export interface Scope {
  /** How many crashes there are at most. */
  readonly crashes: number;
  /** One: only the first bank gives an hour. */
  readonly transfers: 1 | 2;
}

/** Visits every state within the scope. */
export function explore(bankKeys: BankKeys, scope: Scope): Explored {
  return new Explorer(agreementOf([0, 1], [60, 60], bankKeys)).run(scope);
}

class Explorer {
  readonly #agreement: Agreement;
  readonly #sealer = new StandInSealer();
  readonly #seen = new Set<string>();
  readonly #stack: State[] = [];
  readonly #failures: string[] = [];
  #ends = 0;
  #checks = 0;

  constructor(agreement: Agreement) {
    this.#agreement = agreement;
  }

  run({ crashes, transfers }: Scope): Explored {
    this.#visit({ ...this.#greeted(), given: [false, transfers === 1], crashes });
    for (let state = this.#stack.pop(); state !== undefined; state = this.#stack.pop()) {
      const moves = this.#moves(state);
      if (moves.length === 0) this.#end(state);
      for (const move of moves) this.#make(move);
      if (this.#failures.length > 0) break;
    }
    return { states: this.#seen.size, ends: this.#ends, checks: this.#checks, failures: this.#failures };
  }

  /** Both banks have greeted each other, and nothing has been given. */
  #greeted(): State {
    let state: State = {
      rows: [firstRows([this.#link(0)]), firstRows([this.#link(1)])],
      lines: [IDLE, IDLE],
      net: [],
      timers: [
        [0, { kind: 'pump', at: 0 }],
        [1, { kind: 'pump', at: 0 }],
      ],
      given: [true, true],
      crashes: 0,
      unique: 0,
    };
    state = {
      ...state,
      lines: [
        { ...IDLE, due: 0 },
        { ...IDLE, due: 0 },
      ],
    };
    for (let moves = this.#moves(state); moves[0] !== undefined; moves = this.#moves(state))
      state = this.#done(moves[0]).at(-1) as State;
    return state;
  }

  #link(me: 0 | 1): Link {
    return { number: 0, me, peer: 1 - me, agreement: this.#agreement };
  }

  #moves(state: State): Move[] {
    const moves: Move[] = [];
    for (const [index, packet] of state.net.entries())
      moves.push({
        bank: packet.to as 0 | 1,
        job: (node, link) => ('ask' in packet ? node.serve(link, packet) : node.answered(link, packet)),
        from: { ...state, net: state.net.toSpliced(index, 1) },
      });
    for (const [index, [bank, timer]] of state.timers.entries())
      if (timer.kind === 'pump')
        moves.push({
          bank: bank as 0 | 1,
          job: (node, link) => node.timer(link, timer),
          from: { ...state, timers: state.timers.toSpliced(index, 1) },
        });
    for (const bank of [0, 1] as const)
      if (!state.given[bank] && (state.rows[bank].get(keys.pair(0)) as PairRow).mode === 'open')
        moves.push({
          bank,
          job: (node, link) => node.bank.give(link, { payer: 'm0', payee: 'm1', minutes: 60, plan: 'post' }),
          from: { ...state, given: bank === 0 ? [true, state.given[1]] : [state.given[0], true] },
        });
    // A request counts as unanswered only when nothing else can happen: time is not modelled.
    const [overdue] = moves.length === 0 ? state.timers : [];
    if (overdue !== undefined)
      moves.push({
        bank: overdue[0] as 0 | 1,
        job: (node, link) => node.timer(link, overdue[1]),
        from: { ...state, timers: state.timers.slice(1) },
      });
    return moves;
  }

  /** Makes a move to its end and, while a crash is left, up to each of its points. */
  #make(move: Move): void {
    for (const state of this.#done(move)) this.#visit(state);
  }

  #done(move: Move): State[] {
    const states: State[] = [];
    for (let points = 0; ; points++) {
      const crashing = move.from.crashes > 0;
      const result = this.#attempt(move, crashing ? points : Number.POSITIVE_INFINITY);
      states.push(result.state);
      if (result.ended) return states;
    }
  }

  #attempt(move: Move, points: number): { state: State; ended: boolean } {
    const { from, bank } = move;
    const scene = this.#scene(from);
    const link = this.#link(bank);
    const node = scene.nodes[bank];
    if (finishes(move.job(node, link), points)) return { state: scene.state(from), ended: true };
    node.forget();
    scene.drop(bank);
    finishes(node.bank.start(), Number.POSITIVE_INFINITY);
    return { state: scene.state({ ...from, crashes: from.crashes - 1 }), ended: false };
  }

  /** Two nodes on copies of a state. */
  #scene(from: State): { nodes: [Node, Node]; drop(bank: number): void; state(base: State): State } {
    const net = [...from.net];
    let timers = [...from.timers];
    let { unique } = from;
    const ports: Ports = {
      clock: () => 0,
      unique: () => ++unique,
      chance: () => 7,
      send: (packet) => net.push(packet),
      later: (bank, _afterMs, _link, timer) => timers.push([bank.index, timer]),
      unlock: () => {},
      committed: (bank, changes) => judge.committed(bank, changes),
      promised: () => {},
      note: () => {},
    };
    const rows = [new Map(from.rows[0]), new Map(from.rows[1])] as const;
    const nodes = ([0, 1] as const).map((index) => {
      const node = new Node(index, new MemoryStore(rows[index]), [this.#link(index)], this.#sealer, ports);
      node.lines.set(0, { ...from.lines[index] });
      return node;
    }) as [Node, Node];
    const judge = new Judge([nodes[0].bank, nodes[1].bank], null, this.#sealer);
    return {
      nodes,
      drop: (bank) => {
        timers = timers.filter(([whose]) => whose !== bank);
      },
      state: (base) => {
        this.#checks += judge.checks;
        this.#failures.push(...judge.failures);
        const lines = nodes.map((node) => node.lines.get(0) ?? IDLE) as [Line, Line];
        // An answer that nobody waits for and a timer that is over would change nothing.
        const awaited = (packet: Packet): boolean =>
          'ask' in packet || lines[packet.to as 0 | 1].flight?.id === packet.inReplyTo;
        const current = ([bank, timer]: State['timers'][number]): boolean => {
          const line = lines[bank as 0 | 1];
          return timer.kind === 'pump' ? line.due === timer.at : line.flight?.id === timer.id;
        };
        return { ...base, rows, lines, net: net.filter(awaited), timers: timers.filter(current), unique };
      },
    };
  }

  #visit(state: State): void {
    const name = nameOf(state);
    if (this.#seen.has(name)) return;
    this.#seen.add(name);
    this.#stack.push(state);
  }

  #end(state: State): void {
    this.#ends += 1;
    const { nodes } = this.#scene(state);
    const judge = new Judge([nodes[0].bank, nodes[1].bank], null, this.#sealer);
    judge.final(nodes);
    this.#checks += judge.checks;
    this.#failures.push(...judge.failures);
  }
}

/** Runs a job to its end, or drops it at a point. Nothing else is at work, so every lock is free. */
function finishes(job: Job<unknown>, points: number): boolean {
  let left = points;
  for (let next = job.next(); !next.done; next = job.next())
    if (!(next.value instanceof Promise) && 'point' in next.value && left-- <= 0) return false;
  return true;
}

/** The same text for states that differ only in the numbers of requests and in the names of sessions. */
function nameOf(state: State): string {
  const names = new Map<string, number>();
  const rename = (name: string | number): number => {
    const known = names.get(String(name));
    if (known !== undefined) return known;
    names.set(String(name), names.size);
    return names.size - 1;
  };
  const durable = state.rows.map((rows) => {
    const { pair, mode, mySession, peerSession, sent, doubted } = rows.get(keys.pair(0)) as PairRow;
    const heads = pair.heads.map(({ hash }) => hash);
    return [mode, heads, rename(mySession), rename(peerSession), sent.seq, doubted];
  });
  const flights = state.lines.map(({ flight, fetched }) => [
    flight === null ? null : [flight.kind, rename(flight.id), 'session' in flight ? rename(flight.session) : ''],
    flight?.kind === 'run' ? [flight.sent.after.seq, flight.sent.last.seq, rename(flight.sent.sessions.mine)] : '',
    fetched,
  ]);
  const net = state.net.map((packet) =>
    'ask' in packet
      ? [packet.from, state.lines[packet.from as 0 | 1].flight?.id === packet.id, tellAsk(packet.ask, rename)]
      : [packet.from, tellReply(packet.reply)],
  );
  const timers = state.timers.map(([bank, timer]) => `${bank} ${timer.kind}`);
  return JSON.stringify([durable, flights, net.map(String).sort(), timers.sort(), state.given, state.crashes]);
}

function tellAsk(ask: Ask, rename: (name: string) => number): unknown[] {
  if (ask.kind === 'fetch') return [ask.kind, rename(ask.session), ask.whose, ask.after.hash];
  if (!('session' in ask)) return [ask.kind];
  return [ask.kind, rename(ask.session), ask.kind === 'run' ? ask.entries.map(hashIn) : ''];
}

function tellReply(reply: Reply): unknown[] {
  if (reply.kind === 'refused') return [reply.kind, reply.refusal.code];
  if (!('head' in reply)) return [reply.kind];
  return [reply.kind, reply.head.hash, 'entries' in reply ? reply.entries?.map(hashIn) : ''];
}

function hashIn(document: JsonObject): string {
  return String((document['proof'] as JsonObject)['hash']);
}
