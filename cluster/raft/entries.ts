/** The log in memory: an array of entries behind an offset, beginning after `baseIndex`. */
import type { Entry, LogIndex, Term } from './types.ts';

export class EntryLog {
  /** The entry just before the first one kept: the last one that compaction dropped, or 0. */
  baseIndex: LogIndex;
  baseTerm: Term;
  #entries: Entry[];

  constructor(baseIndex: LogIndex, baseTerm: Term, entries: readonly Entry[]) {
    this.baseIndex = baseIndex;
    this.baseTerm = baseTerm;
    this.#entries = [...entries];
  }

  get firstIndex(): LogIndex {
    return this.baseIndex + 1;
  }

  get lastIndex(): LogIndex {
    return this.baseIndex + this.#entries.length;
  }

  get lastTerm(): Term {
    return this.#entries.at(-1)?.term ?? this.baseTerm;
  }

  /** `undefined` where the log does not reach, or reaches no longer. */
  term(index: LogIndex): Term | undefined {
    if (index === this.baseIndex) return this.baseTerm;
    return this.#entries[index - this.baseIndex - 1]?.term;
  }

  at(index: LogIndex): Entry | undefined {
    return this.#entries[index - this.baseIndex - 1];
  }

  append(entry: Entry): void {
    this.#entries.push(entry);
  }

  /** Both ends included. */
  slice(from: LogIndex, to: LogIndex): Entry[] {
    return this.#entries.slice(from - this.baseIndex - 1, to - this.baseIndex);
  }

  truncateFrom(index: LogIndex): void {
    this.#entries.length = index - this.baseIndex - 1;
  }

  /** Forgets everything up to and including `index`, which must still be in the log. */
  compact(index: LogIndex, term: Term): void {
    this.#entries = this.#entries.slice(index - this.baseIndex);
    this.baseIndex = index;
    this.baseTerm = term;
  }

  /** Begins anew behind a snapshot. */
  reset(index: LogIndex, term: Term): void {
    this.#entries = [];
    this.baseIndex = index;
    this.baseTerm = term;
  }
}
