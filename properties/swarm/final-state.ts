import type { NodeName } from '../../harness/core/cluster.ts';
import type { History, Operation } from '../../harness/core/history.ts';
import type { NodeShown, ServiceShown, TaskShown } from '../../models/swarm-answers.ts';

/** What one manager showed at the end: its answers to the final reads. */
export type FinalState = {
  readonly by: NodeName;
  /** When the first of them was asked and the last answered. */
  readonly from: number;
  readonly to: number;
  readonly services: readonly ServiceShown[];
  readonly tasks: readonly TaskShown[];
  readonly nodes: readonly NodeShown[];
};

type Shown = {
  readonly services?: readonly ServiceShown[];
  readonly tasks?: readonly TaskShown[];
  readonly nodes?: readonly NodeShown[];
};

/** Of every manager that answered all of them. */
export const finalStates = (history: History): readonly FinalState[] => {
  const answers = new Map<NodeName, { reads: Operation[]; shown: Shown }>();
  for (const operation of history.operations) {
    if (operation.phase !== 'final' || operation.outcome !== 'ok') continue;
    const { services, tasks, nodes } = (operation.output ?? {}) as Shown;
    if (services === undefined && tasks === undefined && nodes === undefined) continue;
    const known = answers.get(operation.node) ?? { reads: [], shown: {} };
    known.reads.push(operation);
    known.shown = {
      ...known.shown,
      ...(services && { services }),
      ...(tasks && { tasks }),
      ...(nodes && { nodes }),
    };
    answers.set(operation.node, known);
  }
  const states: FinalState[] = [];
  for (const [by, { reads, shown }] of answers) {
    const { services, tasks, nodes } = shown;
    if (services === undefined || tasks === undefined || nodes === undefined) continue;
    const from = Math.min(...reads.map(({ invokedAt }) => invokedAt));
    const to = Math.max(...reads.map(({ endedAt }) => endedAt ?? 0));
    states.push({ by, from, to, services, tasks, nodes });
  }
  return states;
};
