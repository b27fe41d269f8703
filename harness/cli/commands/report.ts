import { readFileSync, realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { stateOf, type CampaignSummary } from '../../core/campaign.ts';
import type { BackendName, RunFile } from '../../core/run.ts';
import { UsageError } from '../../core/usage-error.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import type { Registry } from '../registry.ts';
import { writeWhole } from '../output.ts';
import { quoted } from '../quoted.ts';
import { readRunFiles } from '../run-file.ts';
import { platformText, shortest } from '../run/saving.ts';
import { figuresOf, talliesOf } from '../run/world-result.ts';
import { judgedAgain } from './judge.ts';

/** `schism report`: draws saved runs again. */
export const report = (
  registry: Registry,
  io: Io,
  { files, out }: { readonly files: readonly string[]; readonly out: string },
): ExitCode => {
  refuseToReplace(out, files);
  const runs = files.flatMap((file) => readAndNamed(file, registry));
  if (runs.length === 0) throw new UsageError('no run to draw: name run files');
  const again = runs.map((file) => judgedAgain(file, registry));
  writeWhole(out, registry.draw(summaryOf(again, registry), failuresFirst(again)));
  io.out(`report    ${out}`);
  return exitCodes.pass;
};

/** `report -o *.json`, as a shell expands it, names a run file as the page: what is drawn from must not be lost. Throws a `UsageError`. */
const refuseToReplace = (out: string, files: readonly string[]): void => {
  if (statSync(out, { throwIfNoEntry: false })?.isFile() !== true) return;
  const path = realpathSync(out);
  const isInput = files.some(
    (file) =>
      statSync(file, { throwIfNoEntry: false }) !== undefined && realpathSync(file) === path,
  );
  if (!isInput && !/^\s*\{[^]*"schism\/run-file@/.test(readFileSync(path, 'utf8'))) return;
  throw new UsageError(
    `${out} is ${isInput ? 'one of the files to draw' : 'a run file'} and would be lost: name the page behind -o, such as -o report.html, and run files after it`,
  );
};

/** A run file may have been moved since: the line that shows it again names it where it was read. A page of many runs has no such line. */
const readAndNamed = (file: string, registry: Registry): readonly RunFile[] => {
  const read = readRunFiles(file, (text) => registry.runFilesOfReport(text));
  if (read.length > 1) return read;
  const replay = `${registry.invocation} replay ${quoted(shortest(resolve(file)))}`;
  return read.map((run) => ({ ...run, replay }));
};

const hasFailed = ({ run }: RunFile): boolean =>
  run.verdicts.some(({ verdict }) => verdict === 'fail');

const failuresFirst = (files: readonly RunFile[]): readonly RunFile[] => [
  ...files.filter(hasFailed),
  ...files.filter((file) => !hasFailed(file)),
];

/** One time, or the first and the last of several. */
const savedBetween = (files: readonly RunFile[]): string => {
  const times = [...new Set(files.map(({ savedAt }) => savedAt))].sort();
  const [first = '', last = first] = [times[0], times.at(-1)];
  return first === last ? first : `${first} to ${last}`;
};

const summaryOf = (files: readonly RunFile[], registry: Registry): CampaignSummary => {
  const properties = talliesOf(
    files.map(({ run }) => run),
    registry.properties,
  );
  const backends = [...new Set(files.map(({ run }) => run.backend))];
  const worlds = backends.map((backend: BackendName) => {
    const own = files.filter(({ run }) => run.backend === backend).map(({ run }) => run);
    return {
      backend,
      ...figuresOf(own),
      wallMs: 0,
      note: 'drawn again from saved runs',
    };
  });
  const failures = files.flatMap((file) =>
    file.run.verdicts.flatMap((verdict) =>
      verdict.verdict === 'fail'
        ? [
            {
              property: verdict.property,
              scenario: file.run.scenario.name,
              backend: file.run.backend,
              seed: file.run.seed,
              index: file.run.index,
              summary: verdict.summary,
              file: '',
              digest: file.run.digest,
              replay: file.replay,
            },
          ]
        : [],
    ),
  );
  const [first] = files;
  return {
    title: [...new Set(files.map(({ run }) => run.scenario.name))].join(', '),
    seed: first?.run.seed ?? 0,
    ok: failures.length === 0 && properties.every((tally) => stateOf(tally) === 'held'),
    worlds,
    properties,
    failures,
    // Each run has one of its own; there is none over all of them.
    digest: files.length === 1 ? (first?.run.digest ?? '') : '',
    wallMs: 0,
    simulatedMs: worlds.reduce((sum, { simulatedMs }) => sum + simulatedMs, 0),
    version: registry.version,
    commit: [...new Set(files.map(({ schism }) => schism.commit))].join(', ') || 'none',
    platform:
      first === undefined ? platformText() : `${first.schism.platform}, Node ${first.schism.node}`,
    startedAt: savedBetween(files),
  };
};
