import { liveBackend } from '../../backends/live-backend.ts';
import { replayInSim } from '../../campaign/replay.ts';
import { defaultLimits } from '../../conduct/plan.ts';
import { brokenIn, type Run, type RunFile } from '../../core/run.ts';
import { UsageError } from '../../core/usage-error.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import type { Planting, Registry, TargetEntry } from '../registry.ts';
import { readRunFiles } from '../run-file.ts';
import { strangeIn } from '../strange-names.ts';
import { brokenBy } from '../run/elsewhere.ts';
import { playLive } from '../run/live-world.ts';
import { printStory } from '../run/print.ts';
import { commitOf } from '../run/saving.ts';
import { liveOf, requireDocker } from '../run/worlds.ts';

type Again = { readonly run: Run; readonly problem: string | undefined };

export type ReplayOptions = {
  readonly file: string;
  /** Bugs to plant instead of those that the run was saved with. */
  readonly mutants: string | undefined;
};

/** `schism replay`: carries a saved run out again, and says whether it was the same. Exit code 1 where it breaks again. */
export const replay = async (
  registry: Registry,
  io: Io,
  { file, mutants }: ReplayOptions,
): Promise<ExitCode> => {
  const [saved, ...more] = readRunFiles(file, (text) => registry.runFilesOfReport(text));
  if (saved === undefined) throw new UsageError(`${file} holds no run`);
  if (more.length > 0) {
    const { scenario, backend, index } = saved.run;
    io.err(
      `${file} holds ${more.length + 1} runs; this is the first of them, ${scenario.name} on ${backend}, run ${index}. The others have run files of their own.`,
    );
  }
  const entry = registry.targets.get(saved.run.scenario.target);
  if (entry === undefined) {
    throw new UsageError(
      `${file} is a run of target ${saved.run.scenario.target}, which is not registered here`,
    );
  }
  const { schedule, scenario } = saved.run;
  const strange = strangeIn(schedule, { target: entry.target, shape: scenario.shape });
  if (strange !== undefined) throw new UsageError(`${file} is damaged: ${strange}`);
  const planting = plantingFor(saved, mutants, registry);
  const again = await carriedOut(saved, { registry, io, entry, planting }).catch(
    (thrown: unknown) => {
      if (!io.signal.aborted) throw thrown;
    },
  );
  if (again === undefined || io.signal.aborted) return exitCodes.interrupted;
  const { run } = again;
  for (const verdict of brokenIn({ ...saved, run }))
    printStory({ ...saved, run, shrunkFrom: undefined }, verdict, { io });
  if (again.problem !== undefined) io.out(`  ${again.problem}`);
  const unheardOf = brokenBy(saved).filter((property) => !registry.properties.has(property));
  for (const property of unheardOf)
    io.err(
      `the run was saved as breaking ${property}, which this schism does not know: whether it does so again cannot be said`,
    );
  const code =
    saved.run.backend === 'sim'
      ? sayDigest(saved, again, { io, othersPlanted: mutants !== undefined })
      : sayVerdict(saved, again, io);
  return code === exitCodes.pass && unheardOf.length > 0 ? exitCodes.inconclusive : code;
};

const plantingFor = (
  saved: RunFile,
  mutants: string | undefined,
  registry: Registry,
): Planting | undefined => {
  if (mutants !== undefined) return registry.plant(mutants);
  return saved.mutants.length === 0 ? undefined : registry.plantAgain(saved.mutants);
};

const carriedOut = async (
  saved: RunFile,
  given: {
    readonly registry: Registry;
    readonly io: Io;
    readonly entry: TargetEntry;
    readonly planting: Planting | undefined;
  },
): Promise<Again> => {
  const { registry, io, entry, planting } = given;
  const { run } = saved;
  if (run.backend === 'sim') {
    if (entry.sim === undefined)
      throw new UsageError(`target ${entry.target.name} has no simulator here`);
    return await replayInSim({
      target: entry.sim,
      properties: registry.propertiesModule,
      draw: registry.drawModule,
      limits: defaultLimits,
      run,
      signal: io.signal,
      ...(planting === undefined ? {} : { execArgv: planting.nodeOptions, env: planting.env }),
    });
  }
  // Here is no other --backend to choose.
  if (entry[run.backend] === undefined)
    throw new UsageError(`target ${entry.target.name} cannot run on ${run.backend} here`);
  if (run.backend === 'docker') await requireDocker();
  return await playLive(
    {
      backend: liveBackend(run.backend),
      target: entry.target,
      live: await liveOf({ entry, planting, io }, run.backend),
      properties: registry.properties,
      seed: run.seed,
      signal: io.signal,
    },
    run,
  );
};

/** Why a saved simulated run went another way, as far as the commits say. A commit with a `+` stands for changes that it does not hold. */
export const whyAnother = (saved: string, here: string): string => {
  if (saved === 'none') return 'it is not known at which commit it was saved';
  if (saved === here && !here.endsWith('+'))
    return `it was saved at this very commit, ${saved}: from the same sources this must not be, and is a bug of schism; please report it with the run file`;
  return `it was saved at commit ${saved}, and this is ${here}; other sources make other runs`;
};

const sayDigest = (
  saved: RunFile,
  again: Again,
  { io, othersPlanted }: { readonly io: Io; readonly othersPlanted: boolean },
): ExitCode => {
  const here = commitOf(import.meta.dirname);
  const same = saved.run.digest === again.run.digest;
  const broken = brokenBy(again);
  if (same) io.out(`same digest ${again.run.digest}: this was the same run to the bit`);
  else {
    io.out(`another digest: ${again.run.digest} instead of ${saved.run.digest}`);
    io.out(
      othersPlanted
        ? 'other bugs are planted than it was saved with'
        : whyAnother(saved.schism.commit, here),
    );
    for (const line of fates(brokenBy(saved), again.run)) io.out(line);
  }
  if (broken.length > 0 || again.problem !== undefined) return exitCodes.violated;
  return same ? exitCodes.pass : exitCodes.inconclusive;
};

/** What became of those that were broken before and are not now. */
export const fates = (
  before: readonly string[],
  { verdicts }: Pick<Run, 'verdicts'>,
): readonly string[] =>
  before.flatMap((name) => {
    const now = verdicts.find(({ property }) => property === name);
    switch (now?.verdict) {
      case undefined:
      case 'fail':
        return [];
      case 'pass':
        return [
          `${name} held this time${now.tested ? '' : ', but was not put to the test'}: ${now.because}`,
        ];
      case 'unknown':
        return [`${name} is unknown this time: ${now.missing}`];
    }
  });

/** Properties that broke before and now, in words. */
export const compared = (
  before: readonly string[],
  now: readonly string[],
): { readonly same: boolean; readonly text: string } => {
  const named = (names: readonly string[], what: string): readonly string[] =>
    names.length === 0 ? [] : [`${names.join(', ')} ${what}`];
  const again = named(
    before.filter((name) => now.includes(name)),
    'broken again',
  );
  const different = [
    ...named(
      now.filter((name) => !before.includes(name)),
      'broken besides',
    ),
    ...named(
      before.filter((name) => !now.includes(name)),
      'not broken this time',
    ),
  ];
  return different.length === 0
    ? { same: true, text: `same verdict: ${again[0] ?? 'nothing broken'}` }
    : { same: false, text: `another verdict: ${[...again, ...different].join('; ')}` };
};

/** What a live seed replays is the schedule: the same verdict is all that can be asked for. */
const sayVerdict = (saved: RunFile, again: Again, io: Io): ExitCode => {
  const now = brokenBy(again);
  const { same, text } = compared(brokenBy(saved), now);
  io.out(text);
  for (const line of fates(brokenBy(saved), again.run)) io.out(line);
  if (now.length > 0 || again.problem !== undefined) return exitCodes.violated;
  return same ? exitCodes.pass : exitCodes.inconclusive;
};
