import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Mutant } from '../../harness/core/run.ts';
import type { Quarry } from './hunt.ts';
import { plantAgain } from './plant.ts';

const program = fileURLToPath(new URL('hunt.ts', import.meta.url));

/**
 * Hunts for one planted bug, or for any where there is none, in a process of its own. For a clone: sources are patched. Throws where the
 * process fails or is not done by the limit; it is gone then.
 */
export const huntFor = async (
  mutant: Mutant | undefined,
  {
    runsMax,
    limitMs,
    expected,
  }: {
    readonly runsMax: number;
    readonly limitMs: number;
    readonly expected: readonly string[];
  },
): Promise<Quarry> => {
  const planting = mutant && plantAgain([mutant], true);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...(planting?.nodeOptions ?? []), program, String(runsMax), ...expected],
    { env: { ...process.env, ...planting?.env }, timeout: limitMs, killSignal: 'SIGKILL' },
  );
  return JSON.parse(stdout) as Quarry;
};
