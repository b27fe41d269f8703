/**
 * Rolling updates: replaces the tasks of an older spec place by place, as the update configuration says.
 * @source SwarmKit, manager/orchestrator/update/updater.go.
 */
import type { ServiceObject, TaskObject, UpdateStatus } from '../store/objects.ts';
import { isTerminal, isWanted } from '../store/task-transitions.ts';
import { timestampOf } from '../store/timestamp.ts';
import type { Transaction } from '../store/types.ts';
import { sameValue } from '../store/values.ts';
import type { Desk } from './desk.ts';
import { hasRoomFor, isFull, never } from './loop.ts';
import {
  attemptsOf,
  endedByItself,
  isCurrent,
  type MadeFrom,
  type Making,
  makingOf,
  mayRestart,
  type PlaceTasks,
} from './place.ts';
import { createTask, setDesired } from './task-writing.ts';

type Config = {
  /** Places at once; 0 is all. */
  readonly parallelism: number;
  readonly delayMs: number;
  readonly monitorMs: number;
  readonly failureAction: 'pause' | 'continue' | 'rollback';
  readonly maxFailureRatio: number;
  readonly startFirst: boolean;
};

const monitorMsDefault = 5_000;

/** How much longer than its delay an update watches its tasks at least. */
const monitorBeyondDelayMs = 1_000;

/** What this leadership saw of an update that is under way. */
type Progress = {
  readonly making: MadeFrom;
  readonly config: Config;
  /** How many had to change when it began: failures are counted among them. */
  readonly places: number;
  /** No further place before. */
  notBefore: number;
  /** When the last of its tasks came up, or the update was first seen. */
  lastDone: number;
  /**
   * When each task that the update itself made ran or ended first; never, as long as it did neither. What replaces them
   * afterwards is the restart policy's affair: it delays nothing, and is no failure of the update.
   * @source SwarmKit, updater.go: updatedTasks.
   */
  readonly upAt: Map<string, number>;
  readonly failed: Set<string>;
};

export class Updating {
  readonly #desk: Desk;
  /**
   * By service. Kept until the store says that the update is over: what only was written may never be committed, and then its
   * failures still count. So there may be one of an update and one of the rollback that is to follow it.
   */
  readonly #progress = new Map<string, readonly Progress[]>();
  /** When a service has to be looked at again without an event. */
  readonly #alarms = new Map<string, number>();

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  get nextAlarm(): number {
    let next = never;
    for (const at of this.#alarms.values()) next = Math.min(next, at);
    return next;
  }

  /** The services whose alarm has gone off. */
  ring(): readonly string[] {
    const due: string[] = [];
    for (const [serviceId, at] of this.#alarms) if (at <= this.#desk.now.mono) due.push(serviceId);
    for (const serviceId of due) this.#alarms.delete(serviceId);
    return due;
  }

  isUnderWay(serviceId: string): boolean {
    if (!this.#progress.has(serviceId)) return false;
    return isUnderWay(this.#desk.view.service(serviceId)?.UpdateStatus);
  }

  /** There is nothing to do for it now, and nothing to know of it either once that is committed. */
  rest(serviceId: string): void {
    this.#alarms.delete(serviceId);
    this.#keep(serviceId, undefined);
  }

  /** A task of a service that is being updated runs, or ended. */
  observe(task: TaskObject): void {
    const known = this.#progress.get(task.ServiceID);
    const progress = known?.find(({ upAt }) => upAt.has(task.ID));
    const upAt = progress?.upAt.get(task.ID);
    if (progress === undefined || upAt === undefined || !isWanted(task.DesiredState)) return;
    const ended = isTerminal(task.Status.State);
    if (!ended && task.Status.State !== 'running') return;
    const now = this.#desk.now.mono;
    const { delayMs, monitorMs } = progress.config;
    if (ended && now - Math.min(upAt, now) <= monitorMs) progress.failed.add(task.ID);
    if (upAt !== never) return;
    progress.upAt.set(task.ID, now);
    progress.lastDone = now;
    progress.notBefore = now + delayMs;
  }

  /** Goes on with the update of a service; `places`: those that hold, or should hold, a task. */
  advance(transaction: Transaction, service: ServiceObject, places: readonly PlaceTasks[]): void {
    if (service.UpdateStatus === undefined && areCurrent(places, service)) {
      if (this.#progress.size > 0) this.rest(service.ID);
      return;
    }
    const making = makingOf(service.Spec, transaction);
    const sorted = this.#sortPlaces(places, service, making);
    const underWay = isUnderWay(service.UpdateStatus);
    if (sorted.older.length === 0 && sorted.mixed.length === 0 && !underWay) {
      this.rest(service.ID);
      return;
    }
    if (isPaused(service.UpdateStatus)) {
      this.rest(service.ID);
      return;
    }
    const progress = this.#open(service, sorted.older.length + sorted.mixed.length);
    if (!underWay) setStatus(transaction, service, this.#started());
    if (tooManyFailures(progress)) {
      this.#fail(transaction, service, progress);
      return;
    }
    for (const place of sorted.mixed) {
      if (isFull(transaction)) return;
      finishPlace(transaction, place, making, progress.config);
    }
    if (sorted.older.length === 0 && sorted.changing === 0) {
      this.#complete(transaction, service, { progress, mixed: sorted.mixed });
      return;
    }
    this.#next(transaction, service, { progress, sorted });
  }

  /**
   * An update to other tasks, or under another configuration, begins with nothing of the one before.
   * @source SwarmKit, updater.go: Supervisor.Update.
   */
  #open(service: ServiceObject, places: number): Progress {
    const kept = this.#keep(service.ID, service);
    const known = kept.find((progress) => isOf(progress, service));
    if (known !== undefined) return known;
    const { TaskTemplate, EndpointSpec } = service.Spec;
    const now = this.#desk.now.mono;
    const fresh: Progress = {
      making: { TaskTemplate, EndpointSpec },
      config: configOf(service),
      places,
      notBefore: now,
      lastDone: now,
      upAt: new Map(),
      failed: new Set(),
    };
    this.#progress.set(service.ID, [...kept, fresh]);
    return fresh;
  }

  /** What is still known of a service: of the update that it is in as committed, and of the one as it is `written`. */
  #keep(serviceId: string, written: ServiceObject | undefined): readonly Progress[] {
    const known = this.#progress.get(serviceId);
    if (known === undefined) return [];
    const committed = this.#desk.view.service(serviceId);
    const kept = known.filter((progress) =>
      [committed, written].some(
        (service) => isUnderWay(service?.UpdateStatus) && isOf(progress, service),
      ),
    );
    if (kept.length === 0) this.#progress.delete(serviceId);
    else this.#progress.set(serviceId, kept);
    return kept;
  }

  #sortPlaces(places: readonly PlaceTasks[], service: ServiceObject, making: Making): SortedPlaces {
    const known = this.#progress.get(service.ID);
    const made = (known?.find((progress) => isOf(progress, service)) ?? known?.at(-1))?.upAt;
    const older: PlaceTasks[] = [];
    const mixed: PlaceTasks[] = [];
    let changing = 0;
    for (const place of places) {
      const current = place.wanted.find((task) => isCurrent(task, making));
      if (current === undefined) {
        // Where the new one failed for good beside the old one, the old one stays.
        const failed = attemptsOf(place.tasks, making).length > 0;
        if (!failed || (place.wanted.length > 0 && mayRestart(place.tasks, making))) {
          older.push(place);
        }
        continue;
      }
      if (place.wanted.length > 1) mixed.push(place);
      if (current.Status.State === 'running') continue;
      // What it replaces may be deleted before it is up.
      if (made?.get(current.ID) === never || isReplacing(place, making)) changing += 1;
    }
    older.sort((left, right) => left.slot - right.slot);
    return { older, mixed, changing };
  }

  #next(
    transaction: Transaction,
    service: ServiceObject,
    work: { readonly progress: Progress; readonly sorted: SortedPlaces },
  ): void {
    const { progress, sorted } = work;
    const { parallelism, startFirst } = progress.config;
    if (sorted.older.length === 0) return;
    if (this.#desk.now.mono < progress.notBefore) {
      this.#alarms.set(service.ID, progress.notBefore);
      return;
    }
    const atOnce = parallelism === 0 ? Infinity : parallelism;
    let free = atOnce - sorted.changing;
    for (const place of sorted.older) {
      if (free <= 0 || isFull(transaction)) return;
      free -= 1;
      const old = place.wanted;
      const waits = !startFirst && old.some((task) => mayStillRun(transaction, task));
      if (!startFirst) {
        for (const task of old) setDesired(transaction, task, 'shutdown');
        place.wanted = [];
      }
      const desired = waits ? 'ready' : 'running';
      const task = createTask(this.#desk, transaction, { service, place, desired });
      place.wanted.push(task);
      progress.upAt.set(task.ID, never);
    }
  }

  #started(): UpdateStatus {
    return {
      State: 'updating',
      StartedAt: timestampOf(this.#desk.now.wall),
      Message: 'update in progress',
    };
  }

  #fail(transaction: Transaction, service: ServiceObject, progress: Progress): void {
    const task = [...progress.failed].at(-1) ?? '';
    const why = `due to failure or early termination of task ${task}`;
    const StartedAt = service.UpdateStatus?.StartedAt ?? timestampOf(this.#desk.now.wall);
    this.#alarms.delete(service.ID);
    const rollingBack = service.UpdateStatus?.State === 'rollback_started';
    const { PreviousSpec, ...rest } = service;
    if (
      progress.config.failureAction === 'rollback' &&
      !rollingBack &&
      PreviousSpec !== undefined
    ) {
      if (!hasRoomFor(transaction, PreviousSpec)) {
        // It goes into the next entry.
        this.#alarms.set(service.ID, this.#desk.now.mono);
        return;
      }
      const UpdateStatus = {
        State: 'rollback_started',
        StartedAt: timestampOf(this.#desk.now.wall),
        Message: `update rolled back ${why}`,
      } as const;
      transaction.update('service', { ...rest, Spec: PreviousSpec, UpdateStatus }, undefined);
      return;
    }
    const State = rollingBack ? 'rollback_paused' : 'paused';
    // A rollback is never rolled back.
    const what =
      progress.config.failureAction === 'rollback' && rollingBack ? 'rollback' : 'update';
    setStatus(transaction, service, { State, StartedAt, Message: `${what} paused ${why}` });
  }

  /**
   * Every place has tried a task of the new spec, and the failures are borne; it stays so for the time of the monitor before that is said.
   * Older tasks that still stand in for new ones go with it: the service has been updated, and its restart policy sees to the rest.
   * @source SwarmKit, updater.go: Run, useExistingTask.
   */
  #complete(
    transaction: Transaction,
    service: ServiceObject,
    done: { readonly progress: Progress; readonly mixed: readonly PlaceTasks[] },
  ): void {
    const { progress, mixed } = done;
    const doneAt = progress.lastDone + progress.config.monitorMs;
    if (this.#desk.now.mono < doneAt) {
      this.#alarms.set(service.ID, doneAt);
      return;
    }
    const making = makingOf(service.Spec, transaction);
    for (const place of mixed) {
      if (isFull(transaction)) return;
      dropOlder(transaction, place, making);
    }
    this.#alarms.delete(service.ID);
    const now = timestampOf(this.#desk.now.wall);
    const rollback = service.UpdateStatus?.State === 'rollback_started';
    setStatus(transaction, service, {
      State: rollback ? 'rollback_completed' : 'completed',
      StartedAt: service.UpdateStatus?.StartedAt ?? now,
      CompletedAt: now,
      Message: rollback ? 'rollback completed' : 'update completed',
    });
  }
}

const tooManyFailures = ({ config, failed, places }: Progress): boolean =>
  config.failureAction !== 'continue' && failed.size / Math.max(places, 1) > config.maxFailureRatio;

/** Whether it is the progress of the update that the service is in. */
const isOf = ({ making, config }: Progress, service: ServiceObject | undefined): boolean =>
  service !== undefined &&
  sameValue(making.TaskTemplate, service.Spec.TaskTemplate) &&
  sameValue(making.EndpointSpec, service.Spec.EndpointSpec) &&
  sameValue(config, configOf(service));

export const isUnderWay = (status: UpdateStatus | undefined): boolean =>
  status?.State === 'updating' || status?.State === 'rollback_started';

export const isPaused = (status: UpdateStatus | undefined): boolean =>
  status?.State === 'paused' || status?.State === 'rollback_paused';

const setStatus = (
  transaction: Transaction,
  service: ServiceObject,
  status: UpdateStatus,
): void => {
  const now = transaction.service(service.ID);
  if (now !== undefined) transaction.update('service', { ...now, UpdateStatus: status }, undefined);
};

type SortedPlaces = {
  /** Nothing of the service's spec yet. */
  readonly older: PlaceTasks[];
  /** A task of each: the new one was started first. */
  readonly mixed: PlaceTasks[];
  /** How many places wait for the first new task beside, or instead of, an older one: until that runs or ends. */
  readonly changing: number;
};

/** The usual case, told by identity alone. */
const areCurrent = (places: readonly PlaceTasks[], service: ServiceObject): boolean => {
  const { TaskTemplate, EndpointSpec } = service.Spec;
  for (const { wanted } of places) {
    const [task] = wanted;
    if (wanted.length !== 1 || task?.Spec !== TaskTemplate) return false;
    if (!sameValue(task.endpoint, EndpointSpec)) return false;
  }
  return true;
};

/** Its task follows one of an older spec, and none of the new one has ended here yet. */
const isReplacing = (place: PlaceTasks, making: Making): boolean =>
  place.tasks.some((task) => !isCurrent(task, making)) &&
  !attemptsOf(place.tasks, making).some(endedByItself);

/** The older task goes once the new one runs, or at once where the order has become stop-first. */
const finishPlace = (
  transaction: Transaction,
  place: PlaceTasks,
  making: Making,
  config: Config,
): void => {
  const runs = place.wanted.some(
    (task) => isCurrent(task, making) && task.Status.State === 'running',
  );
  if (runs || !config.startFirst) dropOlder(transaction, place, making);
};

const dropOlder = (transaction: Transaction, place: PlaceTasks, making: Making): void => {
  for (const task of place.wanted) {
    if (!isCurrent(task, making)) setDesired(transaction, task, 'shutdown');
  }
  place.wanted = place.wanted.filter((task) => isCurrent(task, making));
};

const mayStillRun = (transaction: Transaction, task: TaskObject): boolean => {
  const node = transaction.node(task.NodeID);
  return !isTerminal(task.Status.State) && node !== undefined && node.Status.State !== 'down';
};

/** As the spec says; where it has no configuration at all, one place at a time. */
const configOf = (service: ServiceObject): Config => {
  const rollback = service.UpdateStatus?.State === 'rollback_started';
  const given = service.Spec[rollback ? 'RollbackConfig' : 'UpdateConfig'];
  const fields = (typeof given === 'object' && given !== null ? given : { Parallelism: 1 }) as {
    readonly Parallelism?: number;
    readonly Delay?: number;
    readonly Monitor?: number;
    readonly FailureAction?: string;
    readonly MaxFailureRatio?: number;
    readonly Order?: string;
  };
  const { FailureAction, Delay = 0, Monitor = 0 } = fields;
  const delayMs = Delay / 1e6;
  return {
    parallelism: fields.Parallelism ?? 0,
    delayMs,
    monitorMs: monitorMsOf(Monitor / 1e6, delayMs),
    failureAction:
      FailureAction === 'continue' || FailureAction === 'rollback' ? FailureAction : 'pause',
    maxFailureRatio: fields.MaxFailureRatio ?? 0,
    startFirst: fields.Order === 'start-first',
  };
};

/**
 * 0 stands for the default. A monitor that ended with the delay would miss a failure, and call what failed completed.
 * @source moby, daemon/cluster/convert/service.go; SwarmKit, updater.go; moby#37972.
 */
const monitorMsOf = (givenMs: number, delayMs: number): number => {
  const monitorMs = givenMs === 0 ? monitorMsDefault : givenMs;
  return delayMs >= monitorMs ? delayMs + monitorBeyondDelayMs : monitorMs;
};
