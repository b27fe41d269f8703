/**
 * What the nodes' own executors say of tasks, against what managers show of them. Where executors cannot be heard themselves, as in live
 * worlds, their nodes' agents speak for them.
 */
import type { Ms, NodeName } from '../../harness/core/cluster.ts';
import type { History, Observation } from '../../harness/core/history.ts';
import type { Moment } from '../../harness/core/property.ts';
import type { ServiceShown, TaskShown } from '../../models/swarm-answers.ts';
import { chronicleOf, type Boot, type Said } from '../chronicle.ts';
import { remembered } from '../remembered.ts';
import { moment } from '../verdicts.ts';
import type { FinalState } from './final-state.ts';
import { firstApplied } from './first-words.ts';
import { hasEnded, isWanted, placeOf } from './task-life.ts';
import { wrong, type Wrong } from './wrong.ts';

type LocalTask = {
  readonly node: NodeName;
  readonly id: string;
  readonly state: string;
  readonly since: Ms;
};

/** The latest boot of a node: what it said last of each task, and since when it could have said more. */
type LocalTasks = { readonly upSince: Ms; readonly tasks: ReadonlyMap<string, LocalTask> };

export type Executors = {
  readonly heard: Voice;
  readonly latest: ReadonlyMap<NodeName, LocalTasks>;
  /** By task, when it was said last, in whatever boot, that it runs. Empty where nobody can be heard at all. */
  readonly ran: ReadonlyMap<string, Ms>;
};

/** Who says what runs. */
type Voice = 'executor' | 'task';

export const executorsOf = (history: History): Executors => {
  const { boots } = chronicleOf(history);
  const heard = history.observations.some(({ kind }) => kind === 'executor') ? 'executor' : 'task';
  const ran = new Map<string, Ms>();
  for (const { said } of boots)
    for (const words of said)
      if (isOfTask(words, heard) && words.state === 'running') ran.set(words.id, words.at);
  const touched = new Map(history.lifecycle.map(({ node, at }) => [node, at]));
  const latest = new Map<NodeName, LocalTasks>();
  for (const boot of new Map(boots.map((each) => [each.node, each])).values()) {
    const { upSince, tasks } = lastWordsOf(boot, heard);
    const { node } = boot;
    latest.set(node, { upSince: Math.max(upSince, touched.get(node) ?? 0), tasks });
  }
  return { heard, latest, ran };
};

const isOfTask = (words: Observation, heard: Voice): words is Said<Voice> => words.kind === heard;

const lastWordsOf = ({ node, said }: Boot, heard: Voice): LocalTasks => {
  const tasks = new Map<string, LocalTask>();
  let upSince = said[0]?.at ?? 0;
  for (const words of said) {
    // A locked manager runs no tasks: they begin with its unlock.
    if (words.kind === 'lock') upSince = words.at;
    if (!isOfTask(words, heard)) continue;
    const { id, state, at: since } = words;
    if (tasks.get(id)?.state !== state) tasks.set(id, { node, id, state, since });
  }
  return { upSince, tasks };
};

/** A task that still runs on its node and that nobody wants is a leftover, unless it has time to go. */
export function* leftovers(
  state: FinalState,
  { heard, latest }: Executors,
  { history, hasTime }: { readonly history: History; hasTime(task: TaskShown): boolean },
): Generator<Wrong> {
  const mayRun = new Set(
    state.tasks.filter((task) => isWanted(task.desired) || hasTime(task)).map(({ id }) => id),
  );
  for (const { tasks } of latest.values())
    for (const local of tasks.values()) {
      // One that came to run since then cannot be among the answers.
      if (local.state !== 'running' || local.since > state.from || mayRun.has(local.id)) continue;
      yield {
        text: `${local.node} still runs task ${local.id}, which nobody wants`,
        task: undefined,
        evidence: leftoverStory(local, { heard, state, history }),
      };
    }
}

/** It runs, it was to stop, perhaps it was said to have ended, and who runs it never said so. */
const leftoverStory = (
  { node, id, since }: LocalTask,
  {
    heard,
    state,
    history,
  }: { readonly heard: Voice; readonly state: FinalState; readonly history: History },
): readonly Moment[] => {
  const who = heard === 'executor' ? `the executor of ${node}` : node;
  const ordered = firstApplied(history, (task) => task.id === id && !isWanted(task.desired));
  const order = ordered?.tasks.find((task) => task.id === id && !isWanted(task.desired));
  const reported = history.observations.find(
    (words): words is Said<'task'> =>
      words.kind === 'task' &&
      words.node === node &&
      words.id === id &&
      words.at >= since &&
      hasEnded(words.state),
  );
  const shown = state.tasks.find((task) => task.id === id);
  const shows =
    shown === undefined
      ? `${state.by} does not show it`
      : `${state.by} shows it as ${shown.state}, desired ${shown.desired}`;
  return [
    moment(since, node, `${who} says that task ${id} runs`),
    ...(ordered === undefined
      ? []
      : [
          moment(
            ordered.at,
            ordered.node,
            `${ordered.node} commits that it is desired ${order?.desired ?? 'no more'}`,
          ),
        ]),
    ...(reported === undefined
      ? []
      : [moment(reported.at, node, `${node} reports that it is ${reported.state}`)]),
    moment(state.to, node, `${who} has never said that it has ended; ${shows}`),
  ];
};

/**
 * Tasks that are shown as running, and whose nodes have said otherwise for the whole bound. What ran in an earlier boot went with it:
 * a node says of each task anew that it runs. Only of nodes that run, and only where executors are heard at all.
 */
export function* shownOnly(
  state: FinalState,
  { heard, latest, ran }: Executors,
  given: { readonly running: readonly NodeName[]; readonly convergeMs: Ms },
): Generator<Wrong> {
  if (heard === 'task' && ran.size === 0) return;
  const nodes = new Map(state.nodes.map((node) => [node.id, node]));
  for (const task of state.tasks) {
    const node = nodes.get(task.node);
    if (task.state !== 'running' || !isWanted(task.desired) || node?.state !== 'ready') continue;
    const local = latest.get(node.name);
    if (local === undefined || !given.running.includes(node.name)) continue;
    const last = local.tasks.get(task.id);
    if (last?.state === 'running') continue;
    if (state.from - Math.max(local.upSince, last?.since ?? 0) < given.convergeMs) continue;
    const said = last === undefined ? 'never said so since it started' : `said ${last.state} last`;
    const who = heard === 'executor' ? `the executor of ${node.name}` : `its node ${node.name}`;
    yield {
      ...wrong(task, `does not run: ${who} ${said}`),
      evidence: [
        ...(last === undefined
          ? []
          : [moment(last.since, node.name, `${who} says that it is ${last.state}`)]),
        moment(state.to, state.by, `${state.by} shows it as ${task.state}`),
      ],
    };
  }
}

/** The tasks that managers told of in each place: those that ended long ago may be shown no more. */
const toldIn = remembered((history): ReadonlyMap<string, ReadonlySet<string>> => {
  const places = new Map<string, Set<string>>();
  for (const { tasks } of chronicleOf(history).commits)
    for (const { id, service, slot, node } of tasks) {
      const place = placeOf({ service, slot, node });
      const ids = places.get(place);
      if (ids === undefined) places.set(place, new Set([id]));
      else ids.add(id);
    }
  return places;
});

/** Whether, of a service whose tasks end by themselves, nothing has run for too long where this task is. */
export type Lateness = (service: ServiceShown, task: TaskShown) => boolean;

export const latenessAt = (
  { from, tasks }: FinalState,
  { ran }: Executors,
  history: History,
): Lateness => {
  const since = from - history.bounds.convergeMs;
  const ranLately = (id: string): boolean => (ran.get(id) ?? -Infinity) >= since;
  return ({ lifetimeMs, template }, task) => {
    // One of an earlier spec, which an update that is paused has left, does not end.
    if (lifetimeMs === undefined || task.node === '' || task.template !== template) return false;
    const place = placeOf(task);
    if (tasks.some((other) => placeOf(other) === place && ranLately(other.id))) return false;
    const told = toldIn(history).get(place);
    return told === undefined || ![...told].some(ranLately);
  };
};
