import type { NodeName } from '../../../../harness/core/cluster.ts';
import type { Procedure, ProcedureContext } from '../../../../harness/core/target.ts';
import type { InfoShown, NodeShown } from '../../../../models/swarm-answers.ts';
import { call, until, type Part } from './steps.ts';

/** At 50 ms a try. */
const triesMax = 400;

const isActive = (info: unknown): boolean => (info as InfoShown | undefined)?.state === 'active';

/** Asks for a change of a node's own membership until the node is in. An ambiguous answer is settled by `info`. */
function* become(
  node: NodeName,
  operation: string,
  args: Record<string, string | boolean>,
): Part<void> {
  const { done, last } = yield* until(
    function* () {
      const asked = yield* call(node, operation, args);
      if (asked.outcome === 'ok') return { active: true, asked };
      const info = yield* call(node, 'info');
      return { active: isActive(info.output.info), asked };
    },
    ({ active }) => active,
    triesMax,
  );
  if (!done)
    throw new Error(`${node} did not get through ${operation}: ${said(last.asked.output)}`);
}

const said = (output: { readonly text?: unknown }): string => JSON.stringify(output.text ?? output);

function* insist(node: NodeName, operation: string): Part<void> {
  const { done, last } = yield* until(
    () => call(node, operation),
    ({ outcome }) => outcome === 'ok',
    triesMax,
  );
  if (!done) throw new Error(`${operation} at ${node} was not answered: ${said(last.output)}`);
}

/** All of them ready, and every manager reachable: the cluster that the scenario asked for. */
const complete = (nodes: readonly NodeShown[] | undefined, context: ProcedureContext): boolean =>
  nodes?.length === context.nodes.length &&
  nodes.every(({ state }) => state === 'ready') &&
  nodes.filter(({ reachability }) => reachability === 'reachable').length ===
    context.nodes.filter(({ role }) => role === 'manager').length;

/** Makes a swarm on the first node and lets the others join it, one after the other. */
export function* form(context: ProcedureContext): Procedure {
  const [first, ...others] = context.nodes;
  if (first === undefined) throw new Error('a swarm needs at least one node');
  const autolock = context.settings.autolock === true;
  yield* become(first.name, 'swarm.init', { name: first.name, autolock });
  yield* insist(first.name, 'swarm.inspect');
  if (autolock) yield* insist(first.name, 'swarm.unlockkey');
  for (const { name, role } of others) {
    yield* become(name, 'swarm.join', { name, role, through: first.name });
  }
  const { done } = yield* until(
    () => call(first.name, 'node.list'),
    ({ output }) => complete(output.nodes as readonly NodeShown[] | undefined, context),
    triesMax,
  );
  if (!done) throw new Error('not every node became ready');
}
