import { describe, expect, test } from '@jest/globals';
import { history, leads, role, says, vote } from '../testing/histories.ts';
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

  test('where nodes say how they voted, the story tells who voted twice', () => {
    const observations = [
      ...says('m2', 'a', [
        [1_200, role('m2', 3, 'candidate')],
        [1_201, vote('m2', 3, 'm2')],
        [1_204, leads('m2', 3)],
      ]),
      ...says('m1', 'a', [
        [900, vote('m1', 2, 'm3')],
        [1_203, vote('m1', 3, 'm2')],
        [1_218, vote('m1', 3, 'm3')],
      ]),
      ...says('m3', 'a', [
        [1_202, role('m3', 3, 'candidate')],
        [1_205, vote('m3', 3, 'm3')],
        [1_219, leads('m3', 3)],
      ]),
    ];
    const verdict = judge({ observations });
    expect(verdict.verdict === 'fail' ? verdict.moments.map(({ text }) => text) : []).toEqual([
      'm2 asks for votes in term 3',
      'm3 asks for votes in term 3 too',
      'm1 votes for m2',
      'm2 leads term 3 with the votes of m1, m2',
      'm1 votes for m3  ← its second vote in term 3',
      'm3 leads term 3 too with the votes of m1, m3',
    ]);
  });

  test('a candidate that voted for another one before is told of as well', () => {
    const observations = [
      ...says('m2', 'a', [[1_204, leads('m2', 3)]]),
      ...says('m1', 'a', [
        [1_203, vote('m1', 3, 'm2')],
        [1_218, vote('m1', 3, 'm1')],
        [1_219, leads('m1', 3)],
      ]),
    ];
    expect(judge({ observations })).toMatchObject({
      moments: [
        { text: 'm1 votes for m2' },
        { text: 'm2 leads term 3 with the votes of m1' },
        { text: 'm1 votes for itself  ← its second vote in term 3' },
        { text: 'm1 leads term 3 too with the votes of m1' },
      ],
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
