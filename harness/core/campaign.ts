/** Many runs, summed up: what the last lines, `--json` and the report show. */
import type { Ms } from './cluster.ts';
import { isFaulty, type Counts } from './counts.ts';
import type { BackendName, Mutant } from './run.ts';
import type { Property } from './property.ts';

export type PropertyTally = Counts & {
  readonly property: string;
  readonly kind: Property['kind'];
  readonly guarantee: string;
  readonly source: string;
};

/** Of so many runs, how many may not show whether what has to happen did: more says too little of the machine or of the bound. */
const unknownOneIn = 10;

/** What a property came to over all runs. A property that no run put to the test has proven nothing. */
export const stateOf = (tally: PropertyTally): 'broken' | 'inconclusive' | 'held' => {
  if (tally.fail > 0) return 'broken';
  return tally.tested === 0 || isTooOftenUnknown(tally) || isFaulty(tally)
    ? 'inconclusive'
    : 'held';
};

/** Stalls of the machine make liveness unknown, so a campaign of nothing but stalls must not pass. */
const isTooOftenUnknown = ({ kind, pass, fail, unknown }: PropertyTally): boolean =>
  kind === 'liveness' && unknown * unknownOneIn > pass + fail + unknown;

export type WorldTally = {
  readonly backend: BackendName;
  readonly runs: number;
  /** Of the cluster's own time. */
  readonly simulatedMs: Ms;
  readonly wallMs: Ms;
  /** Faults that bit, of all that were wanted: one that waited in vain counts. */
  readonly faults: number;
  readonly faultsBit: number;
  /** Why the first fault that did nothing did so. */
  readonly noEffect?: string | undefined;
  /** One line for a reader: shapes, or why there were no runs. */
  readonly note: string;
};

export type FailureSummary = {
  readonly property: string;
  readonly scenario: string;
  readonly backend: BackendName;
  readonly seed: number;
  readonly index: number;
  readonly summary: string;
  /** The run file. */
  readonly file: string;
  readonly digest: string;
  /** The line that shows it again. */
  readonly replay: string;
};

export type CampaignSummary = {
  readonly title: string;
  readonly seed: number;
  readonly ok: boolean;
  readonly worlds: readonly WorldTally[];
  readonly properties: readonly PropertyTally[];
  readonly failures: readonly FailureSummary[];
  /** What was planted before the campaign, whether or not it was found. */
  readonly mutants?: readonly Pick<Mutant, 'id' | 'title'>[];
  /** Why not all of it was run, where it was not: each a clause, such as `the campaign was interrupted`. */
  readonly unfinished?: readonly string[];
  /** Over all runs in order. */
  readonly digest: string;
  readonly wallMs: Ms;
  readonly simulatedMs: Ms;
  readonly version: string;
  readonly commit: string;
  readonly platform: string;
  /** RFC 3339. */
  readonly startedAt: string;
};
