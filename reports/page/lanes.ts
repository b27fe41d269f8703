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

type Commit = Extract<Observation, { readonly kind: 'commit' }>;
type Counted = { readonly desired: boolean; readonly running: boolean };

/** What the entries of a log, up to the last one told, have made of the tasks. */
type Tally = {
  /** In the order of their indexes; with each, what it changed, to be taken back. */
  readonly log: {
    readonly said: Commit;
    readonly before: readonly (readonly [id: string, was: Counted | undefined])[];
  }[];
  readonly tasks: Map<string, Counted>;
  desired: number;
  running: number;
};

const put = (tally: Tally, id: string, now: Counted | undefined): Counted | undefined => {
  const before = tally.tasks.get(id);
  tally.desired += Number(now?.desired ?? false) - Number(before?.desired ?? false);
  tally.running += Number(now?.running ?? false) - Number(before?.running ?? false);
  if (now === undefined) tally.tasks.delete(id);
  else tally.tasks.set(id, now);
  return before;
};

const append = (tally: Tally, said: Commit): void => {
  const before = said.tasks.map(({ id, removed, desired, state }) => {
    const now = { desired: desired === 'running', running: state === 'running' };
    return [id, put(tally, id, removed ? undefined : now)] as const;
  });
  tally.log.push({ said, before });
};

/** A cluster that loses what it committed tells an index again, with another entry: what stood there and behind it is gone. */
const takeBackFrom = (tally: Tally, index: number): void => {
  for (;;) {
    const last = tally.log.at(-1);
    if (last === undefined || last.said.index < index) return;
    tally.log.pop();
    for (const [id, was] of last.before.toReversed()) put(tally, id, was);
  }
};

/** The first entry told that has this index or a later one. */
const entryFrom = ({ log }: Tally, index: number): Commit | undefined => {
  let low = 0;
  let high = log.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((log[middle]?.said.index ?? index) < index) low = middle + 1;
    else high = middle;
  }
  return log[low]?.said;
};

/** Every manager tells of every commit; of two that cannot both be, the one of the later term is what holds. */
const isNews = (said: Commit, there: Commit | undefined): boolean => {
  if (there === undefined) return true;
  // A telling may stand for several entries, so that another manager's ends in the middle of it.
  if (there.index > said.index) return said.term > there.term;
  return said.hash !== there.hash && said.term >= there.term;
};

export const taskCountsOf = (history: History): readonly TaskCounts[] => {
  const tally: Tally = { log: [], tasks: new Map(), desired: 0, running: 0 };
  const counts: TaskCounts[] = [];
  const told = new Map<string, number>();
  for (const said of history.observations) {
    if (said.kind !== 'commit') continue;
    const before = told.get(said.boot) ?? said.index;
    told.set(said.boot, said.index);
    // A snapshot stands for entries that others have told.
    if (said.restored === true) continue;
    const there = entryFrom(tally, said.index);
    if (!isNews(said, there)) continue;
    if (there !== undefined) takeBackFrom(tally, Math.min(said.index, before + 1));
    append(tally, said);
    if (said.tasks.length > 0 || there !== undefined)
      counts.push({ at: said.at, desired: tally.desired, running: tally.running });
  }
  return counts;
};
