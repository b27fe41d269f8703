import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Schedule } from '../core/schedule.ts';
import { shrink, type Candidate, type Origin, type ShrinkGiven } from './shrink.ts';

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
/** What fails may show at any time. */
const sometime = (fails: boolean) => (fails ? Infinity : undefined);
/** A failure of the schedule alone: it is none of a world where anything takes time. */
const given = (more: Partial<ShrinkGiven>): ShrinkGiven => ({
  ...found(free, 5),
  injectMs: 0,
  happenedAt: Infinity,
  failsAt: ({ schedule }) => sometime(removedAfterWrite(schedule)),
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
        failsAt({ schedule: of }) {
          asked.push(of);
          return sometime(removedAfterWrite(of));
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
        failsAt({ schedule }) {
          attempts += 1;
          return sometime(removedAfterWrite(schedule));
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
        failsAt({ schedule }) {
          time += 10;
          return sometime(removedAfterWrite(schedule));
        },
      }),
    );
    expect([result.attempts, result.complete]).toEqual([5, false]);
  });

  test('answers that come later are waited for', async () => {
    const result = await shrink(
      given({ failsAt: ({ schedule }) => Promise.resolve(sometime(removedAfterWrite(schedule))) }),
    );
    expect(namesOf(result.schedule)).toEqual(['write', 'remove']);
  });

  test('a schedule that fails without any entry becomes empty', async () => {
    const result = await shrink(given({ origin: undefined, failsAt: () => Infinity }));
    expect(result.schedule).toEqual([]);
  });

  describe('that fails by chance', () => {
    /** Under the run's own chances only as long as it is large; under others only where they are the third. */
    const failsAt = ({ schedule, chanceSeed }: Candidate) =>
      sometime(
        removedAfterWrite(schedule) &&
          (chanceSeed === undefined ? schedule.length > 8 : chanceSeed === 3),
      );
    const { schedule } = found(arbitrary, 6);
    const fixed = { schedule, origin: undefined, failsAt };

    test('is as small as some chances allow, which come with it', async () => {
      const result = await shrink(given({ ...fixed, otherChances: [1, 2, 3, 4] }));
      expect(namesOf(result.schedule)).toEqual(['write', 'remove']);
      expect(result).toMatchObject({ chanceSeed: 3, complete: true });
    });

    test('keeps its own chances where it becomes no smaller under others, or there are none', async () => {
      for (const otherChances of [[1, 2], []]) {
        const result = await shrink(given({ ...fixed, otherChances }));
        expect(result.schedule).toHaveLength(9);
        expect(result.chanceSeed).toBeUndefined();
      }
    });
  });

  describe('that goes on for long', () => {
    const at = (ms: number, operation: string) => ({ at: ms, client: 0, operation, args: {} });
    /** When the first removal behind a write comes, in what is asked before the end. */
    const showsAt = ({ schedule, injectMs }: Candidate) => {
      const asked = schedule.filter((of) => of.at < injectMs);
      return removedAfterWrite(asked)
        ? asked.find((of, place) => removedAfterWrite(asked.slice(0, place + 1)))?.at
        : undefined;
    };
    const long = [
      at(10, 'read'),
      at(20, 'write'),
      at(30, 'read'),
      at(40, 'remove'),
      ...Array.from({ length: 200 }, (_, place) => at(50 + 10 * place, 'read')),
    ];
    const fixed = { schedule: long, origin: undefined, injectMs: 2_100 };

    test('ends right behind the failure, at the first attempt, and is made smaller from there', async () => {
      const asked: Candidate[] = [];
      const result = await shrink(
        given({
          ...fixed,
          happenedAt: 40.2,
          failsAt(candidate) {
            asked.push(candidate);
            return showsAt(candidate);
          },
        }),
      );
      expect(asked[0]).toEqual({ injectMs: 41, schedule: long.slice(0, 4) });
      expect(asked.every(({ injectMs }) => injectMs <= 41)).toBe(true);
      expect(result).toMatchObject({
        injectMs: 41,
        schedule: [at(20, 'write'), at(40, 'remove')],
        path: undefined,
        complete: true,
      });
    });

    test('becomes shorter by halves where no moment says when it failed, but not too short to be a run', async () => {
      const result = await shrink(given({ ...fixed, failsAt: (of) => (showsAt(of), Infinity) }));
      expect(result).toMatchObject({ injectMs: 131, schedule: [] });
    });

    test('is as long as before where it does not fail sooner', async () => {
      const failsAt = (of: Candidate) => (of.injectMs < 2_100 ? undefined : showsAt(of));
      const result = await shrink(given({ ...fixed, happenedAt: 40, failsAt }));
      expect(result).toMatchObject({
        injectMs: 2_100,
        schedule: [at(20, 'write'), at(40, 'remove')],
      });
    });

    test('keeps what is asked of the healed cluster behind its end', async () => {
      const schedule = [at(10, 'write'), at(500, 'read'), at(2_130, 'remove')];
      /** Fails after the heal only. */
      const failsAt = ({ schedule: of, injectMs }: Candidate) =>
        of.some((entry) => entry.at === injectMs + 30) && of.length > 1 ? Infinity : undefined;
      const result = await shrink(given({ ...fixed, schedule, failsAt }));
      expect(result).toMatchObject({
        injectMs: 131,
        schedule: [at(10, 'write'), at(161, 'remove')],
      });
    });

    test('is ended sooner once more where the smaller one fails sooner', async () => {
      const failsAt = (of: Candidate) => (of.schedule.length < 3 ? 20 : showsAt(of));
      const result = await shrink(given({ ...fixed, happenedAt: 40, failsAt }));
      expect(result.injectMs).toBe(21);
    });

    test("fast-check's own shrinking goes on in what is left, without trying what is the same there", async () => {
      const drawn = found(free, 5);
      const end = Math.max(...drawn.schedule.map((of) => of.at)) + 1;
      const texts: string[] = [];
      const result = await shrink(
        given({
          ...drawn,
          injectMs: end,
          happenedAt: end - 2,
          failsAt({ schedule, injectMs }) {
            texts.push(JSON.stringify([schedule, injectMs]));
            return sometime(removedAfterWrite(schedule));
          },
        }),
      );
      expect(namesOf(result.schedule)).toEqual(['write', 'remove']);
      expect(result.schedule.every((of) => of.at < result.injectMs)).toBe(true);
      expect(texts.filter((text, place) => place > 0 && text === texts[place - 1])).toEqual([]);
    });
  });
});
