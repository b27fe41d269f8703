/** When something was heard of a task for the first time. */
import type { History, ObservedTask } from '../../harness/core/history.ts';
import { chronicleOf, type Said } from '../chronicle.ts';

/** By id, the first words of a task's own node that tell a state which is asked for. */
export const firstOwnWords = (
  { observations }: History,
  isAskedFor: (state: string) => boolean,
): ReadonlyMap<string, Said<'task'>> => {
  const first = new Map<string, Said<'task'>>();
  for (const words of observations)
    if (words.kind === 'task' && isAskedFor(words.state) && !first.has(words.id))
      first.set(words.id, words);
  return first;
};

/** The first words in which any manager told of such a task. */
export const firstApplied = (
  history: History,
  isIt: (task: ObservedTask) => boolean,
): Said<'commit'> | undefined => chronicleOf(history).commits.find(({ tasks }) => tasks.some(isIt));
