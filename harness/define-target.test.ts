import { describe, expect, test } from '@jest/globals';
import type { Target } from './core/target.ts';
import { flawsOfSchedule } from './library/check-schedule.ts';
import { procedure } from './generate/faults.ts';
import { defineTarget, fromLogLines, type Answer, type TargetSpec } from './define-target.ts';

const specWith = (call: () => Promise<unknown>): TargetSpec => ({
  name: 'mine',
  nodes: ['a', 'b'],
  env: () => ({}),
  ready: () => Promise.resolve(),
  operations: { get: { effect: 'read', call: () => call() as Promise<Answer> } },
});

const ask = (call: () => Promise<unknown>) =>
  defineTarget(specWith(call)).live.perform('127.0.0.1:1', { operation: 'get', args: {} }, 1_000);

describe('what a call of a user’s target answers', () => {
  test.each([
    [undefined, "operation get: its call answered nothing, expected { outcome: 'ok'"],
    [{ outcome: 'refused' }, 'outcome is "refused", expected one of ok, rejected, unknown'],
    [
      { outcome: 'ok', seen: [{ object: 'k', value: null }] },
      'seen[0].value is null, expected a string; leave it out, or say undefined',
    ],
    [{ outcome: 'ok', sen: [] }, 'has sen, which is not known there'],
  ])('is checked at once: %j', async (answer, words) => {
    await expect(ask(() => Promise.resolve(answer))).rejects.toThrow(words);
  });

  test.each([
    { outcome: 'rejected', output: { status: 503 }, decided: false },
    { outcome: 'ok', output: undefined, seen: [{ object: 'k', value: undefined }] },
  ])('is taken where it is one: %j', async (answer) => {
    expect(await ask(() => Promise.resolve(answer))).toEqual({ response: answer });
  });

  test('a mistake in it ends the run with its message and its place', async () => {
    const wrong = (): Promise<unknown> => {
      const body = undefined as unknown as { readonly value: string };
      return Promise.resolve({ outcome: 'ok', output: body.value });
    };
    await expect(ask(wrong)).rejects.toThrow(
      /target mine, operation get: its call threw TypeError: Cannot read properties of undefined .* at .*define-target\.test\.ts/,
    );
  });

  test.each([
    ['the network', () => fetch('http://127.0.0.1:1/')],
    ['an answer cut short', () => Promise.reject(new Error('terminated'))],
    ['an answer that is no JSON', () => new Response('<html>').json()],
    ['the time limit', () => Promise.reject(AbortSignal.abort().reason as Error)],
  ])('a failure of %s is one of the node', async (_what, call) => {
    expect(await ask(call)).toMatchObject({ failed: expect.any(String) });
  });
});

test('final reads name operations that there are, or else nothing runs', () => {
  const spec = specWith(() => Promise.resolve({ outcome: 'ok' }));
  expect(() => defineTarget({ ...spec, finish: [{ operation: 'gett', args: {} }] })).toThrow(
    'target mine: finish[0] names no operation, "gett"; there are get. Did you mean get?',
  );
});

test('what nodes say is of a kind that there is, and says what they can be judged by', () => {
  const silent = specWith(() => Promise.resolve({ outcome: 'ok' }));
  const spec = { ...silent, observe: () => undefined };
  const says = ['roles'] as unknown as NonNullable<TargetSpec['says']>;
  expect(() => defineTarget({ ...spec, says })).toThrow(
    'target mine: says[0] is no kind of what nodes say, "roles"; there are role, vote, commit, membership, state. Did you mean role?',
  );
  const leftOut = (given: Partial<TargetSpec>) =>
    defineTarget({ ...spec, ...given }).target.notJudgedBy?.filter((name) =>
      ['linearizable', 'at-most-one-leader-per-term', 'one-vote-per-term'].includes(name),
    );
  expect(leftOut({})).toEqual([]);
  expect(leftOut({ says: ['role'] })).toEqual(['one-vote-per-term']);
  expect(defineTarget(silent).target.notJudgedBy).toContain('at-most-one-leader-per-term');
});

test('deeds of its own are procedures that faults name', () => {
  const spec = specWith(() => Promise.resolve({ outcome: 'ok' }));
  const procedures: NonNullable<TargetSpec['procedures']> = {
    *look({ selected }) {
      for (const node of selected) yield { step: 'call', node, operation: 'get', args: {} };
    },
  };
  const shape = { managers: 2, workers: 0 };
  const looks = [{ at: 0, fault: procedure('look', { nodes: 'a' }), forMs: 1 }];
  const flaws = (target: Target) => flawsOfSchedule(looks, 'schedule', { target, shape });
  expect(flaws(defineTarget({ ...spec, procedures }).target)).toEqual([]);
  expect(flaws(defineTarget(spec).target)).toEqual([
    'schedule[0].fault.name: target mine has no procedure look, nor any other',
  ]);
});

test('lines that are no JSON objects are passed over; what the reader throws is not', () => {
  const read = fromLogLines((line) => {
    if (line.level === 'leader') throw new TypeError('no such field');
    return undefined;
  });
  expect(read('listening on 7001')).toBeUndefined();
  expect(read('{ half a line')).toBeUndefined();
  expect(read('{"level":"info"}')).toBeUndefined();
  expect(() => read('{"level":"leader"}')).toThrow('no such field');
});
