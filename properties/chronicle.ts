/** A history sorted once, so that no property walks through all of it again. */
import type { NodeName } from '../harness/core/cluster.ts';
import type { FaultRecord, History, Observation } from '../harness/core/history.ts';
import { standingSaid } from '../harness/core/standing.ts';
import { remembered } from './remembered.ts';

export type Said<Kind extends Observation['kind']> = Extract<Observation, { readonly kind: Kind }>;

/** What one boot of a node said, in the order in which it said it. */
export type Boot = {
  readonly node: NodeName;
  readonly boot: string;
  /** Counts the boots of this node from 0, as far as they said anything. */
  readonly number: number;
  readonly said: readonly Observation[];
};

export type Chronicle = {
  /** Whoever was a manager at some time, by the shape or by its own words, in the order of the cluster. */
  readonly managers: readonly NodeName[];
  /** In the order in which each node's first words arrived. */
  readonly boots: readonly Boot[];
  /** In order of arrival. */
  readonly roles: readonly Said<'role'>[];
  readonly commits: readonly Said<'commit'>[];
  readonly states: readonly Said<'state'>[];
  readonly votes: readonly Said<'vote'>[];
  readonly memberships: readonly Said<'membership'>[];
  /** Faults that were carried out and bit. */
  readonly bitten: readonly FaultRecord[];
  /** Whether some node said who leads, what it committed, whether it is locked. */
  readonly locks: number;
};

type Growing = Omit<Boot, 'said'> & { readonly said: Observation[]; sorted: boolean };

const compose = (history: History): Chronicle => {
  const boots: Growing[] = [];
  const latest = new Map<NodeName, Growing>();
  const roles: Said<'role'>[] = [];
  const commits: Said<'commit'>[] = [];
  const states: Said<'state'>[] = [];
  const votes: Said<'vote'>[] = [];
  const memberships: Said<'membership'>[] = [];
  const managers = new Set<NodeName>();
  for (const { name, role } of history.nodes) if (role === 'manager') managers.add(name);
  let locks = 0;
  for (const observation of history.observations) {
    const { node } = observation;
    let boot = latest.get(node);
    if (boot?.boot !== observation.boot) {
      boot = bootOf(observation, boots);
      latest.set(node, boot);
    }
    if (boot.said.length > 0 && (boot.said.at(-1)?.seq ?? 0) > observation.seq) boot.sorted = false;
    boot.said.push(observation);
    if (observation.kind === 'role') roles.push(observation);
    else if (observation.kind === 'commit') commits.push(observation);
    else if (observation.kind === 'lock') locks += 1;
    else if (observation.kind === 'state') states.push(observation);
    else if (observation.kind === 'vote') votes.push(observation);
    else if (observation.kind === 'membership') memberships.push(observation);
    if (standingSaid(observation) === 'manager') managers.add(node);
  }
  for (const boot of boots) {
    if (!boot.sorted) boot.said.sort((a, b) => a.seq - b.seq);
  }
  return {
    managers: history.nodes.map(({ name }) => name).filter((name) => managers.has(name)),
    boots,
    roles,
    commits,
    states,
    votes,
    memberships,
    bitten: history.faults.filter(({ evidence }) => evidence.bit),
    locks,
  };
};

/** The boot that an observation belongs to, which may not be the node's latest where lines arrive late. */
const bootOf = (observation: Observation, boots: Growing[]): Growing => {
  let number = 0;
  for (const boot of boots) {
    if (boot.node !== observation.node) continue;
    if (boot.boot === observation.boot) return boot;
    number += 1;
  }
  const { node, boot } = observation;
  const made: Growing = { node, boot, number, said: [], sorted: true };
  boots.push(made);
  return made;
};

/** The same history is sorted once, however many properties ask. */
export const chronicleOf = remembered(compose);
