/** What clients want in the log: appended by the leader, sent on at once, answered once committed, lost or refused. */
import { append } from './appending.ts';
import { changed } from './membership.ts';
import { answerProposal } from './outbox.ts';
import { replicateToAll } from './replication.ts';
import { entryBytes } from './sizes.ts';
import type { State } from './state.ts';
import type { ConfigChange, Entry } from './types.ts';

/** Proposals that are not committed yet may take as many bytes as this many full windows of one follower. */
const uncommittedWindowsMax = 16;

const refuse = (state: State, proposal: number, why: string): void => {
  answerProposal(state, { proposal, result: 'refused', why });
};

/** Why nothing can be proposed here now, or `undefined`. */
const obstacle = (state: State): string | undefined => {
  if (state.role !== 'leader') return 'this node is not the leader';
  if (state.transfer !== undefined) return 'the leadership is being handed over';
  if (state.proposalBytes >= uncommittedWindowsMax * state.config.inflightBytesMax)
    return 'too much is waiting to be committed';
  return undefined;
};

const propose = (state: State, proposal: number, entry: Entry): void => {
  const bytes = entryBytes(entry);
  state.proposals.push({ proposal, index: entry.index, bytes });
  state.proposalBytes += bytes;
  append(state, entry);
  replicateToAll(state);
};

export const handlePropose = (state: State, proposal: number, data: Uint8Array): void => {
  const why = obstacle(state);
  if (why !== undefined) {
    refuse(state, proposal, why);
    return;
  }
  const index = state.log.lastIndex + 1;
  propose(state, proposal, { index, term: state.term, kind: 'data', data });
};

export const handleProposeConfig = (state: State, proposal: number, change: ConfigChange): void => {
  const membership = obstacle(state) ?? changed(state, change);
  if (typeof membership === 'string') {
    refuse(state, proposal, membership);
    return;
  }
  const index = state.log.lastIndex + 1;
  propose(state, proposal, { index, term: state.term, kind: 'config', membership });
};
