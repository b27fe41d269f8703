import type { Verdict } from './property.ts';

/** What one property came to over some runs. */
export type Counts = {
  /** Runs by verdict; of those that passed, in how many the property was really put to the test. */
  readonly pass: number;
  readonly tested: number;
  readonly fail: number;
  readonly unknown: number;
  /** Of the unknown ones, those that the property itself is to blame for. */
  readonly faulty?: number;
  /** What was missing in the first run that was `unknown`, or in the first faulty one. */
  readonly missing: string | undefined;
  /** Why the first run that passed without putting it to the test did not do so. */
  readonly untested?: string | undefined;
};

export const noCounts: Counts = { pass: 0, tested: 0, fail: 0, unknown: 0, missing: undefined };

/** Of runs that follow each other. */
export const added = (before: Counts, more: Counts): Counts => ({
  pass: before.pass + more.pass,
  tested: before.tested + more.tested,
  fail: before.fail + more.fail,
  unknown: before.unknown + more.unknown,
  ...faultyIn((before.faulty ?? 0) + (more.faulty ?? 0)),
  missing: isFaulty(more) && !isFaulty(before) ? more.missing : (before.missing ?? more.missing),
  untested: before.untested ?? more.untested,
});

/** With one run more. */
export const counting = (counts: Counts, judged: Verdict): Counts => added(counts, ofOne(judged));

const ofOne = (judged: Verdict): Counts => {
  switch (judged.verdict) {
    case 'pass': {
      const { tested, because } = judged;
      return {
        ...noCounts,
        pass: 1,
        tested: tested ? 1 : 0,
        ...(!tested && { untested: because }),
      };
    }
    case 'fail':
      return { ...noCounts, fail: 1 };
    case 'unknown': {
      const { missing, faulty } = judged;
      return { ...noCounts, unknown: 1, missing, ...faultyIn(faulty === true ? 1 : 0) };
    }
  }
};

const faultyIn = (runs: number): Pick<Counts, 'faulty'> => (runs === 0 ? {} : { faulty: runs });

/** A property that fails itself, be it in one run, is no judge. */
export const isFaulty = ({ faulty = 0 }: Counts): boolean => faulty > 0;
