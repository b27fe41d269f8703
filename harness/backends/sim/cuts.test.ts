import { describe, expect, test } from '@jest/globals';
import { between, cut, Driven, ok, put } from './testing/driven.ts';

describe('cuts', () => {
  test.each(['drop', 'refuse', 'reset'] as const)(
    'a cut by %s swallows what is sent, says how much, and carries again after its end',
    (mode) => {
      const world = new Driven();
      const id = world.begin(cut([...between('m1', 'm2'), ...between('m1', 'm3')], mode));
      const lost = world.call('m1', put(1), 100);
      world.pass(150);
      expect(world.resultOf(lost)).toEqual({ failed: 'timed out', sent: true });
      world.end(id).pass(50);
      const [begun, ended] = world.answersTo(id);
      expect(begun).toMatchObject({ type: 'begun', ok: true });
      const text = expect.stringMatching(/^[1-9]\d* messages entered and did not leave/);
      expect(ended).toMatchObject({ type: 'ended', healed: true, evidence: { bit: true, text } });
      const after = world.call('m1', put(2));
      world.pass(20);
      expect(world.resultOf(after)).toEqual(ok([2]));
    },
  );

  test('one direction alone can be cut', () => {
    const forth = new Driven();
    forth.begin(cut([{ from: 'm1', to: 'm2' }]));
    forth.begin(cut([{ from: 'm1', to: 'm3' }]));
    const back = new Driven();
    back.begin(cut([{ from: 'm2', to: 'm1' }]));
    back.begin(cut([{ from: 'm3', to: 'm1' }]));
    const calls = [forth, back].map((world) => world.call('m1', put(3), 50));
    forth.pass(60);
    back.pass(60);
    expect(forth.resultOf(calls[0] ?? 0)).toMatchObject({ failed: 'timed out' });
    expect(back.resultOf(calls[1] ?? 0)).toMatchObject({ failed: 'timed out' });
    const stored = [forth, back].map(
      (world) => world.observations('m2').filter((of) => of.kind === 'commit').length,
    );
    expect(stored).toEqual([0, 1]);
  });

  test('a cut that nothing entered did not bite', () => {
    const world = new Driven();
    const id = world.begin(cut([{ from: 'client', to: 'm3' }]));
    world.pass(100).end(id).pass(10);
    expect(world.answersTo(id).at(-1)).toMatchObject({ evidence: { bit: false } });
  });

  test('what is on its way gets through a drop and is lost to a refusal', () => {
    const seen = (['drop', 'refuse'] as const).map((mode) => {
      const world = new Driven();
      world.call('m1', put(9));
      // The request is there after 0.3 ms at most, and has sent its message to m2 by then.
      world.pass(0.35).begin(cut(between('m1', 'm2'), mode));
      world.pass(10);
      return world.observations('m2').filter((of) => of.kind === 'commit').length;
    });
    expect(seen).toEqual([1, 0]);
  });

  test('a link that a second cut holds does not count against the heal of the first', () => {
    const world = new Driven();
    const first = world.begin(cut(between('m1', 'm2')));
    const second = world.begin(cut(between('m1', 'm2')));
    world.pass(50).end(first).pass(10);
    expect(world.answersTo(first).at(-1)).toMatchObject({ type: 'ended', healed: true });
    const lost = world.call('m1', put(1));
    world.pass(50);
    expect(world.observations('m2').filter((of) => of.kind === 'commit')).toEqual([]);
    world.end(second).pass(10);
    expect(world.resultOf(lost)).toEqual(ok([1]));
  });

  test('a probe that is swallowed leaves the heal unproven', () => {
    const world = new Driven();
    const id = world.begin(cut([{ from: 'm1', to: 'm2' }], 'drop'));
    world.pass(50).end(id);
    // The probe is on its way when the connections under it are closed, and healed again.
    const second = world.begin(cut([{ from: 'm1', to: 'm2' }], 'refuse'));
    world.end(second).pass(6_000);
    expect(world.answersTo(id).at(-1)).toMatchObject({ type: 'ended', healed: false });
  });

  test('a delay holds messages up and ends', () => {
    const world = new Driven();
    const id = world.begin({ deed: 'delay', links: between('m1', 'm2'), delayMs: 40 });
    world.begin(cut(between('m1', 'm3')));
    const slow = world.call('m1', put(1));
    world.pass(60);
    expect(world.resultOf(slow)).toBeUndefined();
    world.pass(60);
    expect(world.resultOf(slow)).toEqual(ok([1]));
    world.end(id).pass(100);
    expect(world.answersTo(id).at(-1)).toMatchObject({ healed: true, evidence: { bit: true } });
    const fast = world.call('m1', put(2));
    world.pass(10);
    expect(world.resultOf(fast)).toEqual(ok([2]));
  });
});
