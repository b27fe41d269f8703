import type {
  NodeEffect,
  NodeEvent,
  TaskOrder,
  TaskReport,
} from '../../../cluster/node/program.ts';
import type { Device, Random } from '../../../harness/backends/sim/program.ts';

export type TaskEffect = Extract<NodeEffect, { readonly type: `task-${string}` }>;
export type TaskEvent = Extract<NodeEvent, { readonly type: 'task' }>;
type Words = {
  readonly message: unknown;
  readonly request: unknown;
  readonly response: unknown;
  readonly deviceEffect: TaskEffect;
  readonly deviceEvent: TaskEvent;
};

/** The longest that each step may take, in milliseconds. */
const prepareMsMax = 40;
const startMsMax = 30;
const stopMsMax = 60;

type Later = (afterMs: number, ticket: number) => void;
type State = TaskReport['state'];

/** The built-in images as far as others can see them: `schism/sleep`, `schism/echo`, `schism/crash`. */
const images = ['schism/sleep', 'schism/echo', 'schism/crash'];

const repositoryOf = (image: string): string => image.replace(/@.*$/, '').replace(/:[^:/]*$/, '');

/** How long the task lives after it started, and how it ends then; `undefined`: until it is stopped. */
const ownEnd = ({ image, args }: TaskOrder): readonly [afterMs: number, State] | undefined => {
  const repository = repositoryOf(image);
  const afterMs = Number(args[0] ?? Number.NaN);
  if (repository === 'schism/crash') return [Number.isFinite(afterMs) ? afterMs : 0, 'failed'];
  return repository === 'schism/sleep' && Number.isFinite(afterMs)
    ? [afterMs, 'complete']
    : undefined;
};

/** Reports as the real executor of tasks does, after delays that chance decides. Its tasks end with their node. */
export class SimulatedExecutor implements Device<Words> {
  readonly #random: Random;
  /** What each task was told last: reports of anything older no longer matter. */
  readonly #tasks = new Map<string, 'starting' | 'running' | 'stopping'>();
  readonly #due = new Map<number, TaskReport>();
  #tickets = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  carryOut(effect: TaskEffect, later: Later): void {
    switch (effect.type) {
      case 'task-prepare':
        this.#prepare(effect.order, later);
        return;
      case 'task-start':
        this.#start(effect.order, later);
        return;
      case 'task-stop':
        this.#tasks.set(effect.taskId, 'stopping');
        this.#report(effect.taskId, 'shutdown', this.#upTo('stop', stopMsMax), later);
    }
  }

  due(ticket: number): TaskEvent | undefined {
    const report = this.#due.get(ticket);
    this.#due.delete(ticket);
    if (report === undefined) return undefined;
    const { taskId, state } = report;
    const told = this.#tasks.get(taskId);
    if (told === 'stopping' && state !== 'shutdown') return undefined;
    if (state === 'running') this.#tasks.set(taskId, 'running');
    if (state === 'shutdown' || state === 'failed' || state === 'complete') {
      this.#tasks.delete(taskId);
    }
    return { type: 'task', report };
  }

  #prepare(order: TaskOrder, later: Later): void {
    this.#report(order.taskId, 'preparing', 0, later);
    const known = images.includes(repositoryOf(order.image));
    const afterMs = this.#upTo('prepare', prepareMsMax);
    this.#report(order.taskId, known ? 'ready' : 'rejected', afterMs, later);
  }

  #start(order: TaskOrder, later: Later): void {
    const { taskId } = order;
    const told = this.#tasks.get(taskId);
    if (told !== undefined) {
      if (told === 'running') this.#report(taskId, 'running', 0, later);
      return;
    }
    this.#tasks.set(taskId, 'starting');
    this.#report(taskId, 'starting', 0, later);
    const startedMs = this.#upTo('start', startMsMax);
    this.#report(taskId, 'running', startedMs, later);
    const end = ownEnd(order);
    if (end !== undefined) this.#report(taskId, end[1], startedMs + end[0], later);
  }

  #upTo(purpose: string, max: number): number {
    return 1 + this.#random.integer(purpose, max);
  }

  #report(taskId: string, state: State, afterMs: number, later: Later): void {
    this.#tickets += 1;
    this.#due.set(this.#tickets, {
      taskId,
      state,
      message: state,
      error: state === 'failed' ? 'task: non-zero exit (1)' : '',
      exitCode:
        state === 'failed' ? 1 : state === 'complete' || state === 'shutdown' ? 0 : undefined,
      ports: [],
    });
    later(afterMs, this.#tickets);
  }
}
