import {
  stateOf,
  type CampaignSummary,
  type PropertyTally,
  type WorldTally,
} from '../../core/campaign.ts';
import { counted, grouped, spoken } from '../../core/figures.ts';
import { momentWords } from '../../core/property.ts';
import {
  rateWords,
  sizeWords,
  smallerWords,
  type RetryRate,
  type Judged,
  type RunFile,
} from '../../core/run.ts';
import type { Io } from '../io.ts';
import { brokenBy } from './elsewhere.ts';
import type { WorldResult } from './world-result.ts';

/** What was meant to be done to the cluster, and how much of it was felt. */
const bitWords = ({ faults, faultsBit }: WorldTally): string =>
  faults === 0 ? 'no faults' : `${grouped(faultsBit)} of ${counted(faults, 'fault')} bit`;

/** A line for each world. */
export const printWorlds = (summary: CampaignSummary, io: Io): void => {
  for (const world of summary.worlds) {
    const runs = world.runs === 0 ? '' : counted(world.runs, 'run');
    const time =
      world.backend === 'sim'
        ? `${spoken(world.simulatedMs)} of cluster time in ${spoken(world.wallMs)}`
        : '';
    const faults = world.runs === 0 ? '' : bitWords(world);
    const text = [time, world.note, faults].filter((part) => part !== '').join(', ');
    io.out(
      world.runs === 0
        ? `${world.backend.padEnd(8)} ${world.note}`
        : `${world.backend.padEnd(8)} ${runs.padStart(11)}  ${text}`,
    );
    if (world.faults > 0 && world.faultsBit === 0) {
      const why = world.noEffect === undefined ? '' : `; of the first: ${world.noEffect}`;
      io.out(
        `         ${io.colors.yellow('warning')}: no fault did anything on ${world.backend}, so little was put to the test${why}`,
      );
    }
  }
};

const plantedMax = 5;

/** The bugs that were planted: what held held with them, and what broke may be theirs. */
const printPlanted = ({ mutants = [] }: CampaignSummary, io: Io): void => {
  for (const { id, title } of mutants.slice(0, plantedMax)) io.out(`planted  ${id} (${title})`);
  if (mutants.length > plantedMax) io.out(`         and ${mutants.length - plantedMax} more bugs`);
};

/** Where no run put it to the test: what was lacking. */
const whyNot = ({ tested, untested }: PropertyTally): string =>
  tested > 0 || untested === undefined ? '' : ` (${untested})`;

/** A line for each property, and what is unknown where something is. */
export const printProperties = (summary: CampaignSummary, io: Io): void => {
  const { colors } = io;
  const width = Math.max(...summary.properties.map(({ property }) => property.length), 10) + 2;
  for (const tally of summary.properties) {
    const state = stateOf(tally);
    const runs = tally.pass + tally.fail + tally.unknown;
    const paint = state === 'held' ? colors.green : state === 'broken' ? colors.red : colors.yellow;
    const held =
      state === 'broken'
        ? `broken in ${grouped(tally.fail)} of ${counted(runs, 'run')}`
        : `${counted(runs, 'run')}, put to the test in ${grouped(tally.tested)}${whyNot(tally)}`;
    const unknown =
      tally.unknown === 0 ? '' : `, unknown in ${grouped(tally.unknown)} (${tally.missing ?? ''})`;
    io.out(`  ${paint(state.padEnd(12))}  ${tally.property.padEnd(width)}${held}${unknown}`);
  }
};

/** What broke, as a story: the sentence, then the moments in their order. */
export const printStory = (
  file: RunFile,
  failed: Extract<Judged, { readonly verdict: 'fail' }>,
  { io, twins = [] }: { readonly io: Io; readonly twins?: readonly RunFile[] },
): void => {
  const { colors } = io;
  const { run, elsewhere, again } = file;
  const zero = run.history.phases.injectAt;
  io.out(
    `  ${colors.red(colors.bold('BROKEN'))} ${colors.bold(failed.property)}  ${run.scenario.name} on ${run.backend}, ${counted(run.scenario.shape.managers, 'manager')}, run ${run.index}`,
  );
  io.out(`         ${failed.summary}`);
  io.out('');
  failed.moments.forEach((moment, place) => {
    io.out(`         ${String(place + 1).padStart(2)}  ${momentWords(moment, zero)}`);
  });
  const rate = (what: string, of: RetryRate | undefined): readonly string[] => {
    const words = of === undefined ? undefined : rateWords(of, failed.property);
    return words === undefined ? [] : [`${what} ${words}`];
  };
  const smaller = smallerWords(file);
  const notes = [
    ...(smaller === undefined ? [] : [smaller]),
    ...rate('the same schedule', elsewhere),
    ...rate('the same schedule again', again),
    ...twins.flatMap((twin) => {
      const there = twin.run.backend === run.backend ? '' : ' there';
      const size = sizeWords(twin.run, twin.shrunkFrom ?? { entries: run.schedule.length });
      return rate(`made smaller${there}, ${size};`, twin.elsewhere ?? twin.again);
    }),
  ];
  if (notes.length > 0) io.out('');
  for (const note of notes) io.out(`         ${note}`);
};

/** What a campaign came to, for people. */
export const printCampaign = (given: {
  readonly summary: CampaignSummary;
  readonly worlds: readonly WorldResult[];
  readonly report: string;
  readonly io: Io;
  readonly seed: number;
}): void => {
  const { summary, worlds, report, io, seed } = given;
  printWorlds(summary, io);
  printPlanted(summary, io);
  io.out('');
  const told = new Set<string>();
  for (const { broken } of worlds) {
    for (const { property, summary: text, file, twins = [], scenario, index } of broken) {
      if (told.has(property)) continue;
      told.add(property);
      const verdict = file?.run.verdicts.find((of) => of.property === property);
      if (file !== undefined && verdict?.verdict === 'fail')
        printStory(file, verdict, { io, twins });
      else io.out(`  ${io.colors.red('BROKEN')} ${property}  ${scenario}, run ${index}: ${text}`);
      // Of what ended its thread there is no file, but a line all the same.
      const again = file ?? summary.failures.find((of) => of.property === property);
      if (again !== undefined) io.out(`replay   ${again.replay}`);
      for (const twin of twins)
        if (brokenBy(twin).includes(property))
          io.out(`${twin.run.backend.padEnd(9)}${twin.replay}`);
      io.out('');
    }
  }
  printProperties(summary, io);
  io.out(`seed      ${seed}`);
  io.out(`report    ${report}`);
};
