import type { NodeName } from '../../../../harness/core/cluster.ts';
import type { Procedure, ProcedureContext } from '../../../../harness/core/target.ts';
import { askCluster, bestFirst, call, until, type Part } from './steps.ts';
import { scanFolders } from './scan-folders.ts';

/** At 50 ms a try. */
const triesMax = 40;

/** What is asked of every manager at the end: all objects there are. */
const lastReads = ['service.list', 'task.list', 'node.list'] as const;

function* readEverything(node: NodeName): Part<void> {
  for (const operation of lastReads) {
    yield* until(
      () => call(node, operation),
      ({ outcome }) => outcome === 'ok',
      triesMax,
    );
  }
}

/**
 * The final reads through every live manager, the leader first, as one that never answers holds up the rest; those of the swarm's own
 * spec and key; then, where the scenario's settings ask for it, the data folders.
 */
export function* finish(context: ProcedureContext): Procedure {
  for (const node of bestFirst(context)) yield* readEverything(node);
  const shown = yield* askCluster(context, 'swarm.inspect');
  yield* askCluster(context, 'swarm.unlockkey');
  if (context.settings.scanFolders !== true) return;
  yield* scanFolders(context, shown.output.autolock === true);
}
