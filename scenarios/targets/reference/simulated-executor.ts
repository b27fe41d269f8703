import { imageNames, repositoryOf } from '../../../cluster/agent/image-names.ts';
import type {
  NodeEffect,
  NodeEvent,
  TaskOrder,
  TaskReport,
} from '../../../cluster/node/program.ts';
import type { Device, Random, Said } from '../../../harness/backends/sim/program.ts';

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

/** From the first order to the end; another order after that begins another one. */
type Life = {
  told: 'prepare' | 'start' | 'stop';
  runs: boolean;
};
type Due = { readonly life: Life; readonly report: TaskReport };

/** How long the task lives after it started, and how it ends then; `undefined`: until it is stopped. */
const ownEnd = ({ image, args }: TaskOrder): readonly [afterMs: number, State] | undefined => {
  const repository = repositoryOf(image);
  const afterMs = Number(args[0] ?? Number.NaN);
  if (repository === 'schism/crash') return [Number.isFinite(afterMs) ? afterMs : 0, 'failed'];
  return repository === 'schism/sleep' && Number.isFinite(afterMs)
    ? [afterMs, 'complete']
    : undefined;
};

/**
 * Reports as the real executor of tasks does, after delays that chance decides, and tells besides what came to run and what ended. Its
 * tasks end with their node.
 */
export class SimulatedExecutor implements Device<Words> {
  readonly #random: Random;
  readonly #tell: (seen: Said) => void;
  readonly #lives = new Map<string, Life>();
  readonly #due = new Map<number, Due>();
  #tickets = 0;

  constructor(random: Random, tell: (seen: Said) => void) {
    this.#random = random;
    this.#tell = tell;
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
        this.#lifeOf(effect.taskId).told = 'stop';
        this.#report(effect.taskId, 'shutdown', this.#upTo('stop', stopMsMax), later);
    }
  }

  due(ticket: number): TaskEvent | undefined {
    const due = this.#due.get(ticket);
    this.#due.delete(ticket);
    if (due === undefined) return undefined;
    const { life, report } = due;
    const { taskId, state } = report;
    // The start of a task that was stopped meanwhile, or the end of one that has ended, comes to nothing.
    if (this.#lives.get(taskId) !== life) return undefined;
    if (life.told === 'stop' && state !== 'shutdown') return undefined;
    if (state === 'running') this.#runs(taskId, life);
    else if (isEnd(state)) this.#ends(taskId);
    return { type: 'task', report };
  }

  #runs(id: string, life: Life): void {
    if (life.runs) return;
    life.runs = true;
    this.#tell({ kind: 'executor', id, state: 'running' });
  }

  #ends(id: string): void {
    this.#lives.delete(id);
    this.#tell({ kind: 'executor', id, state: 'ended' });
  }

  #prepare(order: TaskOrder, later: Later): void {
    this.#report(order.taskId, 'preparing', 0, later);
    const known = imageNames.includes(repositoryOf(order.image));
    const afterMs = this.#upTo('prepare', prepareMsMax);
    this.#report(order.taskId, known ? 'ready' : 'rejected', afterMs, later);
  }

  #start(order: TaskOrder, later: Later): void {
    const { taskId } = order;
    const life = this.#lifeOf(taskId);
    if (life.told !== 'prepare') {
      if (life.told === 'start' && life.runs) this.#report(taskId, 'running', 0, later);
      return;
    }
    life.told = 'start';
    this.#report(taskId, 'starting', 0, later);
    const startedMs = this.#upTo('start', startMsMax);
    this.#report(taskId, 'running', startedMs, later);
    const end = ownEnd(order);
    if (end !== undefined) this.#report(taskId, end[1], startedMs + end[0], later);
  }

  #lifeOf(taskId: string): Life {
    const known = this.#lives.get(taskId);
    if (known !== undefined) return known;
    const life: Life = { told: 'prepare', runs: false };
    this.#lives.set(taskId, life);
    return life;
  }

  #upTo(purpose: string, max: number): number {
    return 1 + this.#random.integer(purpose, max);
  }

  #report(taskId: string, state: State, afterMs: number, later: Later): void {
    this.#tickets += 1;
    const report = {
      taskId,
      state,
      message: state,
      error: state === 'failed' ? 'task: non-zero exit (1)' : '',
      exitCode:
        state === 'failed' ? 1 : state === 'complete' || state === 'shutdown' ? 0 : undefined,
      ports: [],
    };
    this.#due.set(this.#tickets, { life: this.#lifeOf(taskId), report });
    later(afterMs, this.#tickets);
  }
}

const isEnd = (state: State): boolean =>
  state === 'shutdown' || state === 'failed' || state === 'complete' || state === 'rejected';
