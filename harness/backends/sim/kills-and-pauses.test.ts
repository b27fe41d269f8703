import { describe, expect, test } from '@jest/globals';
import { Driven, get, ok, plainProfile, put } from './testing/driven.ts';
import type { SimTarget } from './program.ts';
import { registerProgram } from './testing/register-nodes.ts';

describe('kills', () => {
  test('a killed node keeps what was durable, and comes back with it', () => {
    const world = new Driven();
    world.call('m1', put(4));
    const id = (world.pass(20), world.begin({ deed: 'kill', node: 'm1' }));
    world.pass(100).end(id).pass(50);
    expect(world.answersTo(id)).toMatchObject([
      { type: 'begun', ok: true },
      { type: 'ended', healed: true, evidence: { bit: true } },
    ]);
    expect(world.lifecycle('m1')).toEqual(['started', 'killed', 'started']);
    const read = world.call('m1', get);
    world.pass(10);
    expect(world.resultOf(read)).toEqual(ok([4]));
    expect(world.observations('m1').at(-1)).toMatchObject({ boot: '2', seq: 1, kind: 'role' });
  });

  test('a kill of a node that is down does nothing and says so', () => {
    const world = new Driven();
    world.begin({ deed: 'kill', node: 'm2' });
    const second = (world.pass(100), world.begin({ deed: 'kill', node: 'm2' }));
    world.pass(5);
    expect(world.answersTo(second)).toMatchObject([{ ok: false, text: 'm2 does not run' }]);
  });

  test('a node that ends as soon as it starts is not healed', () => {
    let boots = 0;
    const target: SimTarget<never> = {
      ...(registerProgram as unknown as SimTarget<never>),
      boot: (boot) => {
        boots += 1;
        if (boots <= 3) return (registerProgram as unknown as SimTarget<never>).boot(boot);
        return { handle: () => [{ type: 'halt', reason: 'damaged' }] };
      },
    };
    const world = new Driven(1, { target });
    const id = world.begin({ deed: 'kill', node: 'm3' });
    world.pass(400).end(id).pass(50);
    expect(world.answersTo(id).at(-1)).toMatchObject({ type: 'ended', healed: false });
    expect(world.lifecycle('m3')).toEqual(['started', 'killed', 'started', 'exited']);
  });

  test('every crash point is hit by some seed', () => {
    const texts = Array.from({ length: 60 }, (_, seed) => {
      const world = new Driven(seed);
      world.call('m1', put(1));
      world.call('m1', put(2));
      world.begin({ deed: 'kill', node: 'm1' });
      world.pass(400);
      const [begun] = world.all('begun');
      return begun?.text.replace(/\d+/g, 'N') ?? '';
    });
    expect([...new Set(texts)].sort()).toEqual([
      'mN was killed amid persist N',
      'mN was killed before persist N',
      'mN was killed behind N of N effects of an event',
      'mN was killed behind persist N, before it heard of it',
      'mN was killed between two events',
    ]);
  });

  test('unsynced writes are lost or kept as a prefix, and an append is torn', () => {
    const notes = Array.from({ length: 80 }, (_, seed) => {
      const world = new Driven(seed, { profile: { ...plainProfile, syncMin: 60_000 } });
      world.call('m1', put(1));
      world.call('m1', put(2));
      world.call('m1', put(3));
      const id = (world.pass(5), world.begin({ deed: 'kill', node: 'm1' }));
      world.pass(60).end(id).pass(10);
      const read = world.call('m1', get);
      world.pass(10);
      const result = world.resultOf(read);
      const cutBytes = world
        .observations('m1')
        .some((of) => of.kind === 'note' && of.text.startsWith('cut'));
      const values =
        result !== undefined && 'response' in result
          ? (result.response as { readonly values: readonly number[] }).values
          : undefined;
      return { count: values?.length, torn: cutBytes };
    });
    expect(new Set(notes.map(({ count }) => count))).toEqual(new Set([0, 1, 2, 3]));
    expect(notes.some(({ torn }) => torn)).toBe(true);
    expect(notes.some(({ torn }) => !torn)).toBe(true);
  });

  test('the commands start and kill act outside of faults', () => {
    const world = new Driven();
    world.carryOut({ type: 'kill', id: 100, node: 'm2' });
    world.pass(100).carryOut({ type: 'start', id: 101, node: 'm2' });
    world.pass(100);
    expect(world.answersTo(100)).toEqual([{ type: 'killed', id: 100 }]);
    expect(world.answersTo(101)).toMatchObject([{ type: 'started', ok: true }]);
    expect(world.lifecycle('m2')).toEqual(['started', 'killed', 'started']);
  });
});

describe('pauses', () => {
  test('a paused node does nothing, and all that it missed comes at once when it goes on', () => {
    const world = new Driven();
    const id = world.begin({ deed: 'pause', node: 'm1' });
    const asked = (world.pass(5), world.call('m1', put(6)));
    world.pass(200);
    expect(world.resultOf(asked)).toBeUndefined();
    world.end(id).pass(20);
    expect(world.resultOf(asked)).toEqual(ok([6]));
    expect(world.lifecycle('m1')).toEqual(['started', 'paused', 'resumed']);
    expect(world.answersTo(id)).toMatchObject([
      { type: 'begun', ok: true },
      { type: 'ended', healed: true, evidence: { bit: true } },
    ]);
  });

  test('two pauses of one node end with the second', () => {
    const world = new Driven();
    const first = world.begin({ deed: 'pause', node: 'm1' });
    const second = world.begin({ deed: 'pause', node: 'm1' });
    world.pass(10).end(first).pass(10);
    expect(world.lifecycle('m1')).toEqual(['started', 'paused']);
    world.end(second).pass(10);
    expect(world.lifecycle('m1')).toEqual(['started', 'paused', 'resumed']);
  });

  test('a paused node can be killed, and starts unpaused', () => {
    const world = new Driven();
    const pause = world.begin({ deed: 'pause', node: 'm1' });
    const asked = (world.pass(5), world.call('m1', get));
    const kill = (world.pass(5), world.begin({ deed: 'kill', node: 'm1' }));
    world.pass(100).end(kill).pass(50);
    expect(world.resultOf(asked)).toEqual({ failed: 'connection reset', sent: true });
    const after = world.call('m1', get);
    world.end(pause).pass(10);
    expect(world.resultOf(after)).toEqual(ok([]));
  });
});
