import type { Ms, NodeName } from '../../harness/core/cluster.ts';
import type { History } from '../../harness/core/history.ts';
import type { Moment, Property, Verdict } from '../../harness/core/property.ts';
import type { NodeShown, ServiceShown, TaskShown } from '../../models/swarm-answers.ts';
import { chronicleOf } from '../chronicle.ts';
import { stalledAfterHeal } from '../liveness/stalls.ts';
import { broken, held, moment, seconds, unknown, untested } from '../verdicts.ts';
import { nodesThatRun } from './running-nodes.ts';
import { finalStates, type FinalState } from './final-state.ts';
import { mayRun, mayTake } from './placement.ts';
import { hasEnded, isWanted } from './task-life.ts';

/**
 * EventuallyAsDesired: once users, failures and restarts stop, every service has exactly the tasks that its spec asks for. Within the
 * target's bound after the heal and the last change: per slot exactly one task desired and running, on a node that may run it; a
 * task on each node that may for a global service; nothing on drained or dead nodes; no leftover; every node that runs is
 * taken for one that does, and every manager that runs has caught up. Where tasks end by themselves one after another must run.
 * @source swarmkit design/tla/SwarmKit.tla (EventuallyAsDesired); docker-swarm failure catalogue 32, 33, 34.
 */
export const reconciliationConverges: Property = {
  name: 'reconciliation-converges',
  kind: 'liveness',
  guarantee:
    'EventuallyAsDesired: once users, failures and restarts stop, the number of running tasks is what each service asks for, one per slot, on nodes that may run them, others take the place of those that end by themselves, and nothing is left over; every node that runs is shown as ready, and every manager has caught up.',
  source: 'swarmkit design/tla/SwarmKit.tla (EventuallyAsDesired)',
  judge(history) {
    const states = finalStates(history);
    if (states.length === 0)
      return unknown('no manager showed services, tasks and nodes in the end');
    const locals = lastWordsOfExecutors(history);
    const running = nodesThatRun(history);
    const ran = lastRuns(history);
    let services = 0;
    for (const state of states) {
      services += state.services.length;
      const [wrong] = findWrong(state, {
        locals,
        running,
        isLate: latenessAt(state, ran, history),
      });
      if (wrong !== undefined)
        return tooEarly(state, history) ?? notConverged(wrong, state, history);
    }
    const behind = lagging(running, history);
    if (behind !== undefined) return behind;
    const early = states
      .map((state) => tooEarly(state, history))
      .find((verdict) => verdict !== undefined);
    if (early !== undefined) return early;
    if (services === 0) return untested('no service was left in the end');
    return chronicleOf(history).bitten.length > 0
      ? held(
          `${states.length} managers show ${states[0]?.services.length ?? 0} services as desired after the faults`,
        )
      : untested('no fault had any effect');
  },
};

type Wrong = { readonly text: string; readonly task: TaskShown | undefined };

/** Everything that a manager's final answers show to be other than desired. */
function* findWrong(
  state: FinalState,
  {
    locals,
    running,
    isLate,
  }: {
    readonly locals: readonly LocalTask[];
    readonly running: readonly NodeName[];
    readonly isLate: Lateness;
  },
): Generator<Wrong> {
  const nodes = new Map(state.nodes.map((node) => [node.id, node]));
  const services = new Map(state.services.map((service) => [service.id, service]));
  const wanted = new Map<string, TaskShown[]>();
  for (const task of state.tasks) {
    const service = services.get(task.service);
    if (service === undefined) yield wrong(task, 'is left over from a service that is gone');
    else if (isWanted(task.desired)) {
      const others = wanted.get(service.id);
      if (others === undefined) wanted.set(service.id, [task]);
      else others.push(task);
    } else if (!hasEnded(task.state) && isThere(nodes.get(task.node)))
      yield wrong(task, 'should have been stopped');
  }
  for (const service of state.services) {
    const tasks = wanted.get(service.id) ?? [];
    yield* wrongOf(service, tasks, state.nodes);
    yield* tasks.filter((task) => isLate(service, task)).map((task) => neverAgain(service, task));
  }
  yield* wrongOnNodes(state, locals);
  yield* notReady(state, running);
}

const isThere = (node: NodeShown | undefined): boolean => node?.state === 'ready';

const wrong = (task: TaskShown, text: string): Wrong => ({
  text: `task ${task.id} (slot ${task.slot}, ${task.state}, desired ${task.desired}) ${text}`,
  task,
});

/** The tasks of one service that are wanted, against what its spec asks for. */
function* wrongOf(
  service: ServiceShown,
  tasks: readonly TaskShown[],
  nodes: readonly NodeShown[],
): Generator<Wrong> {
  const takers = nodes.filter((node) => mayTake(node, service));
  const places = new Set<string>();
  for (const task of tasks) {
    const place = service.replicas === undefined ? task.node : String(task.slot);
    if (places.has(place)) yield wrong(task, `is one too many in its place in ${service.name}`);
    places.add(place);
    const node = nodes.find(({ id }) => id === task.node);
    if (node === undefined) {
      if (takers.length > 0)
        yield wrong(
          task,
          `of ${service.name} waits for a node, and ${takers.length} could take it`,
        );
    } else if (!mayRun(node, service)) {
      yield wrong(
        task,
        `of ${service.name} is on ${node.name}, which may not run it (${node.state}, ${node.availability})`,
      );
    } else if (task.state !== 'running' && service.lifetimeMs === undefined) {
      yield wrong(task, `of ${service.name} does not run`);
    }
  }
  const asked = service.replicas ?? takers.filter(({ id }) => !places.has(id)).length + places.size;
  if (places.size !== asked) {
    yield {
      text: `${service.name} asks for ${asked} tasks and has ${places.size}`,
      task: undefined,
    };
  }
}

/** Whether, of a service whose tasks end by themselves, nothing has run for too long where this task is. */
type Lateness = (service: ServiceShown, task: TaskShown) => boolean;

/** By task, when its node said last that it runs. */
const lastRuns = (history: History): ReadonlyMap<string, Ms> => {
  const times = new Map<string, Ms>();
  for (const { said } of chronicleOf(history).boots)
    for (const words of said)
      if (words.kind === 'task' && words.state === 'running') times.set(words.id, words.at);
  return times;
};

const latenessAt = (
  { from, tasks }: FinalState,
  ran: ReadonlyMap<string, Ms>,
  { bounds }: History,
): Lateness => {
  const since = from - bounds.convergeMs;
  return ({ id, lifetimeMs }, { slot, node }) =>
    lifetimeMs !== undefined &&
    node !== '' &&
    !tasks.some(
      (other) =>
        other.service === id && other.slot === slot && (ran.get(other.id) ?? -Infinity) >= since,
    );
};

const neverAgain = ({ name }: ServiceShown, task: TaskShown): Wrong =>
  wrong(task, `of ${name} is not started again, nor is another one in its place`);

/** What the nodes' own executors said last: a task that still runs there and that nobody wants is a leftover. */
function* wrongOnNodes(state: FinalState, locals: readonly LocalTask[]): Generator<Wrong> {
  const wanted = new Set(
    state.tasks.filter(({ desired }) => isWanted(desired)).map(({ id }) => id),
  );
  for (const { node, id, state: local, since } of locals) {
    // One that came to run since then cannot be among the answers.
    if (local === 'running' && since <= state.from && !wanted.has(id)) {
      yield { text: `${node} still runs task ${id}, which nobody wants`, task: undefined };
    }
  }
}

/** A manager that runs and never got what all had committed when the last client had its answer. */
const lagging = (running: readonly NodeName[], history: History): Verdict | undefined => {
  const { boots, commits, managers } = chronicleOf(history);
  const { healedAt, quietAt, endAt } = history.phases;
  if (endAt - quietAt < history.bounds.convergeMs) return undefined;
  let known = 0;
  for (const { at, index } of commits) if (at <= quietAt) known = Math.max(known, index);
  for (const node of managers) {
    if (!running.includes(node)) continue;
    const said = boots.findLast((boot) => boot.node === node)?.said ?? [];
    const last = said.findLast((words) => words.kind === 'commit');
    if (last?.kind === 'commit' ? last.index >= known : known === 0) continue;
    const stalled = stalledAfterHeal(history);
    if (stalled !== undefined) return unknown(stalled);
    const has = last?.kind === 'commit' ? `committed up to ${last.index}` : 'committed nothing';
    return broken(`${node} never caught up: it ${has}, the others ${known}`, [
      moment(healedAt, undefined, 'all faults are healed'),
      moment(quietAt, undefined, `entry ${known} is committed; the last client has its answer`),
      moment(endAt, node, `${node} has ${has}`),
    ]);
  }
  return undefined;
};

/** Nodes that are there and are not taken for it: nothing would ever be placed on them. */
function* notReady({ nodes }: FinalState, running: readonly NodeName[]): Generator<Wrong> {
  for (const name of running) {
    const states = nodes.filter((node) => node.name === name).map(({ state }) => state);
    if (states.includes('ready')) continue;
    const shown = states.length === 0 ? 'is not shown at all' : `is shown as ${states.join(', ')}`;
    yield { text: `${name} ${shown}, although it runs`, task: undefined };
  }
}

type LocalTask = {
  readonly node: string;
  readonly id: string;
  readonly state: string;
  readonly since: Ms;
};

const lastWordsOfExecutors = (history: History): readonly LocalTask[] => {
  const { boots } = chronicleOf(history);
  const latest = new Map(boots.map((boot) => [boot.node, boot]));
  return [...latest.values()].flatMap(({ node, said }) => {
    const states = new Map<string, LocalTask>();
    for (const words of said) {
      if (words.kind !== 'task') continue;
      const { id, state, at: since } = words;
      if (states.get(id)?.state !== state) states.set(id, { node, id, state, since });
    }
    return [...states.values()];
  });
};

/** Judged is only what had the whole bound to come about, after the heal and after the last change of a service. */
const tooEarly = (state: FinalState, history: History): Verdict | undefined => {
  const { healedAt } = history.phases;
  const { convergeMs } = history.bounds;
  const changed = Math.max(healedAt, lastChangeAt(state, history));
  return state.from - changed < convergeMs
    ? unknown(
        `the last ${seconds(state.from - changed)} were quiet, the bound is ${seconds(convergeMs)}`,
      )
    : undefined;
};

/**
 * When the log went past the last version of a service whose last writer never had an answer: such a write may come about late. A
 * version alone says little, because a finished roll-out writes the service as well. 0 where there is none.
 */
const lastChangeAt = ({ services }: FinalState, history: History): number => {
  const answered = new Set<string | undefined>();
  for (const { intent, outcome } of history.operations) {
    if (outcome === 'ok' && intent?.value !== undefined) answered.add(intent.value);
  }
  const ambiguous = services.filter(({ mark }) => !answered.has(mark));
  if (ambiguous.length === 0) return 0;
  const version = Math.max(...ambiguous.map((service) => service.version));
  for (const commit of chronicleOf(history).commits) if (commit.index > version) return commit.at;
  return 0;
};

const notConverged = ({ text, task }: Wrong, state: FinalState, history: History): Verdict => {
  const stalled = stalledAfterHeal(history);
  if (stalled !== undefined) return unknown(stalled);
  const { healedAt, quietAt } = history.phases;
  return broken(
    `${seconds(state.from - Math.max(healedAt, quietAt))} after the last change ${text}`,
    [
      ...(task === undefined ? [] : lifeOf(task, history)),
      moment(healedAt, undefined, 'all faults are healed'),
      moment(quietAt, undefined, 'the last client has its answer'),
      moment(state.to, state.by, `${state.by} shows it so`),
    ].sort((a, b) => a.at - b.at),
  );
};

/** When a task was made, and when it came to be as it is shown in the end, as managers committed it. */
const lifeOf = ({ id, slot, state, desired }: TaskShown, history: History): readonly Moment[] => {
  const changes = chronicleOf(history).commits.flatMap(({ at, node, tasks }) =>
    tasks.filter((change) => change.id === id).map((change) => ({ at, node, change })),
  );
  const [made] = changes;
  const last = changes.find(({ change }) => change.state === state && change.desired === desired);
  return [
    ...(made === undefined
      ? []
      : [
          moment(made.at, made.node, `${made.node} commits that task ${id} is made (slot ${slot})`),
        ]),
    ...(last === undefined || last === made
      ? []
      : [
          moment(
            last.at,
            last.node,
            `${last.node} commits that it is ${state}, desired ${desired}`,
          ),
        ]),
  ];
};
