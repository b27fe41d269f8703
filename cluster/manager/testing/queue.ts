/** What is to happen, in the order of its times and, at one time, in that in which it was asked for: a binary heap. */
type Waiting = { readonly at: number; readonly order: number; readonly act: () => void };

export class Queue {
  readonly #heap: Waiting[] = [];
  #order = 0;

  /** When the next one is due. */
  get dueAt(): number | undefined {
    return this.#heap[0]?.at;
  }

  add(at: number, act: () => void): void {
    this.#order += 1;
    const added = { at, order: this.#order, act };
    const heap = this.#heap;
    let place = heap.push(added) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!isBefore(added, heap[parent])) break;
      heap[place] = heap[parent] ?? added;
      place = parent;
    }
    heap[place] = added;
  }

  /** Takes out the next one and lets it happen. */
  next(): void {
    const next = this.#heap[0];
    this.#takeFirst();
    next?.act();
  }

  #takeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      const left = heap[child];
      if (left !== undefined && isBefore(heap[child + 1], left)) child += 1;
      const smaller = heap[child];
      if (smaller === undefined || !isBefore(smaller, last)) break;
      heap[place] = smaller;
      place = child;
    }
    heap[place] = last;
  }
}

const isBefore = (left: Waiting | undefined, right: Waiting | undefined): boolean =>
  left !== undefined &&
  right !== undefined &&
  (left.at < right.at || (left.at === right.at && left.order < right.order));
