/** A system under test, as the harness needs to know it. */
import type { JsonObject, Json } from './json.ts';
import type { Node, NodeName, Shape } from './cluster.ts';
import type { ScheduledFault } from './schedule.ts';
import type { Bounds, Effect, Intent, Outcome, Sighting } from './history.ts';

/** What a client remembers between its operations: the target's own plain data, one a client. */
export type Memory = Map<string, Json>;

/** How a call ended below the target's own protocol. `sent: false`: surely nothing left the client. */
export type CallFailure = { readonly failed: string; readonly sent: boolean };
export type CallResult = { readonly response: Json } | CallFailure;

/** How an answer is read. See `Operation` for the fields that are left out where they are `false` or empty. */
export type Reading = {
  readonly outcome: Outcome;
  readonly output: Json | undefined;
  readonly decided?: boolean;
  readonly seen?: readonly Sighting[];
  readonly complete?: boolean;
};

/** How one operation is asked and its answer read. Pure: the same in every world. */
export type OperationKind = {
  readonly name: string;
  readonly effect: Effect;
  /** `undefined`: the memory lacks what the operation needs (no version seen yet); it is skipped and leaves no trace. */
  request(args: JsonObject, memory: Memory): Json | undefined;
  /** What it means for an object; left out where it is about none, or about all of them. Asked right after `request`. */
  intent?(args: JsonObject, request: Json, memory: Memory): Intent;
  /** What the history shows of a request that holds secrets. */
  shown?(request: Json): Json;
  /** Reads the result, and may remember something of it. */
  read(args: JsonObject, request: Json, result: CallResult, memory: Memory): Reading;
};

/** Steps of a longer deed through the target's own interface. Every call is an operation of the history. */
export type ProcedureStep =
  | {
      readonly step: 'call';
      readonly node: NodeName;
      readonly operation: string;
      readonly args: JsonObject;
    }
  | { readonly step: 'wait'; readonly ms: number }
  | { readonly step: 'kill'; readonly node: NodeName }
  | { readonly step: 'start'; readonly node: NodeName }
  /** Looks through the node's data folder for canaries, which are given with their bytes. */
  | {
      readonly step: 'scan';
      readonly node: NodeName;
      readonly autolock: boolean;
      readonly canaries: readonly { readonly name: string; readonly bytes: Uint8Array }[];
      /** Names of secrets in use that were seen in the clear before. */
      readonly exposed?: readonly string[];
      /** Whether its secrets are sealed under an unlock key, as read right before. */
      readonly sealed?: boolean;
      /** Files that do not open with the node's own key file. */
      readonly unreadable?: readonly string[];
    }
  /** Reads one file of the node's data folder (relative, `/` between parts), as anyone with the disk in hand could. */
  | { readonly step: 'read-file'; readonly node: NodeName; readonly file: string };
export type ProcedureResult =
  | { readonly step: 'call'; readonly outcome: Outcome; readonly output: Json | undefined }
  /** `undefined`: there is no such file. */
  | { readonly step: 'file'; readonly bytes: Uint8Array | undefined }
  | { readonly step: 'done' };
/**
 * Deterministic: all it knows comes in through what it is given and what the steps return. One that did not come to what it is there for
 * throws what kept it: a fault of it then counts as without effect, and the report says why.
 */
export type Procedure = Generator<ProcedureStep, void, ProcedureResult>;

export type ProcedureContext = {
  readonly nodes: readonly Node[];
  /** The nodes that a fault named, resolved; or the node that was just started again. */
  readonly selected: readonly NodeName[];
  readonly args: JsonObject;
  /** Shared by all procedures of a run: tokens, unlock keys. */
  readonly memory: Memory;
  readonly settings: JsonObject;
  /** The manager that leads, as far as is known. */
  leader(): NodeName | undefined;
  /** Live managers that are worth asking. */
  managers(): readonly NodeName[];
};

/** What a setting of a scenario, or an argument of a procedure, may be. `count`: a whole number that is not negative. */
export type Parameter = 'flag' | 'count';
export type Parameters = Readonly<Record<string, Parameter>>;

export type Target = {
  readonly name: string;
  /** One line for lists. */
  readonly title: string;
  nodes(shape: Shape): readonly Node[];
  /** Which ordered pairs of nodes talk to each other; each gets a proxy of its own. Clients reach every node besides. */
  talks(from: Node, to: Node): boolean;
  readonly operations: readonly OperationKind[];
  readonly bounds: Bounds;
  /** Makes one cluster of freshly started nodes. */
  form(context: ProcedureContext): Procedure;
  /** Before a node that a fault killed is started again: what its disk shows to whoever has it in hand. */
  lookAtDead?(context: ProcedureContext): Procedure;
  /** After a restart: what an operator would do, such as unlocking. */
  revive(context: ProcedureContext): Procedure;
  /** Faults of kind `procedure`, by name. */
  readonly procedures: Readonly<Record<string, (context: ProcedureContext) => Procedure>>;
  /** Properties, by name, about things that it does not have, such as tasks: no run of it is judged by them. */
  readonly notJudgedBy?: readonly string[];
  /** What scenarios may set; others are refused. Left out: nothing is known of them, and anything goes. */
  readonly settings?: Parameters;
  /** The same for the arguments of procedures, by the procedure's name; one that is not named here takes none. */
  readonly procedureArguments?: Readonly<Record<string, Parameters>>;
  /** After the tail: final reads through every manager, scans of data folders. */
  finish(context: ProcedureContext): Procedure;
  /**
   * Operations that a client of the default workload may do, with weights; each draws its arguments from one integer, below 2^20.
   * `ordinal` is no other operation's of the schedule: what is written can be told apart by it.
   */
  readonly workload: readonly {
    readonly operation: string;
    readonly weight: number;
    args(draw: number, ordinal: number): JsonObject;
  }[];
  /**
   * What schedules may be drawn with beside the faults that every target has: mostly its procedures. Times count from the moment that is
   * drawn for the whole; each draws its particulars from one integer, below 2^20.
   */
  readonly ownFaults?: readonly {
    readonly weight: number;
    /** Whether it makes sense for clusters of this shape and with these settings; left out: always. */
    suits?(cluster: { readonly shape: Shape; readonly settings: JsonObject }): boolean;
    faults(draw: number): readonly ScheduledFault[];
  }[];
};
