import type { AnyModel, Key, Model, Operation } from '../../models/model.ts';
import { Judging, prefixes as longest, type Decision } from './decide.ts';
import { explain, type Failure } from './explain.ts';
import { GaveUp, Meter, sparing, type Limits } from './limits.ts';
import { partsOf } from './part.ts';
import type { Witness } from './replay.ts';
import type { Search, Tuning } from './search.ts';
import { ModelThrew } from './states.ts';

/** How far one part has come when the check gave up. */
export type Progress = {
  readonly key: Key | undefined;
  readonly verdict: 'pass' | 'unknown';
  readonly calls: number;
  /** The longest orders that were found (positions in the history), one for each state they end in; made when asked for. */
  readonly prefixes: readonly (readonly number[])[];
  readonly configurations: number;
};

/** What a check answers; see {@link checkLinearizable}. `parts`: the objects that were told apart. */
export type Verdict = { readonly parts: number } & Judgement;

type Judgement =
  | { readonly verdict: 'pass'; readonly witness: Witness }
  | { readonly verdict: 'fail'; readonly failure: Failure }
  | {
      readonly verdict: 'unknown';
      /** In words, for people: what ended the check, or what is wrong with its input. */
      readonly why: string;
      /** The operation whose call made the model throw, or that is malformed. */
      readonly operation?: number;
      readonly progress: readonly Progress[];
    };

/**
 * How much a failure should say. `fully` (the default) includes the minimal relaxation, `where` does
 * not. With `hint`, `at` is where the judge stopped, which costs nothing and may be later or earlier
 * than the first return that is wrong.
 */
export type Explaining = {
  readonly explain?: 'hint' | 'where' | 'fully';
  /** Milliseconds that the explanation may take; what is left of `timeoutMs` unless given. */
  readonly explainMs?: number | undefined;
  /**
   * Configurations that the explanation may look at, in addition to 16 times as many as finding the failure took. Unlike
   * `explainMs` it makes the explanation the same on every machine. No limit when left out.
   */
  readonly explainConfigurations?: number | undefined;
  readonly tuning?: Tuning;
};

/** Configurations of a part's first turn. */
const FIRST_TURN = 4096;
/** Configurations after which others may have their turn, and an abort can act. */
const SLICE = 16_384;
const GAVE_UP = {
  time: 'the time given was over',
  aborted: 'it was aborted',
  memory: 'the memory given was used up',
  states: 'there were more states than allowed',
} as const;

/**
 * Judges whether a history is linearizable: whether every operation can have taken effect at one
 * instant between its invocation and its return, so that the model allows every answer.
 *
 * It always returns, within `timeoutMs` and 100 ms given that the model's own functions return, and
 * never throws. A wrong part outranks parts that could not be judged.
 * @source Herlihy & Wing, Linearizability: A Correctness Condition for Concurrent Objects, 1990.
 */
export function checkLinearizable<S, I, O>(
  model: Model<S, I, O>,
  operations: readonly Operation<I, O>[],
  limits: Limits = {},
  explaining: Explaining = {},
): Verdict {
  const turns = judge(model as unknown as AnyModel, operations, { limits, explaining });
  for (;;) {
    const turn = turns.next();
    if (turn.done === true) return turn.value;
  }
}

/**
 * The same, giving way to others between turns, so that an `AbortSignal` can act.
 * @param pause awaited between turns, such as `() => new Promise(setImmediate)`
 */
export async function checkLinearizableInTurns<S, I, O>(
  model: Model<S, I, O>,
  operations: readonly Operation<I, O>[],
  {
    limits = {},
    explaining = {},
    pause,
  }: {
    readonly limits?: Limits;
    readonly explaining?: Explaining;
    readonly pause: () => Promise<unknown>;
  },
): Promise<Verdict> {
  const turns = judge(model as unknown as AnyModel, operations, { limits, explaining });
  for (;;) {
    const turn = turns.next();
    if (turn.done === true) return turn.value;
    await pause();
  }
}

type Ask = { readonly limits: Limits; readonly explaining: Explaining };

function* judge(
  model: AnyModel,
  operations: readonly Operation[],
  { limits, explaining }: Ask,
): Generator<undefined, Verdict> {
  const meter = new Meter(sparing(limits, operations.length));
  let count = 0;
  const judgings: Judging[] = [];
  try {
    const parts = partsOf(model, operations, meter);
    if ('why' in parts) {
      const why = `operation ${parts.operation} is malformed: ${parts.why}`;
      return { verdict: 'unknown', parts: 0, why, operation: parts.operation, progress: [] };
    }
    count = parts.length;
    const firstTurn = explaining.tuning?.firstTurn ?? FIRST_TURN;
    for (const part of parts) {
      const judging = new Judging(
        model,
        { operations, part },
        { meter, tuning: explaining.tuning },
      );
      judgings.push(judging);
      judging.turn(firstTurn);
      if (judging.failed) break;
      yield undefined;
    }
    yield* inTurns(judgings, firstTurn);
    const failed = judgings.find((judging) => judging.failed);
    if (failed !== undefined) {
      for (const judging of judgings) if (judging !== failed) judging.search?.release();
      const decision = failed.decision as Extract<Decision, { verdict: 'fail' }>;
      const how = explaining.explain ?? 'fully';
      const failure = explain(
        model,
        { operations, part: failed.part, decision },
        {
          meter: meter.within(explaining.explainMs),
          how,
          configurations: explaining.explainConfigurations ?? Infinity,
        },
      );
      return { verdict: 'fail', parts: count, failure };
    }
    return { ...passedOrUnknown(judgings, meter), parts: count };
  } catch (error) {
    if (error instanceof ModelThrew) return { ...threw(model, operations, error), parts: count };
    if (error instanceof GaveUp) {
      const why = GAVE_UP[meter.stopped ?? 'time'];
      return { verdict: 'unknown', parts: count, why, progress: judgings.map(progressOf) };
    }
    return {
      verdict: 'unknown',
      parts: count,
      why: `the model threw: ${String(error)}`,
      progress: [],
    };
  }
}

/** Parts in turn, each turn twice as long: a hard right part cannot hide an easy wrong one. */
function* inTurns(judgings: readonly Judging[], firstTurn: number): Generator<undefined> {
  if (judgings.some((judging) => judging.failed)) return;
  let open = judgings.filter(({ decision }) => decision === undefined);
  for (let turn = 2 * firstTurn; open.length > 0; turn *= 2) {
    for (const judging of open) {
      for (let left = turn; left > 0 && judging.decision === undefined; left -= SLICE) {
        yield undefined;
        judging.turn(Math.min(left, SLICE));
      }
      if (judging.failed) return;
    }
    open = open.filter(({ decision }) => decision === undefined);
  }
}

function passedOrUnknown(judgings: readonly Judging[], meter: Meter): Judgement {
  const parts: { key: Key | undefined; order: readonly number[] }[] = [];
  for (const { part, decision } of judgings) {
    if (decision?.verdict === 'pass') parts.push({ key: part.key, order: decision.order });
  }
  if (parts.length === judgings.length) return { verdict: 'pass', witness: { parts } };
  const limits = judgings.map(({ decision }) =>
    decision?.verdict === 'unknown' ? decision.limit : undefined,
  );
  const limit = meter.stopped ?? limits.find((each) => each !== undefined);
  const why = limit === undefined ? 'a part has more calls than can be judged' : GAVE_UP[limit];
  return { verdict: 'unknown', why, progress: judgings.map(progressOf) };
}

function progressOf({ part, decision, search }: Judging): Progress {
  let prefixes: readonly (readonly number[])[] | undefined;
  return {
    key: part.key,
    verdict: decision?.verdict === 'pass' ? 'pass' : 'unknown',
    calls: part.source.length,
    // Time is over: for a million calls this would take too long here.
    get prefixes() {
      prefixes ??= ordersOf(decision, search);
      return prefixes;
    },
    configurations: search?.steps ?? 0,
  };
}

function ordersOf(
  decision: Decision | undefined,
  search: Search | undefined,
): readonly (readonly number[])[] {
  if (decision?.verdict === 'pass') return [decision.order];
  if (decision?.verdict === 'unknown') return decision.prefixes();
  return search === undefined ? [] : longest(search);
}

function threw(model: AnyModel, operations: readonly Operation[], error: ModelThrew): Judgement {
  const { input, output } = operations[error.operation]!;
  let call: string;
  try {
    call = model.describe?.(input, output) ?? JSON.stringify(input);
  } catch {
    call = 'its call';
  }
  return {
    verdict: 'unknown',
    why: `the model threw at operation ${error.operation} (${call}): ${error.message}`,
    operation: error.operation,
    progress: [],
  };
}
