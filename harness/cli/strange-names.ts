/** Names in faults and schedules that mean nothing in the cluster they are for: a fault that hits nobody puts nothing to the test. */
import type { Shape } from '../core/cluster.ts';
import { suggestion } from '../core/did-you-mean.ts';
import { clientsWord, roleWords, type Selection } from '../core/fault.ts';
import { counted } from '../core/figures.ts';
import type { Scenario } from '../core/scenario.ts';
import { isFault, type Schedule, type ScheduledFault } from '../core/schedule.ts';
import type { Target } from '../core/target.ts';
import { UsageError } from '../core/usage-error.ts';

export type Cluster = { readonly target: Target; readonly shape: Shape };

/** `path` within the entry. */
type Strange = { readonly path: string; readonly message: string };

const workerRoles: readonly string[] = ['worker', 'workers', 'busy-worker'];

const meant = (word: string, known: readonly string[]): string => {
  const near = suggestion(word, known);
  return near === '' ? '' : `.${near}`;
};

/** Why a word selects nothing where a fault hits nodes, or links between them; `undefined` where it does. */
export const strangeWord = (
  word: string,
  { target, shape }: Cluster,
  hits: 'nodes' | 'links',
): string | undefined => {
  const known: readonly string[] = [...roleWords, ...target.nodes(shape).map(({ name }) => name)];
  if (!known.includes(word))
    return `${word} is no node of ${described(shape)} and no role${meant(word, known)}`;
  return word === clientsWord && hits === 'nodes'
    ? `${clientsWord} are no nodes: only links to them can be hit, by cut, partition, delay and flap`
    : undefined;
};

const described = ({ managers, workers }: Shape): string =>
  `this cluster (${counted(managers, 'manager')}, ${counted(workers, 'worker')})`;

/** `undefined` where the target has an operation of that name. */
export const strangeOperation = (
  operation: string,
  { name, operations }: Target,
): string | undefined => {
  const known = operations.map((kind) => kind.name);
  if (known.includes(operation)) return undefined;
  return `target ${name} has no operation ${operation}${meant(operation, known)}`;
};

/** `undefined` where the target has a procedure of that name. */
export const strangeProcedure = (
  procedure: string,
  { name, procedures }: Target,
): string | undefined => {
  if (Object.hasOwn(procedures, procedure)) return undefined;
  const known = Object.keys(procedures);
  const others = known.length === 0 ? 'nor any other' : `but ${known.join(', ')}`;
  return `target ${name} has no procedure ${procedure}, ${others}${meant(procedure, known)}`;
};

type Named = readonly [path: string, selection: Selection];

/** What of a fault names nodes, by where it stands. */
const selectionsOf = ({ fault }: ScheduledFault): readonly Named[] => {
  switch (fault.kind) {
    case 'cut':
    case 'delay':
    case 'flap':
      return [
        ['fault.from', fault.from],
        ['fault.to', fault.to],
      ];
    case 'partition':
      return fault.groups.map((group, place): Named => [`fault.groups[${place}]`, group]);
    case 'ring':
      return [];
    case 'kill':
    case 'pause':
      return [['fault.nodes', fault.nodes]];
    case 'procedure':
      return fault.nodes === undefined ? [] : [['fault.nodes', fault.nodes]];
  }
};

const wordsOf = (selection: Selection): readonly string[] =>
  typeof selection === 'string' ? [selection] : selection.flatMap(wordsOf);

function* strangeNodes(entry: ScheduledFault, cluster: Cluster): Generator<Strange> {
  const hasWorkers = cluster.target.nodes(cluster.shape).some(({ role }) => role === 'worker');
  const hits = 'nodes' in entry.fault ? 'nodes' : 'links';
  for (const [path, selection] of selectionsOf(entry)) {
    const words = wordsOf(selection);
    const [message] = words.flatMap((word) => strangeWord(word, cluster, hits) ?? []);
    if (message !== undefined) yield { path, message };
    else if (
      // Of several one may be missing: two groups of which one has no workers are groups still.
      !hasWorkers &&
      words.length > 0 &&
      words.every((each) => workerRoles.includes(each))
    ) {
      yield { path, message: `${words.join(', ')} is no node of ${described(cluster.shape)}` };
    }
  }
}

/** Everything that an entry names and that its cluster does not have. */
export function* strangeNames(entry: Schedule[number], cluster: Cluster): Generator<Strange> {
  const { target } = cluster;
  if (!isFault(entry)) {
    const message = strangeOperation(entry.operation, target);
    if (message !== undefined) yield { path: 'operation', message };
    return;
  }
  const { fault, when } = entry;
  if (when !== undefined && 'operation' in when) {
    const message = strangeOperation(when.operation, target);
    if (message !== undefined) yield { path: 'when.operation', message };
  }
  yield* strangeNodes(entry, cluster);
  if (fault.kind === 'procedure') {
    const message = strangeProcedure(fault.name, target);
    if (message !== undefined) yield { path: 'fault.name', message };
  }
}

/** The first of them in a schedule, with its place behind `list`; `undefined`: there is none. */
export const strangeIn = (
  schedule: Schedule,
  cluster: Cluster,
  list = 'run.schedule',
): string | undefined => {
  for (const [place, entry] of schedule.entries())
    for (const { path, message } of strangeNames(entry, cluster))
      return `${list}[${place}].${path}: ${message}`;
  return undefined;
};

const strangeOf = ({ faults, shape }: Scenario, target: Target): string | undefined =>
  faults === 'drawn' ? undefined : strangeIn(faults, { target, shape }, 'faults');

/** Why a scenario cannot run in the shape that was asked for, although it can in its own; by its name. */
export const lackedByShape = (
  plays: readonly Scenario[],
  scenarios: readonly Scenario[],
  target: Target,
): ReadonlyMap<string, string> => {
  const written = new Map(scenarios.map((scenario) => [scenario.name, scenario]));
  const lacked = new Map<string, string>();
  for (const play of plays) {
    const own = written.get(play.name);
    const strange = strangeOf(play, target);
    if (own === undefined || strange === undefined || strangeOf(own, target) !== undefined)
      continue;
    lacked.set(play.name, strange);
  }
  return lacked;
};

/** Another shape, or another target, than a scenario was written for may lack what its faults name. Throws a `UsageError`. */
export const requireNodes = (scenarios: readonly Scenario[], target: Target): void => {
  for (const scenario of scenarios) {
    const strange = strangeOf(scenario, target);
    if (strange === undefined) continue;
    const fit = scenarios.filter((other) => strangeOf(other, target) === undefined);
    const names = [...new Set(fit.map(({ name }) => name))];
    const next =
      names.length === 0
        ? 'Give another shape, or leave this scenario out.'
        : `Of what was asked for these can run on target ${target.name} in this shape: ${names.join(', ')}`;
    throw new UsageError(
      `scenario ${scenario.name}: ${strange}${strange.endsWith('?') ? '' : '.'} ${next}`,
    );
  }
};
