import type { StoreAction } from '../store/types.ts';
import { sameValue } from '../store/values.ts';

type Written = Exclude<StoreAction, { readonly op: 'remove' }>['object'];

/**
 * What the loops wrote, until it is committed: they saw it when they wrote it and need not see it again. Compared by value:
 * whether a committed object is the very same one depends on what the store still remembers, and nothing may depend on that.
 */
export class OwnWrites {
  /** By id of the object, in the order of writing. */
  readonly #waiting = new Map<string, Written[]>();

  add(object: Written): void {
    const waiting = this.#waiting.get(object.ID);
    if (waiting === undefined) this.#waiting.set(object.ID, [object]);
    else waiting.push(object);
  }

  /** Whether this is the next of them, which then waits no longer. */
  take(committed: Written): boolean {
    const waiting = this.#waiting.get(committed.ID);
    if (waiting === undefined) return false;
    // What was refused never comes: a later version has overtaken it.
    while (isOlder(waiting[0], committed)) waiting.shift();
    const taken = waiting.length > 0 && sameValue(waiting[0], committed);
    if (taken) waiting.shift();
    if (waiting.length === 0) this.#waiting.delete(committed.ID);
    return taken;
  }

  clear(): void {
    this.#waiting.clear();
  }
}

const isOlder = (written: Written | undefined, committed: Written): boolean =>
  written !== undefined && written.Version.Index < committed.Version.Index;
