/**
 * What is to happen, in order of time, and of coming in where times are equal.
 *
 * @module
 */
interface Event<T> {
  readonly at: number;
  readonly order: number;
  readonly item: T;
}

/** A binary heap. */
export class Queue<T> {
  #heap: Event<T>[] = [];
  #count = 0;

  add(at: number, item: T): void {
    const event = { at, order: this.#count++, item };
    const heap = this.#heap;
    let place = heap.length;
    heap.push(event);
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (before(heap[above] as Event<T>, event)) break;
      heap[place] = heap[above] as Event<T>;
      place = above;
    }
    heap[place] = event;
  }

  /** The first event, which is taken out. */
  take(): { readonly at: number; readonly item: T } | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && before(heap[below + 1] as Event<T>, heap[below] as Event<T>)) below += 1;
      if (before(last, heap[below] as Event<T>)) break;
      heap[place] = heap[below] as Event<T>;
      place = below;
    }
    heap[place] = last;
    return first;
  }

  clear(): void {
    this.#heap = [];
  }
}

function before(a: Event<unknown>, b: Event<unknown>): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
