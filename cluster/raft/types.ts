/** What goes into the consensus core and what comes out. Times are monotonic milliseconds. */

/** A member's identity in Raft. It is never used again once removed; a node that comes back gets a new one. */
export type RaftId = string;
export type Term = number;
export type LogIndex = number;

export type Member = {
  readonly id: RaftId;
  /** The swarm's id of the node that runs this member. */
  readonly nodeId: string;
  /** Where its peers reach it, `host:port`, as advertised. */
  readonly address: string;
  /** A learner receives the log and neither votes nor counts. */
  readonly voter: boolean;
};

/** The whole membership, as a configuration entry and a snapshot carry it. `removed` ids are refused for ever. */
export type Membership = {
  readonly members: readonly Member[];
  readonly removed: readonly RaftId[];
};

export type Entry = { readonly index: LogIndex; readonly term: Term } & (
  | { readonly kind: 'data'; readonly data: Uint8Array }
  /** Appended by a new leader, so that it commits an entry of its own term at once. */
  | { readonly kind: 'noop' }
  | { readonly kind: 'config'; readonly membership: Membership }
);

export type HardState = {
  readonly term: Term;
  readonly votedFor: RaftId | undefined;
  /** A hint only: recovery may commit up to here without asking. */
  readonly commit: LogIndex;
};

export type Snapshot = {
  readonly index: LogIndex;
  readonly term: Term;
  readonly membership: Membership;
  /** The rolling hash of every entry up to `index`, so that equal indexes can be compared across a snapshot. */
  readonly hash: number;
  /** The state machine, opaque here. */
  readonly data: Uint8Array;
};

export type RaftConfig = {
  readonly id: RaftId;
  /** An election timeout is drawn from [min, max) each time it is armed. */
  readonly electionTimeoutMsMin: number;
  readonly electionTimeoutMsMax: number;
  readonly heartbeatMs: number;
  readonly messageBytesMax: number;
  readonly inflightMessagesMax: number;
  readonly inflightBytesMax: number;
  readonly snapshotChunkBytes: number;
  /** Entries kept behind a snapshot for followers that are a little late. */
  readonly trailingEntries: number;
};

type Addressed = { readonly from: RaftId; readonly to: RaftId; readonly term: Term };

/** Every message may be lost, duplicated, delayed and reordered. */
export type RaftMessage = Addressed &
  (
    | {
        readonly type: 'vote-request';
        readonly pre: boolean;
        readonly lastIndex: LogIndex;
        readonly lastTerm: Term;
        /** Set by a leadership transfer: voters answer although they hear a leader. */
        readonly transfer: boolean;
      }
    | { readonly type: 'vote-response'; readonly pre: boolean; readonly granted: boolean }
    | {
        readonly type: 'append';
        readonly prevIndex: LogIndex;
        readonly prevTerm: Term;
        readonly entries: readonly Entry[];
        readonly commit: LogIndex;
        /** Echoed in the answer; the newest one confirms reads and that a quorum is there. */
        readonly round: number;
      }
    | {
        readonly type: 'append-response';
        readonly ok: boolean;
        /** ok: the last index known to match. Refused: where the leader may try next. */
        readonly index: LogIndex;
        /** Refused: the term of the follower's entry there (paper §5.3, the optimisation). */
        readonly conflictTerm: Term;
        readonly round: number;
      }
    | {
        readonly type: 'snapshot-chunk';
        readonly index: LogIndex;
        readonly snapshotTerm: Term;
        readonly membership: Membership;
        readonly hash: number;
        readonly offset: number;
        readonly bytes: Uint8Array;
        readonly done: boolean;
        readonly round: number;
      }
    | {
        readonly type: 'snapshot-response';
        readonly index: LogIndex;
        /** The offset wanted next; equal to the size once all is installed. */
        readonly offset: number;
        readonly installed: boolean;
        readonly round: number;
      }
    | { readonly type: 'timeout-now' }
    /** The sender is no longer a member; it must stop its manager. */
    | { readonly type: 'removed' }
    /** The receiver acknowledged everything up to `index`, and has not got it any more; it must stop its manager. */
    | { readonly type: 'log-lost'; readonly index: LogIndex }
  );

export type ConfigChange =
  | { readonly kind: 'add-learner'; readonly member: Omit<Member, 'voter'> }
  | { readonly kind: 'promote'; readonly id: RaftId }
  | { readonly kind: 'remove'; readonly id: RaftId }
  /** The same member at a new address. */
  | { readonly kind: 'move'; readonly id: RaftId; readonly address: string };

/** `proposal` and `read` are the caller's own numbers; each is answered exactly once. */
export type RaftInput =
  | { readonly type: 'tick' }
  | { readonly type: 'message'; readonly message: RaftMessage }
  /** Everything up to and including this persist is durable. */
  | { readonly type: 'persisted'; readonly sequence: number }
  | { readonly type: 'propose'; readonly proposal: number; readonly data: Uint8Array }
  | {
      readonly type: 'propose-config';
      readonly proposal: number;
      readonly change: ConfigChange;
    }
  | { readonly type: 'read'; readonly read: number }
  | { readonly type: 'transfer'; readonly to: RaftId }
  /**
   * The state machine's image at `index`, an index already applied; the log before it may go, but for the last `keep` entries: as many
   * as the configuration says, unless given.
   */
  | {
      readonly type: 'compact';
      readonly index: LogIndex;
      readonly data: Uint8Array;
      readonly keep?: number;
    };

export type RaftPersist = {
  readonly sequence: number;
  readonly hardState: HardState | undefined;
  /** A complete snapshot replaces everything up to its index, and the whole log where they do not meet. */
  readonly snapshot: Snapshot | undefined;
  /** Written at their indexes: what stood at and behind the first one is gone. */
  readonly entries: readonly Entry[];
};

export type RaftRole = 'learner' | 'follower' | 'candidate' | 'leader';

/** One change of role, term or known leader. None is left out or merged, however short it lasted. */
export type RaftTransition = {
  readonly role: RaftRole;
  readonly term: Term;
  readonly leader: RaftId | undefined;
  /** Of its log at that moment: for a leader, what it was elected with. */
  readonly lastIndex: LogIndex;
};

export type ProposalResult =
  | { readonly proposal: number; readonly result: 'committed'; readonly index: LogIndex }
  /** It was appended and may still commit: the outcome is unknown. */
  | { readonly proposal: number; readonly result: 'lost' }
  /** It was never appended: it did not happen. */
  | { readonly proposal: number; readonly result: 'refused'; readonly why: string };

export type ReadResult =
  /** The read may be answered once everything up to `index` is applied. */
  | { readonly read: number; readonly result: 'ready'; readonly index: LogIndex }
  | { readonly read: number; readonly result: 'refused'; readonly why: string };

/** All that one input caused, to be carried out in the order of the fields. */
export type RaftOutput = {
  readonly transitions: readonly RaftTransition[];
  readonly persist: RaftPersist | undefined;
  /** Free to go now: whatever waits for a persist is held back inside until `persisted` comes. */
  readonly messages: readonly RaftMessage[];
  /** Restore the state machine from this before applying `committed`. */
  readonly install: Snapshot | undefined;
  /** To be applied in order. `hashes[i]` is the rolling hash up to and including `committed[i]`. */
  readonly committed: readonly Entry[];
  readonly hashes: readonly number[];
  readonly proposals: readonly ProposalResult[];
  readonly reads: readonly ReadResult[];
};

export type RaftStatus = {
  readonly role: RaftRole;
  readonly term: Term;
  readonly leader: RaftId | undefined;
  /** When a leader of this term was heard last. A learner, who has no timer, believes in one that it hears no more. */
  readonly leaderAt: number;
  readonly commit: LogIndex;
  readonly applied: LogIndex;
  readonly lastIndex: LogIndex;
  readonly firstIndex: LogIndex;
  readonly membership: Membership;
  /** Where the entry that it comes from stands in the log, or the snapshot; 0 where there is none. */
  readonly membershipIndex: LogIndex;
  /** A leader that has committed an entry of its own term, and so knows every committed entry. */
  readonly caughtUp: boolean;
  /** Leader only: the members heard from within an election timeout, itself included. */
  readonly active: readonly RaftId[];
  /** This member was taken out of the membership, or was told so. */
  readonly removed: boolean;
  /** It acknowledged everything up to this index, and was told that it has lost a part of that: it takes part no more. */
  readonly lost: LogIndex | undefined;
};

export type Raft = {
  /** Feeds one input and drains what it caused. */
  step(input: RaftInput, now: number): RaftOutput;
  /** A window on the present state, cheap to read after every step. `membership` changes as an object whenever it changes. */
  readonly status: RaftStatus;
  /** When the next `tick` is due, or `undefined` where none is needed. */
  readonly deadline: number | undefined;
};

/**
 * What the log on disk gave back at boot; `undefined` fields for a first start. The caller restores its state machine from
 * `snapshot`; what is known to be committed behind it comes out of the first step.
 */
export type RaftBoot = {
  readonly hardState: HardState | undefined;
  readonly snapshot: Snapshot | undefined;
  readonly entries: readonly Entry[];
  /** For a first start only: the membership to begin with (init: this member alone; join: empty until the log arrives). */
  readonly membership: Membership | undefined;
};
