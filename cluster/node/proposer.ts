/**
 * Writes, one store transaction in flight at a time. What waits when one is committed runs, one after another, in the next
 * (group commit), so that each sees what those before it wrote and one log entry carries them all.
 *
 * What wrote nothing was answered from the store alone: a deposed leader's would be stale, so it counts as a read and is
 * confirmed as one. Where it shares its transaction with a write it may rest on that write, and shares its fate.
 */
import type { ProposalResult } from '../raft/types.ts';
import { unreachable } from '../raft/unreachable.ts';
import { encodeActions, entryBytesMax } from '../store/actions.ts';
import type { Transaction } from '../store/types.ts';
import type { Member } from './member.ts';
import type { Reads } from './reads.ts';
import { never } from './world.ts';
import type { NodeWorld } from './world.ts';

export type Write = {
  /** Whether it still has to be run when its turn comes. */
  wanted(): boolean;
  /** May be run again where the transaction as a whole was too large. */
  run(transaction: Transaction): void;
  /** What it wrote is applied; or it wrote nothing, and what it read is confirmed. */
  done(): void;
  /** `lost`: it was in the log and may still be committed. Otherwise it surely did not happen. */
  failed(lost: boolean): void;
  tooLarge(): void;
  /** Somebody waits for what it found, even where it wrote nothing. */
  readonly answers: boolean;
};

/** @source swarmkit, manager/state/store/memory.go (MaxChangesPerTransaction) */
const changesMax = 200;

export class Proposer {
  readonly #world: NodeWorld;
  readonly #member: Member;
  readonly #reads: Reads;
  #queue: Write[] = [];
  #flight: { readonly proposal: number; readonly writes: readonly Write[] } | undefined;
  #writesMax = Infinity;
  /** Raft takes no proposals for now: try again then. */
  #heldUntil = -Infinity;
  #stopped = false;

  constructor(world: NodeWorld, member: Member, reads: Reads) {
    this.#world = world;
    this.#member = member;
    this.#reads = reads;
  }

  add(write: Write): void {
    this.#queue.push(write);
  }

  /** When `pump` has something to do although nothing happened. */
  get deadline(): number {
    return this.#queue.length > 0 && this.#heldUntil > this.#world.now.mono
      ? this.#heldUntil
      : never;
  }

  /** Begins the next transaction, unless one is in flight. */
  pump(): void {
    while (this.#queue.length > 0 && this.#flight === undefined && !this.#held) this.#next();
  }

  get #held(): boolean {
    return this.#stopped || this.#world.now.mono < this.#heldUntil;
  }

  result(result: ProposalResult): void {
    const flight = this.#flight;
    if (flight?.proposal !== result.proposal) return;
    this.#flight = undefined;
    switch (result.result) {
      case 'committed':
        for (const write of flight.writes) write.done();
        return;
      case 'lost':
        for (const write of flight.writes) write.failed(true);
        return;
      case 'refused':
        this.#queue = [...flight.writes, ...this.#queue];
        this.#heldUntil = this.#world.now.mono + this.#world.config.heartbeatMs;
        return;
      default:
        unreachable(result);
    }
  }

  /** The leadership is over: what has not been proposed will not be. */
  stop(): void {
    this.#stopped = true;
    const queue = this.#queue;
    this.#queue = [];
    for (const write of queue) write.failed(false);
  }

  #next(): void {
    const { store, status } = this.#member;
    const transaction = store.begin({ index: status.commit, wall: this.#world.now.wall });
    const writes = this.#runNext(transaction);
    if (writes.length === 0) return;
    if (transaction.actions.length === 0) {
      this.#confirm(writes.filter((write) => write.answers));
      return;
    }
    const data = encodeActions(transaction.actions);
    if (data.length > entryBytesMax) this.#split(writes);
    else this.#propose(writes, data);
  }

  #runNext(transaction: Transaction): Write[] {
    const writes: Write[] = [];
    let taken = 0;
    for (const write of this.#queue) {
      if (writes.length >= this.#writesMax || transaction.actions.length >= changesMax) break;
      taken += 1;
      if (!write.wanted()) continue;
      write.run(transaction);
      writes.push(write);
    }
    this.#queue.splice(0, taken);
    return writes;
  }

  #confirm(writes: readonly Write[]): void {
    if (writes.length === 0) return;
    this.#reads.add({
      confirmed: () => {
        for (const write of writes) write.done();
      },
      refused: () => {
        for (const write of writes) write.failed(false);
      },
    });
  }

  #propose(writes: readonly Write[], data: Uint8Array): void {
    this.#writesMax = Infinity;
    const proposal = this.#member.nextNumber();
    this.#flight = { proposal, writes };
    this.#member.input({ type: 'propose', proposal, data });
  }

  /** Half of them first; one that is too large by itself is refused. */
  #split(writes: readonly Write[]): void {
    const [only, second] = writes;
    if (only !== undefined && second === undefined) {
      this.#writesMax = Infinity;
      only.tooLarge();
      return;
    }
    this.#queue = [...writes, ...this.#queue];
    this.#writesMax = Math.floor(writes.length / 2);
  }
}
