/** All guarantees that this project judges runs by. */
import type { Property } from '../harness/core/property.ts';
import * as judges from './judges.ts';
import { reached as judgedReached, situationNames, type Situation } from './liveness/reached.ts';
import { told } from './told.ts';

export const autolockedRestart = told(judges.autolockedRestart);
export const folderOpensWithItsKey = told(judges.folderOpensWithItsKey);
export const aLeaderReturns = told(judges.aLeaderReturns);
export const everyManagerServes = told(judges.everyManagerServes);
export const acknowledgedWritesSurvive = told(judges.acknowledgedWritesSurvive);
export const atMostOneLeaderPerTerm = told(judges.atMostOneLeaderPerTerm);
export const electedByAMajority = told(judges.electedByAMajority);
export const equalIndexEqualHash = told(judges.equalIndexEqualHash);
export const equalIndexEqualState = told(judges.equalIndexEqualState);
export const leaderCompleteness = told(judges.leaderCompleteness);
export const linearizable = told(judges.linearizable);
export const membersChangeInOrder = told(judges.membersChangeInOrder);
export const noSplitBrain = told(judges.noSplitBrain);
export const oldManagerDoesNoHarm = told(judges.oldManagerDoesNoHarm);
export const oneVotePerTerm = told(judges.oneVotePerTerm);
export const rejectedWritesNeverHappen = told(judges.rejectedWritesNeverHappen);
export const votesSurviveRestarts = told(judges.votesSurviveRestarts);
export const reconciliationConverges = told(judges.reconciliationConverges);
export const rolesAsAsked = told(judges.rolesAsAsked);
export const rollingUpdatesAsConfigured = told(judges.rollingUpdatesAsConfigured);
export const tasksChangeForAReason = told(judges.tasksChangeForAReason);
export const taskTransitionsAreLegal = told(judges.taskTransitionsAreLegal);
export const reached = (situation: Situation): Property => told(judgedReached(situation));

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
