import type { AnyModel, Operation } from '../../models/model.ts';
import type { Meter } from './limits.ts';
import { monitored } from './monitors/index.ts';
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
  | { readonly verdict: 'unknown'; readonly search: Search | undefined };

/** A part while it is being judged: by a monitor at once, or by a search in turns. */
export class Judging {
  decision: Decision | undefined;
  readonly #of: PartOf;
  #search: Search | undefined;

  constructor(
    model: AnyModel,
    of: PartOf,
    judge: { readonly meter: Meter; readonly tuning?: Tuning | undefined },
  ) {
    this.#of = of;
    const { meter, tuning } = judge;
    if (of.part.source.length > CALLS_MAX) {
      this.decision = { verdict: 'unknown', search: undefined };
      return;
    }
    const found = tuning?.monitors === false ? undefined : monitored(model, of, meter);
    if (found === undefined) this.#search = new Search(model, of, meter, tuning);
    else if (found.verdict === 'pass') {
      this.decision = {
        verdict: 'pass',
        order: found.order.map((m) => of.part.source[m]!),
      };
    } else if (found.verdict === 'fail') {
      this.decision = { verdict: 'fail', by: found.by, search: undefined };
    } else this.decision = { verdict: 'unknown', search: undefined };
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
        this.decision = { verdict: 'pass', order: sources(search) };
        search.release();
        return;
      case 'fail':
        this.decision = { verdict: 'fail', by: undefined, search };
        return;
      case 'stopped':
        this.decision = { verdict: 'unknown', search };
    }
  }

  get part(): Part {
    return this.#of.part;
  }
}

/** Judges a part to its end. */
export function decide(model: AnyModel, of: PartOf, meter: Meter): Decision {
  const judging = new Judging(model, of, { meter });
  judging.turn(Infinity);
  judging.search?.release();
  return judging.decision!;
}

/** The operations of the history that a search placed, in their order. */
export function sources(search: Search): readonly number[] {
  return search.order().map((index) => search.columns.source[index]!);
}
