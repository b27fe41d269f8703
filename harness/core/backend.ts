/** What a place that runs targets must offer. Virtual time and real time look the same from the conductor. */
import type { Deed, Evidence } from './fault.ts';
import type { Json } from './json.ts';
import type { Ms, Node, NodeName } from './cluster.ts';
import type { FolderScan, Lifecycle, Observation } from './history.ts';
import type { CallResult } from './target.ts';

/** What the conductor wants done. Each is answered by one event that carries the same id. */
export type Command =
  | {
      readonly type: 'call';
      readonly id: number;
      readonly node: NodeName;
      readonly request: Json;
      readonly timeoutMs: Ms;
    }
  | { readonly type: 'begin'; readonly id: number; readonly deed: Deed }
  | { readonly type: 'end'; readonly id: number }
  /** Starts a node that does not run (no fault, or a procedure, had it killed). */
  | { readonly type: 'start'; readonly id: number; readonly node: NodeName }
  | { readonly type: 'kill'; readonly id: number; readonly node: NodeName }
  | {
      readonly type: 'scan';
      readonly id: number;
      readonly node: NodeName;
      readonly autolock: boolean;
      readonly canaries: readonly { readonly name: string; readonly bytes: Uint8Array }[];
    }
  | {
      readonly type: 'read-file';
      readonly id: number;
      readonly node: NodeName;
      readonly file: string;
    }
  /** A `wake` event at this time. Replaces the earlier one. */
  | { readonly type: 'wake'; readonly at: Ms };

/** What happened. `at` of the run's clock. */
export type Happening =
  | { readonly type: 'wake' }
  | { readonly type: 'called'; readonly id: number; readonly result: CallResult }
  /** A deed has been carried out and confirmed, or (bit: false, failed) could not be. */
  | { readonly type: 'begun'; readonly id: number; readonly ok: boolean; readonly text: string }
  /** Ended and probed: `healed` says whether what it had hit works again. */
  | {
      readonly type: 'ended';
      readonly id: number;
      readonly evidence: Evidence;
      readonly healed: boolean;
    }
  | { readonly type: 'started'; readonly id: number; readonly ok: boolean; readonly text: string }
  | { readonly type: 'killed'; readonly id: number }
  | { readonly type: 'scanned'; readonly id: number; readonly scan: FolderScan }
  | {
      readonly type: 'file-read';
      readonly id: number;
      readonly bytes: Uint8Array | undefined;
    }
  | { readonly type: 'observed'; readonly observation: Observation }
  | { readonly type: 'lifecycle'; readonly lifecycle: Lifecycle }
  | { readonly type: 'stalled'; readonly forMs: Ms };

/**
 * The run as a deterministic program: faults, clients, formation, heal, final reads. The same one conducts every world.
 * It is done once `finished` is true.
 */
export type Conductor = {
  handle(happening: Happening, at: Ms): readonly Command[];
  /** The first commands. */
  start(at: Ms): readonly Command[];
  readonly finished: boolean;
  /** Faults are being injected: the only time in which a world's own noise may be a storm. */
  readonly injecting: boolean;
  /** The heal has begun: a world's own noise, which no fault asked for, ends as well, so that liveness can be judged. */
  readonly healing: boolean;
};

/** A started cluster of a live world. */
export type LiveCluster = AsyncDisposable & {
  readonly nodes: readonly Node[];
  /** Carries out a command; what happens arrives through `onHappening`. */
  carryOut(command: Command): void;
  /** Milliseconds of the run's clock. */
  now(): Ms;
  /** The last lines of a node's log. */
  logs(node: NodeName): readonly string[];
  /** Where a client outside reaches the node's API, through its client link: `127.0.0.1:PORT`. */
  endpoint(node: NodeName): string;
};
