import type { NodeName } from '../../../../harness/core/cluster.ts';
import type { Procedure, ProcedureContext } from '../../../../harness/core/target.ts';
import type { InfoShown, NodeShown } from '../../../../models/swarm-answers.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { changeRole } from './role.ts';
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

/** At 50 ms a try. */
const triesMax = 100;
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

function* join(context: ProcedureContext, name: NodeName): Part<void> {
  yield* askCluster(context, 'swarm.inspect');
  let asked = 0;
  yield* untilItIs(name, 'active', function* (is) {
    asked += 1;
    // A join that nobody answers goes on for ever: the manager that was asked may be none any more.
    if (is === 'error' || asked % patience === 0) yield* call(name, 'swarm.leave');
    const [through = name] = bestFirst(context).filter((manager) => manager !== name);
    yield* call(name, 'swarm.join', { name, role: 'worker', through });
  });
}

function* renew(context: ProcedureContext, name: NodeName): Part<void> {
  const { output } = yield* insist(context, 'node.inspect', { args: { name } });
  const { id, role } = output.node as NodeShown;
  if (role === 'manager') yield* changeRole(context, name, 'worker');
  const { removedFirst } = context.args;
  if (removedFirst !== true) yield* leave(name);
  const removed = yield* remove(context, name, id);
  if (removedFirst === true) yield* leave(name);
  yield* join(context, name);
  if (!removed) throw new Error('it is back, but nobody took the node that it was off the list');
}

/**
 * Lets nodes leave the swarm, takes them off its list, and lets them join it again, as an operator does who renews a machine:
 * `docker swarm leave`, `docker node rm`, `docker swarm join`. With `removedFirst` they are taken off the list while they run, before
 * they leave; some learn it from the swarm by then. A manager is demoted before, and comes back as a worker.
 */
export function* rejoin(context: ProcedureContext): Procedure {
  yield* onEach(context.selected, (name) =>
    oneAtATime(context.memory, { deed: 'renewal', name }, () => renew(context, name)),
  );
}
