/** Hand-made histories for the tests of properties: small, explicit, right until one thing is made wrong. */
import type { Link, Ms, Node, NodeName } from '../../harness/core/cluster.ts';
import type { Deed, Fault } from '../../harness/core/fault.ts';
import type {
  FaultRecord,
  FolderScan,
  History,
  Lifecycle,
  Observation,
  ObservedTask,
  Operation,
} from '../../harness/core/history.ts';
import type { NodeShown, ServiceShown, TaskShown } from '../../models/swarm-answers.ts';

/** A run of 3 managers and 2 workers: inject at 1 s, heal at 6 s, quiet at 7 s, final reads at 11 s. */
export const history = (given: Partial<History> & { readonly managers?: number } = {}): History => {
  const { managers = 3, ...parts } = given;
  return {
    target: 'reference',
    backend: 'sim',
    nodes: [...nodes('m', 'manager', managers), ...nodes('w', 'worker', 2)],
    settings: {},
    bounds: {
      electionTimeoutMsMax: 300,
      leaderReturnsMs: 3_000,
      convergeMs: 3_000,
      unlockMs: 3_000,
    },
    phases: { injectAt: 1_000, healAt: 6_000, healedAt: 6_100, quietAt: 7_000, endAt: 11_500 },
    operations: [],
    faults: [],
    observations: [],
    lifecycle: [],
    scans: [],
    stalls: [],
    ...parts,
  };
};

const nodes = (prefix: string, role: Node['role'], count: number): readonly Node[] =>
  Array.from({ length: count }, (_, at) => ({ name: `${prefix}${at + 1}`, role }));

let operations = 0;

/** An operation at a node, asked and answered at these times; an `ok` read unless said otherwise. */
export const operation = (
  node: NodeName,
  [invokedAt, endedAt]: readonly [Ms, Ms | undefined],
  given: Partial<Operation> = {},
): Operation => {
  operations += 1;
  const outcome = given.outcome ?? 'ok';
  const effect = given.effect ?? 'read';
  return {
    id: operations,
    process: 0,
    client: 0,
    node,
    operation: effect === 'read' ? 'service.inspect' : 'service.update',
    effect,
    intent: undefined,
    args: {},
    input: null,
    invokedAt,
    endedAt,
    outcome,
    decided: outcome === 'ok' && effect !== 'local',
    seen: [],
    complete: false,
    output: { status: outcome === 'ok' ? 200 : 500 },
    phase: invokedAt < 6_000 ? 'inject' : invokedAt < 11_000 ? 'settle' : 'final',
    ...given,
  };
};

type Act = NonNullable<Operation['intent']>['act'];

/** A write of one object. */
export const write = (
  [act, object, value, version]: readonly [Act, string, string?, number?],
  node: NodeName,
  times: readonly [Ms, Ms | undefined],
  given: Partial<Operation> = {},
): Operation =>
  operation(node, times, {
    effect: 'write',
    operation: `service.${act}`,
    intent: {
      object,
      act,
      ...(value !== undefined && { value }),
      ...(version !== undefined && { version }),
    },
    ...given,
  });

/** The last list of all services, by one manager. */
export const finalList = (
  node: NodeName,
  objects: Readonly<Record<string, string>>,
  version = 900,
): Operation =>
  operation(node, [11_100, 11_110], {
    operation: 'service.list',
    complete: true,
    seen: Object.entries(objects).map(([object, value]) => ({ object, value, version })),
  });

/** Links in both directions between each of one side and each of the other. */
export const between = (left: readonly NodeName[], right: readonly NodeName[]): readonly Link[] =>
  left.flatMap((from) =>
    right.flatMap((to) => [
      { from, to },
      { from: to, to: from },
    ]),
  );

let faults = 0;

const record = (
  fault: Fault,
  deeds: readonly Deed[],
  [from, to]: readonly [Ms, Ms],
  bit: boolean,
): FaultRecord => {
  faults += 1;
  return {
    id: faults,
    entry: 0,
    fault,
    deeds,
    beginAt: from - 5,
    begunAt: from,
    endAt: to,
    endedAt: to + 5,
    evidence: { bit, text: bit ? '12 messages entered and none left' : 'nothing was sent' },
    healed: true,
  };
};

export const cut = (links: readonly Link[], times: readonly [Ms, Ms], bit = true): FaultRecord =>
  record(
    { kind: 'cut', from: 'leader', to: 'rest', direction: 'both', mode: 'drop' },
    [{ deed: 'cut', links, mode: 'drop' }],
    times,
    bit,
  );

export const kill = (node: NodeName, times: readonly [Ms, Ms], bit = true): FaultRecord =>
  record({ kind: 'kill', nodes: node }, [{ deed: 'kill', node }], times, bit);

export const pause = (node: NodeName, times: readonly [Ms, Ms]): FaultRecord =>
  record({ kind: 'pause', nodes: node }, [{ deed: 'pause', node }], times, true);

export const procedure = (name: string, times: readonly [Ms, Ms], bit = true): FaultRecord =>
  record({ kind: 'procedure', name }, [], times, bit);

export const lived = (node: NodeName, event: Lifecycle['event'], at: Ms): Lifecycle => ({
  at,
  node,
  event,
  text: '',
});

type Unsaid<Kind> = Kind extends Observation ? Omit<Kind, 'node' | 'boot' | 'seq' | 'at'> : never;

/** What one boot of a node says, at these times. */
export const says = (
  node: NodeName,
  boot: string,
  words: readonly (readonly [Ms, Unsaid<Observation>])[],
): readonly Observation[] => words.map(([at, said], seq) => ({ ...said, node, boot, seq, at }));

export const leads = (node: NodeName, term: number): Unsaid<Observation> =>
  role(node, term, 'leader');

export const role = (
  node: NodeName,
  term: number,
  is: 'leader' | 'follower' | 'candidate' | 'learner' | 'none',
  leader?: string,
): Unsaid<Observation> => ({
  kind: 'role',
  role: is,
  term,
  leader,
  nodeId: `${node}-id`,
  raftId: `${node}-raft`,
});

export const vote = (node: NodeName, term: number, candidate: NodeName): Unsaid<Observation> => ({
  kind: 'vote',
  term,
  candidate: `${candidate}-raft`,
  raftId: `${node}-raft`,
});

/** The members that vote, as a manager knows them. */
export const members = (...voters: readonly NodeName[]): Unsaid<Observation> => ({
  kind: 'membership',
  voters: voters.map((node) => `${node}-raft`),
  learners: [],
});

/** What a node says first when it starts: `raftId` where its key file makes it a manager. */
export const boots = (node: NodeName, raftId: string | undefined): Unsaid<Observation> => ({
  kind: 'boot',
  name: node,
  nodeId: `${node}-id`,
  raftId,
});

/** An operator asks for another role of a node. */
export const asksRole = (
  name: NodeName,
  asked: 'manager' | 'worker',
  times: readonly [Ms, Ms | undefined],
  given: Partial<Operation> = {},
): Operation =>
  operation('m1', times, {
    effect: 'write',
    operation: 'node.update',
    args: { name, role: asked },
    ...given,
  });

export const commit = (
  index: number,
  hash: number,
  tasks: readonly ObservedTask[] = [],
): Unsaid<Observation> => ({ kind: 'commit', index, term: 1, hash, tasks });

export const state = (
  index: number,
  digest: string,
  parts?: Readonly<Record<string, string>>,
): Unsaid<Observation> => ({ kind: 'state', index, digest, ...(parts && { parts }) });

export const lock = (
  state: 'inactive' | 'pending' | 'active' | 'locked' | 'error',
): Unsaid<Observation> => ({ kind: 'lock', state });

export const loops = (running: boolean, term: number): Unsaid<Observation> => ({
  kind: 'manager',
  running,
  term,
});

export const scan = (node: NodeName, given: Partial<FolderScan> = {}): FolderScan => {
  const autolock = given.autolock ?? true;
  const control = { canary: 'node-id', file: 'certificates/swarm-node.key', offset: 12 };
  const key = { canary: 'data-key in base64', file: 'certificates/swarm-node.key', offset: 200 };
  return {
    at: 11_300,
    node,
    autolock,
    files: 3,
    bytes: 40_000,
    looked: ['node-id', 'data-key', 'data-key in base64', 'service lighthouse-'],
    found: autolock ? [control] : [control, key],
    ...given,
  };
};

export const service = (given: Partial<ServiceShown> = {}): ServiceShown => ({
  id: 's1',
  name: 'lighthouse-a',
  version: 10,
  mark: '1',
  replicas: 2,
  constraints: [],
  ...given,
});

export const task = (slot: number, node: string, given: Partial<TaskShown> = {}): TaskShown => ({
  id: `t${slot}-${node}`,
  service: 's1',
  node,
  slot,
  state: 'running',
  desired: 'running',
  ...given,
});

export const shownNode = (name: string, given: Partial<NodeShown> = {}): NodeShown => ({
  id: `${name}-id`,
  name,
  version: 5,
  role: name.startsWith('m') ? 'manager' : 'worker',
  availability: 'active',
  state: 'ready',
  reachability: name.startsWith('m') ? 'reachable' : '',
  leads: name === 'm1',
  ...given,
});
