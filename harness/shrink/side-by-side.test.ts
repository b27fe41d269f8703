import { describe, expect, test } from '@jest/globals';
import type { Schedule } from '../core/schedule.ts';
import { shrinkSideBySide, type SideBySideGiven } from './side-by-side.ts';

/** Faults at the times 0, 1, 2 and operations from 100 on. */
const schedule: Schedule = [
  ...[0, 1, 2].map((at) => ({ at, fault: { kind: 'kill', nodes: ['m1'] } as const, forMs: 1_000 })),
  ...Array.from({ length: 160 }, (_, at) => ({
    at: 100 + at,
    client: at % 4,
    operation: 'write',
    args: {},
  })),
];

const timesOf = (of: Schedule): readonly number[] => of.map(({ at }) => at);
const holdsAll = (of: Schedule, times: readonly number[]): boolean =>
  times.every((at) => timesOf(of).includes(at));

type Made = SideBySideGiven & { readonly batches: (readonly Schedule[])[] };

/** Breaks where all of these are left; every `flaky`-th of such plays does not. */
const given = (
  needs: readonly number[],
  { flaky = 0, ...more }: Partial<SideBySideGiven> & { readonly flaky?: number } = {},
): Made => {
  const batches: (readonly Schedule[])[] = [];
  let plays = 0;
  return {
    schedule,
    lanes: 4,
    plays: 4,
    needed: 3,
    isOver: () => batches.length > 200,
    play(schedules) {
      batches.push(schedules);
      return Promise.resolve(
        schedules.map((of) => {
          if (!holdsAll(of, needs)) return false;
          plays += 1;
          return flaky === 0 || plays % flaky !== 0;
        }),
      );
    },
    batches,
    ...more,
  };
};

describe('what a failure needs is left, and nothing else', () => {
  test.each([
    { name: 'nothing', needs: [] },
    { name: 'a fault', needs: [1] },
    { name: 'two faults and two operations', needs: [0, 2, 117, 204] },
    { name: 'neighbours', needs: [1, 140, 141, 142] },
    { name: 'everything', needs: timesOf(schedule) },
  ])('$name', async ({ needs }) => {
    const made = given(needs, { isOver: () => false });
    const { schedule: smaller, complete, attempts, ...rate } = await shrinkSideBySide(made);
    expect(timesOf(smaller)).toEqual(needs);
    expect(complete).toBe(true);
    expect(attempts).toBe(made.batches.flat().length);
    const isSmaller = smaller.length < schedule.length;
    expect(rate).toEqual(isSmaller ? { broken: 4, plays: 4 } : { broken: 0, plays: 0 });
  });
});

test('never more at once than there are lanes or plays', async () => {
  const made = given([1, 150], { lanes: 3, plays: 5, needed: 3 });
  await shrinkSideBySide(made);
  expect(Math.max(...made.batches.map((batch) => batch.length))).toBe(5);
  // A longer batch than there are lanes is one schedule, confirmed.
  for (const batch of made.batches)
    expect(batch.length <= 3 || new Set(batch.map((of) => JSON.stringify(of))).size === 1).toBe(
      true,
    );
});

test('what comes after the failure is left out at once, together with what else could go', async () => {
  const made = given([1, 116], { happenedAt: 150 });
  await shrinkSideBySide(made);
  const [first, second] = made.batches;
  expect(first?.[0]?.every(({ at }) => at <= 150)).toBe(true);
  // Without what comes later, and of the rest every sixteenth operation.
  expect(second?.map(timesOf)).toEqual(
    Array.from({ length: 4 }, () => [0, 1, 2, 100, 116, 132, 148]),
  );
});

test('one client after the other is left out', async () => {
  const made = given([0, 1, 2, ...Array.from({ length: 40 }, (_, place) => 101 + 4 * place)]);
  const { schedule: smaller } = await shrinkSideBySide(made);
  expect(smaller).toHaveLength(43);
  expect(made.batches.length).toBeLessThan(50);
});

test('a fault and an operation of 163 entries in fewer than thirty rounds of four', async () => {
  const made = given([1, 150]);
  const { complete, schedule: smaller } = await shrinkSideBySide(made);
  expect({ complete, times: timesOf(smaller) }).toEqual({ complete: true, times: [1, 150] });
  expect(made.batches.length).toBeLessThan(30);
});

describe('a failure that is not there every time', () => {
  test('is made smaller, and what is left broke as often as the rule asks for', async () => {
    const {
      schedule: smaller,
      broken,
      plays,
    } = await shrinkSideBySide(given([1, 150], { flaky: 5 }));
    expect(smaller.length).toBeLessThan(20);
    expect(holdsAll(smaller, [1, 150])).toBe(true);
    expect({ plays, enough: broken >= 3 }).toEqual({ plays: 4, enough: true });
  });

  test('stays whole where the smaller ones break too rarely', async () => {
    const made = given([1, 150], { flaky: 2 });
    const { schedule: smaller } = await shrinkSideBySide(made);
    expect(smaller).toEqual(schedule);
  });
});

describe('the end of its time', () => {
  test('nothing is played once it is over', async () => {
    const made = given([1], { isOver: () => true });
    const result = await shrinkSideBySide(made);
    expect(result).toEqual({ schedule, broken: 0, plays: 0, attempts: 0, complete: false });
    expect(made.batches).toEqual([]);
  });

  test('a round that has begun is ended: what it found is confirmed', async () => {
    const made: Made = given([1], { isOver: () => made.batches.length > 0 });
    const { schedule: smaller, broken } = await shrinkSideBySide(made);
    expect({ times: timesOf(smaller), broken }).toEqual({ times: [0, 1, 2], broken: 4 });
    expect(made.batches).toHaveLength(2);
  });

  test('plays that were broken off count as not broken', async () => {
    const made = given([1]);
    const { schedule: same } = await shrinkSideBySide({
      ...made,
      isOver: () => made.batches.length > 3,
      play: async (schedules) => (await made.play(schedules)).slice(0, 0),
    });
    expect(same).toEqual(schedule);
  });
});
