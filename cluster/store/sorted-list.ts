/** Objects in order of id. A list that was lent out is copied before the next change, so that its reader keeps what it saw. */
type Identified = { readonly ID: string };

const empty: readonly never[] = [];

export class SortedList<T extends Identified> {
  #items: T[];
  #lent = false;

  /** `items`: already in order; it is not touched. */
  constructor(items: readonly T[] = empty) {
    this.#items = items as T[];
    this.#lent = true;
  }

  /** Of objects in any order. */
  static of<T extends Identified>(objects: Iterable<T>): SortedList<T> {
    return new SortedList([...objects].sort((left, right) => (left.ID < right.ID ? -1 : 1)));
  }

  get size(): number {
    return this.#items.length;
  }

  list(): readonly T[] {
    this.#lent = true;
    return this.#items;
  }

  put(object: T): void {
    const at = this.#position(object.ID);
    this.#own();
    if (this.#items[at]?.ID === object.ID) this.#items[at] = object;
    else if (at === this.#items.length) this.#items.push(object);
    else this.#items.splice(at, 0, object);
  }

  delete(id: string): void {
    const at = this.#position(id);
    if (this.#items[at]?.ID !== id) return;
    this.#own();
    this.#items.splice(at, 1);
  }

  #own(): void {
    if (!this.#lent) return;
    this.#items = this.#items.slice();
    this.#lent = false;
  }

  /** Where the id stands or would stand. */
  #position(id: string): number {
    let low = 0;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#items[middle]?.ID ?? '') < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
