import { describe, expect, test } from '@jest/globals';
import { Driven, get, loud, put } from './testing/driven.ts';
import { chanceBase } from './profile.ts';

/** What m2 stored while m1 put 0, 1, 2 … */
const storedBy = (world: Driven, count: number): readonly number[] => {
  for (let value = 0; value < count; value += 1) {
    world.call('m1', put(value));
    world.pass(0.05);
  }
  world.pass(200);
  const id = world.call('m2', get);
  world.pass(20);
  const result = world.resultOf(id);
  return result !== undefined && 'response' in result
    ? (result.response as { readonly values: readonly number[] }).values
    : [];
};
const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b);
const range = (count: number) => Array.from({ length: count }, (_, value) => value);

describe('noise', () => {
  // In order of values: requests of clients may overtake each other.
  test('without noise nothing is lost or repeated', () => {
    expect(sorted(storedBy(new Driven(), 100))).toEqual(range(100));
  });

  test('messages are lost', () => {
    const values = storedBy(new Driven(1, { profile: loud({ loss: 2_000 }) }), 100);
    expect(new Set(values).size).toBe(values.length);
    expect(values.length).toBeGreaterThan(50);
    expect(values.length).toBeLessThan(95);
  });

  test('messages are duplicated', () => {
    const values = storedBy(new Driven(1, { profile: loud({ duplicate: 2_000 }) }), 100);
    expect(sorted([...new Set(values)])).toEqual(range(100));
    expect(values.length).toBeGreaterThan(105);
  });

  test('messages of one link keep their order unless they are drawn to be overtaken', () => {
    const inversions = (reorder: number): number => {
      const world = new Driven(1, { profile: { ...loud({ reorder }), delaySpread: 3_000 } });
      const order = sentAndReceived(world);
      return order.filter((count, i) => i > 0 && count < (order[i - 1] ?? 0)).length;
    };
    expect(inversions(0)).toBe(0);
    expect(inversions(3_000)).toBeGreaterThan(3);
  });

  test('messages are slow', () => {
    const latest = (slowness: number): number => {
      const { network } = new Driven(1, { profile: loud({ slowness }) }).simulation;
      const link = network.link(0, 1);
      return Math.max(...range(50).map((count) => network.send(link, 1e6 * count) - 1e6 * count));
    };
    expect(latest(0)).toBeLessThan(1_000);
    expect(latest(50_000)).toBeGreaterThan(40_000);
  });

  test('a copy comes long after its message where there is an echo', () => {
    const latest = (echo: number): number => {
      const noise = { duplicate: chanceBase, echo };
      const { network } = new Driven(1, { profile: loud(noise) }).simulation;
      const link = network.link(0, 1);
      return Math.max(
        ...range(50).map((count) => {
          const arrival = network.send(link, 1e6 * count);
          return network.copyArrival - arrival;
        }),
      );
    };
    expect(latest(0)).toBeLessThan(1_000);
    expect(latest(400_000)).toBeGreaterThan(300_000);
    expect(latest(400_000)).toBeLessThan(401_000);
  });

  test('the calm ends loss', () => {
    const world = new Driven(1, { profile: loud({ loss: 5_000, duplicate: 5_000 }) });
    world.simulation.calm();
    expect(sorted(storedBy(world, 50))).toEqual(range(50));
  });
});

/** Ordinals of the messages that m1 sent to m2, in the order of their arrivals. */
const sentAndReceived = (world: Driven): readonly number[] => {
  const { network } = world.simulation;
  const link = network.link(0, 1);
  const arrivals = range(100).map((ordinal) => ({
    ordinal,
    at: network.send(link, ordinal * 100),
  }));
  return arrivals
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at || a.ordinal - b.ordinal)
    .map(({ ordinal }) => ordinal);
};
