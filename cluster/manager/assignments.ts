/** What one agent was told of its tasks, and what it still has to be told. One change is under way at a time. */
import { encodedSize } from '../encoded-size.ts';
import type { AssignedTask, DispatcherMessage } from '../agent/messages.ts';
import type { TaskObject, TaskState } from '../store/objects.ts';
import { isAssigned } from '../store/task-transitions.ts';
import type { View } from '../store/types.ts';

export type AssignmentsMessage = DispatcherMessage & { readonly type: 'assignments' };

type Content = Pick<AssignmentsMessage, 'complete' | 'more' | 'update' | 'remove'>;

const defaultStopGraceMs = 10_000;

/** A message that grew this large is closed. What one more task takes has room in a frame besides: it came out of one log entry. */
export const assignmentBytesMax = 1 << 20;

export class Assignments {
  readonly #view: View;
  readonly #nodeId: string;
  readonly #session: string;
  /** The desired state that the agent has, or is being told. */
  readonly #told = new Map<string, TaskState>();
  readonly #changed = new Set<string>();
  /** Parts of the complete set that were not sent yet. */
  #rest: readonly Content[] = [];
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

  /** The first message of a session: all there is, or the first part of it. */
  complete(): AssignmentsMessage {
    const parts: AssignedTask[][] = [];
    let part: AssignedTask[] = [];
    let bytes = 0;
    for (const task of this.#view.tasksOfNode(this.#nodeId)) {
      if (!isAssigned(task.Status.State)) continue;
      this.#told.set(task.ID, task.DesiredState);
      if (bytes >= assignmentBytesMax) {
        parts.push(part);
        part = [];
        bytes = 0;
      }
      const assigned = assignedTask(task);
      bytes += encodedSize(assigned);
      part.push(assigned);
    }
    this.#rest = [
      ...parts.map((update) => ({ complete: true, more: true, update, remove: [] }) as const),
      { complete: true, update: part, remove: [] },
    ];
    return this.#send(this.#takeRest());
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
    if (this.#underWay !== undefined) return undefined;
    if (this.#rest.length > 0) return this.#send(this.#takeRest());
    if (this.#changed.size === 0) return undefined;
    const update: AssignedTask[] = [];
    const remove: string[] = [];
    let bytes = 0;
    for (const id of this.#changed) {
      if (bytes >= assignmentBytesMax) break;
      this.#changed.delete(id);
      const task = this.#view.task(id);
      const told = this.#told.get(id);
      if (task?.NodeID === this.#nodeId && isAssigned(task.Status.State)) {
        if (told === task.DesiredState) continue;
        this.#told.set(id, task.DesiredState);
        const assigned = assignedTask(task);
        bytes += encodedSize(assigned);
        update.push(assigned);
      } else if (told !== undefined) {
        this.#told.delete(id);
        bytes += encodedSize(id);
        remove.push(id);
      }
    }
    if (update.length === 0 && remove.length === 0) return undefined;
    return this.#send({ complete: false, update, remove });
  }

  #takeRest(): Content {
    const [first, ...others] = this.#rest;
    if (first === undefined) throw new Error('No part of the complete set is left');
    this.#rest = others;
    return first;
  }

  #send(content: Content): AssignmentsMessage {
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
