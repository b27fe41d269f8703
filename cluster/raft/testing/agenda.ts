/** What is to happen when: a binary heap, ordered by time and, within one instant, by the order of asking. */

type Item = { readonly at: number; readonly order: number; readonly run: () => void };

const before = (left: Item, right: Item): boolean =>
  left.at < right.at || (left.at === right.at && left.order < right.order);

export class Agenda {
  now = 0;
  #order = 0;
  readonly #heap: Item[] = [];

  at(at: number, run: () => void): void {
    this.#order += 1;
    const item = { at: Math.max(at, this.now), order: this.#order, run };
    let slot = this.#heap.length;
    this.#heap.push(item);
    while (slot > 0) {
      const parent = (slot - 1) >> 1;
      const above = this.#heap[parent];
      if (above === undefined || !before(item, above)) break;
      this.#heap[slot] = above;
      slot = parent;
    }
    this.#heap[slot] = item;
  }

  after(ms: number, run: () => void): void {
    this.at(this.now + ms, run);
  }

  /** Runs everything that is due until `end`; the time is `end` afterwards. */
  runUntil(end: number): void {
    for (let item = this.#heap[0]; item !== undefined && item.at <= end; item = this.#heap[0]) {
      this.#removeFirst();
      this.now = item.at;
      item.run();
    }
    this.now = end;
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    const length = this.#heap.length;
    if (last === undefined || length === 0) return;
    let slot = 0;
    for (;;) {
      let child = 2 * slot + 1;
      let least = this.#heap[child];
      if (least === undefined) break;
      const right = this.#heap[child + 1];
      if (right !== undefined && before(right, least)) {
        child += 1;
        least = right;
      }
      if (!before(least, last)) break;
      this.#heap[slot] = least;
      slot = child;
    }
    this.#heap[slot] = last;
  }
}
