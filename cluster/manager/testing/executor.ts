/** A node's executor that is a table of delays: how long a task runs and how it ends is a matter of its image. */
import type { TaskOrder, TaskReport } from '../../node/program.ts';
import type { Random } from '../../ports.ts';

/** What an image does: how long until it ends, and how. */
export type Ending = {
  readonly afterMs: number;
  readonly state: 'complete' | 'failed' | 'rejected';
};

export type ExecutorHost = {
  readonly random: Random;
  /** By image; one that is not here runs for ever. */
  readonly endings: ReadonlyMap<string, Ending>;
  /** Acts after so long, unless the node has crashed until then. */
  later(afterMs: number, act: () => void): void;
  /** A task begins to run, or no longer does. */
  ran(taskId: string, runs: boolean): void;
  report(report: TaskReport): void;
};

type Executed = { stopped: boolean };

export class Executor {
  /** What runs now, by task. */
  readonly running = new Map<string, Executed>();
  /** What was told to stop, maybe before it ran. */
  readonly #stopped = new Set<string>();
  readonly #host: ExecutorHost;

  constructor(host: ExecutorHost) {
    this.#host = host;
  }

  prepare({ taskId, image }: TaskOrder): void {
    const ending = this.#host.endings.get(image);
    this.#later('prepare', 20, () => {
      if (ending?.state === 'rejected') this.#report(taskId, 'rejected', 'No such image');
      else this.#report(taskId, 'ready');
    });
  }

  start({ taskId, image }: TaskOrder): void {
    this.#later('start', 20, () => {
      if (this.running.has(taskId) || this.#stopped.has(taskId)) return;
      const executed: Executed = { stopped: false };
      this.running.set(taskId, executed);
      this.#host.ran(taskId, true);
      this.#report(taskId, 'running');
      const ending = this.#host.endings.get(image);
      if (ending === undefined) return;
      this.#host.later(ending.afterMs, () => {
        if (executed.stopped || this.running.get(taskId) !== executed) return;
        this.running.delete(taskId);
        this.#host.ran(taskId, false);
        this.#report(taskId, ending.state, ending.state === 'failed' ? 'exit 1' : '');
      });
    });
  }

  stop(taskId: string): void {
    this.#stopped.add(taskId);
    this.#later('stop', 30, () => {
      const executed = this.running.get(taskId);
      if (executed !== undefined) {
        executed.stopped = true;
        this.running.delete(taskId);
        this.#host.ran(taskId, false);
      }
      this.#report(taskId, 'shutdown');
    });
  }

  /** All that runs here ends with the node. */
  crash(): void {
    for (const taskId of this.running.keys()) this.#host.ran(taskId, false);
    this.running.clear();
    this.#stopped.clear();
  }

  #later(purpose: string, msMax: number, act: () => void): void {
    this.#host.later(1 + this.#host.random.integer(purpose, msMax), act);
  }

  #report(taskId: string, state: TaskReport['state'], error = ''): void {
    const exitCode = state === 'failed' ? 1 : state === 'complete' ? 0 : undefined;
    this.#host.report({ taskId, state, message: '', error, exitCode, ports: [] });
  }
}
