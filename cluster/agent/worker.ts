/** The tasks of this node: moves each towards what is desired of it by orders to the executor. */
import type { TaskOrder, TaskReport } from '../node/program.ts';
import type { Instant } from '../ports.ts';
import type { TaskState } from '../store/objects.ts';
import { isTerminal, isWanted, taskStateRank } from '../store/task-transitions.ts';
import type { AssignedTask, TaskStatusUpdate } from './messages.ts';
import type { Outbox } from './outbox.ts';
import type { Reporter } from './reporter.ts';
import { type RememberedTask, textOf } from './tasks-file.ts';

type LocalTask = {
  assigned: AssignedTask;
  /** Of `assigned`, for the file. */
  text: string | undefined;
  /** As of this boot: a task that survived a restart begins again, whatever was reported of it before. */
  state: TaskState;
  /** The executor knows it. */
  ordered: boolean;
  stopping: boolean;
  /** No longer assigned: it is stopped and forgotten, and nobody asks how it went. */
  doomed: boolean;
};

/** What SwarmKit's agent says of each state. */
const messages: Readonly<Partial<Record<TaskState, string>>> = {
  accepted: 'accepted',
  preparing: 'preparing',
  ready: 'prepared',
  starting: 'starting',
  running: 'started',
  complete: 'finished',
  shutdown: 'shutdown',
};

export class Worker {
  readonly #outbox: Outbox;
  readonly #reporter: Reporter;
  readonly #tasks = new Map<string, LocalTask>();
  #unsaved = false;
  /** Reports of ends that are not durable yet. */
  #ends: TaskStatusUpdate[] = [];

  constructor(outbox: Outbox, reporter: Reporter) {
    this.#outbox = outbox;
    this.#reporter = reporter;
  }

  /** Something changed that a later boot has to know. */
  get unsaved(): boolean {
    return this.#unsaved;
  }

  get isIdle(): boolean {
    for (const task of this.#tasks.values()) if (!isTerminal(task.state)) return false;
    return true;
  }

  /** What a later boot has to know; counts as saved. */
  remembered(): readonly { readonly text: string; readonly state: TaskState }[] {
    this.#unsaved = false;
    const tasks: { readonly text: string; readonly state: TaskState }[] = [];
    for (const task of this.#tasks.values()) {
      if (task.doomed) continue;
      task.text ??= textOf(task.assigned);
      tasks.push({ text: task.text, state: task.state });
    }
    return tasks;
  }

  /** Ends to be reported once what `remembered` said is durable: what was reported to have ended never runs again. */
  takeEnds(): readonly TaskStatusUpdate[] {
    const ends = this.#ends;
    this.#ends = [];
    return ends;
  }

  /** What is durable now may be reported, as long as the task is still this node's. */
  durable(ends: readonly TaskStatusUpdate[], now: Instant): void {
    for (const update of ends) {
      if (this.#tasks.get(update.taskId)?.doomed === false) this.#reporter.report(update, now.mono);
    }
  }

  /** Goes on with the tasks of an earlier boot. What ran then is gone with it, so they are started again. */
  resume(tasks: readonly RememberedTask[], now: Instant): void {
    for (const { assigned, state } of tasks) {
      const task = local(assigned, isTerminal(state) ? state : 'assigned');
      this.#tasks.set(assigned.id, task);
      this.#advance(task, now);
    }
  }

  /** The complete set: what it leaves out is no longer assigned. */
  replace(assigned: readonly AssignedTask[], now: Instant): void {
    const kept = new Set(assigned.map((task) => task.id));
    for (const id of [...this.#tasks.keys()]) if (!kept.has(id)) this.remove(id, now);
    for (const task of assigned) this.assign(task, now);
  }

  assign(assigned: AssignedTask, now: Instant): void {
    const known = this.#tasks.get(assigned.id);
    if (known === undefined) {
      const task = local(assigned, 'assigned');
      this.#tasks.set(assigned.id, task);
      this.#unsaved = true;
      this.#advance(task, now);
      return;
    }
    if (taskStateRank[assigned.desired] > taskStateRank[known.assigned.desired]) {
      known.assigned = assigned;
      known.text = undefined;
      this.#unsaved = true;
      this.#advance(known, now);
    }
    // The leader may not know how far it is: a report was lost with an earlier boot or an earlier leader.
    const behind = taskStateRank[assigned.state] < taskStateRank[known.state];
    if (behind && !known.doomed && !this.#reporter.isPending(assigned.id)) {
      this.#report(known, undefined, now);
    }
  }

  remove(id: string, now: Instant): void {
    const task = this.#tasks.get(id);
    if (task === undefined) return;
    this.#reporter.forget(id);
    // An ended task is on disk as ended already; forgetting it can wait for the next write.
    if (!isTerminal(task.state)) this.#unsaved = true;
    task.doomed = true;
    this.#advance(task, now);
  }

  /** Stops everything. */
  stopAll(now: Instant): void {
    for (const task of [...this.#tasks.values()]) {
      task.assigned = { ...task.assigned, desired: 'shutdown' };
      task.text = undefined;
      this.#advance(task, now);
    }
  }

  removeAll(now: Instant): void {
    for (const id of [...this.#tasks.keys()]) this.remove(id, now);
  }

  executed(report: TaskReport, now: Instant): void {
    const task = this.#tasks.get(report.taskId);
    if (task === undefined) return;
    const state = reachedBy(report, task.state);
    if (taskStateRank[state] <= taskStateRank[task.state]) return;
    this.#enter(task, state, report, now);
    this.#advance(task, now);
  }

  #advance(task: LocalTask, now: Instant): void {
    const { id, desired, stopGraceMs } = task.assigned;
    if (isTerminal(task.state)) {
      if (task.doomed) this.#tasks.delete(id);
      return;
    }
    if (task.doomed || !isWanted(desired)) {
      if (task.stopping) return;
      task.stopping = true;
      if (task.ordered) {
        this.#outbox.stop(id, stopGraceMs);
      } else {
        this.#enter(task, 'shutdown', undefined, now);
        this.#advance(task, now);
      }
      return;
    }
    if (task.state === 'assigned') {
      this.#enter(task, 'accepted', undefined, now);
      this.#enter(task, 'preparing', undefined, now);
      task.ordered = true;
      this.#outbox.prepare(orderOf(task.assigned));
    } else if (task.state === 'ready' && desired !== 'ready') {
      this.#enter(task, 'starting', undefined, now);
      this.#outbox.start(orderOf(task.assigned));
    }
  }

  #enter(task: LocalTask, state: TaskState, report: TaskReport | undefined, now: Instant): void {
    task.state = state;
    this.#outbox.changed(task.assigned.id, state);
    if (isTerminal(state)) {
      this.#unsaved = true;
      if (!task.doomed) this.#ends.push(updateOf(task, report, now));
    } else if (!task.doomed) {
      this.#report(task, report, now);
    }
  }

  #report(task: LocalTask, report: TaskReport | undefined, now: Instant): void {
    // A boot that starts a task again is not worth a report until it is further than the last one.
    if (taskStateRank[task.state] <= taskStateRank[task.assigned.state]) return;
    this.#reporter.report(updateOf(task, report, now), now.mono);
  }
}

const updateOf = (
  { assigned, state }: LocalTask,
  report: TaskReport | undefined,
  now: Instant,
): TaskStatusUpdate => {
  const said = report?.message ?? '';
  return {
    taskId: assigned.id,
    state,
    message: said === '' ? (messages[state] ?? state) : said,
    error: report?.error ?? '',
    exitCode: report?.exitCode,
    ports: report?.ports ?? [],
    at: now.wall,
  };
};

const local = (assigned: AssignedTask, state: TaskState): LocalTask => ({
  assigned,
  text: undefined,
  state,
  ordered: false,
  stopping: false,
  doomed: false,
});

/** A failure before the start means that the node could not take the task: it is rejected, not failed. */
const reachedBy = (report: TaskReport, state: TaskState): TaskState =>
  report.state === 'failed' && taskStateRank[state] < taskStateRank.starting
    ? 'rejected'
    : report.state;

const orderOf = (task: AssignedTask): TaskOrder => ({
  taskId: task.id,
  serviceName: task.serviceName,
  image: task.image,
  args: task.args,
  env: task.env,
  stopGraceMs: task.stopGraceMs,
});
