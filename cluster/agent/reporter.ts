/** Sends the newest state of each task until the leader says that it is kept. */
import { taskStateRank } from '../store/task-transitions.ts';
import type { TaskStatusUpdate } from './messages.ts';
import type { Outbox } from './outbox.ts';

/** How long a state that others wait for (it runs, it ended) waits for company. */
export const statusBatchMs = 10;

/** How long a state on the way there waits: as a rule the next one comes before, and only that is reported. */
export const progressBatchMs = 100;

type OpenSession = { readonly id: string; readonly manager: string };

export class Reporter {
  readonly #outbox: Outbox;
  readonly #retryMs: number;
  readonly #unsettled = new Map<string, TaskStatusUpdate>();
  #batch = 0;
  #sent: { readonly batch: number; readonly updates: readonly TaskStatusUpdate[] } | undefined;
  #dueAt: number | undefined;

  constructor(outbox: Outbox, retryMs: number) {
    this.#outbox = outbox;
    this.#retryMs = retryMs;
  }

  /** When something has to be sent; only of use while a session is open. */
  get deadline(): number | undefined {
    return this.#dueAt;
  }

  /** Replaces what was to be said of the task before. */
  report(update: TaskStatusUpdate, now: number): void {
    this.#unsettled.set(update.taskId, update);
    const isProgress = taskStateRank[update.state] < taskStateRank.running;
    const at = now + (isProgress ? progressBatchMs : statusBatchMs);
    if (this.#dueAt === undefined || at < this.#dueAt) this.#dueAt = at;
  }

  isPending(taskId: string): boolean {
    return this.#unsettled.has(taskId);
  }

  /** The task is none of ours any more: nobody waits for its state. */
  forget(taskId: string): void {
    this.#unsettled.delete(taskId);
  }

  /** A new session knows nothing of what went to an older one. */
  restart(now: number): void {
    this.#sent = undefined;
    this.#dueAt = this.#unsettled.size > 0 ? now : undefined;
  }

  tick(session: OpenSession, now: number): void {
    if (this.#dueAt === undefined || now < this.#dueAt) return;
    this.flush(session, now);
  }

  /** Sends all that is not settled, again if need be. */
  flush(session: OpenSession, now: number): void {
    this.#dueAt = undefined;
    if (this.#unsettled.size === 0) return;
    this.#batch += 1;
    const updates = [...this.#unsettled.values()];
    this.#sent = { batch: this.#batch, updates };
    this.#outbox.send(session.manager, {
      type: 'status',
      session: session.id,
      batch: this.#batch,
      updates,
    });
    this.#dueAt = now + this.#retryMs;
  }

  acknowledged(batch: number, now: number): void {
    if (this.#sent?.batch !== batch) return;
    for (const update of this.#sent.updates) {
      if (this.#unsettled.get(update.taskId) === update) this.#unsettled.delete(update.taskId);
    }
    this.#sent = undefined;
    if (this.#unsettled.size === 0) this.#dueAt = undefined;
    else this.#dueAt = Math.min(this.#dueAt ?? Infinity, now + statusBatchMs);
  }
}
