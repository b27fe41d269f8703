import type { Columns } from './columns.ts';
import type { Meter } from './limits.ts';

/** Returns of one block; its lists are made together, when one of them is asked for. */
const BLOCK = 256;

/**
 * Which calls are pending at r, in the order of their returns. A sliding window: only blocks in use
 * are held, for the lists of a long history with many clients are many times its size.
 */
export class Windows {
  /** The lists of the block at hand, one after another. */
  list: Int32Array = new Int32Array(0);
  from = 0;
  to = 0;
  readonly #columns: Columns;
  readonly #starts: Int32Array[] = [];
  readonly #blocks: ({ offsets: Int32Array; list: Int32Array } | undefined)[] = [];
  readonly #heldMax: number;
  #held = 0;

  /** @param heldMax how many entries of lists to hold before they are made anew */
  constructor(columns: Columns, meter: Meter, heldMax = 8_000_000) {
    this.#columns = columns;
    this.#heldMax = heldMax;
    let pending: number[] = [];
    let next = 0;
    for (let r = 0; r < columns.certain; r += BLOCK) {
      meter.check();
      const invoked = columns.invokedAt[r]!;
      const added = Array.from(columns.byInvocation.subarray(next, invoked)).filter((i) => i >= r);
      pending = [...pending.filter((index) => index >= r), ...added].sort((a, b) => a - b);
      next = invoked;
      this.#starts.push(Int32Array.from(pending));
    }
  }

  /** Sets `list`, `from` and `to` to the calls pending at r; r is below the number of calls. */
  at(r: number): void {
    const number = Math.trunc(r / BLOCK);
    const block = this.#blocks[number] ?? this.#make(number);
    this.list = block.list;
    this.from = block.offsets[r - number * BLOCK]!;
    this.to = block.offsets[r - number * BLOCK + 1]!;
  }

  #make(number: number) {
    const { invokedAt, byInvocation, certain } = this.#columns;
    const first = number * BLOCK;
    const last = Math.min(first + BLOCK, certain);
    const offsets = new Int32Array(last - first + 1);
    for (let r = first; r < last; r++) {
      offsets[r - first + 1] = offsets[r - first]! + invokedAt[r]! - r;
    }
    const list = new Int32Array(offsets[last - first]!);
    list.set(this.#starts[number]!);
    for (let r = first + 1; r < last; r++) {
      // The first of a list is r itself; the rest moves on, and what was invoked since joins it in order.
      const before = offsets[r - 1 - first]!;
      const from = offsets[r - first]!;
      list.copyWithin(from, before + 1, from);
      let end = from + (from - before - 1);
      for (let at = invokedAt[r - 1]!; at < invokedAt[r]!; at++) {
        const index = byInvocation[at]!;
        let place = end++;
        for (; place > from && list[place - 1]! > index; place--) {
          list[place] = list[place - 1]!;
        }
        list[place] = index;
      }
    }
    if (this.#held + list.length > this.#heldMax) {
      this.#blocks.fill(undefined);
      this.#held = 0;
    }
    this.#held += list.length;
    return (this.#blocks[number] = { offsets, list });
  }
}
