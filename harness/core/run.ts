/** One run and the file it is saved as. */
import type { JsonObject } from './json.ts';
import type { Ms } from './cluster.ts';
import { counted, grouped, spoken } from './figures.ts';
import type { History } from './history.ts';
import type { Verdict } from './property.ts';
import type { Scenario } from './scenario.ts';
import type { Schedule } from './schedule.ts';

export type BackendName = 'sim' | 'process' | 'docker';

export type Judged = {
  readonly property: string;
  readonly guarantee: string;
  readonly source: string;
} & Verdict;

/** A planted bug: patches of sources, each `find` occurring exactly once. */
export type Mutant = {
  readonly id: string;
  readonly title: string;
  readonly source: string;
  readonly expect: readonly string[];
  readonly patches: readonly {
    readonly file: string;
    readonly find: string;
    readonly replace: string;
  }[];
};

export type Run = {
  readonly scenario: Scenario;
  /** The campaign's seed and the run's number in it, from 0. */
  readonly seed: number;
  readonly index: number;
  readonly backend: BackendName;
  /** As drawn (and, in a shrunk failure, as shrunk). */
  readonly schedule: Schedule;
  /** The seed of the world's chances, where it is not the campaign's: a smaller schedule may need others to break the same. */
  readonly chanceSeed?: number | undefined;
  /** fast-check's path to it, where fast-check drew it. */
  readonly path: string | undefined;
  readonly history: History;
  readonly verdicts: readonly Judged[];
  /** Over every event, hexadecimal. Live worlds: over the schedule as drawn only. */
  readonly digest: string;
  readonly simulatedMs: Ms;
};

/** A failure's schedule, tried in another world, or once more in its own: so many runs, under the chances of that world. */
export type RetryRate = {
  readonly backend: BackendName;
  readonly runs: number;
  /** In how many of them a property broke that had broken before; of a smaller schedule, the one that it was made smaller for. */
  readonly broken: readonly { readonly property: string; readonly runs: number }[];
  /** The line that shows one of those again; left out where none broke. */
  readonly replay?: string;
};

const places = {
  sim: 'in the simulator',
  process: 'on real processes',
  docker: 'on containers',
} as const;

/** `on containers: broken in 2 of 3 runs`, for a property that was counted; for another one `undefined`. */
export const rateWords = (
  { backend, runs, broken }: RetryRate,
  property: string,
): string | undefined => {
  const times = broken.find((of) => of.property === property)?.runs;
  if (times === undefined) return undefined;
  const all = counted(runs, 'run');
  const what = times === 0 ? `not broken in ${all}` : `broken in ${times} of ${all}`;
  return `${places[backend]}: ${what}`;
};

type Smaller = Pick<Run, 'schedule' | 'chanceSeed'> & {
  readonly scenario: Pick<Scenario, 'injectMs'>;
};

/** `9 entries of a schedule of 1.9 s, from 3,746 of 90 s`, of a failure that was made smaller and what it was before. */
export const sizeWords = (
  { schedule, scenario, chanceSeed }: Smaller,
  before: { readonly entries: number; readonly injectMs?: Ms },
): string => {
  const [now, then] =
    before.injectMs === undefined
      ? ['', '']
      : [` of ${spoken(scenario.injectMs)}`, ` of ${spoken(before.injectMs)}`];
  const entries = counted(schedule.length, 'entry', 'entries');
  const chances = chanceSeed === undefined ? '' : ', under other chances';
  return `${entries} of a schedule${now}, from ${grouped(before.entries)}${then}${chances}`;
};

/** The same, with what that took; `undefined` where none was tried to be made smaller. */
export const smallerWords = ({
  run,
  shrunkFrom,
  unshrunk,
}: Pick<RunFile, 'shrunkFrom' | 'unshrunk'> & { readonly run: Smaller }): string | undefined => {
  if (unshrunk !== undefined) return `not made smaller: ${unshrunk}`;
  if (shrunkFrom === undefined) return undefined;
  const { attempts, complete } = shrunkFrom;
  const more =
    complete === false
      ? '; not all smaller ones were tried: a longer --shrink-time tries more'
      : '';
  return `${sizeWords(run, shrunkFrom)}; found so in ${counted(attempts, 'attempt')}${more}`;
};

/** What a run broke: first what its file is there to show, where it says so. */
export const brokenIn = ({
  run,
  shownFor,
  shrunkFrom,
}: Pick<RunFile, 'shownFor' | 'shrunkFrom'> & {
  readonly run: Pick<Run, 'verdicts'>;
}): readonly Broken[] => {
  const broken = run.verdicts.filter((judged) => judged.verdict === 'fail');
  const first = shownFor ?? shrunkFrom?.property;
  return [
    ...broken.filter(({ property }) => property === first),
    ...broken.filter(({ property }) => property !== first),
  ];
};

export type Broken = Extract<Judged, { readonly verdict: 'fail' }>;

export const runFileSchema = 'schism/run-file@1';

/** What is saved, and what the report carries. */
export type RunFile = {
  readonly schema: typeof runFileSchema;
  readonly schism: {
    readonly version: string;
    readonly commit: string;
    readonly node: string;
    readonly platform: string;
  };
  readonly run: Run;
  readonly mutants: readonly Mutant[];
  /** The resolved configuration of the nodes. */
  readonly configuration: JsonObject;
  /** Per node, the last lines of its log. */
  readonly logs: Readonly<Record<string, readonly string[]>>;
  /** Where this failure was made smaller: what it was before. */
  readonly shrunkFrom:
    | {
        readonly entries: number;
        /** For how long its faults and its workload went on; left out where that is no other time now. */
        readonly injectMs?: Ms;
        readonly digest: string;
        /** The property that it still breaks; what else it breaks now, it may not have broken before. */
        readonly property?: string;
        readonly attempts: number;
        /** `false` where smaller ones were left to try when its time, or its number of attempts, was up. */
        readonly complete?: boolean;
      }
    | undefined;
  /** Where it was to be made smaller and could not be: why. */
  readonly unshrunk?: string;
  /** Of a failure that was tried in another world. */
  readonly elsewhere?: RetryRate;
  /** Of a live failure that was played again where it was found. */
  readonly again?: RetryRate;
  /** The property that it shows, where the same run shows another one in a file of the plain name. */
  readonly shownFor?: string;
  /** Of a run that tries another world's failure, or is a smaller form of one: that one. */
  readonly scheduleOf?: Pick<Run, 'backend' | 'index'>;
  /** The line that shows it again. */
  readonly replay: string;
  /** Wall-clock, RFC 3339. Not part of any digest. */
  readonly savedAt: string;
};
