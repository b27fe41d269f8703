import { seconds } from '../../harness/core/figures.ts';
import type { History, ObservedTask } from '../../harness/core/history.ts';
import type { Verdict } from '../../harness/core/property.ts';
import type { Said } from '../chronicle.ts';
import { broken, moment } from '../verdicts.ts';
import { firstApplied, firstOwnWords } from './first-words.ts';
import { placeOf } from './task-life.ts';
import { tellingsOf, Told } from './told-stories.ts';
import { hasWaited, mayHaveWaited, tooSoonFor } from './waited.ts';

/** What ended a task by itself, as its own node says: nobody knows it earlier. */
const endsByItself: ReadonlySet<string> = new Set(['complete', 'failed']);

/**
 * A task that ended by itself and whose successor was to run before the restart delay was over; or who waited for it, by id. The delay
 * is counted from when the task's own node said that it had ended, to the first manager that applies that the next one is to run.
 */
export const restartedTooSoon = (history: History): Verdict | ReadonlySet<string> => {
  const ends = firstOwnWords(history, (state) => endsByItself.has(state));
  const waited = new Set<string>();
  if (ends.size === 0) return waited;
  for (const commits of tellingsOf(history)) {
    for (const { lost, successor, words, delayMs } of restartsIn(commits, ends)) {
      const end = ends.get(lost.id);
      const run = firstApplied(
        history,
        ({ id, desired }) => id === successor.id && desired === 'running',
      );
      const { at } = run ?? words;
      if (end === undefined || delayMs === 0) continue;
      const wait = { since: end.at, at, delayMs };
      if (hasWaited(wait)) waited.add(successor.id);
      else if (!mayHaveWaited(history, wait))
        return broken(
          `slot ${successor.slot} of service ${successor.service} is started again ${seconds(at - end.at)} after its task ended, ${tooSoonFor(delayMs, 'its restart delay')}`,
          [
            moment(end.at, end.node, `${end.node} says that task ${lost.id} is ${end.state}`),
            moment(at, words.node, `task ${successor.id} is to run in its place`),
          ],
        );
    }
  }
  return waited;
};

type Restart = {
  readonly lost: ObservedTask;
  readonly successor: ObservedTask;
  readonly words: Said<'commit'>;
  readonly delayMs: number;
};

/** Successors that are to run, of tasks that were wanted when they ended and had no other reason to be replaced. */
const restartsIn = (
  commits: readonly Said<'commit'>[],
  ends: ReadonlyMap<string, unknown>,
): readonly Restart[] => {
  const told = new Told();
  const restarts: Restart[] = [];
  /** By place: what ended there, and by id: whom a task follows. */
  const lostIn = new Map<string, ObservedTask>();
  const lostBefore = new Map<string, { readonly lost: ObservedTask; readonly delayMs: number }>();
  for (const words of commits) {
    told.begin(words);
    for (const task of words.tasks) {
      const before = told.tasks.get(task.id)?.task;
      const story = told.note(task);
      if (task.removed) told.forget(task);
      const place = placeOf(task);
      if (before === undefined) {
        const lost = lostIn.get(place);
        lostIn.delete(place);
        if (lost !== undefined) lostBefore.set(task.id, { lost, delayMs: delayOf(told, task) });
      }
      const follows = lostBefore.get(task.id);
      if (follows !== undefined && task.desired === 'running' && !task.removed) {
        lostBefore.delete(task.id);
        const { lost } = follows;
        // It may have been changed meanwhile.
        const delayMs = Math.min(follows.delayMs, delayOf(told, task));
        restarts.push({ lost, successor: task, words, delayMs });
      }
      if (
        story?.whole === true &&
        endsByItself.has(task.state) &&
        before?.state !== task.state &&
        before?.desired === 'running' &&
        ends.has(task.id) &&
        !told.hadReason(story)
      )
        lostIn.set(place, task);
    }
  }
  return restarts;
};

/** As its service asks for it now; none where that is not known. */
const delayOf = ({ services }: Told, { service }: ObservedTask): number =>
  services.get(service)?.restartDelayMs ?? 0;
