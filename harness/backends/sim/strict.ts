import { hashBytes } from './cipher.ts';
import type { Persist } from './disk.ts';
import type { SimTarget } from './program.ts';

/** A message as its sender holds it, and the hash of what it said. */
type Sent = { readonly message: unknown; readonly hash: number };

/**
 * Looks, in strict runs, for what no real world allows: a message or the bytes of a persist that change after they were given away.
 * Frozen values would show a change at once, but give everything in the program a second hidden class, and so slow down all later runs.
 */
export class StrictChecks {
  readonly #target: SimTarget;
  /** By what is delivered in the message's place. */
  readonly #sent = new Map<unknown, Sent>();
  /** Hashes of the bytes of persists that are under way. */
  readonly #asked = new Map<Persist, number>();

  constructor(target: SimTarget) {
    this.#target = target;
  }

  /** The message as its receiver would decode it; `undefined` where it does not survive its encoding. */
  carry(message: unknown): unknown {
    const bytes = this.#target.encode(message);
    const carried = this.#target.decode(bytes);
    if (carried !== undefined) this.#sent.set(carried, { message, hash: hashBytes(bytes, 0) });
    return carried;
  }

  /** What is wrong with a message that was delivered. */
  wrongWith(carried: unknown): string | undefined {
    const sent = this.#sent.get(carried);
    if (sent === undefined) return undefined;
    const same = (message: unknown): boolean =>
      hashBytes(this.#target.encode(message), 0) === sent.hash;
    if (!same(sent.message)) return 'a message changed after it was sent';
    return same(carried) ? undefined : 'a message was changed by its receiver';
  }

  asked(persist: Persist): void {
    this.#asked.set(persist, hashOf(persist));
  }

  /** Whether a persist's bytes, which are on the disk now, are those that were asked for. */
  isUnchanged(persist: Persist): boolean {
    const before = this.#asked.get(persist);
    this.#asked.delete(persist);
    return before === hashOf(persist);
  }
}

const hashOf = ({ operations }: Persist): number => {
  let hash = 0;
  for (const operation of operations) {
    if ('bytes' in operation) hash = hashBytes(operation.bytes, hash);
  }
  return hash;
};
