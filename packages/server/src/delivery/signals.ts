/**
 * Tells whoever waits that something was committed: in this process at once, and in the node's
 * other processes a moment later.
 *
 * Promises: a signal is given only after its transaction has committed. A lost signal loses
 * nothing: senders read the database whenever they start, reconnect or take over a pair.
 * Announcements to other processes are sent outside the transaction and gathered, for PostgreSQL
 * makes committing notifiers wait for each other. A process that knows of no other one sends none: whoever
 * comes says hello, and looks at everything once it was heard.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { type Database, ITSELF, type Queries } from '../db/database.ts';

/**
 * `pair`: there may be something to send. `again`: the same, and what was asked before is asked again at once.
 * `statement`: one is due. `partners`: agreements changed. `transfer`: a gift moved. `due`: mail may wait, or
 * something that has a time.
 */
export type Signal =
  | { readonly kind: 'pair' | 'again'; readonly bankId: string; readonly pairId: string }
  | { readonly kind: 'statement'; readonly bankId: string; readonly pairId: string }
  | { readonly kind: 'partners' }
  | { readonly kind: 'banks' }
  | { readonly kind: 'due' }
  | { readonly kind: 'transfer'; readonly bankId: string; readonly id: string }
  | { readonly kind: 'everything' };

const GATHER_MS = 15;

/** What each open transaction of {@link Signals.commit} has gathered. */
const gathering = new WeakMap<Queries, Signal[]>();

/**
 * Says once this transaction has committed that something is due. Outside of `commit` nobody is told: the clock looks.
 */
export function dueAfter(tx: Queries): void {
  const after = gathering.get(tx);
  if (after?.some(({ kind }) => kind === 'due') === false) after.push({ kind: 'due' });
}

/** This process, among those that share a database. */
export const PROCESS_ID = randomUUID();

export class Signals {
  readonly #database: Database;
  readonly #events = new EventEmitter().setMaxListeners(0);
  readonly #announce = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  /** Whether another process has been heard of. */
  #others = false;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Begins to hear the node's other processes. */
  listen(): void {
    this.#database.listen((payload) => {
      const [from = '', ...rest] = payload.split(' ');
      const said = rest.join(' ');
      // What this process announced it has told itself already.
      if (from === PROCESS_ID) return;
      if (from === ITSELF) this.#say('hello');
      if (said === 'hello' || said === 'welcome') this.#others = true;
      if (said === 'hello') this.#say('welcome');
      else this.#events.emit('signal', read(said));
    });
  }

  on(handler: (signal: Signal) => void): () => void {
    this.#events.on('signal', handler);
    return () => this.#events.off('signal', handler);
  }

  emit(signal: Signal): void {
    this.#events.emit('signal', signal);
    // One process is enough to write a statement, or to do what is due.
    if (this.#others && signal.kind !== 'statement' && signal.kind !== 'due') this.#say(write(signal));
  }

  #say(words: string): void {
    this.#announce.add(`${PROCESS_ID} ${words}`);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const payloads = [...this.#announce];
      this.#announce.clear();
      void this.#database.notify(payloads).catch(() => {});
    }, GATHER_MS);
    this.#timer.unref();
  }

  /** Runs a transaction and gives the signals that it gathered once it has committed. */
  async commit<T>(work: (tx: Queries, after: Signal[]) => Promise<T>): Promise<T> {
    const after: Signal[] = [];
    const result = await this.#database.transaction((tx) => {
      after.length = 0;
      gathering.set(tx, after);
      return work(tx, after);
    });
    for (const signal of after) this.emit(signal);
    return result;
  }
}

function write(signal: Signal): string {
  if (signal.kind === 'pair' || signal.kind === 'again') return `${signal.kind} ${signal.bankId} ${signal.pairId}`;
  if (signal.kind === 'transfer') return `transfer ${signal.bankId} ${signal.id}`;
  return signal.kind;
}

function read(payload: string): Signal {
  const [kind, bankId = '', id = ''] = payload.split(' ');
  if (kind === 'pair' || kind === 'again') return { kind, bankId, pairId: id };
  if (kind === 'transfer') return { kind, bankId, id };
  return kind === 'partners' || kind === 'banks' ? { kind } : { kind: 'everything' };
}
