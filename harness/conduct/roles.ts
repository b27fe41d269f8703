import type { Node, NodeName } from '../core/cluster.ts';
import type { Lifecycle, Observation } from '../core/history.ts';
import { createWork } from './work.ts';

type Seen = {
  readonly node: Node;
  running: boolean;
  paused: boolean;
  leads: boolean;
  term: number;
};

/** Who runs and who claims to lead, as far as the nodes have said so. */
export type Roles = {
  observed(observation: Observation): void;
  lived(lifecycle: Lifecycle): void;
  /** The live manager that claims the highest term. */
  leader(): NodeName | undefined;
  isLive(node: NodeName): boolean;
  liveManagers(): readonly NodeName[];
  /** The live worker that says it runs most of the tasks that managers want to run in a slot; the lowest name where several do. */
  busyWorker(): NodeName | undefined;
  /** The live manager that gave a vote away last. */
  voter(): NodeName | undefined;
  /** How often a manager gave a vote away, came to lead, or ceased to, since the run began. */
  readonly votes: number;
  readonly elections: number;
  readonly losses: number;
};

export const createRoles = (nodes: readonly Node[]): Roles => {
  const seen = new Map<NodeName, Seen>();
  for (const node of nodes) {
    seen.set(node.name, { node, running: false, paused: false, leads: false, term: 0 });
  }
  const work = createWork();
  let votes = 0;
  let elections = 0;
  let losses = 0;
  let lastVoter: NodeName | undefined;

  const cease = (of: Seen): void => {
    if (of.leads) losses += 1;
    of.leads = false;
  };

  const isLive = (name: NodeName): boolean => {
    const of = seen.get(name);
    return of !== undefined && of.running && !of.paused;
  };

  return {
    observed(observation) {
      work.observed(observation);
      if (observation.kind === 'vote') {
        votes += 1;
        lastVoter = observation.node;
      }
      if (observation.kind !== 'role') return;
      const of = seen.get(observation.node);
      if (of === undefined) return;
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
      return best?.node.name;
    },
    isLive,
    liveManagers() {
      const names: NodeName[] = [];
      for (const of of seen.values()) {
        if (of.node.role === 'manager' && of.running && !of.paused) names.push(of.node.name);
      }
      return names;
    },
    busyWorker() {
      const running = work.runningByNode();
      let best: { readonly name: NodeName; readonly tasks: number } | undefined;
      for (const { name, role } of nodes) {
        const tasks = running.get(name) ?? 0;
        if (role !== 'worker' || tasks === 0 || !isLive(name)) continue;
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
  };
};
