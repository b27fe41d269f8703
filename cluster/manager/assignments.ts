/** What one agent was told of its tasks, and what it still has to be told. One change is under way at a time. */
import type { AssignedTask, DispatcherMessage } from '../agent/messages.ts';
import type { TaskObject, TaskState } from '../store/objects.ts';
import { isAssigned } from '../store/task-transitions.ts';
import type { View } from '../store/types.ts';

export type AssignmentsMessage = DispatcherMessage & { readonly type: 'assignments' };

const defaultStopGraceMs = 10_000;

export class Assignments {
  readonly #view: View;
  readonly #nodeId: string;
  readonly #session: string;
  /** The desired state that the agent has, or is being told. */
  readonly #told = new Map<string, TaskState>();
  readonly #changed = new Set<string>();
  #sequence = 0;
  #underWay: AssignmentsMessage | undefined;

  constructor(view: View, nodeId: string, session: string) {
    this.#view = view;
    this.#nodeId = nodeId;
    this.#session = session;
  }

  /** Not yet confirmed; to be sent again until it is. */
  get underWay(): AssignmentsMessage | undefined {
    return this.#underWay;
  }

  /** The first message of a session: all there is. */
  complete(): AssignmentsMessage {
    const update: AssignedTask[] = [];
    for (const task of this.#view.tasksOfNode(this.#nodeId)) {
      if (!isAssigned(task.Status.State)) continue;
      this.#told.set(task.ID, task.DesiredState);
      update.push(assignedTask(task));
    }
    return this.#send({ complete: true, update, remove: [] });
  }

  /** The task may have changed. */
  note(taskId: string): void {
    this.#changed.add(taskId);
  }

  /** Notes every task that is, or was, on the node. */
  noteAll(): void {
    for (const task of this.#view.tasksOfNode(this.#nodeId)) this.#changed.add(task.ID);
    for (const id of this.#told.keys()) this.#changed.add(id);
  }

  confirmed(sequence: number): void {
    if (this.#underWay?.sequence === sequence) this.#underWay = undefined;
  }

  /** What changed since the last message, once that is confirmed; `undefined` where there is nothing to say now. */
  next(): AssignmentsMessage | undefined {
    if (this.#underWay !== undefined || this.#changed.size === 0) return undefined;
    const update: AssignedTask[] = [];
    const remove: string[] = [];
    for (const id of this.#changed) {
      const task = this.#view.task(id);
      const told = this.#told.get(id);
      if (task?.NodeID === this.#nodeId && isAssigned(task.Status.State)) {
        if (told === task.DesiredState) continue;
        this.#told.set(id, task.DesiredState);
        update.push(assignedTask(task));
      } else if (told !== undefined) {
        this.#told.delete(id);
        remove.push(id);
      }
    }
    this.#changed.clear();
    if (update.length === 0 && remove.length === 0) return undefined;
    return this.#send({ complete: false, update, remove });
  }

  #send(content: Pick<AssignmentsMessage, 'complete' | 'update' | 'remove'>): AssignmentsMessage {
    const appliesTo = this.#sequence;
    this.#sequence += 1;
    this.#underWay = {
      type: 'assignments',
      session: this.#session,
      appliesTo,
      sequence: this.#sequence,
      ...content,
    };
    return this.#underWay;
  }
}

const assignedTask = (task: TaskObject): AssignedTask => {
  const { Image, Args, Env, StopGracePeriod } = task.Spec.ContainerSpec;
  return {
    id: task.ID,
    serviceId: task.ServiceID,
    serviceName: task.ServiceName,
    slot: task.Slot,
    image: Image,
    args: Args ?? [],
    env: Env ?? [],
    stopGraceMs: StopGracePeriod === undefined ? defaultStopGraceMs : StopGracePeriod / 1e6,
    desired: task.DesiredState,
    state: task.Status.State,
  };
};
