import { expect, test } from '@jest/globals';
import { NodeLog } from './node-log.ts';

test('the last lines are kept, in order', () => {
  const log = new NodeLog();
  for (let i = 0; i < 5_000; i++) log.add(`line ${i}`);
  expect(log.lines).toHaveLength(400);
  expect(log.lines[0]).toBe('line 4600');
  expect(log.lines.at(-1)).toBe('line 4999');
});

test('a long line is cut, and says how long it was', () => {
  const log = new NodeLog();
  log.add('x'.repeat(10_000));
  expect(log.lines[0]).toMatch(/^x{4096}… \(10000\)$/);
});
