/** What happens in a run and when: plain data, so it can be drawn, shrunk, printed, saved and replayed. */
import type { Fault } from './fault.ts';
import type { JsonObject } from './json.ts';
import type { Ms, NodeName } from './cluster.ts';

/** What can be waited for, by what it happens to. */
export const triggerEvents = {
  leader: ['elected', 'lost'],
  /** A manager gave a vote away: a voter its answer, a candidate its own. */
  vote: ['given'],
  /** A worker said that it is a manager now, or a manager that it is none any more. */
  node: ['promoted', 'demoted'],
  /** A client asked for a write, or was told that one is done. */
  write: ['asked', 'acknowledged'],
} as const;
type TriggerEvents = typeof triggerEvents;

/**
 * Waited for from `at` on, to its n-th `occurrence` (1), for at most `withinMs`, or else until the heal; then the entry is recorded as
 * without effect. What it waits for may be the first sign of a deed that goes on: the fault starts `afterMs` (0) later.
 */
export type Trigger = {
  readonly occurrence?: number;
  readonly withinMs?: Ms;
  readonly afterMs?: Ms;
} & (
  | {
      [About in keyof TriggerEvents]: { readonly [_ in About]: TriggerEvents[About][number] };
    }[keyof TriggerEvents]
  | { readonly operation: string }
);

export type ScheduledFault = {
  readonly at: Ms;
  readonly when?: Trigger;
  readonly fault: Fault;
  /** The lease: the fault ends then, and at the heal at the latest. */
  readonly forMs: Ms;
};

export type ScheduledOperation = {
  readonly at: Ms;
  /** 0 and up. One client issues one operation at a time; a later one waits for its turn. */
  readonly client: number;
  /** The node that it asks; `undefined`: the client's own, drawn once and moved on after a failure. */
  readonly node?: NodeName;
  /** One of the target's operations. */
  readonly operation: string;
  /** Symbolic: names a key, not an id; "the version last seen" is the client's own memory. */
  readonly args: JsonObject;
};

export type ScheduleEntry = ScheduledFault | ScheduledOperation;
export type Schedule = readonly ScheduleEntry[];

export const isFault = (entry: ScheduleEntry): entry is ScheduledFault => 'fault' in entry;
