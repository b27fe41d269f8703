import { describe, expect, test } from '@jest/globals';
import type { PropertyTally } from '../../core/campaign.ts';
import type { Judged, RunFile } from '../../core/run.ts';
import type { Schedule } from '../../core/schedule.ts';
import { tryAgain, type AgainGiven } from './again.ts';
import { withTry } from './elsewhere.ts';
import { answered as property, liveFile, other } from './testing/sample-failure.ts';

const schedule: Schedule = Array.from({ length: 40 }, (_, at) => ({
  at,
  client: 0,
  operation: 'put',
  args: {},
}));
const live = liveFile();
const failure: RunFile = { ...live, run: { ...live.run, schedule } };

const tally = (runs: number, fail: number): PropertyTally => ({
  property,
  kind: 'safety',
  guarantee: '',
  source: '',
  pass: runs - fail,
  tested: runs - fail,
  fail,
  unknown: 0,
  missing: undefined,
});

type Breaks = (of: Schedule, play: number, injectMs: number) => boolean;

/** Every play takes a second; a schedule breaks the property where the entry at 16 is left. */
const given = (
  more: Partial<AgainGiven> & { readonly breaks?: Breaks } = {},
): AgainGiven & { readonly played: Schedule[]; readonly lengths: number[] } => {
  const { breaks = (of: Schedule) => of.some(({ at }) => at === 16) } = more;
  const played: Schedule[] = [];
  const lengths: number[] = [];
  let now = 0;
  return {
    lanes: 4,
    plays: 4,
    forMs: 60_000,
    now: () => now,
    aborted: () => false,
    onTrouble: (error) => {
      throw error;
    },
    play(schedules, injectMs) {
      now += 1_000;
      lengths.push(...schedules.map(() => injectMs));
      const broken = schedules.map((of, place) => {
        const broke = breaks(of, played.length + place, injectMs);
        return broke
          ? { ...failure, run: { ...failure.run, schedule: of, index: place } }
          : undefined;
      });
      played.push(...schedules);
      const fail = broken.filter((of) => of !== undefined).length;
      return Promise.resolve({
        runs: schedules.length,
        properties: [tally(schedules.length, fail)],
        broken,
      });
    },
    played,
    lengths,
    ...more,
  };
};

/** The failure with moments at these times of its schedule. */
const happening = (...times: readonly number[]): RunFile => {
  const { verdicts, history } = failure.run;
  const moments = times.map((at) => ({ at: history.phases.injectAt + at, text: '' }));
  const broken = { ...verdicts[0], property, verdict: 'fail', summary: '', moments };
  return { ...failure, run: { ...failure.run, verdicts: [broken as unknown as Judged] } };
};

describe('a live failure, once more where it was found', () => {
  test('has a rate, and a smaller twin with a rate of its own', async () => {
    const made = given();
    const tried = await tryAgain(failure, property, made);
    expect(made.played.slice(0, 4)).toEqual([schedule, schedule, schedule, schedule]);
    expect(withTry(failure, tried).again).toEqual({
      backend: 'process',
      runs: 4,
      broken: [
        { property, runs: 4 },
        { property: other, runs: 0 },
      ],
    });
    expect(withTry(failure, tried).elsewhere).toBeUndefined();
    const [twin] = tried.twins;
    expect(twin?.run.schedule.map(({ at }) => at)).toEqual([16]);
    expect(twin?.again).toEqual({ backend: 'process', runs: 4, broken: [{ property, runs: 4 }] });
    // The plays of the whole schedule are not attempts to make it smaller.
    const attempts = made.played.length - 4;
    expect(twin?.shrunkFrom).toEqual({
      entries: 40,
      digest: failure.run.digest,
      property,
      attempts,
    });
  });

  test('is only counted where it breaks in half of the plays or fewer', async () => {
    const made = given({ breaks: (_of, play) => play % 2 === 0 });
    const { runs, properties, twins } = await tryAgain(failure, property, made);
    expect({ runs, fail: properties[0]?.fail, twins }).toEqual({ runs: 4, fail: 2, twins: [] });
    expect(made.played).toHaveLength(4);
  });

  test('is made smaller only to what breaks about as often as it does itself', async () => {
    const rare = given({ plays: 5, breaks: (of, play) => of.length === 40 || play % 5 < 3 });
    expect((await tryAgain(failure, property, rare)).twins).toEqual([]);
    // The whole one breaks in three of five as well.
    const both = given({ plays: 5, breaks: (_of, play) => play % 5 < 3 });
    const [twin] = (await tryAgain(failure, property, both)).twins;
    expect(twin?.again?.broken).toEqual([{ property, runs: 3 }]);
  });

  test('has no twin where nothing smaller breaks', async () => {
    const { twins } = await tryAgain(
      failure,
      property,
      given({ breaks: (of) => of.length === 40 }),
    );
    expect(twins).toEqual([]);
  });

  test.each([
    ['the time is over', { forMs: 0 }],
    ['it is broken off', { aborted: () => true }],
  ])('is played again, but not made smaller, where %s', async (_name, more) => {
    const made = given(more);
    const { runs, twins } = await tryAgain(failure, property, made);
    expect({ runs, twins, played: made.played.length }).toEqual({ runs: 4, twins: [], played: 4 });
  });

  test('is tried first without what comes after the moments that broke it', async () => {
    const made = given({ lanes: 1, forMs: 500 });
    await tryAgain(happening(20, 11), property, made);
    expect(made.played[4]?.map((entry) => entry.at).at(-1)).toBe(20);
    const unnamed = given({ lanes: 1, forMs: 500 });
    await tryAgain(happening(), property, unnamed);
    expect(unnamed.played[4]).toEqual([]);
  });

  test('has time from the moment on at which its rate is known', async () => {
    const { twins } = await tryAgain(failure, property, given({ forMs: 500 }));
    expect(twins[0]?.run.schedule.length).toBeLessThan(40);
  });

  test('keeps its rate and what was confirmed where a later round cannot be played, and says so', async () => {
    const said: string[] = [];
    const made = given();
    let rounds = 0;
    const tried = await tryAgain(failure, property, {
      ...made,
      onTrouble: (error) => said.push(String(error)),
      play: async (schedules, injectMs) => {
        rounds += 1;
        if (rounds > 3) throw new Error('no port is free');
        return await made.play(schedules, injectMs);
      },
    });
    expect(said).toEqual(['Error: no port is free']);
    expect({ runs: tried.runs, rounds }).toEqual({ runs: 4, rounds: 4 });
    expect(tried.twins[0]?.again?.broken).toEqual([{ property, runs: 4 }]);
  });

  describe('that happened early in a long run', () => {
    const late = [{ at: 9_000, client: 0, operation: 'put', args: {} }];
    const { run } = happening(20);
    const long: RunFile = {
      ...failure,
      run: {
        ...run,
        schedule: [...schedule, ...late],
        scenario: { ...run.scenario, injectMs: 90_000 },
      },
    };

    test('is made smaller in runs that end soon behind it', async () => {
      const made = given();
      const { twins } = await tryAgain(long, property, made);
      expect(made.lengths.slice(0, 4)).toEqual([90_000, 90_000, 90_000, 90_000]);
      expect(new Set(made.lengths.slice(4))).toEqual(new Set([2_020]));
      expect(twins[0]?.run.schedule.map(({ at }) => at)).toEqual([16]);
      expect(twins[0]?.shrunkFrom).toMatchObject({
        entries: 41,
        injectMs: 90_000,
        attempts: made.played.length - 4,
      });
    });

    test('is made smaller in runs as long as it was, where it needs what is behind', async () => {
      const made = given({ breaks: (_of, _play, injectMs) => injectMs === 90_000 });
      const { twins } = await tryAgain(long, property, made);
      expect(made.lengths.filter((of) => of === 2_020)).toHaveLength(4);
      expect(twins[0]?.run.schedule).toEqual([]);
      expect(twins[0]?.shrunkFrom).not.toHaveProperty('injectMs');
    });

    test('has no twin where it breaks too seldom so, and nothing smaller does', async () => {
      const same = { ...long, run: { ...long.run, schedule } };
      const made = given({
        breaks: (of, play, injectMs) =>
          of.length === 40 && (injectMs === 90_000 ? play < 4 : play === 4),
      });
      expect((await tryAgain(same, property, made)).twins).toEqual([]);
      expect(made.lengths.filter((of) => of === 2_020)).toHaveLength(4);
    });

    test('is at least shorter, where nothing smaller breaks', async () => {
      const made = given({ breaks: (of) => of.length >= 40 });
      const [twin] = (await tryAgain(long, property, made)).twins;
      expect(twin?.run.schedule).toEqual(schedule);
      expect(twin?.shrunkFrom).toMatchObject({ injectMs: 90_000 });
      expect(twin?.again).toEqual({ backend: 'process', runs: 4, broken: [{ property, runs: 4 }] });
    });
  });
});
