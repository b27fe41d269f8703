import { expect, test } from '@jest/globals';
import { toyScenario } from '../../../harness/conduct/toy-world.ts';
import { isFault } from '../../../harness/core/schedule.ts';
import { drawSchedule } from '../../../harness/generate/draw-schedule.ts';
import { referenceSwarm } from './target.ts';

const runs = 600;

/** The procedures that are drawn for clusters with so many workers. */
const proceduresWith = (workers: number): ReadonlySet<string> => {
  const scenario = { ...toyScenario('drawn'), shape: { managers: 3, workers }, injectMs: 7_000 };
  const names = new Set<string>();
  for (let index = 0; index < runs; index += 1) {
    for (const entry of drawSchedule(referenceSwarm, scenario, { seed: 1, index }).schedule) {
      if (isFault(entry) && entry.fault.kind === 'procedure') names.add(entry.fault.name);
    }
  }
  return names;
};

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
