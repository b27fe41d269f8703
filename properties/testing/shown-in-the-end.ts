/** What managers show in the end of a swarm whose services are as asked, and what the property says of such a run. */
import type { History, Operation } from '../../harness/core/history.ts';
import type { NodeShown, ServiceShown, TaskShown } from '../../models/swarm-answers.ts';
import { reconciliationConverges } from '../swarm/reconciliation-converges.ts';
import { history, kill, operation, service, shownNode, task } from './histories.ts';

export type Shown = {
  readonly services: readonly ServiceShown[];
  readonly tasks: readonly TaskShown[];
  readonly nodes: readonly NodeShown[];
};

export const nodes = ['m1', 'm2', 'm3', 'w1', 'w2'].map((name) => shownNode(name));
export const right: Shown = {
  services: [service()],
  tasks: [task(1, 'w1-id'), task(2, 'm2-id')],
  nodes,
};

/** Asked shortly before the end, after a kill that was healed and what was asked `before`; right where nothing else is given. */
export const judge = (
  shown: Partial<Shown>,
  given: Partial<History> = {},
  before: readonly Operation[] = [],
) => {
  const { services, tasks, nodes: members } = { ...right, ...shown };
  const reads = [{ services }, { tasks }, { nodes: members }].map((output, at) =>
    operation('m1', [11_100 + at, 11_101 + at], { output }),
  );
  return reconciliationConverges.judge(
    history({ operations: [...before, ...reads], faults: [kill('w1', [2_000, 3_000])], ...given }),
  );
};
