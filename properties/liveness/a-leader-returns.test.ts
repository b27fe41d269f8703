import { describe, expect, test } from '@jest/globals';
import type { History, Operation } from '../../harness/core/history.ts';
import { history, kill, lived, lock, operation, says, write } from '../testing/histories.ts';
import { aLeaderReturns } from './a-leader-returns.ts';

const judge = (operations: readonly Operation[], given: Partial<History> = {}) =>
  aLeaderReturns.judge(history({ operations, faults: [kill('m1', [3_000, 6_000])], ...given }));

const asked = (times: readonly [number, number | undefined], given: Partial<Operation> = {}) =>
  write(['create', 'a', '1'], 'm1', times, { phase: 'settle', ...given });

const unknown = { outcome: 'unknown', decided: false } as const;

test('a write that is accepted within the bound shows that a leader is back', () => {
  expect(judge([asked([6_200, 6_400])])).toEqual({
    verdict: 'pass',
    tested: true,
    because: 'a write was accepted 0.300 s after the heal',
  });
});

test('a write that is accepted while the last faults are still being healed shows it as well', () => {
  expect(judge([asked([6_010, 6_050])])).toMatchObject({ verdict: 'pass', tested: true });
});

test('a write that is accepted too late is found', () => {
  expect(judge([asked([6_200, 9_200])])).toMatchObject({
    verdict: 'fail',
    summary: 'the first write after the heal was accepted after 3.100 s, the bound is 3.000 s',
  });
});

describe('where the first write that is accepted was asked after the bound', () => {
  const late = asked([9_500, 9_505]);

  test('it says nothing of the time before', () => {
    expect(judge([late])).toMatchObject({
      verdict: 'unknown',
      missing: 'nobody asked for a write within the bound',
    });
    expect(judge([asked([9_090, 9_110])]).verdict).toBe('unknown');
  });

  test.each([
    ['within the bound', asked([7_000, 7_050], unknown)],
    ['after it', asked([9_200, 9_250], unknown)],
  ])('one that was asked before it in vain, %s, shows that nobody led', (_, before) => {
    expect(judge([before, late])).toMatchObject({
      verdict: 'fail',
      summary: 'the first write after the heal was accepted after 3.405 s, the bound is 3.000 s',
    });
  });
});

test('a slow write does not hide a quick one that was asked later', () => {
  expect(judge([asked([6_200, 9_200]), asked([6_300, 6_400])]).verdict).toBe('pass');
});

test('writes that are never accepted are found', () => {
  expect(judge([asked([6_200, 9_300], unknown)]).verdict).toBe('fail');
  expect(judge([asked([6_200, undefined], unknown)]).verdict).toBe('fail');
});

test('its story says how the write ended, and how long none was accepted', () => {
  const verdict = judge([asked([6_010, 6_080], unknown), asked([6_200, 9_300], unknown)]);
  expect(verdict.verdict === 'fail' ? verdict.moments : []).toEqual([
    {
      at: 6_010,
      node: 'm1',
      text: 'm1 is asked for service.create and answers 500, after 0.070 s',
    },
    {
      at: 6_100,
      node: undefined,
      text: 'the heal of all faults is confirmed; it began at 6.000 s',
    },
    {
      at: 6_200,
      node: 'm1',
      text: 'm1 is asked for service.create, the last call that takes a leader, and answers 500, after 3.100 s',
    },
    {
      at: 9_100,
      node: undefined,
      text: 'the bound of 3.000 s is over, and no write has been accepted',
    },
  ]);
});

test('a heal that was given up is not told as confirmed', () => {
  const faults = [{ ...kill('m1', [3_000, 6_000]), healed: false }];
  const verdict = judge([asked([6_200, 9_300], unknown)], { faults });
  expect(verdict).toMatchObject({
    moments: expect.arrayContaining([
      {
        at: 6_100,
        node: undefined,
        text: 'the heal is over, and not of all faults confirmed; it began at 6.000 s',
      },
    ]),
  });
});

test('its story begins with the managers that the last fault killed', () => {
  const lifecycle = [
    lived('m1', 'killed', 3_000),
    lived('m1', 'started', 6_000),
    lived('m2', 'killed', 3_010),
    lived('m2', 'started', 6_020),
  ];
  const first = (...nodes: readonly string[]) => {
    const deeds = nodes.map((node) => ({ deed: 'kill', node }) as const);
    const faults = [{ ...kill('m1', [3_000, 6_000]), deeds }];
    const verdict = judge([asked([6_200, 9_300], unknown)], { faults, lifecycle });
    return verdict.verdict === 'fail' ? verdict.moments[0] : undefined;
  };
  expect(first('m1')).toMatchObject({
    at: 3_000,
    node: 'm1',
    text: 'm1 is killed; it starts again at 6.000 s',
  });
  expect(first('m1', 'm2')).toEqual({
    at: 3_010,
    node: undefined,
    text: 'm1 and m2 have been killed; the last of them starts again at 6.020 s',
  });
  expect(first('w1')).toMatchObject({ at: 6_100 });
});

test('with calls but no write since the heal, its sentence is about the calls since then', () => {
  const early = asked([6_010, 6_080], unknown);
  const last = operation('m1', [11_100, 11_110], { ...unknown, phase: 'final' });
  expect(judge([early, last])).toMatchObject({
    summary:
      'after the heal no leader came back within 3.000 s: of 1 call since then none had an answer that only a leader can give, and none asked for a write',
  });
});

test('writes that are refused at once, and reads that fail after the bound, are found', () => {
  const early = asked([6_200, 6_210], unknown);
  const last = operation('m1', [11_100, 11_110], { ...unknown, phase: 'final' });
  expect(judge([early, last]).verdict).toBe('fail');
});

test('a leader that answers reads and accepts no write is none', () => {
  const times = Array.from({ length: 36 }, (_, nth) => 6_200 + nth * 100);
  const asks = times.flatMap((at) => [
    asked([at, at + 5], { outcome: 'rejected', decided: false }),
    operation('m1', [at + 50, at + 60], { phase: 'settle' }),
  ]);
  const last = operation('m1', [11_100, 11_110], { phase: 'final' });
  expect(judge([...asks, last])).toMatchObject({
    verdict: 'fail',
    summary: 'no write was accepted after the heal, although 3.000 s are the bound',
  });
});

test('a write from before the heal does not count', () => {
  const before = asked([5_900, 6_150], { phase: 'inject' });
  expect(judge([before]).verdict).toBe('unknown');
});

test('a failed write that nobody tried again leaves it unknown', () => {
  const early = asked([6_200, 6_210], unknown);
  const last = operation('m1', [11_100, 11_110], { phase: 'final' });
  expect(judge([early]).verdict).toBe('unknown');
  expect(judge([early, last]).verdict).toBe('unknown');
});

test('writes that were refused for reasons of their own leave it unknown', () => {
  expect(judge([asked([6_200, 6_250], { outcome: 'rejected', decided: true })]).verdict).toBe(
    'unknown',
  );
});

test('a machine that stood still excuses it, and does not fail it', () => {
  const stalls = [{ at: 6_500, forMs: 200 }];
  expect(judge([asked([6_200, 9_200])], { stalls }).verdict).toBe('unknown');
  expect(judge([asked([6_200, 6_400])], { stalls }).verdict).toBe('pass');
});

describe('managers that are locked', () => {
  const observations = ['m1', 'm2'].flatMap((node) => says(node, 'b', [[6_050, lock('locked')]]));
  const turned = write(['update', 'swarm'], 'm1', [1_000, undefined], {
    operation: 'swarm.update',
    args: { autolock: true },
    outcome: 'unknown',
    decided: false,
  });
  const shown = operation('m1', [1_100, 1_110], {
    operation: 'swarm.unlockkey',
    output: { key: 0 },
  });
  const failed = asked([6_200, 9_300], unknown);

  test('under a key that nobody was shown leave it unknown', () => {
    expect(judge([turned, failed], { observations })).toEqual({
      verdict: 'unknown',
      missing: 'm1, m2 are locked under a key that nobody was shown in time',
    });
  });

  test('under a known key do not', () => {
    expect(judge([turned, shown, failed], { observations }).verdict).toBe('fail');
  });

  test('do not as long as a majority is open', () => {
    const one = observations.slice(0, 1);
    expect(judge([turned, failed], { observations: one }).verdict).toBe('fail');
  });
});

test('without a fault it is not put to the test', () => {
  expect(judge([asked([6_200, 6_400])], { faults: [] })).toMatchObject({
    verdict: 'pass',
    tested: false,
  });
});
