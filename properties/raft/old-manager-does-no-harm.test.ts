import { describe, expect, test } from '@jest/globals';
import type { History, Observation } from '../../harness/core/history.ts';
import {
  between,
  commit,
  cut,
  history,
  kill,
  leads,
  lived,
  loops,
  role,
  says,
} from '../testing/histories.ts';
import { oldManagerDoesNoHarm } from './old-manager-does-no-harm.ts';

const judge = (observations: readonly Observation[], given: Partial<History> = {}) =>
  oldManagerDoesNoHarm.judge(history({ observations, ...given }));

describe('the loops of the leader', () => {
  test('start with the leadership and stop with it', () => {
    const observations = says('m1', 'a', [
      [10, leads('m1', 1)],
      [11, loops(true, 1)],
      [20, role('m1', 2, 'follower')],
      [20, loops(false, 1)],
      [30, commit(4, 1)],
    ]);
    expect(judge(observations).verdict).toBe('pass');
  });

  test('that go on after it are found', () => {
    const observations = says('m1', 'a', [
      [10, leads('m1', 1)],
      [11, loops(true, 1)],
      [20, role('m1', 2, 'follower')],
      [30, commit(4, 1)],
    ]);
    expect(judge(observations)).toMatchObject({
      verdict: 'fail',
      summary: 'm1 no longer leads, and its orchestrators go on',
    });
  });

  test('that start under a follower are found', () => {
    const observations = says('m1', 'a', [
      [10, role('m1', 1, 'follower')],
      [11, loops(true, 1)],
    ]);
    expect(judge(observations).verdict).toBe('fail');
  });

  test('end with the process: the next boot begins without them', () => {
    const observations = [
      ...says('m1', 'a', [
        [10, leads('m1', 1)],
        [11, loops(true, 1)],
      ]),
      ...says('m1', 'b', [
        [50, role('m1', 1, 'follower')],
        [60, commit(4, 1)],
      ]),
    ];
    expect(judge(observations).verdict).toBe('pass');
  });
});

describe('a manager that hears nobody', () => {
  const faults = [cut(between(['m3'], ['m1', 'm2']), [2_000, 5_000])];

  test('stays in its term', () => {
    const observations = [
      ...says('m1', 'a', [[500, leads('m1', 1)]]),
      ...says('m3', 'a', [
        [600, role('m3', 1, 'follower')],
        [3_000, role('m3', 1, 'follower')],
      ]),
    ];
    expect(judge(observations, { faults })).toMatchObject({ verdict: 'pass', tested: true });
  });

  test('must not start one of its own', () => {
    const observations = [
      ...says('m1', 'a', [[500, leads('m1', 1)]]),
      ...says('m3', 'a', [
        [600, role('m3', 1, 'follower')],
        [3_000, role('m3', 2, 'candidate')],
      ]),
    ];
    expect(judge(observations, { faults })).toMatchObject({
      verdict: 'fail',
      summary: 'm3 hears nobody and starts term 2 all the same',
    });
  });

  test('may be in the middle of an election when the cut begins', () => {
    const observations = says('m3', 'a', [
      [600, role('m3', 1, 'follower')],
      [2_100, role('m3', 2, 'candidate')],
      [3_000, role('m3', 2, 'follower')],
    ]);
    expect(judge(observations, { faults }).verdict).toBe('pass');
  });

  test('one that hears a single other may follow it into a new term', () => {
    const observations = says('m3', 'a', [
      [600, role('m3', 1, 'follower')],
      [3_000, role('m3', 2, 'follower')],
    ]);
    const half = [cut(between(['m3'], ['m1']), [2_000, 5_000])];
    expect(judge(observations, { faults: half }).verdict).toBe('pass');
  });

  describe('that was paused when the cut began', () => {
    const pausedUntil = (resumed: number) => [
      lived('m3', 'paused', 1_000),
      lived('m3', 'resumed', resumed),
    ];
    const news = (at: number) =>
      says('m3', 'a', [
        [600, role('m3', 1, 'follower')],
        [at, role('m3', 2, 'follower')],
      ]);

    test('hears at its resumption what had reached its sockets before', () => {
      const lifecycle = pausedUntil(3_000);
      expect(judge(news(3_000), { faults, lifecycle }).verdict).toBe('pass');
    });

    test('hears nothing more long after it', () => {
      const lifecycle = pausedUntil(3_000);
      expect(judge(news(4_500), { faults, lifecycle }).verdict).toBe('fail');
    });

    test('is not judged while its pause lasts as long as the cut', () => {
      const lifecycle = [lived('m3', 'paused', 1_000)];
      expect(judge(news(4_500), { faults, lifecycle })).toMatchObject({
        verdict: 'pass',
        tested: false,
      });
    });

    test('is judged as ever where its pause was over before', () => {
      const lifecycle = pausedUntil(1_500);
      expect(judge(news(3_000), { faults, lifecycle }).verdict).toBe('fail');
    });
  });

  test('what a stalled machine delays is not judged', () => {
    const observations = says('m3', 'a', [
      [600, role('m3', 1, 'follower')],
      [3_000, role('m3', 2, 'candidate')],
    ]);
    const stalls = [{ at: 2_900, forMs: 700 }];
    expect(judge(observations, { faults, stalls }).verdict).toBe('pass');
  });
});

describe('a leader that hears nobody', () => {
  const faults = [cut(between(['m1'], ['m2', 'm3']), [2_000, 5_000])];
  const led = (...more: readonly Parameters<typeof says>[2][number][]) =>
    says('m1', 'a', [[500, leads('m1', 1)], ...more]);

  test('steps down', () => {
    const observations = led([2_300, role('m1', 1, 'follower')]);
    expect(judge(observations, { faults })).toMatchObject({ verdict: 'pass', tested: true });
  });

  test('must not lead on', () => {
    expect(judge(led(), { faults })).toMatchObject({
      verdict: 'fail',
      summary: 'm1 hears nobody for 3.000 s and leads on all the same',
    });
  });

  test('is given the time of two timeouts, behind what was on its way', () => {
    const short = [cut(between(['m1'], ['m2', 'm3']), [2_000, 3_100])];
    expect(judge(led(), { faults: short }).verdict).toBe('pass');
  });

  test.each(['killed', 'paused'] as const)('is not judged where it was %s meanwhile', (event) => {
    const lifecycle = [lived('m1', event, 2_700), lived('m1', 'started', 4_900)];
    expect(judge(led(), { faults, lifecycle }).verdict).toBe('pass');
  });
});

describe('a manager that comes back with the heal', () => {
  const away = [kill('m3', [4_000, 6_000])];
  const led = says('m1', 'a', [[500, leads('m1', 1)]]);

  test('leaves the leader of that time in its place', () => {
    const back = says('m3', 'b', [[6_100, role('m3', 1, 'follower')]]);
    expect(judge([...led, ...back], { faults: away })).toMatchObject({
      verdict: 'pass',
      tested: true,
    });
  });

  test('must not depose it', () => {
    const back = says('m3', 'b', [
      [6_100, role('m3', 1, 'follower')],
      [6_400, role('m3', 2, 'candidate')],
    ]);
    expect(judge([...led, ...back], { faults: away })).toMatchObject({
      verdict: 'fail',
      summary: 'm3 came back and deposed m1, a leader that had its majority all the time',
    });
  });

  test('may stand where the leader lacked its majority', () => {
    const back = says('m3', 'b', [[6_400, role('m3', 2, 'candidate')]]);
    const faults = [...away, kill('m2', [4_000, 6_000])];
    expect(judge([...led, ...back], { faults }).verdict).toBe('pass');
  });

  test('may bring a term that it knew of before the heal', () => {
    const back = [
      ...says('m3', 'a', [[3_000, role('m3', 2, 'candidate')]]),
      ...says('m3', 'b', [[6_400, role('m3', 3, 'candidate')]]),
    ];
    expect(judge([...led, ...back], { faults: away }).verdict).toBe('pass');
  });

  test('may stand once the leader itself has ended', () => {
    const back = says('m3', 'b', [[8_400, role('m3', 2, 'candidate')]]);
    const lifecycle = [lived('m1', 'killed', 8_000)];
    expect(judge([...led, ...back], { faults: away, lifecycle }).verdict).toBe('pass');
  });

  test('may stand once the leader has stepped down within its own term', () => {
    const back = says('m3', 'b', [[6_400, role('m3', 2, 'candidate')]]);
    const quit = says('m1', 'a', [
      [1_500, role('m1', 1, 'leader')],
      [6_300, role('m1', 1, 'follower')],
    ]);
    expect(judge([...quit, ...back], { faults: away }).verdict).not.toBe('fail');
    const deposed = says('m1', 'a', [
      [1_500, role('m1', 1, 'leader')],
      [6_300, role('m1', 2, 'follower')],
    ]);
    expect(judge([...deposed, ...back], { faults: away }).verdict).toBe('fail');
  });

  test('is not blamed for what one that was there all the time does', () => {
    const other = says('m2', 'a', [[6_400, role('m2', 2, 'candidate')]]);
    expect(judge([...led, ...other], { faults: away }).verdict).toBe('pass');
  });
});

test('nodes that say nothing of their roles leave it unknown', () => {
  expect(judge([]).verdict).toBe('unknown');
});
