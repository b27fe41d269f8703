import { Piscina } from 'piscina';
import type { Difference } from '../backends/sim/journal.ts';
import type { Ms } from '../core/cluster.ts';
import { messageOf } from '../core/thrown.ts';
import type {
  AgainTask,
  Finding,
  Job,
  OneTask,
  PropertyTitle,
  RunsTask,
  ShrinkTask,
  Shrunk,
  Tally,
  WholeRun,
  WholeTask,
} from './job.ts';
import { scenarioAt } from './carry-out.ts';
import { lostRun } from './tally.ts';

export type PoolGiven = {
  /** Threads. */
  readonly jobs: number;
  /** For the threads' own Node, such as a preload that plants bugs. */
  readonly execArgv?: readonly string[];
  /** Added to this process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** A task that takes longer, waiting for a thread included, is given up with its thread. */
  readonly taskMsMax: Ms;
};

/** What Node's timers can count to; a longer one would end at once. */
const timerMsMax = 2 ** 31 - 1;

/** Worker threads that carry out tasks. A thread that dies takes its task along and is replaced. */
export class Pool implements AsyncDisposable {
  readonly #piscina: Piscina;
  readonly #taskMsMax: Ms;

  constructor({ jobs, execArgv, env, taskMsMax }: PoolGiven) {
    this.#taskMsMax = taskMsMax;
    this.#piscina = new Piscina({
      filename: new URL(
        import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js',
        import.meta.url,
      ).href,
      minThreads: jobs,
      maxThreads: jobs,
      ...(execArgv !== undefined && { execArgv: [...execArgv] }),
      ...(env !== undefined && { env: { ...process.env, ...env } }),
    });
    // A thread that dies between tasks is replaced; its next task finds another one.
    this.#piscina.on('error', () => undefined);
  }

  /** Carries out runs; where their thread dies, each of them alone, so that the one that kills it is known. */
  async runs(task: RunsTask): Promise<readonly Tally[]> {
    try {
      return [await this.#ask<Tally>('runs', task)];
    } catch {
      const tallies: Tally[] = [];
      for (let index = task.from; index < task.to; index += 1) {
        const tally = await this.#runAlone({ ...task, from: index, to: index + 1 });
        tallies.push(tally);
        if (task.bail && tally.findings.length > 0) break;
      }
      return tallies;
    }
  }

  again(task: AgainTask): Promise<readonly string[]> {
    return this.#ask('again', task);
  }

  compare(task: OneTask): Promise<Difference | undefined> {
    return this.#ask('compare', task);
  }

  whole(task: WholeTask): Promise<WholeRun> {
    return this.#ask('whole', task);
  }

  /** Where its thread ends, or has not done in time, the reason: what was found is worth more than that it is small. */
  async shrunk(task: ShrinkTask): Promise<Shrunk | string> {
    try {
      return await this.#ask<Shrunk>('shrink', task, task.forMs + this.#taskMsMax);
    } catch (error) {
      return `a thread that played smaller schedules ended: ${messageOf(error)}`;
    }
  }

  titles(job: Job): Promise<readonly PropertyTitle[]> {
    return this.#ask('titles', job);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#piscina.destroy();
  }

  async #runAlone(task: RunsTask): Promise<Tally> {
    try {
      return await this.#ask<Tally>('runs', task);
    } catch (error) {
      const finding: Finding = {
        kind: 'worker-died',
        index: task.from,
        scenario: scenarioAt(task.job.scenarios, task.from).name,
        property: 'worker-died',
        summary: `its thread ended: ${messageOf(error)}`,
        digest: '',
      };
      return lostRun(finding);
    }
  }

  async #ask<T>(name: string, task: unknown, msMax = this.#taskMsMax): Promise<T> {
    const signal = AbortSignal.timeout(Math.min(msMax, timerMsMax));
    try {
      return (await this.#piscina.run(task, { name, signal })) as T;
    } catch (error) {
      if (!signal.aborted) throw error;
      const limit = `${Math.round(msMax / 1_000)} s`;
      throw new Error(`its task "${name}" took longer than ${limit}`, { cause: error });
    }
  }
}
