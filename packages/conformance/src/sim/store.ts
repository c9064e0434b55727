/**
 * Where a simulated bank keeps its rows.
 *
 * Promises: what a commit was given is there as a whole or not at all; what was not committed is
 * gone after a crash; a restore brings back the rows as they were after an older commit. Rows are
 * values that nobody changes in place.
 *
 * @module
 */
export type Row = object;
/** Rows to keep, by key; `null` takes a row away. */
export type Changes = ReadonlyMap<string, Row | null>;

/** A result that the memory gives at once and a database later. */
export type Soon<T> = T | Promise<T>;

export interface Store {
  /** What is committed, by key. */
  readonly rows: ReadonlyMap<string, Row>;
  /** How many commits the rows stand on. */
  readonly commits: number;
  commit(changes: Changes): Soon<void>;
  /** A new process reads what the last one left. */
  restart(): Soon<void>;
  /** Takes the backup that was made after that many commits. */
  restore(commits: number): Soon<void>;
  close(): Soon<void>;
}

/** Rows in memory, with what every commit replaced, so that any older state can be had again. */
export class MemoryStore implements Store {
  readonly rows: Map<string, Row>;
  /** For each commit, keys and the rows that it replaced, in turns. */
  readonly #undo: (string | Row | undefined)[][];

  constructor(rows = new Map<string, Row>()) {
    this.rows = rows;
    this.#undo = [];
  }

  get commits(): number {
    return this.#undo.length;
  }

  commit(changes: Changes): void {
    const undo: (string | Row | undefined)[] = [];
    for (const [key, row] of changes) {
      undo.push(key, this.rows.get(key));
      if (row === null) this.rows.delete(key);
      else this.rows.set(key, row);
    }
    this.#undo.push(undo);
  }

  restart(): void {}

  restore(commits: number): void {
    while (this.#undo.length > commits) {
      const undo = this.#undo.pop() ?? [];
      for (let at = undo.length - 2; at >= 0; at -= 2) {
        const [key, row] = [undo[at] as string, undo[at + 1] as Row | undefined];
        if (row === undefined) this.rows.delete(key);
        else this.rows.set(key, row);
      }
    }
  }

  close(): void {}
}
