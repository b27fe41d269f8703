/** What managers keep of tasks that have ended, against what they are to keep. */
import type { Ms } from '../../harness/core/cluster.ts';
import type { History } from '../../harness/core/history.ts';
import type { TaskShown } from '../../models/swarm-answers.ts';
import { chronicleOf } from '../chronicle.ts';
import type { FinalState } from './final-state.ts';
import { hasEnded, isWanted, placeOf } from './task-life.ts';
import { wrong, type Wrong } from './wrong.ts';

/**
 * Of the tasks that have ended in a place, how many stay for people to look at.
 * @source docker swarm init, --task-history-limit; swarmkit manager/orchestrator/taskreaper/task_reaper.go
 */
export const endedTasksKept = 5;

/**
 * Places in which more has stayed, of tasks alone that had ended the whole bound before somebody looked. When they ended is what managers
 * committed: where nobody tells of commits nothing is found.
 */
export function* tooMuchKept(state: FinalState, history: History): Generator<Wrong> {
  const ended = endedBy(state.from - history.bounds.convergeMs, history);
  if (ended.size <= endedTasksKept) return;
  const kept = new Map<string, TaskShown[]>();
  for (const task of state.tasks) {
    if (!ended.has(task.id)) continue;
    const others = kept.get(placeOf(task));
    if (others === undefined) kept.set(placeOf(task), [task]);
    else others.push(task);
  }
  for (const tasks of kept.values()) {
    const [first] = tasks;
    if (first !== undefined && tasks.length > endedTasksKept)
      yield wrong(
        first,
        `is still there, one of ${tasks.length} that have ended in its place, of which the newest ${endedTasksKept} are to be kept`,
      );
  }
}

const endedBy = (by: Ms, history: History): ReadonlySet<string> => {
  const ended = new Set<string>();
  for (const { at, tasks } of chronicleOf(history).commits) {
    if (at > by) continue;
    for (const { id, state, desired } of tasks)
      if (hasEnded(state) && !isWanted(desired)) ended.add(id);
  }
  return ended;
};
