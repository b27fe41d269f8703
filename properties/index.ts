/** All guarantees that this project judges runs by. */
import type { Property } from '../harness/core/property.ts';
import { autolockedRestart } from './autolock/autolocked-restart.ts';
import { folderOpensWithItsKey } from './autolock/folder-opens-with-its-key.ts';
import { aLeaderReturns } from './liveness/a-leader-returns.ts';
import { everyManagerServes } from './liveness/every-manager-serves.ts';
import { reached, situationNames } from './liveness/reached.ts';
import { acknowledgedWritesSurvive } from './raft/acknowledged-writes-survive.ts';
import { atMostOneLeaderPerTerm } from './raft/at-most-one-leader-per-term.ts';
import { electedByAMajority } from './raft/elected-by-a-majority.ts';
import { equalIndexEqualHash } from './raft/equal-index-equal-hash.ts';
import { equalIndexEqualState } from './raft/equal-index-equal-state.ts';
import { leaderCompleteness } from './raft/leader-completeness.ts';
import { linearizable } from './raft/linearizable.ts';
import { membersChangeInOrder } from './raft/members-change-in-order.ts';
import { noSplitBrain } from './raft/no-split-brain.ts';
import { oldManagerDoesNoHarm } from './raft/old-manager-does-no-harm.ts';
import { oneVotePerTerm } from './raft/one-vote-per-term.ts';
import { rejectedWritesNeverHappen } from './raft/rejected-writes-never-happen.ts';
import { votesSurviveRestarts } from './raft/votes-survive-restarts.ts';
import { reconciliationConverges } from './swarm/reconciliation-converges.ts';
import { rolesAsAsked } from './swarm/roles-as-asked.ts';
import { rollingUpdatesAsConfigured } from './swarm/rolling-updates-as-configured.ts';
import { tasksChangeForAReason } from './swarm/tasks-change-for-a-reason.ts';
import { taskTransitionsAreLegal } from './swarm/task-transitions-are-legal.ts';

export {
  acknowledgedWritesSurvive,
  aLeaderReturns,
  atMostOneLeaderPerTerm,
  autolockedRestart,
  electedByAMajority,
  equalIndexEqualHash,
  equalIndexEqualState,
  everyManagerServes,
  folderOpensWithItsKey,
  leaderCompleteness,
  linearizable,
  membersChangeInOrder,
  noSplitBrain,
  oldManagerDoesNoHarm,
  oneVotePerTerm,
  reached,
  reconciliationConverges,
  rejectedWritesNeverHappen,
  rolesAsAsked,
  rollingUpdatesAsConfigured,
  tasksChangeForAReason,
  taskTransitionsAreLegal,
  votesSurviveRestarts,
};
export type { Situation } from './liveness/reached.ts';

/** In the order in which they are listed and judged; a run that breaks several is named after the first: causes come before what they lead to. */
export const guarantees: readonly Property[] = [
  atMostOneLeaderPerTerm,
  oneVotePerTerm,
  electedByAMajority,
  votesSurviveRestarts,
  membersChangeInOrder,
  leaderCompleteness,
  noSplitBrain,
  equalIndexEqualHash,
  equalIndexEqualState,
  acknowledgedWritesSurvive,
  rejectedWritesNeverHappen,
  oldManagerDoesNoHarm,
  autolockedRestart,
  folderOpensWithItsKey,
  linearizable,
  taskTransitionsAreLegal,
  tasksChangeForAReason,
  rollingUpdatesAsConfigured,
  reconciliationConverges,
  rolesAsAsked,
  aLeaderReturns,
  everyManagerServes,
];

/** By name, with the `reached:…` conditions: what a scenario's `properties` are looked up in. */
export const properties: ReadonlyMap<string, Property> = new Map(
  [...guarantees, ...situationNames.map(reached)].map((property) => [property.name, property]),
);
