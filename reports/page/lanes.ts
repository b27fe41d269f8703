import type { Ms, NodeName } from '../../harness/core/cluster.ts';
import type { History, Observation } from '../../harness/core/history.ts';

/** What one node was, over time: a bar a stretch. */
export type Stretch = {
  readonly from: Ms;
  readonly to: Ms;
  /** Class of the bar: `leader`, `candidate`, `follower`, `learner`, `none`, `down`, `paused`, `locked`, `worker`. */
  readonly what: string;
  readonly term: number | undefined;
};

type Change = { readonly at: Ms; readonly apply: (state: State) => void };
type State = {
  up: boolean;
  paused: boolean;
  locked: boolean;
  role: string;
  term: number | undefined;
};

const changesOf = (history: History, node: NodeName, role: string): readonly Change[] => {
  const changes: Change[] = [];
  for (const event of history.lifecycle) {
    if (event.node !== node) continue;
    changes.push({
      at: event.at,
      apply(state) {
        if (event.event === 'started')
          Object.assign(state, { up: true, paused: false, locked: false, role, term: undefined });
        else if (event.event === 'paused') state.paused = true;
        else if (event.event === 'resumed') state.paused = false;
        else Object.assign(state, { up: false, paused: false });
      },
    });
  }
  for (const said of history.observations) {
    if (said.node !== node) continue;
    const change = changeOf(said);
    if (change !== undefined) changes.push(change);
  }
  // Stable: what was recorded first at a time stays first.
  return changes.sort((a, b) => a.at - b.at);
};

const changeOf = (said: Observation): Change | undefined => {
  if (said.kind === 'role') {
    return {
      at: said.at,
      apply(state) {
        state.role = said.role;
        state.term = said.term;
      },
    };
  }
  if (said.kind === 'lock') {
    return {
      at: said.at,
      apply(state) {
        state.locked = said.state === 'locked';
      },
    };
  }
  return undefined;
};

const whatOf = (state: State): string => {
  if (!state.up) return 'down';
  if (state.paused) return 'paused';
  return state.locked ? 'locked' : state.role;
};

/** The stretches of a node between `from` and `to`, in order, without gaps. */
export const stretchesOf = (
  history: History,
  node: { readonly name: NodeName; readonly role: 'manager' | 'worker' },
  { from, to }: { readonly from: Ms; readonly to: Ms },
): readonly Stretch[] => {
  const idle = node.role === 'worker' ? 'worker' : 'none';
  const state: State = { up: false, paused: false, locked: false, role: idle, term: undefined };
  const stretches: Stretch[] = [];
  let since = from;
  const close = (at: Ms): void => {
    const until = Math.min(at, to);
    if (until > since)
      stretches.push({ from: since, to: until, what: whatOf(state), term: state.term });
    since = Math.max(since, until);
  };
  for (const change of changesOf(history, node.name, idle)) {
    const before = whatOf(state);
    const term = state.term;
    const next = { ...state };
    change.apply(next);
    if (whatOf(next) !== before || next.term !== term) close(change.at);
    change.apply(state);
  }
  close(to);
  return stretches;
};

/** Desired and running tasks over time, as the managers' committed changes tell: a step a change. */
export type TaskCounts = { readonly at: Ms; readonly desired: number; readonly running: number };

export const taskCountsOf = (history: History): readonly TaskCounts[] => {
  const tasks = new Map<string, { readonly desired: boolean; readonly running: boolean }>();
  const counts: TaskCounts[] = [];
  let seen = -1;
  let desired = 0;
  let running = 0;
  for (const said of history.observations) {
    // Every manager tells of every commit; the first telling of an index is enough.
    if (said.kind !== 'commit' || said.index <= seen) continue;
    seen = said.index;
    if (said.tasks.length === 0) continue;
    for (const task of said.tasks) {
      const before = tasks.get(task.id);
      const now = {
        desired: !task.removed && task.desired === 'running',
        running: !task.removed && task.state === 'running',
      };
      desired += Number(now.desired) - Number(before?.desired ?? false);
      running += Number(now.running) - Number(before?.running ?? false);
      if (task.removed) tasks.delete(task.id);
      else tasks.set(task.id, now);
    }
    counts.push({ at: said.at, desired, running });
  }
  return counts;
};
