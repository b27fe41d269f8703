/** Names in faults and schedules that mean nothing in the cluster they are for: a fault that hits nobody puts nothing to the test. */
import { roleWords, type Fault, type Selection } from '../core/fault.ts';
import { isFault, type ScheduledFault, type Schedule } from '../core/schedule.ts';
import type { Scenario } from '../core/scenario.ts';
import type { Target } from '../core/target.ts';
import { UsageError } from './exit.ts';

type Shape = Scenario['shape'];

const workerRoles: readonly string[] = ['worker', 'workers', 'busy-worker'];

const selectionsOf = (fault: Fault): readonly Selection[] => {
  switch (fault.kind) {
    case 'cut':
    case 'delay':
    case 'flap':
      return [fault.from, fault.to];
    case 'partition':
      return fault.groups;
    case 'ring':
      return [];
    case 'kill':
    case 'pause':
      return [fault.nodes];
    case 'procedure':
      return fault.nodes === undefined ? [] : [fault.nodes];
  }
};

const wordsOf = (selection: Selection): readonly string[] =>
  typeof selection === 'string' ? [selection] : selection.flatMap(wordsOf);

const counted = (count: number, what: string): string =>
  `${count} ${what}${count === 1 ? '' : 's'}`;

/** What is wrong with one of some faults, by the number of the entry. */
const strangeNode = (
  faults: readonly (ScheduledFault | undefined)[],
  { target, shape }: { readonly target: Target; readonly shape: Shape },
): { readonly entry: number; readonly message: string } | undefined => {
  const nodes = target.nodes(shape);
  const known: readonly string[] = [...roleWords, ...nodes.map(({ name }) => name)];
  const hasWorkers = nodes.some(({ role }) => role === 'worker');
  const cluster = `${counted(shape.managers, 'manager')}, ${counted(shape.workers, 'worker')}`;
  for (const [entry, scheduled] of faults.entries()) {
    for (const words of (scheduled ? selectionsOf(scheduled.fault) : []).map(wordsOf)) {
      const strange = words.find((word) => !known.includes(word));
      if (strange !== undefined)
        return { entry, message: `${strange} is no node of this cluster (${cluster})` };
      // Of several one may be missing: two groups of which one has no workers are groups still.
      if (!hasWorkers && words.length > 0 && words.every((word) => workerRoles.includes(word)))
        return { entry, message: `${words.join(', ')} is no node of this cluster (${cluster})` };
    }
  }
  return undefined;
};

/** Another shape, or another target, than a scenario was written for may lack what its faults name. Throws a `UsageError`. */
export const requireNodes = (scenarios: readonly Scenario[], target: Target): void => {
  for (const { name, faults, shape } of scenarios) {
    if (faults === 'drawn') continue;
    const strange = strangeNode(faults, { target, shape });
    if (strange !== undefined)
      throw new UsageError(
        `scenario ${name}: faults[${strange.entry}]: ${strange.message}; give another shape, or leave this scenario out`,
      );
  }
};

/** What a saved schedule asks of a target that it does not have, and where; `undefined`: nothing. */
export const strangeIn = (
  schedule: Schedule,
  given: { readonly target: Target; readonly shape: Shape },
): string | undefined => {
  const { target } = given;
  const operations = target.operations.map(({ name }) => name);
  for (const [place, entry] of schedule.entries()) {
    const at = `run.schedule[${place}]`;
    const operation = isFault(entry)
      ? entry.when && 'operation' in entry.when
        ? entry.when.operation
        : undefined
      : entry.operation;
    if (operation !== undefined && !operations.includes(operation))
      return `${at}: target ${target.name} has no operation ${operation}`;
    if (!isFault(entry)) continue;
    const { fault } = entry;
    if (fault.kind === 'procedure' && !Object.hasOwn(target.procedures, fault.name))
      return `${at}: target ${target.name} has no procedure ${fault.name}`;
  }
  const strange = strangeNode(
    schedule.map((entry) => (isFault(entry) ? entry : undefined)),
    given,
  );
  return strange && `run.schedule[${strange.entry}]: ${strange.message}`;
};
