/** The rolling updates of services, as one manager's words tell of them: which task took the place of which, and why. */
import type { ObservedTask, ObservedUpdate } from '../../harness/core/history.ts';
import type { Said } from '../chronicle.ts';
import { hasEnded, isWanted, placeOf } from './task-life.ts';
import { Told, type ServiceStory, type TaskStory } from './told-stories.ts';

/**
 * An update gave a place its first task made from what its service asks for now, beside or instead of older ones that nothing else took
 * away. Further tries in the same place are the restart policy's affair.
 */
export type Replacing = {
  readonly olds: readonly TaskStory[];
  readonly next: TaskStory;
  readonly how: ObservedUpdate;
  readonly step: number;
  readonly words: Said<'commit'>;
  /** Begun in the words that gave the service other tasks in the middle of an update: by which of both is not told. */
  readonly amid: boolean;
  /** It was not wanted any more before it had come to run. */
  dropped: boolean;
  /** Its order needs no further look. */
  settled: boolean;
};

/** What one service has gone through since its tasks were last to be others. */
type Course = {
  readonly remadeAt: number;
  readonly words: Said<'commit'>;
  /** An update was under way when they were to be others. */
  readonly amid: boolean;
  readonly replacing: Replacing[];
  /** Whether any task that was made since then has ended. */
  hadEnds: boolean;
  /** What was replaced at this step or later was replaced by one leadership that began with nothing done. */
  from: number;
};

/** A service that these words changed, with what it was before them. */
export type ServiceChanged = {
  readonly id: string;
  readonly before: ServiceStory | undefined;
  /** It was given other tasks while an update was under way. */
  amid: boolean;
  /** Its update was called completed, whatever came after it in the same words. */
  completed: boolean;
  /** It was under way and is paused now. */
  paused: boolean;
  /** Its update was paused and went on, although nobody wrote the service in between: a write takes the status away. */
  resumed: boolean;
};

/** What one telling of a commit brought. */
export type Step = {
  readonly words: Said<'commit'>;
  /** The replacements that began, and the services whose tasks changed. */
  readonly begun: readonly Replacing[];
  readonly touched: ReadonlySet<string>;
  readonly changed: ReadonlyMap<string, ServiceChanged>;
};

export const isPaused = (state: string | undefined): boolean =>
  state === 'paused' || state === 'rollback_paused';

const underWay: ReadonlySet<string | undefined> = new Set(['updating', 'rollback_started']);

const unmarked = { amid: false, completed: false, paused: false, resumed: false };

export class Rollouts {
  readonly told = new Told();
  readonly #courses = new Map<string, Course>();
  /** As they were when the words began, of all tasks that they change. */
  readonly #first = new Map<string, ObservedTask | undefined>();
  #term: number | undefined;

  take(words: Said<'commit'>): Step {
    const changed = this.#changedBy(words);
    this.told.begin(words);
    for (const change of changed.values()) this.#turn(change, words);
    if (this.#term !== words.term) this.#newLeader();
    this.#term = words.term;
    const made = this.#noteTasks(words.tasks);
    const touched = new Set(words.tasks.map(({ service }) => service));
    for (const id of touched) this.#drop(id);
    const begun = made.flatMap((next) => this.#begun(next, words));
    return { words, begun, touched, changed };
  }

  /** All that was replaced in the service since its tasks were last to be others. */
  replacing(service: string): readonly Replacing[] {
    return this.#courses.get(service)?.replacing ?? [];
  }

  /** What told that its tasks were to be others. */
  remadeIn(service: string): Said<'commit'> | undefined {
    return this.#courses.get(service)?.words;
  }

  /** Whether any task has ended that was made since then. */
  hadEnds(service: string): boolean {
    return this.#courses.get(service)?.hadEnds === true;
  }

  /**
   * The new tasks that are wanted, and have neither come to run nor ended. Whoever comes to lead, or is told to go on otherwise, cannot know
   * whom a task replaced that was deleted; and those of an update that was broken off are no longer its own.
   */
  changing(service: string): readonly Replacing[] {
    const course = this.#courses.get(service);
    if (course === undefined) return [];
    return course.replacing.filter(({ olds, next: { task, runs, ended }, step, amid }) => {
      if (amid) return false;
      const through = runs !== undefined || ended !== undefined;
      if (through || task.removed || !isWanted(task.desired)) return false;
      return step >= course.from || olds.some((old) => !old.task.removed);
    });
  }

  /** Those that one leadership has to answer for, which began with nothing done: not what may be of an update that was broken off. */
  ofOneLeader(service: string): readonly Replacing[] {
    const course = this.#courses.get(service);
    if (course === undefined) return [];
    return course.replacing.filter(({ step, amid }) => step >= course.from && !amid);
  }

  /** Whether the task was wanted when the last words began. */
  wasWanted({ task }: TaskStory): boolean {
    const before = this.#first.has(task.id) ? this.#first.get(task.id) : task;
    return before !== undefined && isWanted(before.desired);
  }

  #changedBy({ services = [] }: Said<'commit'>): ReadonlyMap<string, ServiceChanged> {
    const changed = new Map<string, ServiceChanged>();
    const last = new Map<string, string | undefined>();
    for (const { id, update, remade } of services) {
      const before = this.told.services.get(id);
      const change = changed.get(id) ?? { id, before, ...unmarked };
      const was = last.has(id) ? last.get(id) : before?.update?.state;
      const state = update?.state;
      if (remade && underWay.has(was)) change.amid = true;
      if (state === 'completed' && was !== state) change.completed = true;
      if (isPaused(state) && underWay.has(was)) change.paused = true;
      if (state === 'updating' && isPaused(was)) change.resumed = true;
      changed.set(id, change);
      // Whoever writes a service clears what is said of its update, which goes on all the same.
      last.set(id, state ?? (underWay.has(was) ? was : undefined));
    }
    return changed;
  }

  /** Somebody changed the service, or its update began or ended. */
  #turn({ id, before, amid }: ServiceChanged, words: Said<'commit'>): void {
    const service = this.told.services.get(id);
    if (service === undefined || service.remadeAt === 0) return;
    const begins =
      underWay.has(service.update?.state) && service.update?.state !== before?.update?.state;
    const from = begins ? this.told.step : this.told.step + 1;
    const course = this.#courses.get(id);
    if (course?.remadeAt === service.remadeAt) course.from = from;
    else {
      const { remadeAt } = service;
      this.#courses.set(id, { remadeAt, words, amid, replacing: [], hadEnds: false, from });
    }
  }

  /** What its words bring may still be of the one before. */
  #newLeader(): void {
    for (const course of this.#courses.values()) course.from = this.told.step + 1;
  }

  #noteTasks(tasks: readonly ObservedTask[]): readonly TaskStory[] {
    const made: TaskStory[] = [];
    this.#first.clear();
    for (const task of tasks) {
      const before = this.told.tasks.get(task.id)?.task;
      if (!this.#first.has(task.id)) this.#first.set(task.id, before);
      this.told.note(task);
      const story = this.told.tasks.get(task.id);
      if (story?.ended !== undefined) this.#noteEnd(story);
      if (task.removed) this.told.forget(task);
      else if (before === undefined && story?.whole === true) made.push(story);
    }
    return made;
  }

  #noteEnd({ task, since }: TaskStory): void {
    const course = this.#courses.get(task.service);
    if (course !== undefined && since >= course.remadeAt) course.hadEnds = true;
  }

  #drop(service: string): void {
    for (const replacing of this.replacing(service)) {
      const { task, runs, ended } = replacing.next;
      if (runs === undefined && ended === undefined && (task.removed || !isWanted(task.desired)))
        replacing.dropped = true;
    }
  }

  #begun(next: TaskStory, words: Said<'commit'>): readonly Replacing[] {
    const course = this.#courses.get(next.task.service);
    const how = this.told.services.get(next.task.service)?.update;
    if (course === undefined || how === undefined) return [];
    const place = placeOf(next.task);
    if (course.replacing.some((earlier) => placeOf(earlier.next.task) === place)) return [];
    const olds = this.told.inPlaceOf(next.task).filter((old) => this.#isReplaced(old, course));
    if (olds.length === 0) return [];
    const { step } = this.told;
    const amid = course.amid && course.remadeAt === step;
    const begun = { olds, next, how, step, words, amid, dropped: false, settled: false };
    course.replacing.push(begun);
    return [begun];
  }

  /** It was wanted until then, and neither its end, nor its node, nor a smaller number of tasks took it away: those are to be removed. */
  #isReplaced(old: TaskStory, { remadeAt }: Course): boolean {
    return (
      old.whole &&
      old.since < remadeAt &&
      !hasEnded(old.task.state) &&
      old.task.desired !== 'remove' &&
      this.wasWanted(old) &&
      !this.told.isHurt(old)
    );
  }
}
