/** What a transaction has written so far, laid over the committed objects of one kind. */
import { SortedList } from './sorted-list.ts';

type Identified = { readonly ID: string };

export class Overlay<T extends Identified> {
  /** `undefined`: removed. Made only once something is written. */
  #changes: Map<string, T | undefined> | undefined;

  get isEmpty(): boolean {
    return this.#changes === undefined;
  }

  get(id: string, committed: T | undefined): T | undefined {
    const changes = this.#changes;
    return !changes?.has(id) ? committed : changes.get(id);
  }

  set(id: string, object: T | undefined): void {
    this.#changes ??= new Map();
    this.#changes.set(id, object);
  }

  /** The first written object that `wanted` accepts. */
  find(wanted: (object: T) => boolean): T | undefined {
    for (const object of this.#changes?.values() ?? []) {
      if (object !== undefined && wanted(object)) return object;
    }
    return undefined;
  }

  /** The committed list with what was written since; the very same list where nothing of it changed. */
  list(
    committed: readonly T[],
    before: (id: string) => T | undefined,
    belongs: (object: T) => boolean,
  ): readonly T[] {
    let list: SortedList<T> | undefined;
    for (const [id, object] of this.#changes ?? []) {
      const old = before(id);
      if (object !== undefined && belongs(object)) {
        list ??= new SortedList(committed);
        list.put(object);
      } else if (old !== undefined && belongs(old)) {
        list ??= new SortedList(committed);
        list.delete(id);
      }
    }
    return list === undefined ? committed : list.list();
  }
}
