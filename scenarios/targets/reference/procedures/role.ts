import type { NodeName, NodeRole } from '../../../../harness/core/cluster.ts';
import type { Procedure, ProcedureContext } from '../../../../harness/core/target.ts';
import type { NodeShown } from '../../../../models/swarm-answers.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { accepted, askCluster, onEach, until, type Asked, type Part } from './steps.ts';

/** At 50 ms a try, until the swarm shows that the change has taken hold. */
const takesHoldTriesMax = 40;

/** The engine's no, which asking again does not change: it would cost the quorum, or it is the last manager. */
const isRefusal = ({ outcome, output }: Asked): boolean =>
  outcome === 'rejected' && (output.status === 400 || output.status === 404);

function* inspect(context: ProcedureContext, name: NodeName): Part<NodeShown | undefined> {
  const { output } = yield* askCluster(context, 'node.inspect', { args: { name } });
  return output.node as NodeShown | undefined;
}

/** A manager that votes, or a worker that is no member any more. */
const isNow =
  (role: NodeRole) =>
  (node: NodeShown | undefined): boolean =>
    node?.role === role && node.reachability === (role === 'manager' ? 'reachable' : '');

/** Asks one manager after the other for it, until one says yes, or no for good. */
export const askForRole = (
  context: ProcedureContext,
  name: NodeName,
  role: NodeRole,
): Part<Asked> =>
  askCluster(context, 'node.update', {
    args: { name, role },
    before: ['node.inspect', { name }],
    final: isRefusal,
  });

/** Asks for it, and waits a while until it has taken hold. Throws where nobody said yes, and why. */
export function* changeRole(context: ProcedureContext, name: NodeName, role: NodeRole): Part<void> {
  accepted('node.update', yield* askForRole(context, name, role));
  yield* until(() => inspect(context, name), isNow(role), takesHoldTriesMax);
}

/**
 * Makes managers of workers, or workers of managers, as `docker node promote` and `demote` do: one after the other, so that the swarm
 * judges each by those who are left. What the swarm refuses fails with its text.
 */
export const setRole = (role: NodeRole) =>
  function* (context: ProcedureContext): Procedure {
    yield* onEach(context.selected, function* (name) {
      yield* oneAtATime(context.memory, { deed: 'role', name }, function* () {
        const node = yield* inspect(context, name);
        if (node?.role === role) throw new Error(`it is a ${role} already`);
        yield* changeRole(context, name, role);
      });
    });
  };
