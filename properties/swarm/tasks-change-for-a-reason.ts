import { counted } from '../../harness/core/figures.ts';
import type { ObservedTask } from '../../harness/core/history.ts';
import type { Moment, Property, Verdict } from '../../harness/core/property.ts';
import { chronicleOf, type Said } from '../chronicle.ts';
import { broken, held, moment, unknown, untested } from '../verdicts.ts';
import { endedTasksKept } from './kept-history.ts';
import { restartedTooSoon } from './restart-delay.ts';
import { hasEnded, isWanted, placeOf } from './task-life.ts';
import { tellingsOf, Told, type ServiceStory, type TaskStory } from './told-stories.ts';

/**
 * The orchestrators change only what has to change: a task that runs, and is to run, is stopped only where its service was given other
 * tasks or fewer, or its node was to take none. Where there are to be fewer, slots that do not run go before slots that do. A task that
 * ended by itself is started again once its restart delay is over, and not before. Of the tasks that ended in a place the newest five
 * are kept.
 * @source swarmkit design/orchestrators.md; manager/orchestrator/replicated/services.go (slots are sorted, running ones first, and the
 * last ones go); manager/orchestrator/restart/restart.go (DelayStart);
 * manager/orchestrator/taskreaper/task_reaper.go.
 */
export const tasksChangeForAReason: Property = {
  name: 'tasks-change-for-a-reason',
  kind: 'safety',
  guarantee:
    'A task that runs as wanted is stopped only for a reason: other tasks or fewer were asked for, or its node is to take none. What does not run goes before what does, what ended by itself waits for its restart delay, and of what has ended the newest five of each place are kept.',
  source:
    'swarmkit design/orchestrators.md, manager/orchestrator/replicated/services.go, manager/orchestrator/restart/restart.go',
  judge(history) {
    const { commits } = chronicleOf(history);
    if (!commits.some(({ services }) => services !== undefined))
      return unknown('no node said which services it committed');
    const counts: Counts = { ran: new Set(), stopped: new Set() };
    for (const told of tellingsOf(history)) {
      const found = wrongIn(told, counts);
      if (found !== undefined) return found;
    }
    const waited = restartedTooSoon(history);
    if ('verdict' in waited) return waited;
    const { ran, stopped } = counts;
    if (ran.size + stopped.size + waited.size === 0)
      return untested('no task ran whose story is known');
    return stopped.size + waited.size === 0
      ? untested(`${counted(ran.size, 'task')} ran, and nobody asked for anything else`)
      : held(
          `${counted(stopped.size, 'running task')} stopped for a reason, ${counted(waited.size, 'restart')} waited for the delay`,
        );
  },
};

/** Tasks that came to run, and those of them that were stopped, by id: several managers may tell of one. */
type Counts = { readonly ran: Set<string>; readonly stopped: Set<string> };

const wrongIn = (commits: readonly Said<'commit'>[], counts: Counts): Verdict | undefined => {
  const told = new Told();
  for (const words of commits) {
    told.begin(words);
    if (words.tasks.length === 0) continue;
    /** Of running tasks that are not wanted any more. */
    const stops: TaskStory[] = [];
    /** As they were when these words began, of all that they change. */
    const first = new Map<string, ObservedTask | undefined>();
    for (const task of words.tasks) {
      const before = told.tasks.get(task.id)?.task;
      if (!first.has(task.id)) first.set(task.id, before);
      const story = told.note(task);
      if (task.removed) {
        told.forget(task);
        const wrong =
          story === undefined
            ? undefined
            : (newestWent(told, story, words) ?? tooFewKept(told, story, words));
        if (wrong !== undefined) return wrong;
      }
      if (story?.whole !== true || before === undefined) continue;
      if (before.state !== 'running' && task.state === 'running') counts.ran.add(task.id);
      if (runsAsWanted(before) && !isWanted(task.desired) && task.state === 'running') {
        if (!told.hadReason(story)) return withoutReason(story, task, words);
        counts.stopped.add(task.id);
        stops.push(story);
      }
    }
    const wrong = stops.length > 0 ? wrongOrder(told, stops, { words, first }) : undefined;
    if (wrong !== undefined) return wrong;
  }
  return undefined;
};

/** Of the tasks that ended in a place the newest are kept. Those that ended alike, as the restart policy may count them otherwise. */
const newestWent = (told: Told, gone: TaskStory, words: Said<'commit'>): Verdict | undefined => {
  const { task, ended } = gone;
  const service = told.services.get(task.service);
  if (ended === undefined || service === undefined || !isHistory(gone, service)) return undefined;
  const kept = [...told.tasks.values()].find(
    (other) =>
      placeOf(other.task) === placeOf(task) &&
      other.task.state === task.state &&
      isHistory(other, service) &&
      other.ended !== undefined &&
      other.ended.index < ended.index,
  );
  if (kept === undefined) return undefined;
  return broken(`${nameOf(task)} is deleted, and ${kept.task.id}, which ended before it, is kept`, [
    ...toldOf(kept.ended, `task ${kept.task.id} has ended (${kept.task.state})`),
    ...toldOf(ended, `task ${task.id} has ended (${task.state})`),
    ...toldOf(words, `task ${task.id}, the later one, is deleted`),
  ]);
};

/** Of the tasks that ended in a place so many are kept, unless the place itself is to go. */
const tooFewKept = (told: Told, gone: TaskStory, words: Said<'commit'>): Verdict | undefined => {
  const { task, ended } = gone;
  const service = told.services.get(task.service);
  if (service?.whole !== true || service.removed || task.desired !== 'shutdown') return undefined;
  if (ended === undefined) return undefined;
  let kept = 0;
  for (const { task: other } of told.tasks.values())
    if (placeOf(other) === placeOf(task) && other.desired === 'shutdown' && hasEnded(other.state))
      kept += 1;
  if (kept >= endedTasksKept) return undefined;
  return broken(
    `${nameOf(task)} is deleted, although only ${kept} others that ended in its place are kept, and ${endedTasksKept} are to be`,
    [
      ...toldOf(ended, `task ${task.id} has ended (${task.state})`),
      ...toldOf(words, `it is deleted; ${kept} others that have ended in its place are left`),
    ],
  );
};

/** It ended and is kept to be looked at, and was made from what its service still asks for. */
const isHistory = ({ task, since, whole }: TaskStory, service: ServiceStory): boolean =>
  whole && task.desired === 'shutdown' && service.remadeAt < since;

const runsAsWanted = ({ state, desired }: ObservedTask): boolean =>
  state === 'running' && desired === 'running';

const runs = (task: ObservedTask | undefined): boolean => task !== undefined && runsAsWanted(task);

const nameOf = ({ id, slot, service }: ObservedTask): string =>
  slot === 0
    ? `task ${id} of service ${service}`
    : `task ${id} (slot ${slot} of service ${service})`;

/** What a manager applied, told as a moment. */
const toldOf = (words: Said<'commit'> | undefined, what: string): readonly Moment[] =>
  words === undefined
    ? []
    : [moment(words.at, words.node, `${words.node} applies, up to index ${words.index}: ${what}`)];

const withoutReason = ({ runs }: TaskStory, task: ObservedTask, words: Said<'commit'>): Verdict =>
  broken(
    `${nameOf(task)} ran as wanted and is to ${task.desired === 'remove' ? 'be removed' : 'stop'}, although nobody asked for other tasks or fewer, and its node may have it`,
    [
      ...toldOf(runs, `${nameOf(task)} runs`),
      ...toldOf(
        words,
        `it is desired ${task.desired}; since it was made nobody asked for other tasks or fewer, and its node could have it`,
      ),
    ],
  );

/**
 * There are to be fewer, and nothing else has changed: a slot that neither ran before these words nor does behind them is kept, and one
 * that ran all the time goes. A slot runs by any of its tasks: of an update that is paused an old one runs beside a new one.
 */
const wrongOrder = (
  told: Told,
  stops: readonly TaskStory[],
  given: {
    readonly words: Said<'commit'>;
    readonly first: ReadonlyMap<string, ObservedTask | undefined>;
  },
): Verdict | undefined => {
  const { words, first } = given;
  const asOf = (task: ObservedTask): ObservedTask | undefined =>
    first.has(task.id) ? first.get(task.id) : task;
  for (const story of stops) {
    const { task } = story;
    const service = told.services.get(task.service);
    if (service?.fewerAt !== told.step || service.remadeAt >= story.since) continue;
    // Where its node was to take none, its slot may have been given another task before, which did not run either.
    if (first.get(task.id)?.state !== 'running' || told.isHurt(story)) continue;
    const kept = [...told.tasks.values()].find(
      ({ task: other, since, whole }) =>
        whole &&
        other.service === task.service &&
        other.slot !== task.slot &&
        since < told.step &&
        service.remadeAt < since &&
        isIdle(other) &&
        isIdle(asOf(other)) &&
        !told.inPlaceOf(other).some(({ task: near }) => runs(near) || runs(asOf(near))),
    );
    if (kept !== undefined) return runningWent(story, kept.task, words);
  }
  return undefined;
};

/** It is wanted, and has not come to run yet. */
const isIdle = (task: ObservedTask | undefined): boolean =>
  task !== undefined &&
  isWanted(task.desired) &&
  task.state !== 'running' &&
  !hasEnded(task.state) &&
  !task.removed;

const runningWent = (
  { task: gone, runs }: TaskStory,
  kept: ObservedTask,
  words: Said<'commit'>,
): Verdict =>
  broken(
    `${nameOf(gone)} ran and had to go, while slot ${kept.slot}, which did not run, was kept`,
    [
      ...toldOf(runs, `${nameOf(gone)} runs`),
      ...toldOf(
        words,
        `there are to be fewer tasks; it is to go, and ${nameOf(kept)} is kept, ${kept.state}`,
      ),
    ],
  );
