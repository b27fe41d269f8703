import { counted, seconds } from '../../harness/core/figures.ts';
import type { History } from '../../harness/core/history.ts';
import type { Moment, Property, Verdict } from '../../harness/core/property.ts';
import { chronicleOf, type Said } from '../chronicle.ts';
import { broken, held, moment, unknown, untested } from '../verdicts.ts';
import { firstApplied, firstOwnWords } from './first-words.ts';
import { placeNamed, remadeOf, runsSince, startOf } from './rollout-words.ts';
import { isPaused, Rollouts, type Replacing, type ServiceChanged, type Step } from './rollouts.ts';
import { hasEnded, isWanted } from './task-life.ts';
import { tellingsOf, type ServiceStory, type TaskStory } from './told-stories.ts';
import { wrongOrder } from './update-order.ts';
import { mayHaveWaited, tooSoonFor } from './waited.ts';

/**
 * A rolling update replaces no more tasks at once than its parallelism says, waits for its delay before the next ones, and keeps its
 * order: with stop-first a task runs only when the one that it replaces has stopped, with start-first one is stopped only when the one
 * that replaces it runs. An update is paused only where a task of its own has failed, and where it is not to go on all the same; then it
 * goes no further. One that is called completed has replaced every task.
 * @source Docker's reference of `service create` (update-parallelism, update-delay, update-order); SwarmKit,
 * manager/orchestrator/update/updater.go (Run, worker, updateTask), manager/orchestrator/restart/restart.go (DelayStart).
 */
export const rollingUpdatesAsConfigured: Property = {
  name: 'rolling-updates-as-configured',
  kind: 'safety',
  guarantee:
    'A rolling update replaces no more tasks at once than its parallelism says, waits for its delay before the next ones, and keeps its order, stop-first or start-first. It is paused only for a failure of its own and then goes no further, and one that is called completed has replaced every task.',
  source: 'swarmkit manager/orchestrator/update/updater.go; docker service create, --update-*',
  judge(history) {
    const { commits } = chronicleOf(history);
    const told = commits.flatMap(({ services }) => services ?? []);
    if (!told.some(({ update }) => update !== undefined))
      return unknown('no node said how its services are updated');
    if (!told.some(({ remade }) => remade)) return untested('no service was given other tasks');
    const replaced = new Set<string>();
    const ups = firstOwnWords(history, (state) => state === 'running' || hasEnded(state));
    for (const telling of tellingsOf(history)) {
      const found = wrongIn(telling, { history, ups, replaced });
      if (found !== undefined) return found;
    }
    return replaced.size === 0
      ? untested('services were given other tasks, and none was replaced yet')
      : held(`${counted(replaced.size, 'task')} replaced by updates`);
  },
};

type Known = {
  readonly history: History;
  /** By id, when a task's own node said first that it runs, or that it has ended. */
  readonly ups: ReadonlyMap<string, Said<'task'>>;
  /** The tasks that updates replaced, by id: several managers may tell of one. */
  readonly replaced: Set<string>;
};

const wrongIn = (commits: readonly Said<'commit'>[], known: Known): Verdict | undefined => {
  const rollouts = new Rollouts();
  for (const words of commits) {
    const step = rollouts.take(words);
    for (const { olds } of step.begun) for (const { task } of olds) known.replaced.add(task.id);
    const found =
      wentOn(step) ??
      wrongPace(rollouts, step, known) ??
      wrongOrder(rollouts, step) ??
      wrongPause(rollouts, step) ??
      wrongEnd(rollouts, step);
    if (found !== undefined) return found;
  }
  return undefined;
};

const wentOn = ({ words, changed }: Step): Verdict | undefined => {
  for (const { id, resumed } of changed.values())
    if (resumed)
      return broken(`the update of service ${id} was paused, and goes on although nobody asked`, [
        moment(words.at, words.node, `the update is under way again`),
      ]);
  return undefined;
};

/** Which of several changes of one telling came first is not told: what was allowed before it, or is behind it, is allowed in it. */
const wrongPace = (rollouts: Rollouts, step: Step, known: Known): Verdict | undefined => {
  for (const begun of step.begun) {
    const id = begun.next.task.service;
    const service = rollouts.told.services.get(id);
    if (service === undefined) continue;
    const change = step.changed.get(id);
    const found =
      wentOnPaused(begun, service, change) ??
      tooManyAtOnce(begun, rollouts, atOnce(service, change)) ??
      tooSoon(begun, rollouts, known);
    if (found !== undefined) return found;
  }
  return undefined;
};

const wentOnPaused = (
  begun: Replacing,
  { update }: ServiceStory,
  change: ServiceChanged | undefined,
): Verdict | undefined =>
  change === undefined && isPaused(update?.state)
    ? broken(
        `${placeNamed(begun)} is given a new task, although the update of the service is paused`,
        [startOf(begun)],
      )
    : undefined;

/** How many places may change at a time. */
const atOnce = (service: ServiceStory, change: ServiceChanged | undefined): number =>
  Math.max(
    limitOf(service.update?.parallelism),
    change === undefined ? 0 : limitOf(change.before?.update?.parallelism),
  );

const limitOf = (parallelism: number | undefined): number =>
  parallelism === undefined || parallelism === 0 ? Infinity : parallelism;

const tooManyAtOnce = (
  { next }: Replacing,
  rollouts: Rollouts,
  limit: number,
): Verdict | undefined => {
  const { service } = next.task;
  const changing = rollouts.changing(service);
  if (changing.length <= limit) return undefined;
  return broken(
    `${counted(changing.length, 'task')} of service ${service} are replaced at the same time, its update may replace ${limit} at a time`,
    [...askOf(rollouts, service), ...changing.slice(-limit - 1).map(startOf)],
  );
};

/** As many places as its parallelism says may change at once; each further one has to wait for the delay after another one is through. */
const tooSoon = (begun: Replacing, rollouts: Rollouts, known: Known): Verdict | undefined => {
  const { service } = begun.next.task;
  const { parallelism, delayMs } = begun.how;
  if (parallelism === 0 || delayMs === 0) return undefined;
  // Words may tell of several: those that began behind this one have no part in it.
  const before = rollouts.replacing(service);
  const place = before.indexOf(begun);
  const owing =
    rollouts.ofOneLeader(service).filter((other) => before.indexOf(other) <= place).length -
    parallelism;
  if (owing <= 0) return undefined;
  const { id } = begun.next.task;
  const { at } = firstApplied(known.history, (task) => task.id === id) ?? begun.words;
  const through = before.slice(0, place).map((replacing) => ({
    id: replacing.next.task.id,
    since: throughAt(replacing, known.ups),
  }));
  const waited = through.filter(({ since }) =>
    mayHaveWaited(known.history, { since, at, delayMs }),
  );
  if (waited.length >= owing) return undefined;
  const last = through
    .filter(({ since }) => since <= at && since > -Infinity)
    .reduce<(typeof through)[0] | undefined>(
      (found, next) => (found === undefined || next.since > found.since ? next : found),
      undefined,
    );
  if (last === undefined) return undefined;
  return broken(
    `${placeNamed(begun)} is given a new task ${seconds(at - last.since)} after the one before was through, ${tooSoonFor(delayMs, 'the delay of the update')}`,
    [...askOf(rollouts, service), ...upOf(known.ups.get(last.id)), startOf(begun)],
  );
};

const askOf = (rollouts: Rollouts, service: string): readonly Moment[] => {
  const words = rollouts.remadeIn(service);
  return words === undefined ? [] : [remadeOf(words, service)];
};

const upOf = (words: Said<'task'> | undefined): readonly Moment[] =>
  words === undefined
    ? []
    : [
        moment(
          words.at,
          words.node,
          `${words.node} says that task ${words.id}, the new one before it, is ${words.state}`,
        ),
      ];

/** When the new task ran or ended first, as its own node says; before all times where nobody waits for it. */
const throughAt = ({ next, dropped }: Replacing, ups: Known['ups']): number => {
  if (dropped) return -Infinity;
  const up = ups.get(next.task.id);
  if (up !== undefined) return up.at;
  return next.runs === undefined && next.ended === undefined ? Infinity : -Infinity;
};

/** So many of the last replacements before a pause tell what it had done until then. */
const pausedAfterMax = 2;

/** The update is paused, although no new task has failed, or although it was to go on all the same. */
const wrongPause = (rollouts: Rollouts, { words, changed }: Step): Verdict | undefined => {
  for (const { id, before, paused } of changed.values()) {
    const service = rollouts.told.services.get(id);
    // Where the same words gave it other tasks, which of them it was that failed is not told.
    if (!paused || service === undefined || service.remadeAt !== before?.remadeAt) continue;
    const why =
      before.update?.bearsFailures === true
        ? 'it was to go on whatever becomes of its tasks'
        : service.remadeAt > 0 && !rollouts.hadEnds(id)
          ? 'none of the tasks that it has made has ended'
          : undefined;
    if (why !== undefined)
      return broken(`the update of service ${id} is paused, although ${why}`, [
        ...rollouts.replacing(id).slice(-pausedAfterMax).map(startOf),
        moment(words.at, words.node, `the update is paused`),
      ]);
  }
  return undefined;
};

/** The update is called completed, and a task that it should have replaced is wanted still. */
const wrongEnd = (rollouts: Rollouts, { words, changed }: Step): Verdict | undefined => {
  for (const { id, before, completed } of changed.values()) {
    const service = rollouts.told.services.get(id);
    if (!completed || service === undefined || service.remadeAt !== before?.remadeAt) continue;
    // Where nothing was replaced, the change may have been one that asks for no other tasks.
    if (rollouts.replacing(id).length === 0) continue;
    const left = [...rollouts.told.tasks.values()].find(
      (story) =>
        story.task.service === id &&
        story.since < service.remadeAt &&
        isLeft(rollouts, story, service.remadeAt),
    );
    if (left !== undefined)
      return broken(
        `the update of service ${id} is called completed, and task ${left.task.id} has not been replaced`,
        [
          ...runsSince(left),
          moment(
            words.at,
            words.node,
            `the update is completed, and task ${left.task.id} of before it is desired ${left.task.desired}`,
          ),
        ],
      );
  }
  return undefined;
};

/** Where a new task has failed, the old one may stay. */
const isLeft = (rollouts: Rollouts, story: TaskStory, remadeAt: number): boolean =>
  story.whole &&
  isWanted(story.task.desired) &&
  !hasEnded(story.task.state) &&
  !rollouts.told.isHurt(story) &&
  !rollouts.told
    .inPlaceOf(story.task)
    .some(({ since, ended }) => since >= remadeAt && ended !== undefined);
