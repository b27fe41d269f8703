import { expect, test } from '@jest/globals';

import { register, type Operation } from '../../models/index.ts';
import type { AnyModel } from '../../models/index.ts';
import { checkLinearizable, checkSequential } from './index.ts';
import { kinds } from './testing/kinds.ts';
import { randomHistory } from './testing/random-history.ts';
import { seeded } from './testing/random.ts';

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

/** The definition: some order that keeps each process's own, with or without the unknown ones. */
function isSequential(of: AnyModel, state: unknown, rest: readonly Operation[]): boolean {
  if (rest.every(({ outcome }) => outcome !== 'ok')) return true;
  return rest.some((one, place) => {
    const first = rest.findIndex(({ process }) => process === one.process);
    if (first !== place) return false;
    const others = rest.toSpliced(place, 1);
    if (one.outcome !== 'ok' && isSequential(of, state, others)) return true;
    return of
      .step(state, one.input, one.outcome === 'ok' ? one.output : undefined)
      .some((next) => isSequential(of, next, others));
  });
}

test.each(['register', 'cas-register', 'counter', 'queue', 'set', 'mutex', 'multi-register'])(
  '%s: random histories are judged as by the definition, which tries every order',
  (name) => {
    const kind = kinds[name];
    if (kind === undefined) throw new Error(name);
    const counted = { pass: 0, fail: 0, unknown: 0 };
    for (let seed = 0; seed < 300; seed++) {
      const random = seeded(seed);
      const shape = { operations: 7, processes: 3, unknown: 0.2, rejected: 0.1, wrong: 0.7 };
      const judge = (of: readonly Operation[]) => {
        const counts = of.filter(({ outcome }) => outcome !== 'rejected');
        const inOrder = [...counts].sort((a, b) => a.invoked - b.invoked);
        return isSequential(kind.model, kind.model.init, inOrder);
      };
      const history = randomHistory(kind, { shape, random }, judge);
      const { verdict } = checkSequential(kind.model, history);
      counted[verdict] += 1;
      expect([seed, verdict]).toEqual([seed, judge(history) ? 'pass' : 'fail']);
    }
    expect(Math.min(counted.pass, counted.fail)).toBeGreaterThan(20);
  },
);
