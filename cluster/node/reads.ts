/** Linearizable reads: each waits until Raft has confirmed that this leader still leads. */
import type { ReadResult } from '../raft/types.ts';
import type { Member } from './member.ts';

export type ReadWaiter = {
  /** This node led when the read came, and everything committed before it is applied. */
  confirmed(): void;
  /** It no longer leads: nothing may be concluded from its store. */
  refused(): void;
};

export class Reads {
  readonly #member: Member;
  readonly #waiters = new Map<number, ReadWaiter>();

  constructor(member: Member) {
    this.#member = member;
  }

  add(waiter: ReadWaiter): void {
    const read = this.#member.nextNumber();
    this.#waiters.set(read, waiter);
    this.#member.input({ type: 'read', read });
  }

  /** What is committed up to the read's index came out with this result or before it, and is applied. */
  result(result: ReadResult): void {
    const waiter = this.#waiters.get(result.read);
    if (waiter === undefined) return;
    this.#waiters.delete(result.read);
    if (result.result === 'ready') waiter.confirmed();
    else waiter.refused();
  }
}
