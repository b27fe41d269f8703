/** The state of a member at boot: what its disk gave back, or the beginning of a cluster. */
import type { Random } from '../ports.ts';
import { EntryLog } from './entries.ts';
import { emptyLogHash } from './hash.ts';
import { emptyMembership, mayStand } from './membership.ts';
import { armElection } from './roles.ts';
import type { Configuration, State } from './state.ts';
import type { Entry, Membership, RaftBoot, RaftConfig } from './types.ts';

/** The first entry of every log: the membership that a cluster begins with, committed by definition. */
const firstEntry = (membership: Membership): Entry => ({
  index: 1,
  term: 1,
  kind: 'config',
  membership,
});

const configurationsOf = (boot: RaftBoot, entries: readonly Entry[]): Configuration[] => {
  const { snapshot } = boot;
  const configurations: Configuration[] = [
    { index: snapshot?.index ?? 0, membership: snapshot?.membership ?? emptyMembership },
  ];
  for (const entry of entries)
    if (entry.kind === 'config')
      configurations.push({ index: entry.index, membership: entry.membership });
  return configurations;
};

const entriesOf = (boot: RaftBoot): { entries: readonly Entry[]; founded: boolean } => {
  const base = boot.snapshot?.index ?? 0;
  const entries = boot.entries.filter((entry) => entry.index > base);
  const blank = boot.snapshot === undefined && entries.length === 0;
  if (!blank || boot.membership === undefined || boot.membership.members.length === 0)
    return { entries, founded: false };
  return { entries: [firstEntry(boot.membership)], founded: true };
};

const commitOf = (boot: RaftBoot, last: number, founded: boolean): number => {
  const base = boot.snapshot?.index ?? 0;
  if (founded) return 1;
  return Math.max(base, Math.min(boot.hardState?.commit ?? 0, last));
};

type Boot = {
  readonly config: RaftConfig;
  readonly boot: RaftBoot;
  readonly random: Random;
  readonly now: number;
};

export const recover = ({ config, boot, random, now }: Boot): State => {
  const { snapshot, hardState } = boot;
  const { entries, founded } = entriesOf(boot);
  const base = snapshot?.index ?? 0;
  const log = new EntryLog(base, snapshot?.term ?? 0, entries);
  const configurations = configurationsOf(boot, entries);
  const membership = configurations.at(-1)?.membership ?? emptyMembership;
  const voters = membership.members.filter((member) => member.voter);
  const commit = commitOf(boot, log.lastIndex, founded);
  const committed = configurations.findLast(({ index }) => index <= commit)?.membership;
  const removed = committed?.removed.includes(config.id) === true;
  const selfVotes = voters.some((member) => member.id === config.id);
  const stands = mayStand(configurations, commit, config.id);
  const term = Math.max(hardState?.term ?? 0, log.lastTerm);
  const state: State = {
    config,
    random,
    id: config.id,
    now,
    term,
    votedFor: hardState?.term === term ? hardState.votedFor : undefined,
    role: stands && !removed ? 'follower' : 'learner',
    leader: undefined,
    removed,
    lost: undefined,
    log,
    commit,
    applied: base,
    hashes: [snapshot?.hash ?? emptyLogHash],
    snapshot,
    configurations,
    membership,
    voters: voters.length,
    selfVotes,
    mayStand: stands,
    deadline: undefined,
    armedAt: now,
    heardAt: -Infinity,
    leaderAt: -Infinity,
    campaign: 'none',
    campaignTransfer: false,
    granted: new Set(),
    peers: [],
    caughtUp: false,
    heartbeatAt: now,
    round: 0,
    waitingReads: [],
    readRounds: [],
    proposals: [],
    proposalBytes: 0,
    transfer: undefined,
    partial: undefined,
    sequence: 0,
    persisting: undefined,
    hardStateDirty: hardState?.term !== term,
    durableTerm: hardState?.term ?? 0,
    durableVote: hardState?.votedFor,
    unstableFrom: founded ? 1 : log.lastIndex + 1,
    stable: founded ? 0 : log.lastIndex,
    unsavedSnapshot: undefined,
    held: [],
    outTransitions: undefined,
    outMessages: undefined,
    outInstall: undefined,
    outCommitted: undefined,
    outHashes: undefined,
    outProposals: undefined,
    outReads: undefined,
  };
  if (state.role === 'follower') {
    // With nobody else to vote there is nothing to wait for.
    if (state.voters === 1 && selfVotes) state.deadline = now;
    else armElection(state, now);
  }
  return state;
};
