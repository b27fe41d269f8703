import type { Scenario } from '../harness/core/scenario.ts';
import { namedScenarios } from './named.ts';
import { roughScenarios } from './rough.ts';

/** All scenarios that the package brings, by name, in the order of lists. */
export const ourScenarios: ReadonlyMap<string, Scenario> = new Map([
  ...namedScenarios,
  ...roughScenarios,
]);
