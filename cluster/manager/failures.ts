/** Failures of a service on a node in the last minutes: a node where a service keeps failing comes last for it. */
import type { TaskObject } from '../store/objects.ts';
import type { Desk } from './desk.ts';

const windowMs = 5 * 60_000;
const toleratedFailures = 5;

export class Failures {
  readonly #desk: Desk;
  readonly #times = new Map<string, readonly number[]>();

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  note(task: TaskObject): void {
    if (task.Status.State !== 'failed' && task.Status.State !== 'rejected') return;
    const key = keyOf(task.ServiceID, task.NodeID);
    this.#times.set(key, [...this.#recent(key), this.#desk.now.mono]);
  }

  /** 0 as long as there are few; then their number. */
  weight(serviceId: string, nodeId: string): number {
    if (this.#times.size === 0) return 0;
    const failures = this.#recent(keyOf(serviceId, nodeId)).length;
    return failures < toleratedFailures ? 0 : failures;
  }

  #recent(key: string): readonly number[] {
    const since = this.#desk.now.mono - windowMs;
    const recent = (this.#times.get(key) ?? []).filter((time) => time > since);
    if (recent.length === 0) this.#times.delete(key);
    return recent;
  }
}

const keyOf = (serviceId: string, nodeId: string): string => `${serviceId}/${nodeId}`;
