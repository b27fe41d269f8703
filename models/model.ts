/**
 * What a correct object would answer, as data and functions: the executable specification that the
 * checkers in `properties/linearizability` judge histories by. A model knows nothing of a history,
 * of time or of processes.
 */

/** What interned things are told apart by: two states with equal keys are the same state. */
export type Key = string | number;

/** One call of an object's interface; `output` is absent where nobody saw the answer. */
export type Call<I, O> = { readonly input: I; readonly output: O | undefined };

/**
 * One operation as its client saw it. `invoked` and `returned` are on one scale, of any unit; where
 * an invocation and a return carry the same instant, they count as concurrent.
 */
export type Operation<I = unknown, O = unknown> = {
  /** Who asked. Only sequential consistency and the session guarantees read it. */
  readonly process: Key;
  readonly input: I;
  /** What was answered. Left out, any answer would have been right. Read only when `ok`. */
  readonly output?: O | undefined;
  /** `rejected`: it surely did not happen. `unknown`: it may take effect at any later time, or never. */
  readonly outcome: 'ok' | 'rejected' | 'unknown';
  readonly invoked: number;
  /** Read only when `ok`: nobody saw an unknown operation end. */
  readonly returned?: number | undefined;
};

/** The calls of a part that a search has not placed yet. */
export type Remaining = {
  /** No call with a lower index remains, of those that were seen to end. */
  readonly from: number;
  /** Whether the call at this index is not placed yet (an unknown one: may still take effect). */
  has(index: number): boolean;
};

/** How much a state allows beside others that are `alike`: the lower the `rank`, the more. See {@link Model.looseness}. */
export type Looseness = { readonly alike: Key; readonly rank: number };

/**
 * Whether every remaining call may still be legal some time after `state`. `blind`: it may, and no
 * remaining call can tell this state from any other blind one, whatever happens first.
 */
export type Viability<S> = (state: S, remaining: Remaining) => boolean | 'blind';

/** One call of a part as {@link Model.viable} sees it, in the order of the indexes of {@link Remaining}. */
export type PartCall<I, O> = Call<I, O> & {
  /** False where the operation ended `unknown`: it may never happen. */
  readonly certain: boolean;
};

/**
 * A specification. Functions are pure; they may throw, which makes the verdict `unknown`.
 * Only `name`, `init`, `step` and `key` are needed; the rest makes the search faster or its words better.
 */
export type Model<S, I, O> = {
  readonly name: string;
  readonly init: S;
  /**
   * The states that may follow when `input` is answered by `output`: none where that answer would
   * be wrong, several where the object may choose. `output` is undefined where nobody saw the answer.
   */
  step(state: S, input: I, output: O | undefined): readonly S[];
  /** Equal for equal states, and only for those. */
  key(state: S): Key;
  /**
   * Of two states that are `alike`, the one of the lower `rank` allows whatever may follow the other one, which is then not
   * worth a look. Left out, no two are alike.
   */
  looseness?(state: S): Looseness;
  /** Equal for calls that no state tells apart, and only for those. The canonical text unless given. */
  identify?(input: I, output: O | undefined): Key;
  /** The object a call is about; undefined where it touches several, and then nothing is split. */
  partition?(input: I): Key | undefined;
  /** True where the call changes no state at all, not merely the state at hand. */
  readOnly?(input: I): boolean;
  /**
   * True where the call changes nothing, though its answer may narrow what is known of the state, as a version that nobody had
   * seen does. One whose end nobody saw says nothing, and without one there are only more orders. As `readOnly` unless given.
   */
  observes?(input: I): boolean;
  /** True where any answer is right and the state afterwards is the same whatever it was before. */
  overwrites?(input: I): boolean;
  /** Given the calls of a part, a test by which the search gives up states that cannot end well. */
  viable?(calls: readonly PartCall<I, O>[]): Viability<S>;
  /** Answers that would be right in `state`; for explanations only. */
  answers?(state: S, input: I): readonly O[];
  /** A call in words, for people. */
  describe?(input: I, output: O | undefined): string;
  /** Which calls look like those of a well-known object, so that a monitor may judge them. */
  readonly family?: Family<I, O>;
};

/** A model whose types are forgotten: what a checker holds. */
export type AnyModel = Model<unknown, unknown, unknown>;

/** Whether a call only looks: see {@link Model.observes}. */
export const looksOnly = (model: AnyModel, input: unknown): boolean =>
  (model.observes ?? model.readOnly)?.(input) === true;

/** What a call means to the monitor of its family; undefined where it constrains in another way. */
export type Family<I, O> =
  | {
      readonly kind: 'register';
      readonly initial: Key;
      role(call: PartCall<I, O>): RegisterRole | undefined;
    }
  | {
      /** Texts that are seen whole: what a call means to a register of them shows only beside the others. */
      readonly kind: 'text';
      readonly initial: Key;
      roles(calls: readonly PartCall<I, O>[]): readonly RegisterRole[] | undefined;
    }
  | {
      readonly kind: 'set';
      readonly emptyAtFirst: boolean;
      role(call: PartCall<I, O>): SetRole | undefined;
    }
  | {
      readonly kind: 'queue';
      readonly emptyAtFirst: boolean;
      role(call: PartCall<I, O>): QueueRole | undefined;
    };

/** Reads, writes, or atomically both; neither where nothing was seen and nothing changes. */
export type RegisterRole = { readonly reads?: Key; readonly writes?: Key };

/** `sees` is the whole set, `has` and `lacks` are about one element. */
export type SetRole = {
  readonly adds?: Key;
  readonly removes?: Key;
  readonly sees?: readonly Key[];
  readonly has?: Key;
  readonly lacks?: Key;
};

/** `takes: undefined` with `empty: true` is a dequeue that found nothing. */
export type QueueRole = { readonly puts?: Key; readonly takes?: Key; readonly empty?: true };
