import { stateOf, type PropertyTally } from '../../core/campaign.ts';
import type { History } from '../../core/history.ts';
import type { Scenario } from '../../core/scenario.ts';

export type Played = {
  readonly scenario: Scenario;
  readonly history: Pick<History, 'phases' | 'stalls'>;
};

/**
 * A scenario whose run a busy machine stalled, and which should have put to the test what no run did, or what too many of them could
 * not tell: the one that was played least often, the first of those. `undefined` where there is none, or where something was broken,
 * which is found already.
 */
export const hinderedScenario = (
  runs: readonly Played[],
  tallies: readonly PropertyTally[],
): Scenario | undefined => {
  if (tallies.some(({ fail }) => fail > 0)) return undefined;
  const isOpen = (name: string): boolean => {
    const tally = tallies.find(({ property }) => property === name);
    return tally !== undefined && stateOf(tally) === 'inconclusive';
  };
  const stalled = runs.filter(
    ({ scenario, history }) =>
      scenario.properties.some(isOpen) &&
      // A stall is noticed at its end.
      history.stalls.some(({ at }) => at > history.phases.injectAt),
  );
  const times = (of: Played): number =>
    runs.filter(({ scenario }) => scenario === of.scenario).length;
  const [least] = stalled.toSorted((a, b) => times(a) - times(b));
  return least?.scenario;
};
