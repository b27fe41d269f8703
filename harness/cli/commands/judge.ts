import { UsageError } from '../../core/usage-error.ts';
import { judgeRun } from '../../judge.ts';
import { stateOf } from '../../core/campaign.ts';
import type { Judged, RunFile } from '../../core/run.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import type { Registry } from '../registry.ts';
import { readRunFiles } from '../run-file.ts';
import { printStory } from '../run/print.ts';
import { talliesOf } from '../run/world-result.ts';

/** A saved run with the verdicts that today's properties give it. */
export const judgedAgain = (file: RunFile, registry: Registry): RunFile => {
  const { scenario, history } = file.run;
  const verdicts = [
    ...judgeRun(history, [...registry.properties.values()], scenario.properties),
    ...unknownHere(file, registry),
  ];
  return { ...file, run: { ...file.run, verdicts } };
};

/** What a run was to be judged by, or failed by, that nobody knows here: a property of a test, say. It is named, not passed over. */
const unknownHere = ({ run }: RunFile, { properties }: Registry): readonly Judged[] => {
  const before = new Map(run.verdicts.map((verdict) => [verdict.property, verdict]));
  const names = new Set([...run.scenario.properties, ...before.keys()]);
  return [...names]
    .filter((name) => !properties.has(name))
    .map((property) => {
      const { guarantee = '', source = '', verdict } = before.get(property) ?? {};
      const said = verdict === undefined ? '' : `; the run was saved with the verdict ${verdict}`;
      const missing = `this schism knows no property of that name, so it cannot be judged again${said}`;
      return { property, guarantee, source, verdict: 'unknown', missing };
    });
};

/** `schism judge`: judges a saved history again, without a cluster. */
export const judge = (registry: Registry, io: Io, file: string): ExitCode => {
  const files = readRunFiles(file, (text) => registry.runFilesOfReport(text)).map((saved) =>
    judgedAgain(saved, registry),
  );
  if (files.length === 0) throw new UsageError(`${file} holds no run`);
  for (const saved of files) {
    const { scenario, backend, index, verdicts } = saved.run;
    io.out(io.colors.bold(`${scenario.name} on ${backend}, run ${index}`));
    for (const verdict of verdicts) {
      if (verdict.verdict === 'fail') printStory(saved, verdict, { io });
      else if (verdict.verdict === 'unknown')
        io.out(`  unknown  ${verdict.property}: ${verdict.missing}`);
      else
        io.out(
          `  held     ${verdict.property}${verdict.tested ? '' : ` (not put to the test: ${verdict.because})`}`,
        );
    }
  }
  const tallies = talliesOf(
    files.map(({ run }) => run),
    registry.properties,
  );
  if (tallies.some((tally) => stateOf(tally) === 'broken')) return exitCodes.violated;
  const open = tallies.some((tally) => tally.unknown > 0 || stateOf(tally) !== 'held');
  return open ? exitCodes.inconclusive : exitCodes.pass;
};
