import { expect, test } from '@jest/globals';
import type { Operation } from '../../harness/core/history.ts';
import { finalList, history, operation, write } from '../testing/histories.ts';
import { rejectedWritesNeverHappen } from './rejected-writes-never-happen.ts';

const judge = (...operations: readonly Operation[]) =>
  rejectedWritesNeverHappen.judge(history({ operations }));

const refused = write(['update', 'a', '7', 10], 'm1', [1_100, 1_150], {
  outcome: 'rejected',
  decided: true,
});

test('a refused write that nobody sees never happened', () => {
  expect(judge(refused, finalList('m1', { a: '3' }))).toMatchObject({
    verdict: 'pass',
    tested: true,
  });
});

test('a refused write that somebody sees did happen', () => {
  expect(judge(refused, finalList('m2', { a: '7' }))).toMatchObject({
    verdict: 'fail',
    summary: expect.stringContaining(
      'service.update of a to 7 was refused at 1.150 s, and yet m2 shows it',
    ),
  });
});

test('it is seen in any read, not only in the last ones', () => {
  const seen = operation('m2', [1_200, 1_210], { seen: [{ object: 'a', value: '7' }] });
  expect(judge(refused, seen, finalList('m1', { a: '8' })).verdict).toBe('fail');
});

test('a write with an unknown end may be seen', () => {
  const ambiguous = write(['update', 'a', '7', 10], 'm1', [1_100, 1_150], { outcome: 'unknown' });
  expect(judge(ambiguous, finalList('m1', { a: '7' })).verdict).toBe('pass');
});

test('the same value at another object is another write', () => {
  expect(judge(refused, finalList('m1', { a: '3', b: '7' })).verdict).toBe('pass');
});

test('an object that nobody looks at proves nothing', () => {
  expect(judge(refused)).toMatchObject({ verdict: 'pass', tested: false });
  expect(judge(finalList('m1', { a: '3' }))).toMatchObject({ verdict: 'pass', tested: false });
});
