import type { NodeName, NodeRole } from '../../../../harness/core/cluster.ts';
import type { Procedure, ProcedureContext } from '../../../../harness/core/target.ts';
import type { InfoShown, NodeShown } from '../../../../models/swarm-answers.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { askForRole, changeRole } from './role.ts';
import {
  askCluster,
  bestFirst,
  call,
  insist,
  onEach,
  until,
  type Asked,
  type Part,
} from './steps.ts';

/** At 50 ms a try: for longer than a node is kept down where it is not for ever. */
const triesMax = 400;
/** Of asking every manager, until the swarm has a leader again. */
const roundsMax = 5;
/** Tries before another manager is asked. */
const patience = 10;

function* stateNow(node: NodeName): Part<string | undefined> {
  const { output } = yield* call(node, 'info');
  return (output.info as InfoShown | undefined)?.state;
}

/** Asks the node itself until it is as it should be: an answer that got lost does not say that nothing happened. */
function* untilItIs(
  node: NodeName,
  state: 'inactive' | 'active',
  ask: (is: string) => Part<unknown>,
): Part<void> {
  const { done, last } = yield* until(
    function* () {
      const is = yield* stateNow(node);
      if (is !== state && is !== undefined) yield* ask(is);
      return is;
    },
    (is) => is === state,
    triesMax,
  );
  if (!done) throw new Error(`it is ${last ?? 'silent'} and not ${state}`);
}

function* leave(name: NodeName): Part<void> {
  yield* untilItIs(name, 'inactive', () => call(name, 'swarm.leave'));
}

const isGone = ({ outcome, output }: Asked): boolean => outcome === 'ok' || output.status === 404;

/** Whether it is off the swarm's list. */
function* remove(context: ProcedureContext, name: NodeName, id: string): Part<boolean> {
  const asked = { args: { name, id }, final: isGone };
  const { done } = yield* until(() => askCluster(context, 'node.remove', asked), isGone, roundsMax);
  return done;
}

function* join(context: ProcedureContext, name: NodeName, role: NodeRole): Part<void> {
  yield* askCluster(context, 'swarm.inspect');
  let asked = 0;
  yield* untilItIs(name, 'active', function* (is) {
    asked += 1;
    // A join that nobody answers goes on for ever: the manager that was asked may be none any more.
    if (is === 'error' || asked % patience === 0) yield* call(name, 'swarm.leave');
    const [through = name] = bestFirst(context).filter((manager) => manager !== name);
    yield* call(name, 'swarm.join', { name, role, through });
  });
}

/** Whether all that the swarm needs is there without it: its going without a word costs a vote for good. */
function* canSpare(context: ProcedureContext, id: string): Part<boolean> {
  const { output } = yield* insist(context, 'node.list');
  const nodes = (output.nodes ?? []) as readonly NodeShown[];
  const members = nodes.filter(({ reachability }) => reachability !== '');
  const others = members.filter(
    (node) => node.id !== id && node.role === 'manager' && node.reachability === 'reachable',
  );
  return 2 * others.length > members.length;
}

/** Takes a manager that has gone out of the consensus, and off the list: whether both came about. */
function* dismiss(context: ProcedureContext, name: NodeName, id: string): Part<boolean> {
  const { outcome } = yield* askForRole(context, name, 'worker');
  return outcome !== 'rejected' && (yield* remove(context, name, id));
}

function* renew(context: ProcedureContext, name: NodeName): Part<void> {
  const { byForce, removedFirst, asManager } = context.args;
  const { output } = yield* insist(context, 'node.inspect', { args: { name } });
  const { id, role } = output.node as NodeShown;
  let removed: boolean;
  if (role === 'manager' && byForce === true) {
    if (!(yield* canSpare(context, id)))
      throw new Error('the others would be no quorum without it');
    yield* leave(name);
    removed = yield* dismiss(context, name, id);
  } else {
    if (role === 'manager') yield* changeRole(context, name, 'worker');
    if (removedFirst !== true) yield* leave(name);
    removed = yield* remove(context, name, id);
    if (removedFirst === true) yield* leave(name);
  }
  yield* join(context, name, asManager === true ? 'manager' : 'worker');
  if (!removed) throw new Error('it is back, but nobody took the node that it was off the list');
}

/**
 * Lets nodes leave the swarm, takes them off its list, and lets them join it again, as an operator does who renews a machine:
 * `docker swarm leave`, `docker node rm`, `docker swarm join`. A manager is demoted before; with `byForce` it just leaves, still a
 * member of the consensus, and is demoted and removed afterwards: only where the others are a quorum without it, and while no other
 * node changes its role or is renewed. With `removedFirst` the others are taken off the list while they run, before they leave; some
 * learn it from the swarm by then. With `asManager` they join with the managers' token, otherwise as workers.
 */
export function* rejoin(context: ProcedureContext): Procedure {
  const alone = context.args.byForce === true;
  yield* onEach(context.selected, (name) =>
    oneAtATime(context.memory, { deed: 'renewal', name, alone }, () => renew(context, name)),
  );
}
