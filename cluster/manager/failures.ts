/**
 * Failures on each node, in the last minutes, of what a service runs now: a node where it keeps failing comes last for it. What it ran
 * before says nothing of that.
 * @source SwarmKit, manager/scheduler/nodeinfo.go (versionedService). Its version of the spec grows with every write of it; here only
 * other tasks begin anew.
 */
import type { TaskObject } from '../store/objects.ts';
import type { Desk } from './desk.ts';
import { isMadeFrom, type MadeFrom } from './place.ts';

const windowMs = 5 * 60_000;
const toleratedFailures = 5;

type Known = {
  readonly from: MadeFrom;
  /** By node. */
  readonly times: Map<string, readonly number[]>;
};

export class Failures {
  readonly #desk: Desk;
  readonly #services = new Map<string, Known>();

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  note(task: TaskObject): void {
    if (task.Status.State !== 'failed' && task.Status.State !== 'rejected') return;
    const from = this.#desk.view.service(task.ServiceID)?.Spec;
    if (from === undefined || !isMadeFrom(task, from)) return;
    const times = this.#timesOf(task) ?? new Map<string, readonly number[]>();
    this.#services.set(task.ServiceID, { from, times });
    times.set(task.NodeID, [...this.#recent(times, task.NodeID), this.#desk.now.mono]);
  }

  /** Of the node, for another such task: 0 as long as there are few failures; then their number. */
  weight(task: TaskObject, nodeId: string): number {
    const times = this.#timesOf(task);
    if (times === undefined) return 0;
    const failures = this.#recent(times, nodeId).length;
    return failures < toleratedFailures ? 0 : failures;
  }

  #timesOf(task: TaskObject): Known['times'] | undefined {
    const known = this.#services.get(task.ServiceID);
    return known !== undefined && isMadeFrom(task, known.from) ? known.times : undefined;
  }

  #recent(times: Known['times'], nodeId: string): readonly number[] {
    const since = this.#desk.now.mono - windowMs;
    const recent = (times.get(nodeId) ?? []).filter((time) => time > since);
    if (recent.length === 0) times.delete(nodeId);
    return recent;
  }
}
