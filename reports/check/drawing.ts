/** A judged history as plain data: all that its page shows. Instants are positions in the order of events. */
export type Drawing = {
  readonly file: string;
  readonly model: string;
  readonly verdict: 'pass' | 'fail' | 'unknown';
  /** One line: what is wrong and where, or what was missing. */
  readonly why: string;
  readonly operations: readonly DrawnOperation[];
  /** The part to show first: the one that fails, or that was not judged to its end. */
  readonly part: DrawnPart | undefined;
};

export type DrawnOperation = {
  readonly process: string;
  readonly text: string;
  /** Of the file, from 1. */
  readonly line: number;
  readonly from: number;
  /** Undefined where nobody saw it end. */
  readonly to: number | undefined;
  readonly rejected: boolean;
};

export type DrawnPart = {
  /** Undefined where the history is one object. */
  readonly key: string | undefined;
  /** Positions in `operations`. */
  readonly members: readonly number[];
  /** The return that fits no order. */
  readonly wrong: number | undefined;
  /** What would have been right there. */
  readonly legal: readonly string[];
  /** The longest orders that were found, and the state after each of their steps. */
  readonly prefixes: readonly (readonly DrawnStep[])[];
  /** What is needed for the failure. */
  readonly demands: readonly DrawnDemand[];
  /** Whether without any one of the demands there is an order. */
  readonly minimal: boolean;
};

export type DrawnStep = { readonly operation: number; readonly state: string };

export type DrawnDemand = {
  readonly operation: number;
  readonly ended: boolean;
  readonly notBefore: boolean;
  readonly notAfter: boolean;
};
