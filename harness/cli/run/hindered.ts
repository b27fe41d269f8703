import type { History } from '../../core/history.ts';
import type { Run } from '../../core/run.ts';
import type { Scenario } from '../../core/scenario.ts';

export type Played = Pick<Run, 'scenario' | 'verdicts'> & {
  readonly history: Pick<History, 'phases' | 'stalls'>;
};

/**
 * A scenario whose run a busy machine stalled, and which should have put to the test what no run did: the one that was played least
 * often, the first of those. `undefined` where there is none, or where something was broken, which is found already.
 */
export const hinderedScenario = (runs: readonly Played[]): Scenario | undefined => {
  const tested = new Set<string>();
  for (const { verdicts } of runs) {
    for (const judged of verdicts) {
      if (judged.verdict === 'fail') return undefined;
      if (judged.verdict === 'pass' && judged.tested) tested.add(judged.property);
    }
  }
  const stalled = runs.filter(
    ({ scenario, history }) =>
      scenario.properties.some((name) => !tested.has(name)) &&
      history.stalls.some(({ at, forMs }) => at + forMs > history.phases.injectAt),
  );
  const times = (of: Played): number =>
    runs.filter(({ scenario }) => scenario === of.scenario).length;
  const [least] = stalled.toSorted((a, b) => times(a) - times(b));
  return least?.scenario;
};
