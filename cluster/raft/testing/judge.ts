/** What must hold whatever happens (paper, figure 3), checked while a trial runs. Throws `Violation`. */
import type { Entry, RaftId } from '../types.ts';

export class Violation extends Error {}

type Committed = {
  readonly term: number;
  readonly hash: number;
  readonly value: number | undefined;
  /** The term of the member that was first seen to have it committed. */
  readonly inTerm: number;
};

/** An operation as its client saw it; indexes say where in the log it took effect. */
type Floor = { write: number; read: number };

export const valueOf = (entry: Entry): number | undefined =>
  entry.kind === 'data'
    ? new DataView(entry.data.buffer, entry.data.byteOffset).getUint32(0)
    : undefined;

export class Judge {
  readonly #leaders = new Map<number, RaftId>();
  /** `#log[i]` is what was committed at index i + 1. */
  readonly #log: Committed[] = [];
  readonly #refused = new Set<number>();
  #acknowledged: Floor = { write: 0, read: 0 };

  get commit(): number {
    return this.#log.length;
  }

  hashAt(index: number): number {
    return index === 0 ? 0 : (this.#log[index - 1]?.hash ?? -1);
  }

  valuesUpTo(index: number): number[] {
    return this.#log.slice(0, index).flatMap(({ value }) => (value === undefined ? [] : [value]));
  }

  /** Election Safety, and Leader Completeness as far as the log's length shows it; the hashes show the rest. */
  leads(id: RaftId, term: number, lastIndex: number): void {
    const other = this.#leaders.get(term);
    if (other !== undefined)
      throw new Violation(`election safety: ${other} and ${id} lead term ${term}`);
    this.#leaders.set(term, id);
    const needed = this.#log.findLastIndex(({ inTerm }) => inTerm < term) + 1;
    if (lastIndex < needed)
      throw new Violation(
        `leader completeness: ${id} leads term ${term} with a log that ends at ${lastIndex}; ${needed} is committed`,
      );
  }

  /** State Machine Safety. */
  applies(
    id: RaftId,
    entry: Entry,
    seen: { readonly hash: number; readonly inTerm: number },
  ): void {
    const known = this.#log[entry.index - 1];
    const value = valueOf(entry);
    if (known === undefined) {
      if (entry.index !== this.#log.length + 1)
        throw new Violation(`${id} applies ${entry.index}; ${this.#log.length} was the last one`);
      if (value !== undefined && this.#refused.has(value))
        throw new Violation(`${id} applies ${value}, which was refused`);
      this.#log.push({ term: entry.term, value, ...seen });
      return;
    }
    if (known.hash !== seen.hash || known.term !== entry.term || known.value !== value)
      throw new Violation(
        `state machine safety: ${id} applies term ${entry.term} value ${value ?? 'none'} at ${entry.index}, ` +
          `which was term ${known.term} value ${known.value ?? 'none'}`,
      );
  }

  installs(id: RaftId, snapshot: { readonly index: number; readonly hash: number }): void {
    if (this.hashAt(snapshot.index) !== snapshot.hash)
      throw new Violation(`state machine safety: ${id} installs another log at ${snapshot.index}`);
  }

  /** What an operation that begins now must see. */
  floor(): Floor {
    return { ...this.#acknowledged };
  }

  wrote(value: number, index: number, floor: Floor): void {
    if (this.#log[index - 1]?.value !== value)
      throw new Violation(`write ${value} was acknowledged at ${index}, where it is not`);
    if (index <= Math.max(floor.write, floor.read))
      throw new Violation(`write ${value} took effect at ${index}, before what its client saw`);
    this.#acknowledged.write = Math.max(this.#acknowledged.write, index);
  }

  read(index: number, floor: Floor): void {
    if (index < Math.max(floor.write, floor.read))
      throw new Violation(
        `stale read: it sees ${index}, though ${Math.max(floor.write, floor.read)} was acknowledged before it began`,
      );
    this.#acknowledged.read = Math.max(this.#acknowledged.read, index);
  }

  refused(value: number): void {
    if (this.#log.some((committed) => committed.value === value))
      throw new Violation(`write ${value} was refused and is committed`);
    this.#refused.add(value);
  }
}
