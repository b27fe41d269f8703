import { namedScenarios } from './named.ts';

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
      title: 'every scenario that has a name: the main job',
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
  ].map((suite) => [suite.name, suite]),
);
