import type { AnyModel, Key } from '../../models/model.ts';
import type { CallClass } from './columns.ts';
import type { Meter } from './limits.ts';

/** No state follows: the answer would be wrong. */
export const ILLEGAL = -1;
/** Not looked up yet. */
const NOT_KNOWN = -2;
/** Results of several states are numbered down from here. */
const SEVERAL = -3;
/** With so few classes a row a state is smaller than a table, and faster. */
const ROW_CLASSES_MAX = 256;

/** A model's function threw; the verdict is `unknown` and names the operation. */
export class ModelThrew extends Error {
  /** An operation of the history whose call it was. */
  readonly operation: number;

  constructor(operation: number, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.operation = operation;
  }
}

/** States by number, and what every class of calls does to them: each step of the model is taken once. */
export class States {
  readonly states: unknown[] = [];
  readonly #model: AnyModel;
  readonly #classes: readonly CallClass[];
  readonly #meter: Meter;
  readonly #ids = new Map<Key, number>();
  /** By state: the first of those that it is alike to, and how much it allows among them. */
  readonly #alike: number[] = [];
  readonly #ranks: number[] = [];
  readonly #firsts = new Map<Key, number>();
  readonly #several: (readonly number[])[] = [];
  readonly #rows: boolean;
  #table: Int32Array;
  #entries = 0;
  #counted = { states: 0, bytes: 0 };

  constructor(model: AnyModel, classes: readonly CallClass[], meter: Meter) {
    this.#model = model;
    this.#classes = classes;
    this.#meter = meter;
    this.#rows = classes.length <= ROW_CLASSES_MAX;
    this.#table = new Int32Array(this.#rows ? 16 * classes.length : 3 * 256).fill(NOT_KNOWN);
    this.#intern(model.init);
  }

  /**
   * What a call of the class does to the state: {@link ILLEGAL}, the number of the one state that
   * follows, or less than that: see {@link several}.
   */
  step(state: number, cls: number): number {
    if (!this.#rows) return this.#stepByTable(state, cls);
    const at = state * this.#classes.length + cls;
    if (at >= this.#table.length) this.#table = grown(this.#table, at + this.#classes.length);
    const known = this.#table[at]!;
    if (known !== NOT_KNOWN) return known;
    const result = this.#take(state, cls);
    if (at < this.#table.length) this.#table[at] = result;
    return result;
  }

  /** The states behind a result that is neither illegal nor one state. */
  several(result: number): readonly number[] {
    return this.#several[SEVERAL - result]!;
  }

  /** A number that states have in common of which one may cover the other. */
  alike(state: number): number {
    return this.#alike[state]!;
  }

  /** Whether whatever may follow `other` may follow `state` too. */
  covers(state: number, other: number): boolean {
    return (
      state === other ||
      (this.#alike[state] === this.#alike[other] && this.#ranks[state]! <= this.#ranks[other]!)
    );
  }

  /** Whether one of the states of a result covers `state`. */
  resultCovers(result: number, state: number): boolean {
    if (result >= 0) return this.covers(result, state);
    return result !== ILLEGAL && this.several(result).some((each) => this.covers(each, state));
  }

  /** Gives back to the meter what the states were counted as; they can still be looked at. */
  release(): void {
    this.#meter.states -= this.#counted.states;
    this.#meter.bytes -= this.#counted.bytes;
    this.#counted = { states: 0, bytes: 0 };
  }

  #count(states: number, bytes: number): void {
    this.#meter.states += states;
    this.#meter.bytes += bytes;
    this.#counted.states += states;
    this.#counted.bytes += bytes;
  }

  #stepByTable(state: number, cls: number): number {
    let size = this.#table.length / 3;
    if (this.#entries * 2 > size) {
      this.#table = rehashed(this.#table);
      this.#count(0, this.#table.length * 2);
      size = this.#table.length / 3;
    }
    for (let at = mixed(state, cls) & (size - 1); ; at = (at + 1) & (size - 1)) {
      if (this.#table[at * 3] === NOT_KNOWN) {
        const result = this.#take(state, cls);
        this.#table[at * 3] = state;
        this.#table[at * 3 + 1] = cls;
        this.#table[at * 3 + 2] = result;
        this.#entries += 1;
        return result;
      }
      if (this.#table[at * 3] === state && this.#table[at * 3 + 1] === cls) {
        return this.#table[at * 3 + 2]!;
      }
    }
  }

  /** Takes a step of the model; a slow model is stopped here. */
  #take(state: number, cls: number): number {
    this.#meter.over();
    const { input, output, example } = this.#classes[cls]!;
    try {
      const next = this.#model.step(this.states[state], input, output);
      if (next.length === 0) return ILLEGAL;
      // A call that leaves the state as it is, is the most frequent one.
      if (next.length === 1) return next[0] === this.states[state] ? state : this.#intern(next[0]);
      const ids = [...new Set(next.map((each) => this.#intern(each)))];
      if (ids.length === 1) return ids[0]!;
      this.#several.push(ids);
      return SEVERAL - (this.#several.length - 1);
    } catch (error) {
      throw new ModelThrew(example, error);
    }
  }

  #intern(state: unknown): number {
    const key = this.#model.key(state);
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.states.length;
    this.#ids.set(key, id);
    this.states.push(state);
    const looseness = this.#model.looseness?.(state);
    this.#ranks.push(looseness?.rank ?? 0);
    this.#alike.push(looseness === undefined ? id : this.#firstOf(looseness.alike, id));
    this.#count(1, 96 + (typeof key === 'string' ? 2 * key.length : 0));
    return id;
  }

  #firstOf(alike: Key, id: number): number {
    const first = this.#firsts.get(alike);
    if (first !== undefined) return first;
    this.#firsts.set(alike, id);
    return id;
  }
}

function grown(table: Int32Array, needed: number): Int32Array {
  const bigger = new Int32Array(Math.max(needed, table.length * 2)).fill(NOT_KNOWN);
  bigger.set(table);
  return bigger;
}

function mixed(state: number, cls: number): number {
  const hash = Math.imul(state, 0x9e3779b1) ^ Math.imul(cls, 0x85ebca6b);
  return hash ^ (hash >>> 15);
}

function rehashed(table: Int32Array): Int32Array {
  const size = (table.length / 3) * 2;
  const bigger = new Int32Array(size * 3).fill(NOT_KNOWN);
  for (let from = 0; from < table.length; from += 3) {
    if (table[from] === NOT_KNOWN) continue;
    let at = mixed(table[from]!, table[from + 1]!) & (size - 1);
    while (bigger[at * 3] !== NOT_KNOWN) at = (at + 1) & (size - 1);
    bigger.set(table.subarray(from, from + 3), at * 3);
  }
  return bigger;
}
