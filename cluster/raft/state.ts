/** Everything that a member remembers. The modules beside this one change it, one idea each; nobody else sees it. */
import type { Random } from '../ports.ts';
import type { EntryLog } from './entries.ts';
import type { Peer } from './progress.ts';
import type {
  Entry,
  HardState,
  LogIndex,
  Membership,
  ProposalResult,
  RaftConfig,
  RaftId,
  RaftMessage,
  RaftRole,
  RaftTransition,
  ReadResult,
  Snapshot,
  Term,
} from './types.ts';

/** A configuration and where it stands in the log; in force from the moment it is appended. */
export type Configuration = { readonly index: LogIndex; readonly membership: Membership };

/** A snapshot that arrives in chunks. */
export type IncomingSnapshot = {
  readonly from: RaftId;
  readonly term: Term;
  readonly index: LogIndex;
  readonly snapshotTerm: Term;
  readonly hash: number;
  readonly membership: Membership;
  readonly chunks: Uint8Array[];
  size: number;
};

type ReadRound = {
  readonly round: number;
  readonly index: LogIndex;
  readonly reads: readonly number[];
};

type PendingProposal = {
  readonly proposal: number;
  readonly index: LogIndex;
  readonly bytes: number;
};

export type State = {
  readonly config: RaftConfig;
  readonly random: Random;
  readonly id: RaftId;
  now: number;

  term: Term;
  votedFor: RaftId | undefined;
  role: RaftRole;
  leader: RaftId | undefined;
  removed: boolean;
  /** Up to where it acknowledged what it has lost, as a leader told it. */
  lost: LogIndex | undefined;

  readonly log: EntryLog;
  commit: LogIndex;
  applied: LogIndex;
  /** The rolling hash up to each applied index that is still in the log; `hashes[0]` is that at `log.baseIndex`. */
  hashes: number[];
  /** The latest snapshot, made here or installed. */
  snapshot: Snapshot | undefined;
  /** Oldest first; the last one is in force. The first one is no later than the log's base. */
  readonly configurations: Configuration[];
  membership: Membership;
  voters: number;
  selfVotes: boolean;
  /** May lead: it votes, or it did until a change that is not known to be committed (dissertation §4.2.2). */
  mayStand: boolean;

  /** When the next tick is due. Heartbeats do not move it: a follower's is extended when it comes due. */
  deadline: number | undefined;
  /** When the election timer was armed, and when something last happened that restarts it. */
  armedAt: number;
  heardAt: number;
  /** When a leader of this term was last heard. */
  leaderAt: number;

  campaign: 'none' | 'pre' | 'real';
  campaignTransfer: boolean;
  /** Who granted the vote of this campaign: a set, so that a duplicated answer counts once. */
  readonly granted: Set<RaftId>;

  peers: Peer[];
  /** Leader: an entry of this term is committed. */
  caughtUp: boolean;
  heartbeatAt: number;
  round: number;
  waitingReads: number[];
  readRounds: ReadRound[];
  proposals: PendingProposal[];
  proposalBytes: number;
  transfer: { readonly to: RaftId; readonly deadline: number } | undefined;

  partial: IncomingSnapshot | undefined;

  /** The last persist asked for; it is under way while `persisting` says so. */
  sequence: number;
  persisting: { lastIndex: LogIndex; readonly hardState: HardState | undefined } | undefined;
  hardStateDirty: boolean;
  durableTerm: Term;
  durableVote: RaftId | undefined;
  /** The first entry that no persist holds yet. */
  unstableFrom: LogIndex;
  /** The last entry known to be durable here. */
  stable: LogIndex;
  unsavedSnapshot: Snapshot | undefined;
  /** Answers that wait for the persist `needs`, in order. */
  readonly held: { readonly needs: number; readonly message: RaftMessage }[];

  /** What this step has caused so far; `undefined` is none. */
  outTransitions: RaftTransition[] | undefined;
  outMessages: RaftMessage[] | undefined;
  outInstall: Snapshot | undefined;
  outCommitted: Entry[] | undefined;
  outHashes: number[] | undefined;
  outProposals: ProposalResult[] | undefined;
  outReads: ReadResult[] | undefined;
};
