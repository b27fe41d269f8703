import type { Run } from '../core/run.ts';
import type { Job, KnownSchedule, WholeRun } from './job.ts';
import { Pool } from './pool.ts';

/** A saved run goes its own way again; a minute of machine time is more than any takes. */
const replayMsMax = 60_000;

export type ReplayGiven = Pick<Job, 'target' | 'properties' | 'draw' | 'limits'> & {
  readonly run: Pick<Run, 'scenario' | 'seed' | 'index' | keyof KnownSchedule>;
  /** Preloads, for planted bugs. */
  readonly execArgv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Ends the thread, and so rejects. */
  readonly signal?: AbortSignal;
};

/** Carries out a saved simulated run again, in a thread of its own. The same digest means that it was the same to the bit. */
export const replayInSim = async ({
  run,
  execArgv,
  env,
  signal,
  ...given
}: ReplayGiven): Promise<WholeRun> => {
  const { scenario, seed, index, schedule, path, chanceSeed } = run;
  await using pool = new Pool({
    jobs: 1,
    taskMsMax: replayMsMax,
    ...(execArgv !== undefined && { execArgv }),
    ...(env !== undefined && { env }),
  });
  const job: Job = { ...given, scenarios: [scenario], seed };
  const stop = (): void => void pool[Symbol.asyncDispose]();
  if (signal?.aborted === true) stop();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    return await pool.whole({ job, index, schedule: { schedule, path, chanceSeed } });
  } finally {
    signal?.removeEventListener('abort', stop);
  }
};
