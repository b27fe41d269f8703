import type { AnyModel, Operation } from '../../models/model.ts';
import { GaveUp, type Limit, type Meter } from './limits.ts';
import { monitored } from './monitors/index.ts';
import { orderOfReturns } from './order-of-returns.ts';
import type { Part } from './part.ts';
import { Search, type Tuning } from './search.ts';

/** Calls of one part above which it is refused: their indexes share a number with their ranks. */
const CALLS_MAX = 0x3fffff;

/** A part of a history, with what its calls were. */
export type PartOf = { readonly operations: readonly Operation[]; readonly part: Part };

/** How a part ended; `by` and `reached` are hints where it shows, for the explanation. */
export type Decision =
  | { readonly verdict: 'pass'; readonly order: readonly number[] }
  | {
      readonly verdict: 'fail';
      readonly by: number | undefined;
      readonly search: Search | undefined;
    }
  | {
      readonly verdict: 'unknown';
      /** Undefined where the part was refused, as having too many calls. */
      readonly limit: Limit | undefined;
      /** The operations of the longest orders that were found, made when they are asked for. */
      readonly prefixes: () => readonly (readonly number[])[];
    };

/** A part while it is being judged: at once, by a monitor or where the order of returns is right, or by a search in turns. */
export class Judging {
  decision: Decision | undefined;
  readonly #of: PartOf;
  readonly #meter: Meter;
  #search: Search | undefined;

  constructor(
    model: AnyModel,
    of: PartOf,
    judge: { readonly meter: Meter; readonly tuning?: Tuning | undefined },
  ) {
    this.#of = of;
    const { meter, tuning } = judge;
    this.#meter = meter;
    if (of.part.source.length > CALLS_MAX) {
      this.decision = unknown(undefined);
      return;
    }
    const found = tuning?.monitors === false ? undefined : monitored(model, of, meter);
    if (found === undefined) {
      const order = tuning?.returnsFirst === false ? undefined : orderOfReturns(model, of, meter);
      if (order === undefined) this.#search = new Search(model, of, meter, tuning);
      else this.decision = { verdict: 'pass', order };
    } else if (found.verdict === 'pass') {
      this.decision = {
        verdict: 'pass',
        order: found.order.map((m) => of.part.source[m]!),
      };
    } else if (found.verdict === 'fail') {
      this.decision = { verdict: 'fail', by: found.by, search: undefined };
    } else this.decision = unknown(meter.stopped);
  }

  get failed(): boolean {
    return this.decision?.verdict === 'fail';
  }

  get search(): Search | undefined {
    return this.#search;
  }

  /** Goes on for so many configurations; sets `decision` when it ends. */
  turn(configurations: number): void {
    const search = this.#search;
    if (this.decision !== undefined || search === undefined) return;
    switch (search.run(configurations)) {
      case 'turn over':
        return;
      case 'pass':
        this.decision = { verdict: 'pass', order: sources(search, this.#meter) };
        search.release();
        return;
      case 'fail':
        this.decision = { verdict: 'fail', by: undefined, search };
        return;
      case 'stopped':
        this.decision = this.#unknown(search);
    }
  }

  /**
   * Where memory is used up, what this part holds is given back, for others may still be found wrong. Where time
   * is over, the order waits until it is asked for.
   */
  #unknown(search: Search): Decision {
    const { limit } = search;
    if (limit === 'time' || limit === 'aborted') return unknown(limit, () => prefixes(search));
    let found: readonly (readonly number[])[] = [];
    try {
      found = prefixes(search, this.#meter);
    } catch (error) {
      if (!(error instanceof GaveUp)) throw error;
    }
    search.release();
    return unknown(limit, () => found);
  }

  get part(): Part {
    return this.#of.part;
  }
}

function unknown(
  limit: Limit | undefined,
  of: () => readonly (readonly number[])[] = () => [],
): Decision {
  return { verdict: 'unknown', limit, prefixes: of };
}

/** The operations of the history that a search placed, in their order. */
export function sources(search: Search, patience?: Meter): readonly number[] {
  return named(search, search.order(patience));
}

/** The longest orders that a search found, each ending in a state of its own. */
export function prefixes(search: Search, patience?: Meter): readonly (readonly number[])[] {
  return search.orders(patience).map((order) => named(search, order));
}

function named({ columns }: Search, order: readonly number[]): readonly number[] {
  return order.map((index) => columns.source[index]!);
}
