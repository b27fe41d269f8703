import { expect, test } from '@jest/globals';
import { broken, moment } from './verdicts.ts';

test('a story is told in the order of time, and what is of one time as it is given', () => {
  const first = moment(1, 'm1', 'first');
  const second = moment(2, 'm1', 'second');
  const beside = moment(2, 'm2', 'beside it');
  expect(broken('it broke', [second, beside, first])).toEqual({
    verdict: 'fail',
    summary: 'it broke',
    moments: [first, second, beside],
  });
});
