import { expect, test } from '@jest/globals';
import pc from 'picocolors';
import type { CampaignSummary, PropertyTally, WorldTally } from '../../core/campaign.ts';
import type { Io } from '../io.ts';
import { printProperties, printWorlds } from './print.ts';

const printed = (
  print: typeof printWorlds,
  given: { readonly world?: Partial<WorldTally>; readonly tally?: Partial<PropertyTally> },
): string => {
  const lines: string[] = [];
  const io = {
    out: (line: string) => lines.push(line),
    colors: pc.createColors(false),
  } as unknown as Io;
  const world = { backend: 'process', runs: 50, simulatedMs: 0, wallMs: 0, note: '5 managers' };
  const tally = { property: 'safe', kind: 'safety', pass: 0, tested: 0, fail: 0, unknown: 0 };
  const summary = {
    worlds: [{ ...world, ...given.world }],
    properties: [{ ...tally, missing: undefined, ...given.tally }],
  } as unknown as CampaignSummary;
  print(summary, io);
  return lines.join('\n');
};

test.each([
  [{ faults: 100, faultsBit: 50 }, '50 of 100 faults bit'],
  [{ faults: 1, faultsBit: 1 }, '1 of 1 fault bit'],
  [{ faults: 0, faultsBit: 0 }, 'no faults'],
  [{ faults: 7, faultsBit: 0 }, 'warning: no fault did anything on process'],
  [
    { faults: 7, faultsBit: 0, noEffect: 'it was down already' },
    'so little was put to the test; of the first: it was down already',
  ],
])('a world says how many of its faults bit: %j', (world, words) => {
  expect(printed(printWorlds, { world })).toContain(words);
  expect(printed(printWorlds, { world }).includes('warning')).toBe(world.faults === 7);
});

test.each([
  [{ pass: 3, tested: 0, untested: 'nobody wrote' }, 'put to the test in 0 (nobody wrote)'],
  [{ unknown: 3, missing: 'no leader' }, 'put to the test in 0, unknown in 3 (no leader)'],
])('a property that no run put to the test says why: %j', (tally, words) => {
  expect(printed(printProperties, { tally })).toContain(words);
});

test('one that some runs put to the test needs no reason', () => {
  const tally = { pass: 3, tested: 2, untested: 'nobody wrote' };
  expect(printed(printProperties, { tally })).not.toContain('nobody wrote');
});
