import type { PropertyTally, WorldTally } from '../../core/campaign.ts';
import { added, counting, noCounts } from '../../core/counts.ts';
import type { Property } from '../../core/property.ts';
import type { Run, RunFile } from '../../core/run.ts';

/** Something that broke, with the run that shows it. */
export type Broken = {
  /** A property; or `problem`, `nondeterministic`, `worker-died`, where a run could not be judged. */
  readonly property: string;
  readonly scenario: string;
  readonly index: number;
  readonly summary: string;
  readonly digest: string;
  /** The run as it is saved; `undefined` where it killed what ran it. Only the first of each property has one. */
  readonly file: RunFile | undefined;
  /** Runs that broke the same where its schedule was tried elsewhere; those of the simulator are made smaller. */
  readonly twins?: readonly RunFile[];
};

/** What one world came to. */
export type WorldResult = {
  readonly tally: WorldTally;
  readonly properties: readonly PropertyTally[];
  readonly broken: readonly Broken[];
  /** Over all runs in order. */
  readonly digest: string;
  /** Runs worth a picture although nothing broke in them. */
  readonly shown: readonly RunFile[];
  readonly interrupted: boolean;
  /** The environment failed, at its beginning or in the middle. */
  readonly failed?: boolean;
};

/** What runs of one world come to together, whatever was judged of them. */
export const figuresOf = (
  runs: readonly Pick<Run, 'history' | 'simulatedMs'>[],
): Pick<WorldTally, 'runs' | 'simulatedMs' | 'faults' | 'faultsBit' | 'noEffect'> => {
  const faults = runs.flatMap(({ history }) => history.faults);
  return {
    runs: runs.length,
    simulatedMs: runs.reduce((sum, { simulatedMs }) => sum + simulatedMs, 0),
    faults: faults.length,
    faultsBit: faults.filter(({ evidence }) => evidence.bit).length,
    noEffect: faults.find(({ evidence }) => !evidence.bit)?.evidence.text,
  };
};

/** What the properties came to over all of some runs; added to what was known before. A property that nobody knows is one of safety. */
export const talliesOf = (
  runs: readonly Pick<Run, 'verdicts'>[],
  properties: ReadonlyMap<string, Pick<Property, 'kind'>>,
  before: readonly PropertyTally[] = [],
): readonly PropertyTally[] => {
  const tallies = new Map(before.map((tally) => [tally.property, tally]));
  for (const verdict of runs.flatMap(({ verdicts }) => verdicts)) {
    const { property, guarantee, source } = verdict;
    const { kind } = properties.get(property) ?? { kind: 'safety' };
    const tally = tallies.get(property) ?? { property, kind, guarantee, source, ...noCounts };
    tallies.set(property, { ...tally, ...counting(tally, verdict) });
  }
  return [...tallies.values()];
};

/** Adds up what several worlds say of the same properties. */
export const summed = (worlds: readonly WorldResult[]): readonly PropertyTally[] => {
  const sums = new Map<string, PropertyTally>();
  for (const { properties } of worlds) {
    for (const tally of properties) {
      const before = sums.get(tally.property);
      sums.set(
        tally.property,
        before === undefined ? tally : { ...before, ...added(before, tally) },
      );
    }
  }
  return [...sums.values()];
};

/** The lines of logs, the versions and everything else that a run is saved with. */
export type Saving = {
  save(
    run: Run,
    extra: Pick<RunFile, 'logs' | 'shrunkFrom' | 'unshrunk' | 'scheduleOf' | 'shownFor'>,
  ): RunFile;
};
