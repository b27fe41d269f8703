import { describe, expect, test } from '@jest/globals';
import { strangeIn } from '../harness/cli/strange-names.ts';
import { createRoles } from '../harness/conduct/roles.ts';
import { resolve, selectForProcedure } from '../harness/conduct/resolve.ts';
import type { Observation } from '../harness/core/history.ts';
import { properties } from '../properties/index.ts';
import { namedScenarios } from './named.ts';
import { ourScenarios } from './ours.ts';
import { suites } from './suites.ts';
import { primaryBackup } from './targets/primary-backup/target.ts';
import { referenceSwarm } from './targets/reference/target.ts';

const asked = [
  'leader-cut-off',
  'halves',
  'minority-keeps-quiet',
  'one-way',
  'two-networks',
  'flapping',
  'rolling-restarts',
  'all-at-once',
  'old-manager-returns',
  'autolocked-restart',
  'key-rotated-while-down',
  'worker-lost',
  'drain-under-load',
  'roles-change-under-load',
  'random',
];

test('every scenario that was promised has its name', () => {
  expect([...namedScenarios.keys()]).toEqual(asked);
});

/** A field in which m1 leads, w1 runs a task, w2 was promoted, m2 demoted, and everybody lives. */
const field = (managers: number) => {
  const nodes = referenceSwarm.nodes({ managers, workers: 2 });
  const roles = createRoles(nodes);
  for (const { name } of nodes) roles.lived({ at: 0, node: name, event: 'started', text: '' });
  const said = { boot: '', seq: 0, at: 0 };
  const task = { id: 't', service: 's', slot: 1, node: 'id-w1', state: 'assigned' };
  const role = {
    ...said,
    kind: 'role',
    term: 1,
    leader: undefined,
    nodeId: '',
    raftId: '',
  } as const;
  const observations: readonly Observation[] = [
    { ...role, role: 'leader', node: 'm1' },
    { ...role, role: 'learner', node: 'w2' },
    { ...role, role: 'none', node: 'm2' },
    {
      ...said,
      kind: 'commit',
      node: 'm1',
      index: 1,
      term: 1,
      hash: 0,
      tasks: [{ ...task, desired: 'running', removed: false }],
    },
    { ...said, kind: 'task', node: 'w1', id: 't', state: 'running' },
  ];
  for (const observation of observations) roles.observed(observation);
  const named = new Map(nodes.map((node) => [node.name, node]));
  const talks = (from: string, to: string): boolean => {
    const [a, b] = [named.get(from), named.get(to)];
    return a !== undefined && b !== undefined && referenceSwarm.talks(a, b);
  };
  return { nodes, roles, talks };
};

describe.each([3, 5])('with %i managers', (managers) => {
  test.each(asked)('%s does what it says', (name) => {
    const scenario = namedScenarios.get(name);
    if (scenario === undefined) throw new Error(`no scenario ${name}`);
    if (scenario.faults === 'drawn') return;
    for (const { fault } of scenario.faults) {
      if (fault.kind === 'procedure') {
        expect(fault.name in referenceSwarm.procedures).toBe(true);
        expect(selectForProcedure(fault.nodes, field(managers))).toBeDefined();
      } else {
        expect(resolve(fault, field(managers)).result).toBe('deeds');
      }
    }
  });
});

test.each([...namedScenarios.values()])(
  '$name is short enough for real time, and judged',
  (scenario) => {
    expect(scenario.injectMs).toBeGreaterThanOrEqual(4_000);
    expect(scenario.injectMs).toBeLessThanOrEqual(8_000);
    expect(scenario.settleMs).toBeGreaterThanOrEqual(3_000);
    expect(scenario.settleMs).toBeLessThanOrEqual(6_000);
    for (const name of scenario.properties) expect(properties.has(name)).toBe(true);
  },
);

test('suites name scenarios that there are, and the main one names them all', () => {
  for (const suite of suites.values()) {
    for (const name of suite.scenarios) expect(ourScenarios.has(name)).toBe(true);
  }
  expect(suites.get('core')?.scenarios).toEqual(asked);
});

test('the suite for any cluster holds every scenario that a target of another kind can run, and no other', () => {
  const { target } = primaryBackup;
  const fitting = [...namedScenarios.values()].filter(
    ({ faults, shape }) => faults === 'drawn' || strangeIn(faults, { target, shape }) === undefined,
  );
  expect(suites.get('any-cluster')?.scenarios).toEqual(fitting.map(({ name }) => name));
});
