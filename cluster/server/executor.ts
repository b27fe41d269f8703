/** Runs tasks on this machine. Behind an interface, so that a real engine can stand here as well. */
import { repositoryOf } from '../agent/image-names.ts';
import type { TaskOrder, TaskReport } from '../node/program.ts';
import { builtInImages } from './built-in-images.ts';
import type { Image, RunningTask } from './built-in-images.ts';

export type Executor = {
  /** Reports `preparing`, then `ready`, or `rejected` where there is no such image. */
  prepare(order: TaskOrder): void;
  /** Reports `starting`, then `running`; at its end `complete`, `failed` or, where it was stopped, `shutdown`. */
  start(order: TaskOrder): void;
  /** Reports `shutdown` once nothing of the task is left, also for a task that it does not know. */
  stop(taskId: string, graceMs: number): void;
  /** Ends everything at once, without reports. */
  close(): void;
};

export type ExecutorOptions = {
  /** Where tasks listen. */
  readonly host: string;
  report(report: TaskReport): void;
};

type Task = { stopping: boolean; running: RunningTask | undefined; ports: readonly number[] };
type Said = Partial<Pick<TaskReport, 'message' | 'error' | 'exitCode' | 'ports'>>;

export const createExecutor = ({ host, report }: ExecutorOptions): Executor => {
  const tasks = new Map<string, Task>();

  const say = (taskId: string, state: TaskReport['state'], said: Said = {}) => {
    const plain = { message: state, error: '', exitCode: undefined, ports: [] };
    report({ taskId, state, ...plain, ...said });
  };

  const imageOf = (order: TaskOrder, message: string): Image | undefined => {
    const image = builtInImages.get(repositoryOf(order.image));
    if (image === undefined) {
      say(order.taskId, 'rejected', { message, error: `No such image: ${order.image}` });
    }
    return image;
  };

  const ended = (taskId: string, exitCode: number, error: string) => {
    const task = tasks.get(taskId);
    if (!tasks.delete(taskId)) return;
    if (task?.stopping === true) say(taskId, 'shutdown', { exitCode });
    else if (exitCode === 0) say(taskId, 'complete', { message: 'finished', exitCode });
    else say(taskId, 'failed', { message: 'started', error, exitCode });
  };

  const run = (order: TaskOrder, image: Image) => {
    const { taskId } = order;
    const task: Task = { stopping: false, running: undefined, ports: [] };
    tasks.set(taskId, task);
    say(taskId, 'starting');
    task.running = image({
      order,
      host,
      started(ports) {
        if (tasks.get(taskId) !== task || task.stopping) return;
        task.ports = ports;
        say(taskId, 'running', { message: 'started', ports });
      },
      ended(exitCode, error = `task: non-zero exit (${exitCode})`) {
        if (tasks.get(taskId) === task) ended(taskId, exitCode, error);
      },
    });
  };

  return {
    prepare(order) {
      say(order.taskId, 'preparing');
      if (imageOf(order, 'preparing')) say(order.taskId, 'ready', { message: 'prepared' });
    },
    start(order) {
      const known = tasks.get(order.taskId);
      const image = known === undefined ? imageOf(order, 'starting') : undefined;
      if (image !== undefined) run(order, image);
      else if (known?.running !== undefined) {
        say(order.taskId, 'running', { message: 'started', ports: known.ports });
      }
    },
    stop(taskId, graceMs) {
      const task = tasks.get(taskId);
      if (task === undefined) {
        say(taskId, 'shutdown');
        return;
      }
      task.stopping = true;
      task.running?.stop(graceMs);
    },
    close() {
      const all = [...tasks.values()];
      tasks.clear();
      for (const task of all) task.running?.stop(0);
    },
  };
};
