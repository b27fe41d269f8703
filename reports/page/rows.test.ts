import { expect, test } from '@jest/globals';
import { sampleRun } from '../sample.ts';
import { eventRows } from './rows.ts';

test('an answer that is too long for its row is cut, and says so', () => {
  const { history } = sampleRun(1).run;
  const answered = (length: number): string | undefined => {
    const operations = history.operations.slice(0, 1).map((operation) => ({
      ...operation,
      outcome: 'rejected' as const,
      output: 'x'.repeat(length),
    }));
    const rows = eventRows({ ...history, operations });
    return rows.find(({ kind }) => kind === 'operation')?.text;
  };
  expect(answered(158)).toMatch(/ "x{158}"$/);
  expect(answered(159)).toMatch(/ "x{159}…$/);
});

test('a heal that was given up is not told as confirmed', () => {
  const { history } = sampleRun(1).run;
  const told = (healed: boolean): readonly string[] =>
    eventRows({ ...history, faults: history.faults.map((fault) => ({ ...fault, healed })) })
      .filter(({ kind }) => kind === 'phase')
      .map(({ text }) => text);
  expect(history.faults.length).toBeGreaterThan(0);
  expect(told(true)).toContain('every heal is confirmed');
  expect(told(false)).toContain('the heal is over, and not of all faults confirmed');
  expect(told(false)).not.toContain('every heal is confirmed');
});
