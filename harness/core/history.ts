/** All operations, faults and observations of one run, in order, with their times. */
import type { Evidence, Fault, Deed } from './fault.ts';
import type { Json, JsonObject } from './json.ts';
import type { Ms, Node, NodeName } from './cluster.ts';

/** How an operation ended *as its client saw it*. `rejected`: it surely did not happen. */
export type Outcome = 'ok' | 'rejected' | 'unknown';

/** `local`: answered by the node from what it alone knows, such as a ping or its own state. */
export type Effect = 'read' | 'write' | 'local';

/** What an operation means for one object, in words that every target shares, so that one property judges them all. */
export type Intent = {
  /** By the name that clients use. */
  readonly object: string;
  /**
   * `create` needs it absent, `update` needs `version`, `put` needs nothing. A refusal that is `decided` says that this was not so. What
   * is only ever updated was there before the run.
   */
  readonly act: 'create' | 'update' | 'put' | 'remove' | 'read';
  /** What it writes. No two operations of a run write the same. */
  readonly value?: string;
  /** The version that an update must find. */
  readonly version?: number;
  /** Another object whose value it replaces: by one that its author does not know and that was never there before, or by nothing. */
  readonly renews?: { readonly object: string; readonly to: 'a new value' | 'nothing' };
};

/** What an answer shows of one object: its value, `undefined` where it is absent. */
export type Sighting = {
  readonly object: string;
  readonly value: string | undefined;
  readonly version?: number;
};

export type Operation = {
  /** Its place in the order of invocations, from 0. */
  readonly id: number;
  /** A client whose operation ended `unknown` goes on under a new process number. */
  readonly process: number;
  /** `undefined`: issued by the harness itself (formation, procedures, the final reads). */
  readonly client: number | undefined;
  readonly node: NodeName;
  readonly operation: string;
  readonly effect: Effect;
  readonly intent: Intent | undefined;
  /** As scheduled. */
  readonly args: JsonObject;
  /** What was sent: symbolic names resolved, secrets left out. */
  readonly input: Json;
  readonly invokedAt: Ms;
  /** `undefined`: no answer came before the run ended. */
  readonly endedAt: Ms | undefined;
  readonly outcome: Outcome;
  /**
   * Whether the answer rests on the replicated objects, as every `ok` read or write does, and a refusal such as "not found" or
   * "out of sequence"; a validation error, a locked or leaderless node's refusal and a node's own facts do not.
   */
  readonly decided: boolean;
  /** What the answer shows of objects. */
  readonly seen: readonly Sighting[];
  /** `true`: `seen` lists every object there is, of those that operations create. */
  readonly complete: boolean;
  /** What came back, in the target's terms (for an API: status and the part of the body that properties look at). */
  readonly output: Json | undefined;
  /** Which part of the run asked. */
  readonly phase: 'formation' | 'inject' | 'settle' | 'final';
};

export type FaultRecord = {
  readonly id: number;
  /** Index in the schedule. A fault that hits links of nodes and of clients has a record for each, and a flap one for each time. */
  readonly entry: number;
  /** As drawn. */
  readonly fault: Fault;
  /** As carried out; empty where it never started. */
  readonly deeds: readonly Deed[];
  /** The nodes that a procedure was begun on, which is no deed of the harness's own; left out of everything else. */
  readonly on?: readonly NodeName[] | undefined;
  /** The first call that made it, and the last confirmation. `undefined`: it never started. */
  readonly beginAt: Ms | undefined;
  readonly begunAt: Ms | undefined;
  /** The first call that ended it, and the last confirmation. */
  readonly endAt: Ms | undefined;
  readonly endedAt: Ms | undefined;
  /** All deeds together: whether it bit, and why one thinks so. */
  readonly evidence: Evidence;
  /** A probe after the end: the links carry again, the node runs again. `undefined`: not probed yet. */
  readonly healed: boolean | undefined;
};

type Said = {
  readonly node: NodeName;
  /** Distinguishes the boots of one node; `seq` counts within a boot. */
  readonly boot: string;
  readonly seq: number;
  /** Arrival at the harness. No property compares it with the instant of an operation. */
  readonly at: Ms;
};

export type ObservedTask = {
  readonly id: string;
  readonly service: string;
  readonly slot: number;
  /** The id of a node, as `boot` and `role` observations tie it to a name. */
  readonly node: string;
  readonly state: string;
  readonly desired: string;
  /** It was made just now; left out by targets that do not tell of it. */
  readonly created?: boolean | undefined;
  readonly removed: boolean;
};

export type ObservedService = {
  readonly id: string;
  /** As asked for; `undefined` for global services. */
  readonly replicas: number | undefined;
  readonly created: boolean;
  /** Its tasks are to be others than before, or may have to be elsewhere: what they are made from has changed. */
  readonly remade: boolean;
  /** How long a task that ended is not started again. */
  readonly restartDelayMs: Ms;
  /** Left out by targets that do not tell of it. */
  readonly update?: ObservedUpdate | undefined;
  readonly removed: boolean;
};

/** How the tasks of a service are to be replaced by others, and how far that is. */
export type ObservedUpdate = {
  /** `updating`, `paused`, `completed`, and so on; `undefined` before the first. */
  readonly state: string | undefined;
  /** Places at once; 0: all. */
  readonly parallelism: number;
  /** From when a new task runs, or has ended, to the next place. */
  readonly delayMs: Ms;
  /** The new task runs before the old one is stopped, and not the other way round. */
  readonly startFirst: boolean;
  /** It goes on whatever becomes of its tasks. Left out by targets that do not tell of it. */
  readonly bearsFailures?: boolean;
};

export type ObservedNode = {
  /** As tasks name it. */
  readonly id: string;
  readonly state: string;
  readonly availability: string;
  /** Something has changed that constraints look at, or it is new. */
  readonly remade: boolean;
  readonly removed: boolean;
};

/** What a node said of itself. Targets that say less leave kinds out; properties that need them are `unknown` then. */
export type Observation = Said &
  (
    | {
        readonly kind: 'boot';
        readonly name: string;
        readonly nodeId: string | undefined;
        readonly raftId: string | undefined;
      }
    | {
        readonly kind: 'role';
        /** `none`: it is no member of the consensus, and so no manager any more. */
        readonly role: 'none' | 'learner' | 'follower' | 'candidate' | 'leader';
        readonly term: number;
        readonly leader: string | undefined;
        readonly nodeId: string;
        readonly raftId: string;
        /** Of its log at that moment: for a leader, what it was elected with. */
        readonly lastIndex?: number;
      }
    /** A vote that was given away: a candidate's own with its first request. Both ids are those of `role`. */
    | {
        readonly kind: 'vote';
        readonly term: number;
        readonly candidate: string;
        readonly raftId: string;
      }
    | {
        readonly kind: 'commit';
        readonly index: number;
        readonly term: number;
        readonly hash: number;
        readonly tasks: readonly ObservedTask[];
        /** Left out where none changed, and by targets that do not tell of them. */
        readonly services?: readonly ObservedService[] | undefined;
        readonly nodes?: readonly ObservedNode[] | undefined;
        /** A snapshot, which stands for entries that others applied: no change is told. */
        readonly restored?: boolean | undefined;
      }
    /** The digest of all replicated objects, once everything up to `index` is applied. */
    | {
        readonly kind: 'state';
        readonly index: number;
        readonly digest: string;
        /** The same of each kind of objects alone, by its name, where the target says so. */
        readonly parts?: Readonly<Record<string, string>>;
      }
    | {
        readonly kind: 'lock';
        readonly state: 'inactive' | 'pending' | 'active' | 'locked' | 'error';
      }
    | {
        readonly kind: 'membership';
        /** Of the log's entry that it comes from, where the target says so. */
        readonly index?: number;
        readonly voters: readonly string[];
        readonly learners: readonly string[];
      }
    | { readonly kind: 'manager'; readonly running: boolean; readonly term: number }
    /** What the node's agent says of a task. What an earlier boot ran ended with it: each boot says anew what it runs. */
    | { readonly kind: 'task'; readonly id: string; readonly state: string }
    /**
     * What the node's executor sees itself, whatever the agent makes of it: a task has come to run, or nothing of it is left. Only a simulated
     * one can be asked.
     */
    | { readonly kind: 'executor'; readonly id: string; readonly state: 'running' | 'ended' }
    | { readonly kind: 'note'; readonly text: string }
  );

/** What the harness did to nodes or saw of their processes. */
export type Lifecycle = {
  readonly at: Ms;
  readonly node: NodeName;
  readonly event: 'started' | 'killed' | 'exited' | 'paused' | 'resumed';
  readonly text: string;
};

/** A scan of a node's data folder for secrets that the run knows: which of them stand there in the clear. */
export type FolderScan = {
  /** When it began. */
  readonly at: Ms;
  readonly node: NodeName;
  readonly autolock: boolean;
  /** Files and bytes looked at: a scan that saw nothing proves nothing. */
  readonly files: number;
  readonly bytes: number;
  readonly found: readonly {
    readonly canary: string;
    readonly file: string;
    readonly offset: number;
  }[];
  /** What was looked for: names of canaries (a service's name, `data-key`, `peer-secret`), never their bytes. */
  readonly looked: readonly string[];
  /** Secrets that are in use and that the run saw in the clear before: an older copy of the folder opens what is written now. */
  readonly exposed?: readonly string[];
  /** Whether the node's secrets were sealed under an unlock key when the scan began; left out where nobody could tell. */
  readonly sealed?: boolean;
  /** Files that no key of the node's own key file opens; left out where nobody tried. */
  readonly unreadable?: readonly string[];
};

/** Where the judged phases begin and end. */
export type Phases = {
  /** Formation has ended: 0 in a finished history. */
  readonly injectAt: Ms;
  /** The heal begins: every fault still active is ended. */
  readonly healAt: Ms;
  /** Every heal is confirmed, or was given up (see the faults' `healed`). Liveness is judged from here on. */
  readonly healedAt: Ms;
  /** The workload has ended: nothing changes any more but the cluster itself. */
  readonly quietAt: Ms;
  readonly endAt: Ms;
};

/** What a target promises about time, for liveness properties, in milliseconds. */
export type Bounds = {
  readonly electionTimeoutMsMax: Ms;
  /** From the heal to a leader with an accepted write. */
  readonly leaderReturnsMs: Ms;
  /** From the heal, and the last change, to desired = running everywhere. */
  readonly convergeMs: Ms;
  /** From the unlock to full membership. */
  readonly unlockMs: Ms;
};

export type History = {
  readonly target: string;
  readonly backend: 'sim' | 'process' | 'docker';
  readonly nodes: readonly Node[];
  /** Settings of the cluster that properties depend on, such as `autolock`. */
  readonly settings: JsonObject;
  readonly bounds: Bounds;
  readonly phases: Phases;
  readonly operations: readonly Operation[];
  readonly faults: readonly FaultRecord[];
  readonly observations: readonly Observation[];
  readonly lifecycle: readonly Lifecycle[];
  readonly scans: readonly FolderScan[];
  /** Live worlds: stalls of the machine that the harness, or a node, noticed in itself, `forMs` long. */
  readonly stalls: readonly { readonly at: Ms; readonly forMs: Ms }[];
};
