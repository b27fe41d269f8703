/** What scenarios of the reference cluster put to the test, by what happens in them. */
import type { Scenario } from '../harness/core/scenario.ts';
import { properties } from '../properties/index.ts';
import { defineScenario } from './schema/read-scenario.ts';
import type { ScenarioInput } from './schema/scenario-schema.ts';
import { referenceSwarm } from './targets/reference/target.ts';

const known = { targets: new Map([[referenceSwarm.name, referenceSwarm]]), properties };

/** What every run of a swarm under load puts to the test. */
export const always = [
  'equal-index-equal-hash',
  'equal-index-equal-state',
  'acknowledged-writes-survive',
  'rejected-writes-never-happen',
  'linearizable',
  'task-transitions-are-legal',
  'tasks-change-for-a-reason',
  'rolling-updates-as-configured',
  'reconciliation-converges',
  'a-leader-returns',
  'every-manager-serves',
] as const;
/** What runs in which another manager comes to lead do besides. */
export const elections = [
  ...always,
  'at-most-one-leader-per-term',
  'one-vote-per-term',
  'elected-by-a-majority',
  'leader-completeness',
];
/** And runs in which managers that voted are started again. */
export const restarts = [...elections, 'votes-survive-restarts'];
/** And runs in which a leader loses sight of the others. */
export const separations = [...elections, 'no-split-brain'];

/** The guarantees that a scenario puts to the test, and what a run must have met to count; others are judged all the same. */
export const tests = (names: readonly string[], ...reached: readonly string[]): string[] => [
  ...names,
  ...reached.map((situation) => `reached:${situation}`),
];

/** Checked, by name, in the order in which they are written. */
export const byName = (inputs: readonly ScenarioInput[]): ReadonlyMap<string, Scenario> =>
  new Map(inputs.map((input) => [input.name, defineScenario(input, known)]));
