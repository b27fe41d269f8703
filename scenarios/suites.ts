import { namedScenarios } from './named.ts';
import { roughScenarios } from './rough.ts';

/** Scenarios that are run together. */
export type NamedSuite = {
  readonly name: string;
  readonly title: string;
  readonly scenarios: readonly string[];
};

export const suites: ReadonlyMap<string, NamedSuite> = new Map(
  [
    {
      name: 'core',
      title: 'one scenario for each kind of trouble: the main job',
      scenarios: [...namedScenarios.keys()],
    },
    {
      name: 'smoke',
      title: 'one fault of each kind, for a first look',
      scenarios: ['leader-cut-off', 'rolling-restarts', 'autolocked-restart', 'worker-lost'],
    },
    {
      name: 'any-cluster',
      title: 'what needs neither services nor deeds of a swarm: for targets of your own',
      scenarios: [
        'halves',
        'minority-keeps-quiet',
        'one-way',
        'two-networks',
        'flapping',
        'all-at-once',
        'old-manager-returns',
        'random',
      ],
    },
    {
      name: 'rough',
      title: 'many faults upon each other, worse than any that are drawn',
      scenarios: [...roughScenarios.keys()],
    },
  ].map((suite) => [suite.name, suite]),
);
