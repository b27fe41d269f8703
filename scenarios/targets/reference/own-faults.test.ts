import { expect, test } from '@jest/globals';
import { toyScenario } from '../../../harness/conduct/testing/toy-world.ts';
import type { Fault } from '../../../harness/core/fault.ts';
import { isFault } from '../../../harness/core/schedule.ts';
import { drawSchedule } from '../../../harness/generate/draw-schedule.ts';
import { referenceSwarm } from './target.ts';

const runs = 600;

type ProcedureFault = Extract<Fault, { kind: 'procedure' }>;

/** The procedures that are drawn for clusters with so many workers, each as often as it is. */
const drawnWith = (workers: number): readonly ProcedureFault[] => {
  const scenario = { ...toyScenario('drawn'), shape: { managers: 3, workers }, injectMs: 7_000 };
  return Array.from({ length: runs }, (_, index) =>
    drawSchedule(referenceSwarm, scenario, { seed: 1, index }).schedule.flatMap((entry) =>
      isFault(entry) && entry.fault.kind === 'procedure' ? [entry.fault] : [],
    ),
  ).flat();
};

const proceduresWith = (workers: number): ReadonlySet<string> =>
  new Set(drawnWith(workers).map(({ name }) => name));

const ofManagers = [
  'autolock-off',
  'autolock-on',
  'demote',
  'lock',
  'promote',
  'rejoin',
  'rotate-key',
  'short-lived',
];

test('every procedure is drawn sooner or later', () => {
  expect([...proceduresWith(2)].sort()).toEqual(['activate', ...ofManagers, 'drain'].sort());
});

test('where there are no workers, none is drained', () => {
  expect([...proceduresWith(0)].sort()).toEqual(ofManagers);
});

test('managers are renewed in every way that there is', () => {
  const ways = drawnWith(0)
    .filter(({ name }) => name === 'rejoin')
    .map(({ args = {} }) => Object.keys(args).filter((key) => args[key] === true));
  const every = ['asManager', 'byForce', 'removedFirst'];
  expect(new Set(ways.map((way) => way.toSorted().join(' ')))).toEqual(
    new Set(
      [0, 1, 2, 3, 4, 5, 6, 7].map((n) => every.filter((_, bit) => n & (1 << bit)).join(' ')),
    ),
  );
});
