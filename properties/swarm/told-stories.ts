/** What one manager's words tell of tasks, services and nodes, as it applies the log: each told in the order of that. */
import type {
  Observation,
  ObservedNode,
  ObservedService,
  ObservedTask,
  ObservedUpdate,
} from '../../harness/core/history.ts';
import { chronicleOf, type Said } from '../chronicle.ts';
import { replicasOf } from '../membership.ts';
import { remembered } from '../remembered.ts';
import { hasEnded, isWanted, placeOf } from './task-life.ts';

/** Steps count the words of commit of one replica, from 1; what is told in one of them is told at the same step. */
type Step = number;

export type TaskStory = {
  task: ObservedTask;
  /** When it was made. */
  readonly since: Step;
  /** Whether these words tell of it from its beginning. */
  readonly whole: boolean;
  /** Another task was wanted in its place while it was. */
  doubled: boolean;
  /** The words that told first that it runs, and that it has ended. */
  runs: Said<'commit'> | undefined;
  ended: Said<'commit'> | undefined;
};

export type ServiceStory = {
  /** Whether these words tell of it from its beginning, and so of all its tasks. */
  readonly whole: boolean;
  removed: boolean;
  /** `undefined`: global, or not known. */
  replicas: number | undefined;
  restartDelayMs: number;
  /** The last time that its tasks had to become others, or that there were to be fewer; 0: never as long as is known. */
  remadeAt: Step;
  fewerAt: Step;
  /** How its tasks are to be replaced, where that is told. */
  update: ObservedUpdate | undefined;
};

export class Told {
  step: Step = 0;
  #words: Said<'commit'> | undefined;
  readonly tasks = new Map<string, TaskStory>();
  readonly services = new Map<string, ServiceStory>();
  /** By node, the last time that tasks there had a reason to go. */
  readonly #hurtAt = new Map<string, Step>();
  /** The tasks that are wanted in each place. */
  readonly #wanted = new Map<string, Set<string>>();

  /** Those that are in the place of a task, itself included, or were and are still kept. */
  inPlaceOf(task: ObservedTask): readonly TaskStory[] {
    const place = placeOf(task);
    return [...this.tasks.values()].filter(
      (other) => other.task.service === task.service && placeOf(other.task) === place,
    );
  }

  /** Takes in services and nodes first: which of the changes of one step led to which is not told. */
  begin(words: Said<'commit'>): void {
    const { services, nodes } = words;
    this.step += 1;
    this.#words = words;
    if (services !== undefined) for (const service of services) this.#noteService(service);
    if (nodes !== undefined) for (const node of nodes) this.#noteNode(node);
  }

  /** What was known of the task before. */
  note(task: ObservedTask): TaskStory | undefined {
    const known = this.tasks.get(task.id);
    const story = known ?? this.#begun(task);
    story.task = task;
    if (task.state === 'running') story.runs ??= this.#words;
    if (hasEnded(task.state)) story.ended ??= this.#words;
    this.#noteWanted(task);
    return known;
  }

  /** It was deleted. */
  forget(task: ObservedTask): void {
    this.tasks.delete(task.id);
  }

  /** Whether somebody asked for other tasks of this service, or for fewer, since the task was made, or its node was to take none. */
  hadReason(story: TaskStory): boolean {
    const { task, since, doubled } = story;
    const service = this.services.get(task.service);
    return (
      doubled ||
      (service !== undefined && Math.max(service.remadeAt, service.fewerAt) >= since) ||
      this.isHurt(story)
    );
  }

  /** Whether its node was to take no more tasks at some time since it was made. */
  isHurt({ task, since }: TaskStory): boolean {
    return (this.#hurtAt.get(task.node) ?? 0) >= since;
  }

  #begun(task: ObservedTask): TaskStory {
    // What a snapshot held is told of when it changes, and may be new or pending still.
    const made = task.created ?? (task.state === 'new' || task.state === 'pending');
    const whole = made && !task.removed;
    const story: TaskStory = {
      task,
      since: this.step,
      whole,
      doubled: false,
      runs: undefined,
      ended: undefined,
    };
    this.tasks.set(task.id, story);
    return story;
  }

  #noteService(told: ObservedService): void {
    const { id, replicas, restartDelayMs, created, remade, update, removed } = told;
    const known = this.services.get(id);
    const remadeAt = remade || removed ? this.step : (known?.remadeAt ?? 0);
    const more =
      created ||
      (known?.replicas !== undefined && replicas !== undefined && replicas >= known.replicas);
    const fewerAt = more ? (known?.fewerAt ?? 0) : this.step;
    const whole = created || known?.whole === true;
    this.services.set(id, { whole, removed, replicas, restartDelayMs, remadeAt, fewerAt, update });
  }

  #noteNode({ id, state, availability, remade, removed }: ObservedNode): void {
    const hurts = remade || removed || state === 'down' || availability === 'drain';
    if (hurts) this.#hurtAt.set(id, this.step);
  }

  #noteWanted(task: ObservedTask): void {
    const place = placeOf(task);
    const wanted = this.#wanted.get(place) ?? new Set();
    this.#wanted.set(place, wanted);
    if (task.removed || !isWanted(task.desired) || hasEnded(task.state)) wanted.delete(task.id);
    else wanted.add(task.id);
    if (wanted.size < 2) return;
    for (const id of wanted) {
      const story = this.tasks.get(id);
      if (story !== undefined) story.doubled = true;
    }
  }
}

/**
 * Commits as managers told of them, each without a gap, of those that together tell of every index that anybody told of: logs are alike, so
 * nobody's words need to be looked at that tell of nothing new. A snapshot stands for entries that are not told; what is told begins
 * anew with it.
 */
export const tellingsOf = remembered((history): readonly (readonly Said<'commit'>[])[] => {
  const told = chronicleOf(history)
    .boots.flatMap(replicasOf)
    .flatMap(withoutGaps)
    .sort((a, b) => b.length - a.length);
  const spans: { readonly from: number; readonly to: number }[] = [];
  return told.filter((commits) => {
    const [from, to] = [commits[0]?.index ?? 0, commits.at(-1)?.index ?? 0];
    if (spans.some((span) => span.from <= from && to <= span.to)) return false;
    spans.push({ from, to });
    return true;
  });
});

const withoutGaps = (said: readonly Observation[]): readonly (readonly Said<'commit'>[])[] => {
  const stretches: Said<'commit'>[][] = [];
  for (const words of said) {
    if (words.kind !== 'commit') continue;
    const last = stretches.at(-1);
    if (last === undefined || words.restored === true) stretches.push([words]);
    else last.push(words);
  }
  return stretches;
};
