/** What a node says of itself, in structured lines, so that an observer misses no leader, however short. */

export type TaskChange = {
  readonly id: string;
  readonly service: string;
  /** 0 for tasks of global services. */
  readonly slot: number;
  /** The id of the node it is assigned to; empty before. */
  readonly node: string;
  readonly state: string;
  readonly desired: string;
  /** It was made just now; otherwise it was there before. */
  readonly created: boolean;
  readonly removed: boolean;
};

export type ServiceChange = {
  readonly id: string;
  /** As asked for; `undefined` for global services. */
  readonly replicas: number | undefined;
  readonly created: boolean;
  /** Its tasks are to be others than before, or may have to be elsewhere: what they are made from has changed. */
  readonly remade: boolean;
  /** How long a task that ended is not started again. */
  readonly restartDelayMs: number;
  readonly update: UpdateTold;
  readonly removed: boolean;
};

/** How the tasks of a service are to be replaced by others, and how far that is. */
export type UpdateTold = {
  /** As its status says, `updating` and the like; `undefined` before the first. */
  readonly state: string | undefined;
  /** Places at once; 0 is all. */
  readonly parallelism: number;
  /** From when a new task runs, or has ended, to the next place. */
  readonly delayMs: number;
  /** The new task runs before the old one is stopped, and not the other way round. */
  readonly startFirst: boolean;
  /** It goes on whatever becomes of its tasks. */
  readonly bearsFailures: boolean;
};

export type NodeChange = {
  readonly id: string;
  readonly state: string;
  readonly availability: string;
  /** Something has changed that constraints look at, or it is new. */
  readonly remade: boolean;
  readonly removed: boolean;
};

export type NodeObservation =
  /** Once a boot, before anything else: who this is. */
  | {
      readonly kind: 'boot';
      readonly name: string;
      readonly nodeId: string | undefined;
      readonly raftId: string | undefined;
    }
  | {
      readonly kind: 'role';
      readonly role: 'none' | 'learner' | 'follower' | 'candidate' | 'leader';
      readonly term: number;
      readonly leader: string | undefined;
      readonly nodeId: string;
      readonly raftId: string;
      /** Of its log at that moment: for a leader, what it was elected with. */
      readonly lastIndex: number;
    }
  /** A vote in an election, its own included, as it leaves: said before anybody can count it. */
  | {
      readonly kind: 'vote';
      readonly term: number;
      /** In Raft, as `raftId`, who votes. */
      readonly candidate: string;
      readonly raftId: string;
    }
  /**
   * An advance of commit, with the rolling hash up to `index` and the changes of tasks, services and nodes that it applied, each kind in the
   * order of the log. A snapshot, at boot or from the leader, stands for entries that others applied: it shows no changes.
   */
  | {
      readonly kind: 'commit';
      readonly index: number;
      readonly term: number;
      readonly hash: number;
      readonly tasks: readonly TaskChange[];
      readonly services?: readonly ServiceChange[] | undefined;
      readonly nodes?: readonly NodeChange[] | undefined;
      /** A snapshot. */
      readonly restored?: true;
    }
  /**
   * What it holds once everything up to `index` is applied: a digest of all replicated objects. Told at the same indexes by every
   * manager, and of every snapshot, where it is taken and where it is restored.
   */
  | {
      readonly kind: 'state';
      readonly index: number;
      readonly digest: string;
      readonly parts: Readonly<Record<'cluster' | 'node' | 'service' | 'task', string>>;
    }
  | {
      readonly kind: 'lock';
      readonly state: 'inactive' | 'pending' | 'active' | 'locked' | 'error';
    }
  | {
      readonly kind: 'membership';
      /** Of the entry, or the snapshot, that it comes from. */
      readonly index: number;
      readonly voters: readonly string[];
      readonly learners: readonly string[];
    }
  /** The control loops (orchestrators, scheduler, dispatcher) started or stopped here. */
  | { readonly kind: 'manager'; readonly running: boolean; readonly term: number }
  /** What the local executor did with a task. */
  | { readonly kind: 'task'; readonly id: string; readonly state: string }
  /** Recovery cut an incomplete record, a write was refused, a disk failed: worth a line in the report. */
  | { readonly kind: 'note'; readonly text: string };
