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
  /** What was missing in the first run that was `unknown`. */
  readonly missing: string | undefined;
  /** Why the first run that passed without putting it to the test did not do so. */
  readonly untested?: string | undefined;
};

export const noCounts: Counts = { pass: 0, tested: 0, fail: 0, unknown: 0, missing: undefined };

/** With one run more. */
export const counting = (counts: Counts, judged: Verdict): Counts => {
  switch (judged.verdict) {
    case 'pass':
      return {
        ...counts,
        pass: counts.pass + 1,
        tested: counts.tested + (judged.tested ? 1 : 0),
        untested: counts.untested ?? (judged.tested ? undefined : judged.because),
      };
    case 'fail':
      return { ...counts, fail: counts.fail + 1 };
    case 'unknown':
      return {
        ...counts,
        unknown: counts.unknown + 1,
        ...faultyIn((counts.faulty ?? 0) + (judged.faulty === true ? 1 : 0)),
        missing: counts.missing ?? judged.missing,
      };
  }
};

/** Of runs that follow each other. */
export const added = (before: Counts, more: Counts): Counts => ({
  pass: before.pass + more.pass,
  tested: before.tested + more.tested,
  fail: before.fail + more.fail,
  unknown: before.unknown + more.unknown,
  ...faultyIn((before.faulty ?? 0) + (more.faulty ?? 0)),
  missing: before.missing ?? more.missing,
  untested: before.untested ?? more.untested,
});

const faultyIn = (runs: number): Pick<Counts, 'faulty'> => (runs === 0 ? {} : { faulty: runs });
