import { describe, expect, test } from '@jest/globals';

import { looksOnly, type AnyModel } from '../../models/model.ts';
import {
  casRegister,
  kvAppend,
  register,
  swarmObjects,
  swarmServices,
  type Operation,
} from '../../models/index.ts';
import { checkLinearizable, checkLinearizableInTurns, relaxedOperations, replay } from './index.ts';
import { isLinearizable } from './testing/brute-force.ts';
import { kinds } from './testing/kinds.ts';
import { randomHistory } from './testing/random-history.ts';
import { seeded } from './testing/random.ts';

type Part = Partial<Operation> & { input: unknown };
const ok = (invoked: number, returned: number, part: Part): Operation => ({
  process: 0,
  outcome: 'ok',
  ...part,
  invoked,
  returned,
});
const write = (value: number) => ({ input: { f: 'write', value } });
const read = (output: number) => ({ input: { f: 'read' }, output });
const model = register<number>(0);
const check = (operations: readonly Operation[], ...rest: unknown[]) =>
  checkLinearizable(model, operations as never, ...(rest as []));

describe('a verdict', () => {
  test('passes with a witness that can be replayed', () => {
    const history = [ok(0, 3, write(1)), ok(1, 2, read(1)), ok(4, 5, read(1))];
    const verdict = check(history);
    expect(verdict).toMatchObject({ verdict: 'pass', witness: { parts: [{ order: [0, 1, 2] }] } });
    if (verdict.verdict === 'pass')
      expect(replay(model as never, history, verdict.witness)).toBeUndefined();
  });

  test('fails with the first return that no order explains, and with what would have been right', () => {
    const verdict = check([
      ok(0, 3, write(1)),
      ok(1, 2, read(1)),
      ok(4, 5, read(0)),
      ok(6, 7, read(1)),
    ]);
    expect(verdict).toMatchObject({ verdict: 'fail', failure: { at: 2, first: true, legal: [1] } });
  });

  test('lets an unknown operation take effect late, or never', () => {
    const lost: Operation = { process: 9, ...write(2), outcome: 'unknown', invoked: 0 };
    expect(check([lost, ok(1, 2, read(0)), ok(3, 4, read(2))]).verdict).toBe('pass');
    expect(check([lost, ok(1, 2, read(0)), ok(3, 4, read(0))]).verdict).toBe('pass');
    expect(check([lost, ok(1, 2, read(2)), ok(3, 4, read(0))]).verdict).toBe('fail');
  });

  test('takes no notice of what was rejected', () => {
    const refused: Operation = {
      process: 9,
      ...write(2),
      outcome: 'rejected',
      invoked: 0,
      returned: 1,
    };
    expect(check([refused, ok(2, 3, read(0))]).verdict).toBe('pass');
    expect(check([refused, ok(2, 3, read(2))]).verdict).toBe('fail');
  });

  test('judges objects apart, and one wrong one is enough', () => {
    const kv = kvAppend();
    const of = (key: string, saw: string, at: number) =>
      ok(at, at + 1, { input: { f: 'get', key }, output: saw });
    const verdict = checkLinearizable(kv, [of('a', '', 0), of('b', 'x', 2)] as never);
    expect(verdict).toMatchObject({ verdict: 'fail', parts: 2, failure: { at: 1 } });
  });

  test('is a pass for a history without operations', () => {
    expect(check([]).verdict).toBe('pass');
  });
});

describe('a relaxation', () => {
  test('still fails, and without any one of its demands it does not', () => {
    let seen = 0;
    const names = [
      'register',
      'cas-register',
      'counter',
      'queue',
      'swarm-objects',
      'swarm-services',
    ];
    for (const name of names) {
      const kind = kinds[name]!;
      for (let seed = 0; seed < 60; seed++) {
        const random = seeded(seed);
        const shape = { operations: 7, processes: 3, unknown: 0.2, rejected: 0.1, wrong: 1 };
        const history = randomHistory(kind, { shape, random }, (of) =>
          isLinearizable(kind.model, of),
        );
        const verdict = checkLinearizable(kind.model, history);
        if (verdict.verdict !== 'fail') continue;
        seen += 1;
        const relaxation = verdict.failure.relaxation!;
        expect(relaxation.minimal).toBe(true);
        expect(isLinearizable(kind.model, relaxedOperations(history, relaxation))).toBe(false);
        relaxation.demands.forEach((demand, at) => {
          for (const field of ['ended', 'notBefore', 'notAfter'] as const) {
            if (!demand[field] || (field === 'notAfter' && !demand.ended)) continue;
            const isLook = looksOnly(kind.model, history[demand.operation]!.input);
            const demands = relaxation.demands.with(at, { ...demand, [field]: false });
            // An unknown look says nothing: dropping it is the same.
            const without =
              isLook && field === 'ended' ? relaxation.demands.toSpliced(at, 1) : demands;
            expect(
              isLinearizable(
                kind.model,
                relaxedOperations(history, { ...relaxation, demands: without }),
              ),
            ).toBe(true);
          }
        });
      }
    }
    expect(seen).toBeGreaterThan(100);
  });

  const absent = { input: { f: 'read', name: 'a' }, output: { is: 'absent' } };
  /** Made, looked at and removed, over and over again; in the end what was made last is not there. */
  const overAndOver = [
    ...Array.from({ length: 12 }, (_, at) => {
      const [from, value] = [100 * at, at];
      const found = { is: 'found', version: 10 * at + 1, value };
      return [
        ok(from, from + 10, { input: { f: 'create', name: 'a', value }, output: { is: 'done' } }),
        ok(from + 20, from + 30, { input: { f: 'read', name: 'a' }, output: found }),
        ok(from + 40, from + 50, { input: { f: 'remove', name: 'a' }, output: { is: 'done' } }),
        ok(from + 60, from + 70, absent),
      ];
    })
      .flat()
      .slice(0, -2),
    ok(2_000, 2_010, absent),
  ];
  const relaxed = (explainConfigurations?: number) => {
    const verdict = checkLinearizable<unknown, unknown, unknown>(
      swarmServices() as AnyModel,
      overAndOver,
      {},
      { explainConfigurations },
    );
    if (verdict.verdict !== 'fail') throw new Error('it is wrong');
    return verdict.failure;
  };

  test('keeps no look but the wrong one, though looks narrow the state', () => {
    const { at, relaxation } = relaxed();
    expect(relaxation?.minimal).toBe(true);
    expect(
      relaxation?.demands.filter(({ operation }) =>
        looksOnly(swarmServices() as AnyModel, overAndOver[operation]!.input),
      ),
    ).toEqual([expect.objectContaining({ operation: at, ended: true })]);
  });

  test('ends where its configurations do, says so, and is the same every time', () => {
    const { at, relaxation } = relaxed(100);
    expect(at).toBe(relaxed().at);
    expect(relaxation?.minimal).toBe(false);
    expect(relaxed(100).relaxation).toEqual(relaxation);
  });
});

describe('unknown operations', () => {
  const models: readonly (readonly [string, AnyModel])[] = [
    ['swarm-objects', swarmObjects<number>() as AnyModel],
    ['swarm-services', swarmServices<number>() as AnyModel],
  ];
  test.each(models)('%s: dozens that make and remove one object take few steps', (_, of) => {
    const lost = Array.from({ length: 48 }, (_every, at): Operation => ({
      process: at,
      input: at % 3 === 0 ? { f: 'remove', name: 'a' } : { f: 'create', name: 'a', value: at },
      outcome: 'unknown',
      invoked: at,
    }));
    const look = (at: number, output: unknown) =>
      ok(at, at + 3, { input: { f: 'read', name: 'a' }, output });
    const history = (version: number) => [
      ...lost,
      look(100, { is: 'found', value: 1, version: 7 }),
      look(110, { is: 'absent' }),
      ok(120, 130, { input: { f: 'create', name: 'a', value: 99 }, output: { is: 'done' } }),
      look(125, { is: 'found', value: 99, version }),
      look(140, { is: 'found', value: 99, version }),
    ];
    const limits = { maxStates: 1_000, maxBytes: 2 ** 20 };
    const judge = (operations: readonly Operation[]) =>
      checkLinearizable(of, operations, limits).verdict;
    expect(judge(history(9))).toBe('pass');
    // The first one of its name was at 7 already.
    expect(judge(history(6))).toBe('fail');
  });
});

describe('writes that a swarm commits together have one version', () => {
  const create = (value: number, times: readonly [number, number]) =>
    ok(...times, { input: { f: 'create', name: 'a', value }, output: { is: 'done' } });
  const remove = (...times: readonly [number, number]) =>
    ok(...times, { input: { f: 'remove', name: 'a' }, output: { is: 'done' } });
  const look = (value: number, version: number, times: readonly [number, number]) =>
    ok(...times, { input: { f: 'read', name: 'a' }, output: { is: 'found', value, version } });
  const judge = (...operations: readonly Operation[]) =>
    checkLinearizable(swarmServices<number>() as AnyModel, operations).verdict;
  const before = [create(1, [0, 1]), look(1, 48, [2, 3])];

  test('an object that nobody saw is followed by one of the same version', () => {
    const together = [remove(4, 9), create(2, [4, 9]), remove(4, 9), create(3, [4, 9])];
    expect(judge(...before, ...together, look(3, 49, [10, 11]))).toBe('pass');
  });

  test('one that was seen is followed by a greater version only', () => {
    const after = [remove(4, 5), create(2, [6, 7])];
    expect(judge(...before, ...after, look(2, 49, [8, 9]))).toBe('pass');
    expect(judge(...before, ...after, look(2, 48, [8, 9]))).toBe('fail');
  });

  test('a version that was named in an update was seen', () => {
    const update = ok(4, 5, {
      input: { f: 'update', name: 'a', version: 48, value: 2 },
      output: { is: 'done' },
    });
    const after = [update, remove(6, 9), create(3, [6, 9])];
    expect(judge(...before, ...after, look(3, 49, [10, 11]))).toBe('pass');
    expect(judge(...before, ...after, look(3, 48, [10, 11]))).toBe('fail');
  });
});

describe('of states that are alike', () => {
  const orders = [
    [8, 9, 10],
    [8, 10, 9],
    [9, 8, 10],
    [9, 10, 8],
    [10, 8, 9],
    [10, 9, 8],
  ] as const;
  test.each(orders)(
    'the one that allows more is kept, whichever came first (%i, %i, %i)',
    (...ends) => {
      const [update, remove, create] = ends;
      const done = { is: 'done' };
      const history: readonly Operation[] = [
        ok(0, 1, { input: { f: 'create', name: 'a', value: 1 }, output: done }),
        // Only where the update comes last is the version so low that the unknown one can still fit.
        ok(2, update, { input: { f: 'update', name: 'a', version: 5, value: 1 }, output: done }),
        ok(2, remove, { input: { f: 'remove', name: 'a' }, output: done }),
        ok(2, create, { input: { f: 'create', name: 'a', value: 1 }, output: done }),
        {
          process: 1,
          input: { f: 'update', name: 'a', version: 6, value: 2 },
          outcome: 'unknown',
          invoked: 11,
        },
        ok(12, 13, {
          input: { f: 'read', name: 'a' },
          output: { is: 'found', value: 2, version: 9 },
        }),
      ];
      for (const versioned of [swarmObjects<number>(), swarmServices<number>()])
        expect(checkLinearizable(versioned as never, history).verdict).toBe('pass');
    },
  );
});

describe('limits', () => {
  const cas = casRegister<number>(0);
  const now = () => performance.now();

  test('a search that takes too long ends unknown in time, and says how far it came', () => {
    const startedAt = performance.now();
    const verdict = checkLinearizable(queueOfTwins.model, queueOfTwins.history, {
      timeoutMs: 150,
      now,
    });
    expect(performance.now() - startedAt).toBeLessThan(150 + 100);
    expect(verdict).toMatchObject({ verdict: 'unknown', why: 'the time given was over' });
    if (verdict.verdict === 'unknown')
      expect(verdict.progress[0]?.configurations).toBeGreaterThan(0);
  });

  test('states and memory are limited too', () => {
    const { model: queue, history } = queueOfTwins;
    expect(checkLinearizable(queue, history, { maxStates: 500 })).toMatchObject({
      verdict: 'unknown',
      why: 'there were more states than allowed',
    });
    expect(checkLinearizable(queue, history, { maxBytes: 100_000 })).toMatchObject({
      verdict: 'unknown',
      why: 'the memory given was used up',
    });
  });

  test('an abort acts between two turns', async () => {
    const { model: queue, history } = queueOfTwins;
    const controller = new AbortController();
    let turns = 0;
    const verdict = await checkLinearizableInTurns(queue, history, {
      limits: { signal: controller.signal },
      pause: () => {
        if (++turns === 3) controller.abort();
        return Promise.resolve();
      },
    });
    expect(verdict).toMatchObject({ verdict: 'unknown', why: 'it was aborted' });
  });

  test('a wrong part outranks a part that takes too long', () => {
    const hardPart = queueOfTwins.history.map((operation) => ({
      ...operation,
      input: { key: 'hard', call: operation.input },
    }));
    const wrong = ok(0, 1, {
      input: { key: 'easy', call: { f: 'dequeue' } },
      output: { value: 7 },
    });
    const keyed = keyedQueue(queueOfTwins.model);
    expect(
      checkLinearizable(keyed, [...hardPart, wrong], { timeoutMs: 5_000, now }, { explain: 'hint' })
        .verdict,
    ).toBe('fail');
  });

  test('a model that throws makes the verdict unknown and is named with the operation', () => {
    const broken = {
      ...cas,
      step: () => {
        throw new Error('no idea');
      },
      family: undefined,
    };
    const verdict = checkLinearizable(broken as never, [ok(0, 1, write(1))] as never);
    expect(verdict).toMatchObject({
      verdict: 'unknown',
      operation: 0,
      why: expect.stringContaining('no idea'),
    });
  });

  test('an operation that returns before it is invoked is named', () => {
    expect(check([ok(5, 4, write(1))])).toMatchObject({ verdict: 'unknown', operation: 0 });
  });

  test('more than 64 operations pending at once are no trouble', () => {
    const writes = Array.from({ length: 90 }, (_, at) => ok(at, 1000 - at, write(at % 9)));
    expect(check([...writes, ok(2000, 2001, read(3))]).verdict).toBe('pass');
    expect(check([...writes, ok(2000, 2001, read(77))]).verdict).toBe('fail');
  });
});

/** Enqueues of many values at once, and dequeues that fit no order: without distinct values only a search can tell. */
const queueOfTwins = (() => {
  const { model: of } = kinds.queue!;
  const history: Operation[] = [];
  for (let at = 0; at < 16; at++) {
    history.push(ok(at, 100 + at, { input: { f: 'enqueue', value: at % 14 } }));
  }
  history.push(
    ok(200, 201, { input: { f: 'dequeue' }, output: { value: 0 } }),
    ok(202, 203, { input: { f: 'dequeue' }, output: { empty: true } }),
  );
  return { model: of, history };
})();

function keyedQueue(of: (typeof queueOfTwins)['model']) {
  const call = (input: unknown) => (input as { call: unknown }).call;
  return {
    name: 'keyed',
    init: of.init,
    step: (state: unknown, input: unknown, output: unknown) => of.step(state, call(input), output),
    key: (state: unknown) => of.key(state),
    partition: (input: unknown) => (input as { key: string }).key,
  };
}

test('a million operations are given up in time as well, while they are split, sorted and judged', () => {
  const size = 1_000_000;
  const history = Array.from({ length: size }, (_, at) => {
    const call = at % 2 === 0 ? write(at) : read(at - 1);
    return ok(2 * at, 2 * at + 61, call);
  });
  for (const timeoutMs of [1, 60, 200]) {
    // The best of three: other processes may have had the processor meanwhile.
    const late = Array.from({ length: 3 }, () => {
      const startedAt = performance.now();
      const now = () => performance.now();
      expect(check(history, { timeoutMs, now }).verdict).toBe('unknown');
      return performance.now() - startedAt - timeoutMs;
    });
    expect(Math.min(...late)).toBeLessThan(100);
  }
}, 120_000);
