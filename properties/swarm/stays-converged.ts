/** What is as desired stays so: once the bound has passed, tasks are left alone. */
import type { Ms, NodeName } from '../../harness/core/cluster.ts';
import { seconds } from '../../harness/core/figures.ts';
import type { History, ObservedTask } from '../../harness/core/history.ts';
import type { Moment } from '../../harness/core/property.ts';
import type { ServiceShown } from '../../models/swarm-answers.ts';
import { chronicleOf, type Said } from '../chronicle.ts';
import { moment } from '../verdicts.ts';
import type { FinalState } from './final-state.ts';
import { changeOf, changeOfNodes, waitsOf } from './last-change.ts';
import { hasEnded, isWanted } from './task-life.ts';

export type Unrest = { readonly summary: string; readonly moments: readonly Moment[] };

/**
 * A task that was made, changed or given up up to the final reads although its service and all nodes had been let alone for the
 * whole bound. Where tasks end by themselves, only one that is given up before it ended is wrong. Of nodes counts what their
 * versions tell: a late drain, a node that was taken for dead because its heartbeats came late.
 */
export const unrestIn = (state: FinalState, history: History): Unrest | undefined => {
  const { convergeMs } = history.bounds;
  const settledAt = Math.max(
    history.phases.healedAt,
    changeOfNodes(state, history),
    ...history.lifecycle.map(({ at }) => (at <= state.from ? at : 0)),
  );
  const judgedFrom = settledAt + convergeMs;
  if (judgedFrom >= state.from) return undefined;
  const services = new Map(state.services.map((service) => [service.id, service]));
  for (const step of stepsBetween(judgedFrom, state.from, history)) {
    const service = services.get(step.task.service);
    if (service === undefined || !isUncalledFor(step, service)) continue;
    const since = Math.max(settledAt, changeOf(service, history));
    if (step.at >= since + convergeMs + waitsOf(service, state, history))
      return unrest(step, service, since);
  }
  return undefined;
};

/** A change of a task that no manager had told of before. */
type Step = {
  readonly at: Ms;
  readonly by: NodeName;
  /** As it was; `undefined`: this is the first that is heard of it. */
  readonly before: ObservedTask | undefined;
  readonly task: ObservedTask;
};

/** Every manager tells of each change, some of them late: counted is when the first one did. */
const stepsBetween = (from: Ms, to: Ms, history: History): readonly Step[] => {
  const { commits } = chronicleOf(history);
  const concerned = tasksSince(from, commits);
  if (concerned.size === 0) return [];
  const told = new Set<string>();
  const last = new Map<string, ObservedTask>();
  const steps: Step[] = [];
  for (const { at, node: by, tasks } of commits) {
    if (at > to) break;
    for (const task of tasks) {
      if (!concerned.has(task.id)) continue;
      const { id, node, state, desired, removed } = task;
      const words = [id, node, state, desired, removed].join(' ');
      if (told.has(words)) continue;
      told.add(words);
      if (at >= from) steps.push({ at, by, before: last.get(id), task });
      last.set(id, task);
    }
  }
  return steps;
};

const tasksSince = (from: Ms, commits: readonly Said<'commit'>[]): ReadonlySet<string> => {
  const ids = new Set<string>();
  for (let place = commits.length - 1; place >= 0; place -= 1) {
    const commit = commits[place];
    if (commit === undefined || commit.at < from) break;
    for (const { id } of commit.tasks) ids.add(id);
  }
  return ids;
};

/** One that is on its way out may go when it likes. */
const isUncalledFor = ({ before, task }: Step, { lifetimeMs }: ServiceShown): boolean => {
  const wasWanted = before !== undefined && isWanted(before.desired);
  if (lifetimeMs !== undefined)
    return wasWanted && !isWanted(task.desired) && !hasEnded(task.state);
  return wasWanted || (before === undefined && isWanted(task.desired) && !task.removed);
};

const unrest = ({ at, by, before, task }: Step, service: ServiceShown, since: Ms): Unrest => {
  const what =
    before === undefined
      ? `is made (${task.state}, desired ${task.desired})`
      : `goes from ${before.state}, desired ${before.desired}, to ${task.state}, desired ${task.desired}`;
  const text = `task ${task.id} (slot ${task.slot}) of ${service.name} ${what}`;
  return {
    summary: `${seconds(at - since)} after the last change ${text}, although nothing calls for it`,
    moments: [
      moment(since, undefined, `nothing is done to nodes or to ${service.name} any more`),
      moment(at, by, `${by} commits that ${text}`),
    ],
  };
};
