import { createHash } from 'node:crypto';
import { join, relative } from 'node:path';
import { invocation, version } from '../cli/invocation.ts';
import type { Judged, RunFile } from '../core/run.ts';
import { runFileSchema } from '../core/run.ts';
import { writeWhole } from '../cli/output.ts';
import { quoted } from '../cli/quoted.ts';
import { commitOf, platformText } from '../cli/run/saving.ts';
import type { Played } from './played.ts';

/** Saves a run of a test and gives back the line that shows it again. */
export const saveForReplay = ({ run, digest }: Played, verdicts: readonly Judged[]): string => {
  const name = createHash('sha256')
    .update(JSON.stringify([run.scenario, run.schedule, run.seed, digest]))
    .digest('hex')
    .slice(0, 12);
  const file = relative(
    process.cwd(),
    join(process.cwd(), 'reports', 'out', 'tests', `${name}.json`),
  );
  const replay = `${invocation()} replay ${quoted(file)}`;
  const saved: RunFile = {
    schema: runFileSchema,
    schism: {
      version,
      commit: commitOf(process.cwd()),
      node: process.version,
      platform: platformText(),
    },
    run: { ...run, verdicts },
    mutants: [],
    configuration: {},
    logs: {},
    shrunkFrom: undefined,
    replay,
    savedAt: new Date().toISOString(),
  };
  writeWhole(file, JSON.stringify(saved));
  return replay;
};
