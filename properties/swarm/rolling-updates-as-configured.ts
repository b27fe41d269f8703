import { counted } from '../../harness/core/figures.ts';
import type { History } from '../../harness/core/history.ts';
import type { Moment, Property, Verdict } from '../../harness/core/property.ts';
import { chronicleOf, type Said } from '../chronicle.ts';
import { broken, held, moment, seconds, unknown, untested } from '../verdicts.ts';
import { isPaused, Rollouts, type Replacing, type ServiceChanged, type Step } from './rollouts.ts';
import { hasEnded, isWanted } from './task-life.ts';
import { tellingsOf, type ServiceStory, type TaskStory } from './told-stories.ts';
import { mayHaveWaited } from './waited.ts';

/**
 * A rolling update replaces no more tasks at once than its parallelism says, waits for its delay before the next ones, and keeps its
 * order: with stop-first a task runs only when the one that it replaces has stopped, with start-first one is stopped only when the one
 * that replaces it runs. An update that is paused goes no further, and one that is called completed has replaced every task.
 * @source Docker's reference of `service create` (update-parallelism, update-delay, update-order); SwarmKit,
 * manager/orchestrator/update/updater.go (Run, worker, updateTask), manager/orchestrator/restart/restart.go (DelayStart).
 */
export const rollingUpdatesAsConfigured: Property = {
  name: 'rolling-updates-as-configured',
  kind: 'safety',
  guarantee:
    'A rolling update replaces no more tasks at once than its parallelism says, waits for its delay before the next ones, and keeps its order, stop-first or start-first. A paused update goes no further, and one that is called completed has replaced every task.',
  source: 'swarmkit manager/orchestrator/update/updater.go; docker service create, --update-*',
  judge(history) {
    const { commits } = chronicleOf(history);
    const told = commits.flatMap(({ services }) => services ?? []);
    if (!told.some(({ update }) => update !== undefined))
      return unknown('no node said how its services are updated');
    if (!told.some(({ remade }) => remade)) return untested('no service was given other tasks');
    const replaced = new Set<string>();
    const ups = firstWordsOf(history);
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
  readonly ups: ReadonlyMap<string, number>;
  /** The tasks that updates replaced, by id: several managers may tell of one. */
  readonly replaced: Set<string>;
};

const firstWordsOf = ({ observations }: History): ReadonlyMap<string, number> => {
  const ups = new Map<string, number>();
  for (const words of observations)
    if (
      words.kind === 'task' &&
      (words.state === 'running' || hasEnded(words.state)) &&
      !ups.has(words.id)
    )
      ups.set(words.id, words.at);
  return ups;
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
      tooManyAtOnce(begun, rollouts.changing(id), atOnce(service, change)) ??
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
  changing: readonly Replacing[],
  limit: number,
): Verdict | undefined =>
  changing.length > limit
    ? broken(
        `${counted(changing.length, 'task')} of service ${next.task.service} are replaced at the same time, its update may replace ${limit} at a time`,
        changing.slice(-limit - 1).map(startOf),
      )
    : undefined;

/** As many places as its parallelism says may change at once; each further one has to wait for the delay after another one is through. */
const tooSoon = (begun: Replacing, rollouts: Rollouts, known: Known): Verdict | undefined => {
  const { service } = begun.next.task;
  const { parallelism, delayMs } = begun.how;
  if (parallelism === 0 || delayMs === 0) return undefined;
  const owing = rollouts.ofOneLeader(service).length - parallelism;
  if (owing <= 0) return undefined;
  const at = firstApplied(known.history, begun);
  const through = rollouts.replacing(service).map((replacing) => ({
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
    `${placeNamed(begun)} is given a new task ${seconds(at - last.since)} after the one before was through, the delay of the update is ${seconds(delayMs)}`,
    [
      moment(last.since, undefined, `task ${last.id}, the new one before it, runs or has ended`),
      startOf(begun),
    ],
  );
};

/** When the new task ran or ended first, as its own node says; before all times where nobody waits for it. */
const throughAt = ({ next, dropped }: Replacing, ups: ReadonlyMap<string, number>): number => {
  if (dropped) return -Infinity;
  const up = ups.get(next.task.id);
  if (up !== undefined) return up;
  return next.runs === undefined && next.ended === undefined ? Infinity : -Infinity;
};

const firstApplied = (history: History, { next, words }: Replacing): number =>
  chronicleOf(history).commits.find(({ tasks }) => tasks.some(({ id }) => id === next.task.id))
    ?.at ?? words.at;

/** How long a new task waits for the old one to stop at most. @source restart.go, oldTaskTimeout */
const patienceMs = 60_000;

const wrongOrder = (rollouts: Rollouts, { words, touched }: Step): Verdict | undefined => {
  for (const id of touched) {
    const startFirst = rollouts.told.services.get(id)?.update?.startFirst;
    for (const replacing of rollouts.replacing(id)) {
      if (replacing.settled) continue;
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
  if (old === undefined || rollouts.inPlaceOf(next).some(stays) || hasComeUp(rollouts, next)) {
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
  [next, ...rollouts.inPlaceOf(next)].some(
    ({ since, runs, ended }) => since >= next.since && (runs !== undefined || ended !== undefined),
  );

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
  !rollouts.inPlaceOf(story).some(({ since, ended }) => since >= remadeAt && ended !== undefined);

const placeNamed = ({ next: { task } }: Replacing): string =>
  task.slot === 0
    ? `node ${task.node} of service ${task.service}`
    : `slot ${task.slot} of service ${task.service}`;

const startOf = ({ words, next, olds }: Replacing): Moment =>
  moment(
    words.at,
    words.node,
    `${words.node} applies, up to index ${words.index}: task ${next.task.id} is made for the place of ${olds.map(({ task }) => task.id).join(' and ')}`,
  );

const runsSince = ({ task, runs }: TaskStory): readonly Moment[] =>
  runs === undefined ? [] : [moment(runs.at, runs.node, `task ${task.id} runs`)];
