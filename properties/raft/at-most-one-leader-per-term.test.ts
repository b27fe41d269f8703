import { describe, expect, test } from '@jest/globals';
import { history, leads, role, says } from '../testing/histories.ts';
import { atMostOneLeaderPerTerm } from './at-most-one-leader-per-term.ts';

const judge = (observations: Parameters<typeof history>[0]) =>
  atMostOneLeaderPerTerm.judge(history(observations));

describe('at most one leader per term', () => {
  test('a leader for each term is fine, and puts the guarantee to the test', () => {
    const observations = [
      ...says('m1', 'a', [
        [10, leads('m1', 1)],
        [900, role('m1', 2, 'follower')],
      ]),
      ...says('m2', 'a', [[800, leads('m2', 2)]]),
    ];
    expect(judge({ observations })).toMatchObject({ verdict: 'pass', tested: true });
  });

  test('two leaders of one term are named, with the times at which each was heard of', () => {
    const observations = [
      ...says('m2', 'a', [[1_204, leads('m2', 3)]]),
      ...says('m3', 'a', [[1_219, leads('m3', 3)]]),
    ];
    expect(judge({ observations })).toMatchObject({
      verdict: 'fail',
      summary: 'term 3 has two leaders: m2 from 1.204 s, m3 from 1.219 s',
    });
  });

  test('a leader that repeats itself is one leader', () => {
    const observations = says('m1', 'a', [
      [10, leads('m1', 1)],
      [20, leads('m1', 1)],
    ]);
    expect(judge({ observations })).toMatchObject({ verdict: 'pass', tested: false });
  });

  test('two leaders at one time are fine in different terms', () => {
    const observations = [
      ...says('m1', 'a', [[10, leads('m1', 1)]]),
      ...says('m2', 'a', [[20, leads('m2', 2)]]),
    ];
    expect(judge({ observations }).verdict).toBe('pass');
  });

  test('nodes that do not say who leads leave it unknown', () => {
    expect(judge({})).toEqual({ verdict: 'unknown', missing: 'no node said that it leads' });
  });
});
