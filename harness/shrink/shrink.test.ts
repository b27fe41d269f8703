import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Schedule } from '../core/schedule.ts';
import { shrink, type Origin, type ShrinkGiven } from './shrink.ts';

const entry = fc.record({
  at: fc.nat({ max: 10_000 }),
  client: fc.nat({ max: 3 }),
  operation: fc.constantFrom('read', 'write', 'remove'),
  args: fc.constant({}),
});
const arbitrary: fc.Arbitrary<Schedule> = fc.array(entry, { minLength: 40, maxLength: 100 });
const free: fc.Arbitrary<Schedule> = fc.array(entry, { maxLength: 100 });
/** Fails where a removal stands somewhere behind a write. */
const removedAfterWrite = (schedule: Schedule): boolean => {
  const names = schedule.map((of) => ('operation' in of ? of.operation : ''));
  const write = names.indexOf('write');
  return write >= 0 && names.includes('remove', write);
};
/** The first schedule of a seed that fails, as fast-check finds it. */
const found = (of: fc.Arbitrary<Schedule>, seed: number) => {
  const parameters = { seed, endOnFailure: true };
  const details = fc.check(
    fc.property(of, (schedule) => !removedAfterWrite(schedule)),
    parameters,
  );
  const [schedule] = details.counterexample ?? [];
  if (schedule === undefined || details.counterexamplePath === null) throw new Error('none fails');
  const origin: Origin = { arbitrary: of, seed, path: details.counterexamplePath };
  return { schedule, origin };
};
const given = (more: Partial<ShrinkGiven>): ShrinkGiven => ({
  ...found(free, 5),
  stillFails: removedAfterWrite,
  attemptsMax: 2_000,
  forMs: 1_000,
  now: () => 0,
  ...more,
});
const namesOf = (schedule: Schedule) =>
  schedule.map((of) => ('operation' in of ? of.operation : ''));

describe('shrinking a schedule', () => {
  test('a drawn schedule becomes the smallest that still fails, with times as simple as can be', async () => {
    expect(found(free, 5).schedule.length).toBeGreaterThan(2);
    const result = await shrink(given({}));
    expect(result.schedule).toEqual([
      { at: 0, client: 0, operation: 'write', args: {} },
      { at: 0, client: 0, operation: 'remove', args: {} },
    ]);
    expect(result.complete).toBe(true);
  });

  test("fast-check's own path leads to what it shrank to", async () => {
    const { path, schedule } = await shrink(given({}));
    const details = fc.check(
      fc.property(free, (of) => !removedAfterWrite(of)),
      {
        seed: 5,
        path: path ?? '',
        endOnFailure: true,
      },
    );
    expect(details.counterexample).toEqual([schedule]);
  });

  test('a fixed schedule loses every entry that is not needed', async () => {
    const { schedule } = found(arbitrary, 6);
    const result = await shrink(given({ schedule, origin: undefined }));
    expect(namesOf(result.schedule)).toEqual(['write', 'remove']);
    expect(result.path).toBeUndefined();
    expect(result.attempts).toBeLessThan(80);
  });

  test('what fast-check may not leave out is left out behind it, and has no path', async () => {
    const result = await shrink(given(found(arbitrary, 5)));
    expect(namesOf(result.schedule)).toEqual(['write', 'remove']);
    expect(result.path).toBeUndefined();
  });

  test('an origin that leads to another schedule is not followed', async () => {
    const { schedule } = found(arbitrary, 6);
    const asked: Schedule[] = [];
    const result = await shrink(
      given({
        schedule,
        origin: found(arbitrary, 7).origin,
        stillFails(of) {
          asked.push(of);
          return removedAfterWrite(of);
        },
      }),
    );
    expect(namesOf(result.schedule)).toEqual(['write', 'remove']);
    expect(asked.every((of) => of.every((part) => schedule.includes(part)))).toBe(true);
  });

  test('it stops at its limit of attempts with the best so far', async () => {
    let attempts = 0;
    const result = await shrink(
      given({
        attemptsMax: 10,
        stillFails(of) {
          attempts += 1;
          return removedAfterWrite(of);
        },
      }),
    );
    expect([attempts, result.attempts, result.complete]).toEqual([10, 10, false]);
    expect(removedAfterWrite(result.schedule)).toBe(true);
    expect(result.schedule.length).toBeLessThan(found(free, 5).schedule.length);
  });

  test('it stops when its time is up', async () => {
    let time = 0;
    const result = await shrink(
      given({
        forMs: 50,
        now: () => time,
        stillFails(of) {
          time += 10;
          return removedAfterWrite(of);
        },
      }),
    );
    expect([result.attempts, result.complete]).toEqual([5, false]);
  });

  test('answers that come later are waited for', async () => {
    const result = await shrink(
      given({ stillFails: (of) => Promise.resolve(removedAfterWrite(of)) }),
    );
    expect(namesOf(result.schedule)).toEqual(['write', 'remove']);
  });

  test('a schedule that fails without any entry becomes empty', async () => {
    const result = await shrink(given({ origin: undefined, stillFails: () => true }));
    expect(result.schedule).toEqual([]);
  });
});
