/** Judges every committed change of a small swarm by the rules that hold at all times. */
import type { ServiceObject, TaskObject } from '../../store/objects.ts';
import {
  isLegalTransition,
  isTerminal,
  isWanted,
  taskStateRank,
} from '../../store/task-transitions.ts';
import type { StoreEvent } from '../../store/types.ts';
import { sameValue } from '../../store/values.ts';
import { byPlace, endedByItself, isCurrent, makingOf, samePlace } from '../place.ts';
import type { SmallSwarm } from './swarm.ts';

const problemsMax = 20;

export class Watcher {
  readonly problems: string[] = [];
  readonly #swarm: SmallSwarm;
  /** How often a place's tasks ended by themselves while they were wanted, since the service has this template. */
  readonly #ends = new Map<string, number>();
  /** The version at which a service got its template. */
  readonly #templateSince = new Map<string, number>();
  /** The node that each running task runs on. */
  readonly #executing = new Map<string, string>();

  /** `reliable`: whatever is told to stop can be told, so nothing may run beside its predecessor. */
  constructor(swarm: SmallSwarm, reliable = false) {
    this.#swarm = swarm;
    swarm.onCommit = (event) => {
      this.#judge(event);
    };
    swarm.onExecution = (taskId, nodeId, runs) => {
      if (!runs) this.#executing.delete(taskId);
      else if (this.#executing.has(taskId)) this.say(`task ${taskId} runs twice`);
      else this.#executing.set(taskId, nodeId);
      const state = swarm.store.task(taskId)?.Status.State;
      if (runs && (state === 'complete' || state === 'failed' || state === 'shutdown')) {
        this.say(`task ${taskId} begins again after it was ${state}`);
      }
      if (runs && reliable) this.#judgeStart(taskId);
    };
  }

  /** Tasks that run on some node now. */
  get executing(): ReadonlyMap<string, string> {
    return this.#executing;
  }

  say(problem: string): void {
    if (this.problems.length < problemsMax) {
      this.problems.push(`${String(this.#swarm.now)} ms: ${problem}`);
    }
  }

  /** Stop-first: a task starts once its predecessor has stopped. */
  #judgeStart(taskId: string): void {
    const { store } = this.#swarm;
    const task = store.task(taskId);
    const service = task && store.service(task.ServiceID);
    if (task === undefined || service === undefined || startsFirst(service)) return;
    for (const other of store.tasksOfService(service.ID)) {
      if (other.ID === taskId || other.DesiredState === 'remove') continue;
      // What the constraint enforcer rejected counts as ended before its agent hears of it.
      if (isTerminal(other.Status.State)) continue;
      if (samePlace(other, task) && this.#executing.has(other.ID)) {
        this.say(`runs beside its predecessor ${describe(other)}: ${describe(task)}`);
      }
    }
  }

  #judge(event: StoreEvent): void {
    if (event.op === 'update' && event.object.Version.Index < event.old.Version.Index) {
      this.say(`the version of ${event.kind} ${event.object.ID} went back`);
    }
    if (event.kind === 'service' && event.op === 'update')
      this.#judgeService(event.object, event.old);
    if (event.kind !== 'task') return;
    switch (event.op) {
      case 'create':
        if (event.object.Status.State !== 'new')
          this.say(`a task began as ${describe(event.object)}`);
        break;
      case 'update':
        this.#judgeUpdate(event.object, event.old);
        break;
      case 'remove':
        this.#judgeRemoval(event.old);
        return;
    }
    this.#judgePlace(event.object);
  }

  #judgeService(service: ServiceObject, old: ServiceObject): void {
    const { TaskTemplate, EndpointSpec } = service.Spec;
    if (TaskTemplate === old.Spec.TaskTemplate && sameValue(EndpointSpec, old.Spec.EndpointSpec))
      return;
    this.#templateSince.set(service.ID, service.Version.Index);
    for (const key of this.#ends.keys()) {
      if (key.startsWith(`${service.ID}/`)) this.#ends.delete(key);
    }
  }

  #judgeUpdate(task: TaskObject, old: TaskObject): void {
    const { State } = task.Status;
    if (State !== old.Status.State && !isLegalTransition(old.Status.State, State)) {
      this.say(`illegal: ${describe(old)} → ${describe(task)}`);
    }
    if (taskStateRank[task.DesiredState] < taskStateRank[old.DesiredState]) {
      this.say(`desired again: ${describe(old)} → ${describe(task)}`);
    }
    if (old.NodeID !== '' && old.NodeID !== task.NodeID) {
      this.say(`moved: ${describe(old)} → ${describe(task)}`);
    }
    if (task.DesiredState === 'remove') this.#ends.delete(placeKey(task));
    if (endedByItself(task) && !endedByItself(old) && isWanted(old.DesiredState)) {
      this.#countEnd(task);
    }
  }

  #judgeRemoval(task: TaskObject): void {
    const { State } = task.Status;
    if (!isTerminal(State) && State !== 'new' && State !== 'pending') {
      this.say(`deleted while it may run: ${describe(task)}`);
    }
    if (isWanted(task.DesiredState)) this.say(`deleted while wanted: ${describe(task)}`);
  }

  #countEnd(task: TaskObject): void {
    const { MaxAttempts = 0, Window = 0 } = task.Spec.RestartPolicy ?? {};
    const service = this.#swarm.store.service(task.ServiceID);
    if (MaxAttempts === 0 || Window > 0 || service === undefined) return;
    if (!isCurrent(task, makingOf(service.Spec, this.#swarm.store))) return;
    if (task.specVersion < (this.#templateSince.get(service.ID) ?? 0)) return;
    const key = placeKey(task);
    const ends = (this.#ends.get(key) ?? 0) + 1;
    this.#ends.set(key, ends);
    if (ends > MaxAttempts + 1) this.say(`restarted too often: ${describe(task)}`);
  }

  /** At most one wanted task a place, and during a start-first update one of each template. */
  #judgePlace(changed: TaskObject): void {
    const service = this.#swarm.store.service(changed.ServiceID);
    if (service === undefined || !isWanted(changed.DesiredState)) return;
    for (const place of byPlace(this.#swarm.store.tasksOfService(service.ID)).values()) {
      if (place.wanted.length > (startsFirst(service) ? 2 : 1)) {
        this.say(`several wanted at one place: ${place.wanted.map(describe).join(', ')}`);
      }
    }
  }
}

const startsFirst = (service: ServiceObject): boolean => {
  const config = service.Spec.UpdateConfig as { readonly Order?: string } | undefined;
  return config?.Order === 'start-first';
};

const placeKey = (task: TaskObject): string =>
  `${task.ServiceID}/${task.Slot === 0 ? task.NodeID : String(task.Slot)}`;

export const describe = (task: TaskObject): string =>
  `${task.ServiceName}.${String(task.Slot)}.${task.ID.slice(0, 6)}@${task.NodeID} ${task.Status.State}/${task.DesiredState}`;
