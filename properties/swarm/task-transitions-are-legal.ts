import type { Observation, ObservedTask } from '../../harness/core/history.ts';
import type { Property, Verdict } from '../../harness/core/property.ts';
import { chronicleOf, type Said } from '../chronicle.ts';
import { replicasOf } from '../membership.ts';
import { broken, held, moment, unknown, untested } from '../verdicts.ts';
import { runsInWordsOnly } from './runs-in-words-only.ts';
import { isPlaced, isState, mayBeDeleted, mayBeDesiredNext, mayFollow } from './task-life.ts';

/**
 * TransitionsOK: each step of a task is in the table of transitions; a task is given to one node, once; its state and its desired state
 * only move on. Looked at are the changes that each manager applied, in the order of its log. Where executors are heard themselves, a task
 * is called running only once it runs.
 * @source swarmkit design/tla/Tasks.tla (Transitions) and SwarmKit.tla (TransitionsOK, Inv).
 */
export const taskTransitionsAreLegal: Property = {
  name: 'task-transitions-are-legal',
  kind: 'safety',
  guarantee:
    'TransitionsOK: each step of a task is in the table of transitions; a task is given to a node once, and its states only move on; it is called running only once it runs.',
  source: 'swarmkit design/tla/Tasks.tla (Transitions), SwarmKit.tla (TransitionsOK, Inv)',
  judge(history) {
    const { boots, commits } = chronicleOf(history);
    if (commits.length === 0) return unknown('no node said what it committed');
    let steps = 0;
    for (const said of boots.flatMap(replicasOf)) {
      // What was seen of each last, in a place of its own: most changes are of tasks that are known already.
      const lives = new Map<string, { last: ObservedTask }>();
      for (const words of said) {
        if (words.kind !== 'commit' || words.tasks.length === 0) continue;
        for (const task of words.tasks) {
          const life = lives.get(task.id);
          const before = life?.last;
          const wrong = whatIsWrong(before, task);
          if (wrong !== undefined) return illegal(wrong, { task, words }, seenIn(said, before));
          if (life === undefined) lives.set(task.id, { last: task });
          else {
            steps += 1;
            life.last = task;
          }
        }
      }
    }
    const early = runsInWordsOnly(history);
    if (early !== undefined) return early;
    return steps > 0
      ? held(`${steps} steps of tasks, every one in the table`)
      : untested('no task changed its state');
  },
};

type Seen = { readonly task: ObservedTask; readonly words: Said<'commit'> };

const whatIsWrong = (before: ObservedTask | undefined, task: ObservedTask): string | undefined => {
  if (before?.state !== task.state || before.node !== task.node) {
    if (!isState(task.state)) return `is in the state ${task.state}, which does not exist`;
    if (task.state === 'remove') return 'is observed in a state that can only be desired';
    if (task.node === '' && isPlaced(task.state)) return `is ${task.state} on no node`;
  }
  if (before === undefined) return undefined;
  if (before.removed) return 'changes after it was deleted';
  if (task.removed && !mayBeDeleted(task.state)) return `is deleted while it is ${task.state}`;
  if (!mayFollow(before.state, task.state)) return `goes from ${before.state} to ${task.state}`;
  if (before.desired !== task.desired && !mayBeDesiredNext(before.desired, task.desired)) {
    return `is desired to be ${task.desired} after it was desired to be ${before.desired}`;
  }
  if (before.node !== '' && before.node !== task.node) return 'moves from one node to another';
  if (before.service !== task.service || before.slot !== task.slot) {
    return 'changes its service or its slot';
  }
  return undefined;
};

/** Where a manager said it; looked for only once something is wrong. */
const seenIn = (said: readonly Observation[], task: ObservedTask | undefined): Seen | undefined => {
  const words = said.find(
    (of): of is Said<'commit'> =>
      of.kind === 'commit' && task !== undefined && of.tasks.includes(task),
  );
  return words === undefined || task === undefined ? undefined : { task, words };
};

const illegal = (wrong: string, now: Seen, before: Seen | undefined): Verdict => {
  const name = `task ${now.task.id} (slot ${now.task.slot} of service ${now.task.service})`;
  const shown = ({ task, words }: Seen) =>
    moment(
      words.at,
      words.node,
      `${words.node} applies, up to index ${words.index}: ${name} is ${task.state}, desired ${task.desired}${task.removed ? ', deleted' : ''}`,
    );
  return broken(
    `${name} ${wrong}`,
    before === undefined ? [shown(now)] : [shown(before), shown(now)],
  );
};
