/** The order of an update: stop-first, as it is where nothing is said, or start-first. */
import type { Verdict } from '../../harness/core/property.ts';
import type { Said } from '../chronicle.ts';
import { broken, moment } from '../verdicts.ts';
import { placeNamed, runsSince, startOf } from './rollout-words.ts';
import type { Replacing, Rollouts, Step } from './rollouts.ts';
import { isWanted } from './task-life.ts';
import type { TaskStory } from './told-stories.ts';

/** How long a new task waits for the old one to stop at most. @source restart.go, oldTaskTimeout */
const patienceMs = 60_000;

export const wrongOrder = (rollouts: Rollouts, { words, touched }: Step): Verdict | undefined => {
  for (const id of touched) {
    const startFirst = rollouts.told.services.get(id)?.update?.startFirst;
    for (const replacing of rollouts.replacing(id)) {
      // What is told in one breath with the update that it broke off may be that one's doing.
      if (replacing.settled || (replacing.amid && replacing.words === words)) continue;
      if (startFirst !== replacing.how.startFirst) replacing.settled = true;
      else {
        const wrong = startFirst
          ? stoppedFirst(rollouts, replacing, words)
          : startedFirst(rollouts, replacing, words);
        if (wrong !== undefined) return wrong;
      }
    }
  }
  return undefined;
};

/** Stop-first: the new one is to run, and an old one that ran has not ended. */
const startedFirst = (
  { told }: Rollouts,
  replacing: Replacing,
  words: Said<'commit'>,
): Verdict | undefined => {
  const { olds, next } = replacing;
  if (next.task.desired === 'ready') return undefined;
  replacing.settled = true;
  if (next.task.desired !== 'running' || words.at - replacing.words.at >= patienceMs) {
    return undefined;
  }
  const old = olds.find(
    (story) => story.runs !== undefined && !isGone(story) && !told.isHurt(story),
  );
  return old === undefined
    ? undefined
    : broken(
        `${placeNamed(replacing)} is to run its new task before the old one has stopped, although the order of the update is stop-first`,
        [
          ...runsSince(old),
          moment(
            words.at,
            words.node,
            `task ${next.task.id} is to run in its place, and task ${old.task.id} is ${old.task.state}`,
          ),
        ],
      );
};

/** Start-first: an old one that runs is to stop, none is left in its place, and no new one has come to run there, or ended. */
const stoppedFirst = (
  rollouts: Rollouts,
  replacing: Replacing,
  words: Said<'commit'>,
): Verdict | undefined => {
  const { olds, next } = replacing;
  const old = olds.find(
    (story) =>
      rollouts.wasWanted(story) &&
      story.task.desired === 'shutdown' &&
      story.runs !== undefined &&
      !isGone(story) &&
      !rollouts.told.isHurt(story),
  );
  if (
    old === undefined ||
    rollouts.told.inPlaceOf(next.task).some(stays) ||
    hasComeUp(rollouts, next)
  ) {
    return undefined;
  }
  return broken(
    `${placeNamed(replacing)} has to stop its old task before the new one runs, although the order of the update is start-first`,
    [
      ...runsSince(old),
      startOf(replacing),
      moment(
        words.at,
        words.node,
        `task ${old.task.id} is to stop, and task ${next.task.id} is ${next.task.state}`,
      ),
    ],
  );
};

const stays = ({ task }: TaskStory): boolean =>
  task.state === 'running' && isWanted(task.desired) && !task.removed;

const isGone = ({ task, ended }: TaskStory): boolean => ended !== undefined || task.removed;

/** It, or one that the same update or its restarts put in the same place, has run or ended. */
const hasComeUp = (rollouts: Rollouts, next: TaskStory): boolean =>
  [next, ...rollouts.told.inPlaceOf(next.task)].some(
    ({ since, runs, ended }) => since >= next.since && (runs !== undefined || ended !== undefined),
  );
