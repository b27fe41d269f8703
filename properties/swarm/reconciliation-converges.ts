import type { Ms, NodeName } from '../../harness/core/cluster.ts';
import { counted, seconds } from '../../harness/core/figures.ts';
import type { History, Operation } from '../../harness/core/history.ts';
import type { Moment, Property, Verdict } from '../../harness/core/property.ts';
import type { NodeShown, ServiceShown, TaskShown } from '../../models/swarm-answers.ts';
import { endingOf } from '../answers.ts';
import { chronicleOf, type Said } from '../chronicle.ts';
import { leftOutside, membershipOf } from '../membership.ts';
import { stalledAfterHeal } from '../liveness/stalls.ts';
import { healed, wasHealed } from '../healing.ts';
import { broken, held, moment, unknown, untested } from '../verdicts.ts';
import { executorsOf, latenessAt, leftovers, shownOnly, type Executors } from './executors.ts';
import { finalStates, type FinalState } from './final-state.ts';
import { tooMuchKept } from './kept-history.ts';
import { changeOf, lastChangeAt, waitsOf } from './last-change.ts';
import { mayRun, mayTake } from './placement.ts';
import { nodesThatRun } from './running-nodes.ts';
import { unrestIn } from './stays-converged.ts';
import { hasEnded, isWanted } from './task-life.ts';
import { wrong, type Wrong } from './wrong.ts';

/**
 * EventuallyAsDesired: once users, failures and restarts stop, every service has exactly the tasks that its spec asks for. Within the
 * target's bound after the heal and the last change: per slot exactly one task desired and running, on a node that may run it; a
 * task on each node that may for a global service; nothing on drained or dead nodes; no leftover, and no more history of a place than
 * is to be kept; every node that runs is taken for one that does, and every manager that runs has caught up. Where tasks end by themselves one after another must run.
 * What is shown as running its node's own executor says to run, in the latest boot of that node. And it stays so for ever: a bound
 * later no task is made, changes or is given up without a cause.
 * @source swarmkit design/tla/SwarmKit.tla (EventuallyAsDesired); docker-swarm failure catalogue 32, 33, 34.
 */
export const reconciliationConverges: Property = {
  name: 'reconciliation-converges',
  kind: 'liveness',
  guarantee:
    'EventuallyAsDesired: once users, failures and restarts stop, the number of running tasks is what each service asks for, one per slot, on nodes that may run them, others take the place of those that end by themselves, and nothing is left over, nor more than the newest five that have ended in a place; a node itself says that it runs what is shown as running there; every node that runs is shown as ready, and every manager has caught up; from then on tasks are left alone.',
  source: 'swarmkit design/tla/SwarmKit.tla (EventuallyAsDesired)',
  judge(history) {
    const states = finalStates(history);
    if (states.length === 0)
      return unknown('no manager showed services, tasks and nodes in the end');
    const executors = executorsOf(history);
    const running = nodesThatRun(history);
    let services = 0;
    for (const state of states) {
      services += state.services.length;
      const [first] = findWrong(state, { executors, running, history });
      if (first !== undefined)
        return tooEarly(state, history) ?? notConverged(first, state, history);
    }
    const unrest = restless(states.at(-1), history);
    if (unrest !== undefined) return unrest;
    const behind = lagging(running, history);
    if (behind !== undefined) return behind;
    const early = states
      .map((state) => tooEarly(state, history))
      .find((verdict) => verdict !== undefined);
    if (early !== undefined) return early;
    if (services === 0) return untested('no service was left in the end');
    return chronicleOf(history).bitten.length > 0
      ? held(
          `${counted(states[0]?.services.length ?? 0, 'service')} as desired after the faults, as shown by ${counted(states.length, 'manager')}`,
        )
      : untested('no fault had any effect');
  },
};

/** Everything that a manager's final answers show to be other than desired. */
function* findWrong(
  state: FinalState,
  {
    executors,
    running,
    history,
  }: {
    readonly executors: Executors;
    readonly running: readonly NodeName[];
    readonly history: History;
  },
): Generator<Wrong> {
  const isLate = latenessAt(state, executors, history);
  const nodes = new Map(state.nodes.map((node) => [node.id, node]));
  const services = new Map(state.services.map((service) => [service.id, service]));
  const wanted = new Map<string, TaskShown[]>();
  const mayWait = new Set(state.services.filter((service) => hasTime(service, state, history)));
  const isUnderWay = ({ service: id }: TaskShown): boolean => {
    const service = services.get(id);
    return service !== undefined && mayWait.has(service);
  };
  for (const task of state.tasks) {
    const service = services.get(task.service);
    if (isUnderWay(task)) continue;
    const isOutOfReach = !hasEnded(task.state) && !isThere(nodes.get(task.node));
    if (service === undefined) {
      // Nobody knows what becomes of it where its node is not there.
      if (!isOutOfReach) yield wrong(task, 'is left over from a service that is gone');
    } else if (isWanted(task.desired)) {
      const others = wanted.get(service.id);
      if (others === undefined) wanted.set(service.id, [task]);
      else others.push(task);
    } else if (!hasEnded(task.state) && isThere(nodes.get(task.node)))
      yield wrong(task, 'should have been stopped');
  }
  for (const service of state.services) {
    if (mayWait.has(service)) continue;
    const tasks = wanted.get(service.id) ?? [];
    yield* wrongOf(service, tasks, state.nodes);
    yield* tasks.filter((task) => isLate(service, task)).map((task) => neverAgain(service, task));
  }
  yield* leftovers(state, executors, { history, hasTime: isUnderWay });
  yield* tooMuchKept(state, history);
  yield* shownOnly(state, executors, { running, convergeMs: history.bounds.convergeMs });
  const outside = leftOutside(history);
  yield* notReady(
    state,
    running.filter((name) => !outside.has(name)),
  );
}

/** Its last update may wait still, as it was asked to. */
const hasTime = (service: ServiceShown, state: FinalState, history: History): boolean => {
  const waits = waitsOf(service, state, history);
  if (waits === 0) return false;
  const since = Math.max(history.phases.healedAt, changeOf(service, history));
  return state.from - since < history.bounds.convergeMs + waits;
};

const isThere = (node: NodeShown | undefined): boolean => node?.state === 'ready';

/** The tasks of one service that are wanted, against what its spec asks for. */
function* wrongOf(
  service: ServiceShown,
  tasks: readonly TaskShown[],
  nodes: readonly NodeShown[],
): Generator<Wrong> {
  const takers = nodes.filter((node) => mayTake(node, service));
  const places = new Map<string, TaskShown>();
  const old = new Map<string, TaskShown>();
  // An update that is paused, or that waits for a node for the new task, may have left an old one beside it.
  const leavesOld = service.paused === true || (service.keepsOld === true && takers.length === 0);
  for (const task of tasks) {
    const place = service.replicas === undefined ? task.node : String(task.slot);
    const seen = leavesOld && task.template !== service.template ? old : places;
    const other = seen.get(place);
    if (other !== undefined)
      yield wrong(task, `is one too many in its place in ${service.name}, beside ${other.id}`);
    seen.set(place, task);
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
    } else if (task.state === 'running' && task.template !== service.template && !leavesOld) {
      yield wrong(task, `of ${service.name} is made from an earlier spec`);
    }
  }
  for (const [place, task] of old) places.set(place, task);
  const asked = service.replicas ?? takers.filter(({ id }) => !places.has(id)).length + places.size;
  if (places.size !== asked) {
    yield {
      text: `${service.name} asks for ${asked} tasks and has ${places.size}`,
      task: undefined,
    };
  }
}

const neverAgain = ({ name }: ServiceShown, task: TaskShown): Wrong =>
  wrong(task, `of ${name} is not started again, nor is another one in its place`);

/** A manager that runs and never got what all had committed when the last client had its answer. */
const lagging = (running: readonly NodeName[], history: History): Verdict | undefined => {
  const { boots, commits } = chronicleOf(history);
  const { quietAt, endAt } = history.phases;
  if (endAt - quietAt < history.bounds.convergeMs) return undefined;
  const furthest = furthestBy(quietAt, commits);
  const known = furthest?.index ?? 0;
  for (const node of membershipOf(history).last) {
    if (!running.includes(node)) continue;
    const said = boots.findLast((boot) => boot.node === node)?.said ?? [];
    const last = said.findLast((words) => words.kind === 'commit');
    if (last?.kind === 'commit' ? last.index >= known : known === 0) continue;
    const stalled = stalledAfterHeal(history);
    if (stalled !== undefined) return unknown(stalled);
    const has = last?.kind === 'commit' ? `committed up to ${last.index}` : 'committed nothing';
    const others = furthestBy(endAt, commits);
    return broken(
      `${node} never caught up: it ${has}, and ${known} was committed by ${seconds(furthest?.at ?? quietAt)}`,
      [
        ...(last === undefined ? [] : [moment(last.at, node, `${node} has ${has}`)]),
        ...(furthest === undefined
          ? []
          : [moment(furthest.at, furthest.node, `${furthest.node} has committed up to ${known}`)]),
        ...healed(history),
        moment(endAt, node, `${node} still has ${has}, and others up to ${others?.index ?? known}`),
      ],
    );
  }
  return undefined;
};

/** Who had committed most by this time, and was the first of them. */
const furthestBy = (time: Ms, commits: readonly Said<'commit'>[]): Said<'commit'> | undefined => {
  let furthest: Said<'commit'> | undefined;
  for (const commit of commits)
    if (commit.at <= time && commit.index > (furthest?.index ?? 0)) furthest = commit;
  return furthest;
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

/** The last of the final reads saw the most. */
const restless = (state: FinalState | undefined, history: History): Verdict | undefined => {
  const unrest = state && unrestIn(state, history);
  if (unrest === undefined) return undefined;
  const stalled = stalledAfterHeal(history);
  if (stalled !== undefined) return unknown(stalled);
  return broken(unrest.summary, [...healed(history), ...unrest.moments]);
};

const notConverged = (
  { text, task, evidence }: Wrong,
  state: FinalState,
  history: History,
): Verdict => {
  const stalled = stalledAfterHeal(history);
  if (stalled !== undefined) return unknown(stalled);
  const healedAt = wasHealed(history) ? history.phases.healedAt : 0;
  const write = lastWrite(history);
  const changedAt = Math.max(write?.endedAt ?? 0, lastChangeAt(state, history));
  const last =
    healedAt > changedAt ? 'the heal' : changedAt > 0 ? 'the last change' : 'the run began';
  const shown = evidence ?? [
    moment(
      state.to,
      state.by,
      task === undefined ? `${state.by} shows it so` : `${state.by} shows task ${task.id} so`,
    ),
  ];
  // Told is when it was seen; judged, when the looking began.
  const seenAt = shown.at(-1)?.at ?? state.to;
  const after = seconds(seenAt - Math.max(healedAt, changedAt));
  return broken(`${after} after ${last} ${text}`, [
    ...(task === undefined ? [] : lifeOf(task, history)),
    ...healed(history),
    ...(write === undefined ? [] : answered(write)),
    ...shown,
  ]);
};

/** The last write that had its answer before anybody looked at what came of all. One that was refused changed nothing. */
const lastWrite = ({ operations }: History): Operation | undefined =>
  operations
    .filter(
      ({ effect, phase, outcome }) =>
        effect === 'write' && outcome !== 'rejected' && (phase === 'inject' || phase === 'settle'),
    )
    .reduce<Operation | undefined>(
      (last, next) => ((next.endedAt ?? 0) > (last?.endedAt ?? 0) ? next : last),
      undefined,
    );

const answered = (write: Operation): readonly Moment[] => {
  const { node, operation, intent, endedAt = write.invokedAt } = write;
  const value = intent?.value === undefined ? '' : ` to ${intent.value}`;
  const what = intent === undefined ? operation : `${operation} of ${intent.object}${value}`;
  const text =
    write.outcome === 'ok'
      ? `${node} acknowledges ${what}, the last change that was asked for`
      : `${node} ${endingOf(write)}, to ${what}, the last change that was asked for`;
  return [moment(endedAt, node, text)];
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
            `${last.node} commits that task ${id} is ${state}, desired ${desired}`,
          ),
        ]),
  ];
};
