import type { Node, NodeName, NodeRole } from '../core/cluster.ts';
import type { Lifecycle, Observation } from '../core/history.ts';
import { standingSaid } from '../core/standing.ts';
import { createWork } from './work.ts';

type Seen = {
  readonly name: NodeName;
  role: NodeRole;
  running: boolean;
  paused: boolean;
  leads: boolean;
  term: number;
};

/** Who runs, who is a manager and who claims to lead, as far as the nodes have said so. */
export type Roles = {
  observed(observation: Observation): void;
  lived(lifecycle: Lifecycle): void;
  /** The live manager that claims the highest term. */
  leader(): NodeName | undefined;
  isLive(node: NodeName): boolean;
  /** In the order of the cluster, whether they run or not. */
  managers(): readonly NodeName[];
  liveManagers(): readonly NodeName[];
  workers(): readonly NodeName[];
  /** The live node that became a manager last, and is one. */
  promoted(): NodeName | undefined;
  /** The live node that ceased to be a manager last, and is none. */
  demoted(): NodeName | undefined;
  /** The live worker that says it runs most of the tasks that managers want to run in a slot; the lowest name where several do. */
  busyWorker(): NodeName | undefined;
  /** The live manager that gave a vote away last. */
  voter(): NodeName | undefined;
  /** How often a manager gave a vote away, came to lead, or ceased to, since the run began. */
  readonly votes: number;
  readonly elections: number;
  readonly losses: number;
  /** How often a worker became a manager, and a manager a worker. */
  readonly promotions: number;
  readonly demotions: number;
};

export const createRoles = (nodes: readonly Node[]): Roles => {
  const seen = new Map<NodeName, Seen>();
  for (const node of nodes) {
    const { name, role } = node;
    seen.set(name, { name, role, running: false, paused: false, leads: false, term: 0 });
  }
  const work = createWork();
  let votes = 0;
  let elections = 0;
  let losses = 0;
  let promotions = 0;
  let demotions = 0;
  let lastVoter: NodeName | undefined;
  const lastToBecome: { [Role in NodeRole]?: NodeName } = {};
  /** Made when asked for after a change: every operation asks, and few nodes ever change. */
  let names: { [Role in NodeRole]?: readonly NodeName[] } = {};

  const cease = (of: Seen): void => {
    if (of.leads) losses += 1;
    of.leads = false;
  };

  const isLive = (name: NodeName): boolean => {
    const of = seen.get(name);
    return of !== undefined && of.running && !of.paused;
  };

  const become = (of: Seen, role: NodeRole): void => {
    if (of.role === role) return;
    of.role = role;
    names = {};
    lastToBecome[role] = of.name;
    if (role === 'worker') demotions += 1;
    else promotions += 1;
  };

  const namesOf = (role: NodeRole): readonly NodeName[] =>
    (names[role] ??= [...seen.values()].filter((of) => of.role === role).map(({ name }) => name));

  const lastTo = (role: NodeRole): NodeName | undefined => {
    const name = lastToBecome[role];
    return name !== undefined && isLive(name) && seen.get(name)?.role === role ? name : undefined;
  };

  return {
    observed(observation) {
      work.observed(observation);
      if (observation.kind === 'vote') {
        votes += 1;
        lastVoter = observation.node;
      }
      const standing = standingSaid(observation);
      const of = standing && seen.get(observation.node);
      if (standing === undefined || of === undefined) return;
      become(of, standing);
      if (observation.kind !== 'role') return;
      const leads = observation.role === 'leader';
      if (leads && !(of.leads && of.term === observation.term)) elections += 1;
      if (!leads) cease(of);
      of.leads = leads;
      of.term = observation.term;
    },
    lived(lifecycle) {
      const of = seen.get(lifecycle.node);
      if (of === undefined) return;
      switch (lifecycle.event) {
        case 'started':
          of.running = true;
          of.paused = false;
          break;
        case 'killed':
        case 'exited':
          of.running = false;
          of.paused = false;
          cease(of);
          break;
        case 'paused':
          of.paused = true;
          break;
        case 'resumed':
          of.paused = false;
          break;
      }
    },
    leader() {
      let best: Seen | undefined;
      for (const of of seen.values()) {
        if (!of.leads || !of.running || of.paused) continue;
        if (best === undefined || of.term > best.term) best = of;
      }
      return best?.name;
    },
    isLive,
    managers: () => namesOf('manager'),
    liveManagers: () => namesOf('manager').filter(isLive),
    workers: () => namesOf('worker'),
    promoted: () => lastTo('manager'),
    demoted: () => lastTo('worker'),
    busyWorker() {
      const running = work.runningByNode();
      let best: { readonly name: NodeName; readonly tasks: number } | undefined;
      for (const name of namesOf('worker')) {
        const tasks = running.get(name) ?? 0;
        if (tasks === 0 || !isLive(name)) continue;
        if (best === undefined || tasks > best.tasks) best = { name, tasks };
      }
      return best?.name;
    },
    voter: () => (lastVoter !== undefined && isLive(lastVoter) ? lastVoter : undefined),
    get votes() {
      return votes;
    },
    get elections() {
      return elections;
    },
    get losses() {
      return losses;
    },
    get promotions() {
      return promotions;
    },
    get demotions() {
      return demotions;
    },
  };
};
