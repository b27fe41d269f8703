import { expect, test } from '@jest/globals';

import { register, type Operation } from '../../models/index.ts';
import { checkLinearizable, checkSequential } from './index.ts';

const at = (process: number, invoked: number, input: unknown, output?: unknown): Operation => ({
  process,
  input,
  output,
  outcome: 'ok',
  invoked,
  returned: invoked + 1,
});
const model = register<number>(0);
const write = { f: 'write', value: 1 };
const read = { f: 'read' };

test('a stale read of another process is sequentially consistent, though not linearizable', () => {
  const history = [at(0, 0, write), at(1, 2, read, 0), at(1, 4, read, 1)] as never;
  expect(checkSequential(model, history)).toEqual({ verdict: 'pass', order: [1, 0, 2] });
  expect(checkLinearizable(model, history).verdict).toBe('fail');
});

test('a process that reads back in time is not', () => {
  const history = [at(0, 0, write), at(1, 2, read, 1), at(1, 4, read, 0)] as never;
  expect(checkSequential(model, history).verdict).toBe('fail');
});

test('an unknown write may have happened or not', () => {
  const lost: Operation = { process: 2, input: write, outcome: 'unknown', invoked: 0 };
  expect(checkSequential(model, [lost, at(1, 2, read, 1)] as never).verdict).toBe('pass');
  expect(checkSequential(model, [lost, at(1, 2, read, 0)] as never).verdict).toBe('pass');
});

test('a limit makes it unknown', () => {
  const limits = { timeoutMs: 0, now: () => 1 };
  expect(checkSequential(model, [at(0, 0, write)] as never, limits).verdict).toBe('unknown');
});
