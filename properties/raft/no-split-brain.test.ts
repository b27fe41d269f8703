import { describe, expect, test } from '@jest/globals';
import type { Verdict } from '../../harness/core/property.ts';
import type { History, Operation } from '../../harness/core/history.ts';
import {
  between,
  commit,
  cut,
  history,
  kill,
  leads,
  lived,
  lock,
  operation,
  pause,
  says,
  write,
} from '../testing/histories.ts';
import { noSplitBrain } from './no-split-brain.ts';

const leaderCut = cut(between(['m1'], ['m2', 'm3', 'w1', 'w2']), [2_000, 5_000]);
const observations = [
  ...says('m1', 'a', [[500, leads('m1', 1)]]),
  ...says('m2', 'a', [[2_400, leads('m2', 2)]]),
];
const otherSide = write(['create', 'a', '1'], 'm2', [3_000, 3_050]);

const judge = (operations: readonly Operation[], given: Partial<History> = {}) =>
  noSplitBrain.judge(history({ faults: [leaderCut], observations, operations, ...given }));

describe('a leader that is cut off', () => {
  test('may refuse while the other side goes on: that is the test', () => {
    const refused = operation('m1', [3_000, 4_000], { outcome: 'unknown', decided: false });
    expect(judge([refused, otherSide])).toMatchObject({ verdict: 'pass', tested: true });
  });

  test('must not acknowledge a write', () => {
    const alone = write(['create', 'b', '2'], 'm1', [3_000, 3_010]);
    expect(judge([alone, otherSide])).toMatchObject({
      verdict: 'fail',
      summary:
        'm1 acknowledged service.create of b at 3.010 s, while neither it nor any leader in its reach had a majority',
    });
  });

  test('must not answer a read, which may be stale', () => {
    expect(judge([operation('m1', [3_000, 3_010])]).verdict).toBe('fail');
  });

  test.each(['not found', 'out of sequence'])(
    'must not refuse for a reason that rests on the objects: %s',
    (text) => {
      const refused = operation('m1', [3_000, 3_010], {
        outcome: 'rejected',
        decided: true,
        output: { text },
      });
      expect(judge([refused])).toMatchObject({
        verdict: 'fail',
        summary: expect.stringMatching(/^m1 refused .* while neither it nor any leader/) as unknown,
      });
    },
  );

  test('may refuse for a reason of its own', () => {
    const refused = operation('m1', [3_000, 3_010], { outcome: 'rejected', decided: false });
    expect(judge([refused]).verdict).toBe('pass');
  });

  test('may say what it alone knows', () => {
    expect(judge([operation('m1', [3_000, 3_010], { effect: 'local' })]).verdict).toBe('pass');
  });

  test.each([
    ['asked before the cut was made', [1_999, 2_100]],
    ['answered after the heal began', [4_900, 5_001]],
  ] as const)('is not judged by what was %s', (_, times) => {
    expect(judge([operation('m1', times)]).verdict).toBe('pass');
  });

  test('is not judged by a cut that had no effect, which makes the run prove nothing', () => {
    const faults = [cut(between(['m1'], ['m2', 'm3']), [2_000, 5_000], false)];
    expect(judge([operation('m1', [3_000, 3_010])], { faults })).toMatchObject({
      verdict: 'unknown',
    });
  });
});

describe('clients that are cut off from nodes', () => {
  const refused = operation('m1', [3_000, 4_000], { outcome: 'unknown', decided: false });
  const fromClients = (node: string) => cut(between(['client'], [node]), [2_000, 5_000]);

  test('separate no managers: any of them may answer', () => {
    const faults = [fromClients('m2'), fromClients('m3')];
    const answers = [operation('m1', [3_000, 3_010]), otherSide];
    expect(judge(answers, { faults })).toMatchObject({ verdict: 'pass', tested: false });
  });

  test('do not put a leader to the test that they cannot reach', () => {
    const given = (node: string) => ({ faults: [leaderCut, fromClients(node)] });
    expect(judge([refused, otherSide], given('m1'))).toMatchObject({ tested: false });
    expect(judge([refused, otherSide], given('m3'))).toMatchObject({ tested: true });
  });

  test('do not excuse one that answers others alone', () => {
    const alone = operation('m1', [3_000, 3_010]);
    expect(judge([alone], { faults: [leaderCut, fromClients('m2')] }).verdict).toBe('fail');
  });

  test('are no cut that was to separate nodes and had no effect', () => {
    const idle = cut(between(['client'], ['m1']), [2_000, 5_000], false);
    expect(judge([], { faults: [idle] })).toMatchObject({ verdict: 'pass', tested: false });
  });
});

describe('look-alikes', () => {
  test('a follower that reaches the leader may answer through it', () => {
    const faults = [cut(between(['m3'], ['m2']), [2_000, 5_000])];
    expect(judge([operation('m3', [3_000, 3_010])], { faults }).verdict).toBe('pass');
  });

  test('a bridge may answer, and so may both sides that it leads', () => {
    const faults = [cut(between(['m1', 'm2'], ['m4', 'm5']), [2_000, 5_000])];
    const answers = ['m1', 'm3', 'm5'].map((node) => operation(node, [3_000, 3_010]));
    expect(judge(answers, { nodes: history({ managers: 5 }).nodes, faults }).verdict).toBe('pass');
  });

  test('two of five on one side may not answer without a bridge', () => {
    const faults = [cut(between(['m1', 'm2'], ['m3', 'm4', 'm5']), [2_000, 5_000])];
    const { nodes } = history({ managers: 5 });
    expect(judge([operation('m2', [3_000, 3_010])], { nodes, faults }).verdict).toBe('fail');
    expect(judge([operation('m4', [3_000, 3_010])], { nodes, faults }).verdict).toBe('pass');
  });

  test('one direction that is cut is enough to be apart', () => {
    const oneWay = between(['m1'], ['m2', 'm3']).filter(({ from }) => from === 'm1');
    const faults = [cut(oneWay, [2_000, 5_000])];
    expect(judge([operation('m1', [3_000, 3_010])], { faults }).verdict).toBe('fail');
  });

  test('two faults that overlap count together, and only while both last', () => {
    const faults = [cut(between(['m1'], ['m2']), [2_000, 5_000]), kill('m3', [3_000, 4_000])];
    expect(judge([operation('m1', [3_100, 3_200])], { faults }).verdict).toBe('fail');
    expect(judge([operation('m1', [3_900, 4_100])], { faults }).verdict).toBe('pass');
  });

  test('a pause ends with the process that was paused', () => {
    const faults = [cut(between(['m1'], ['m2']), [2_000, 6_000]), pause('m3', [2_100, 5_000])];
    const lifecycle = [lived('m3', 'killed', 3_000), lived('m3', 'started', 3_100)];
    const judged = (times: readonly [number, number]) =>
      judge([operation('m1', times)], { faults, lifecycle }).verdict;
    expect(judged([2_500, 2_600])).toBe('fail');
    expect(judged([3_500, 3_600])).toBe('pass');
  });

  test('a pause ends when its node goes on, whoever let it', () => {
    const faults = [cut(between(['m1'], ['m2']), [2_000, 6_000]), pause('m3', [2_100, 5_000])];
    const lifecycle = [lived('m3', 'paused', 2_100), lived('m3', 'resumed', 3_000)];
    const judged = (times: readonly [number, number]) =>
      judge([operation('m1', times)], { faults, lifecycle }).verdict;
    expect(judged([2_500, 2_600])).toBe('fail');
    expect(judged([3_500, 3_600])).toBe('pass');
  });

  test('a pause that began when its node was up again lasts for its own lease', () => {
    const faults = [cut(between(['m1'], ['m2']), [2_000, 6_000]), pause('m3', [3_200, 5_000])];
    const lifecycle = [lived('m3', 'killed', 2_500), lived('m3', 'started', 3_100)];
    const judged = (times: readonly [number, number]) =>
      judge([operation('m1', times)], { faults, lifecycle }).verdict;
    expect(judged([3_110, 3_120])).toBe('pass');
    expect(judged([3_500, 3_600])).toBe('fail');
  });

  test('a locked manager is no help, until it may have been unlocked', () => {
    const faults = [cut(between(['m1'], ['m2']), [2_000, 6_000])];
    const lifecycle = [lived('m3', 'killed', 2_500), lived('m3', 'started', 2_600)];
    const heard = [...observations, ...says('m3', 'b', [[2_650, lock('locked')]])];
    const unlock = operation('m3', [4_000, 4_100], {
      operation: 'swarm.unlock',
      effect: 'local',
      args: { key: 0 },
    });
    const judged = (times: readonly [number, number]) =>
      judge([operation('m1', times), unlock], { faults, lifecycle, observations: heard }).verdict;
    expect(judged([3_000, 3_010])).toBe('fail');
    expect(judged([3_990, 4_010])).toBe('pass');
  });

  test('the story says who is out of reach, and why', () => {
    const faults = [cut(between(['m1'], ['m2']), [2_000, 6_000]), kill('m3', [2_100, 6_000])];
    const asked = operation('m1', [2_500, 2_600]);
    const first = (verdict: Verdict) =>
      verdict.verdict === 'fail' ? verdict.moments[0] : undefined;
    expect(first(judge([asked], { faults }))?.text).toMatch(
      /^m1 reaches no majority of managers from here to 6\.000 s: m2 is cut off, m3 is down$/,
    );
    const paused = [...faults.slice(0, 1), pause('m3', [2_100, 6_000])];
    expect(first(judge([asked], { faults: paused }))?.text).toMatch(
      /: m2 is cut off, m3 is stopped$/,
    );
    const both = [cut(between(['m1'], ['m2', 'm3']), [2_000, 6_000])];
    expect(first(judge([asked], { faults: both }))?.text).toMatch(/: m2 and m3 are cut off$/);
    const heard = [...observations, ...says('m3', 'b', [[2_100, lock('locked')]])];
    const locked = judge([asked], { faults: faults.slice(0, 1), observations: heard });
    expect(first(locked)?.text).toMatch(/: m2 is cut off, m3 is locked$/);
  });

  test('a worker that answers is no manager', () => {
    expect(judge([operation('w1', [3_000, 3_010])]).verdict).toBe('pass');
  });
});

test('different logs are a split brain, whoever answered what', () => {
  const split = [
    ...says('m1', 'a', [[3_000, commit(9, 1)]]),
    ...says('m2', 'a', [[3_000, commit(9, 2)]]),
  ];
  expect(judge([], { observations: split }).verdict).toBe('fail');
});

test('a cut that nobody asked anything during is not a test', () => {
  expect(judge([otherSide])).toMatchObject({ verdict: 'pass', tested: false });
});

test('a run without any cut passes, untested', () => {
  expect(judge([otherSide], { faults: [] })).toMatchObject({ verdict: 'pass', tested: false });
});
