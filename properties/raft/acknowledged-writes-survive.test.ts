import { describe, expect, test } from '@jest/globals';
import type { Operation } from '../../harness/core/history.ts';
import { finalList, history, kill, operation, write } from '../testing/histories.ts';
import { acknowledgedWritesSurvive } from './acknowledged-writes-survive.ts';

const judge = (...operations: readonly Operation[]) =>
  acknowledgedWritesSurvive.judge(history({ operations, faults: [kill('m1', [2_000, 3_000])] }));

const created = write(['create', 'a', '1'], 'm1', [1_100, 1_150]);
const unknown = { outcome: 'unknown', decided: false } as const;
const refused = { outcome: 'rejected', decided: false } as const;

describe('an acknowledged write', () => {
  test('is there in the end', () => {
    expect(judge(created, finalList('m1', { a: '1' }))).toMatchObject({
      verdict: 'pass',
      tested: true,
    });
  });

  test('that is gone is lost', () => {
    expect(judge(created, finalList('m2', {}))).toMatchObject({
      verdict: 'fail',
      summary:
        'service.create of a to 1 was acknowledged at 1.150 s and is lost: m2 does not show a in the end',
    });
  });

  test('that one manager does not show is lost, whatever the others show', () => {
    const finals = [finalList('m1', { a: '1' }), finalList('m2', {})];
    expect(judge(created, ...finals).verdict).toBe('fail');
  });

  test('may be superseded by a later one, and must be', () => {
    const update = write(['update', 'a', '2', 10], 'm1', [1_200, 1_250]);
    expect(judge(created, update, finalList('m1', { a: '2' })).verdict).toBe('pass');
    expect(judge(created, update, finalList('m1', { a: '1' })).verdict).toBe('fail');
  });

  test('is the last one of those that are lost', () => {
    const update = write(['update', 'a', '2', 10], 'm1', [1_200, 1_250]);
    expect(judge(created, update, finalList('m2', { a: '7' }))).toMatchObject({
      summary:
        'service.update of a to 2 was acknowledged at 1.250 s and is lost: m2 shows a as 7 in the end, the value of no write that may have happened',
    });
  });

  test.each([
    ['overlaps it', [1_140, 1_250], {}],
    ['has an unknown end, however early it was asked', [1_010, 1_020], unknown],
  ] as const)('may be undone by a removal that %s', (_, times, given) => {
    const removal = write(['remove', 'a'], 'm2', times, given);
    expect(judge(created, removal, finalList('m1', {})).verdict).toBe('pass');
  });

  test('is not undone by a removal that was over before it, or was refused', () => {
    const early = write(['remove', 'a'], 'm2', [1_010, 1_020]);
    const never = write(['remove', 'a'], 'm2', [1_200, 1_250], refused);
    expect(judge(early, created, finalList('m1', {})).verdict).toBe('fail');
    expect(judge(created, never, finalList('m1', {})).verdict).toBe('fail');
  });

  test('that removed an object keeps it removed, unless a creation may have come later', () => {
    const removal = write(['remove', 'a'], 'm2', [1_200, 1_250]);
    const again = write(['create', 'a', '3'], 'm2', [1_240, 1_300]);
    expect(judge(created, removal, finalList('m1', { a: '1' })).verdict).toBe('fail');
    expect(judge(created, removal, again, finalList('m1', { a: '3' })).verdict).toBe('pass');
  });

  test('may be superseded by a write with an unknown end, asked long before', () => {
    const ambiguous = write(['put', 'a', '9'], 'm2', [1_020, 1_030], unknown);
    expect(judge(ambiguous, created, finalList('m1', { a: '9' })).verdict).toBe('pass');
  });

  test('of an object that went back to an older version is lost', () => {
    const update = write(['update', 'a', '2', 10], 'm1', [1_200, 1_250]);
    const other = write(['put', 'a', '5'], 'm2', [1_200, 1_300]);
    expect(judge(update, other, finalList('m1', { a: '5' }, 10)).verdict).toBe('fail');
    expect(judge(update, other, finalList('m1', { a: '5' }, 11)).verdict).toBe('pass');
  });
});

test('of two updates of one version only one may be acknowledged', () => {
  const one = write(['update', 'a', '2', 10], 'm1', [1_200, 1_250]);
  const other = write(['update', 'a', '3', 10], 'm2', [1_210, 1_260]);
  const loser = { ...other, outcome: 'rejected', decided: true } as const;
  expect(judge(one, loser, finalList('m1', { a: '2' })).verdict).toBe('pass');
  expect(judge(one, other, finalList('m1', { a: '2' }))).toMatchObject({
    verdict: 'fail',
    summary:
      'two updates of a from the same version 10 were both acknowledged: one of them is lost',
  });
});

test('an ambiguous creation that a second one meets as "409" is no loss', () => {
  const ambiguous = write(['create', 'a', '1'], 'm1', [1_100, 1_150], unknown);
  const conflict = write(['create', 'a', '2'], 'm2', [1_200, 1_250], {
    outcome: 'rejected',
    decided: true,
  });
  expect(judge(ambiguous, conflict, finalList('m1', { a: '1' })).verdict).toBe('pass');
});

test('without final reads nothing is known', () => {
  expect(judge(created).verdict).toBe('unknown');
  const failed = operation('m1', [11_100, 11_200], { ...unknown, complete: true });
  expect(judge(created, failed).verdict).toBe('unknown');
});

test('writes that no fault met are not put to the test', () => {
  const late = write(['create', 'a', '1'], 'm1', [4_000, 4_050]);
  expect(judge(late, finalList('m1', { a: '1' }))).toMatchObject({
    verdict: 'pass',
    tested: false,
  });
});

describe('a write of what was there before the run', () => {
  const drained = write(['update', 'node w1', 'drain', 10], 'm1', [1_100, 1_150]);
  const final = (value: string, version: number) =>
    operation('m2', [11_200, 11_210], { seen: [{ object: 'node w1', value, version }] });

  test('is there in the end; the swarm may have written the object as well', () => {
    expect(judge(drained, final('drain', 40))).toMatchObject({ verdict: 'pass', tested: true });
    expect(judge(drained, final('active', 40))).toMatchObject({
      verdict: 'fail',
      summary: expect.stringContaining(
        'is lost: m2 shows node w1 as active in the end, the value of no write that may have happened',
      ),
    });
  });

  test('is not missed in a list of what clients make', () => {
    expect(judge(drained, finalList('m1', {}), final('drain', 40)).verdict).toBe('pass');
  });

  test('is not looked for by a read that was asked before its end', () => {
    const late = write(['update', 'node w1', 'active', 40], 'm1', [11_300, 11_310]);
    expect(judge(drained, final('drain', 40), late).verdict).toBe('pass');
    const later = operation('m2', [11_400, 11_410], {
      seen: [{ object: 'node w1', value: 'drain', version: 40 }],
    });
    expect(judge(drained, late, later).verdict).toBe('fail');
  });
});
