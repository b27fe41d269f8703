import type { NodeName } from '../../harness/core/cluster.ts';
import { counted, seconds } from '../../harness/core/figures.ts';
import type { History } from '../../harness/core/history.ts';
import type { Property, Verdict } from '../../harness/core/property.ts';
import type { NodeShown } from '../../models/swarm-answers.ts';
import { healed } from '../healing.ts';
import { stalledAfterHeal } from '../liveness/stalls.ts';
import { asksForRole, membershipOf } from '../membership.ts';
import { broken, held, moment, unknown, untested } from '../verdicts.ts';
import { finalStates, type FinalState } from './final-state.ts';
import { nodesThatRun } from './running-nodes.ts';

/**
 * Once all is healed every node is what was asked for last: a manager votes and takes itself for one, and a worker is no member of the
 * consensus any more, nor does it take itself for a manager. Within the bound after the heal and after the last change that was asked for.
 * @source swarmkit manager/role_manager.go; docker-swarm failure catalogue 11 ("after 200, role change visible") and 12 ("Demoted
 * manager comes back as manager", moby#29286); moby TestAPISwarmPromoteDemote.
 */
export const rolesAsAsked: Property = {
  name: 'roles-as-asked',
  kind: 'liveness',
  guarantee:
    'A node that is promoted becomes a manager that votes, one that is demoted a worker that is no member of the consensus, and each of them knows it: in the end every node is what was asked for last.',
  source: 'swarmkit manager/role_manager.go; moby TestAPISwarmPromoteDemote',
  judge(history) {
    const asked = history.operations.filter(asksForRole);
    if (asked.length === 0) return untested('nobody was to have another role');
    const states = finalStates(history);
    if (states.length === 0) return unknown('no manager showed the nodes in the end');
    const running = nodesThatRun(history);
    const changedAt = Math.max(...asked.map(({ endedAt }) => endedAt ?? history.phases.endAt));
    const since = Math.max(changedAt, history.phases.healedAt);
    for (const state of states) {
      const wrong = firstWrong(state, running, history);
      if (wrong !== undefined) return excuse(state, since, history) ?? wrong;
    }
    const { configurations } = membershipOf(history);
    return configurations.length > 1
      ? held(
          `every node has the role that it was to have, after ${counted(asked.length, 'change')}`,
        )
      : untested('no change of a role came about');
  },
};

const firstWrong = (
  state: FinalState,
  running: readonly NodeName[],
  history: History,
): Verdict | undefined => {
  const { last } = membershipOf(history);
  for (const node of state.nodes) {
    if (!running.includes(node.name) || isFormer(node, state)) continue;
    const what = wrongOf(node, last.includes(node.name));
    if (what !== undefined) return notAsAsked(node, what, state, history);
  }
  return undefined;
};

/** What is left on the list of a node that left, or that was never let in, beside the one that the machine is now. */
const isFormer = ({ name, state }: NodeShown, { nodes }: FinalState): boolean =>
  state !== 'ready' && nodes.some((other) => other.name === name && other.state === 'ready');

/** What the swarm shows of it, and what it says of itself, against its role. */
const wrongOf = ({ role, reachability }: NodeShown, saysManager: boolean): string | undefined => {
  if (role === 'manager') {
    if (reachability === '') return 'is no member';
    if (reachability !== 'reachable') return `is ${reachability} to the leader`;
    return saysManager ? undefined : 'takes itself for a worker';
  }
  if (reachability !== '') return 'is still a member';
  return saysManager ? 'takes itself for a manager' : undefined;
};

/** Judged is what had the whole bound to come about, on a machine that went on, with nobody who may still have to agree away. */
const excuse = (state: FinalState, since: number, history: History): Verdict | undefined => {
  const { convergeMs } = history.bounds;
  if (state.from - since < convergeMs)
    return unknown(
      `the last ${seconds(state.from - since)} were quiet, the bound is ${seconds(convergeMs)}`,
    );
  const running = nodesThatRun(history);
  const away = membershipOf(history).last.find((name) => !running.includes(name));
  if (away !== undefined) return unknown(`${away} did not run in the end, or was locked`);
  const stalled = stalledAfterHeal(history);
  return stalled === undefined ? undefined : unknown(stalled);
};

const notAsAsked = (
  { name, role }: NodeShown,
  what: string,
  state: FinalState,
  history: History,
): Verdict => {
  const asked = history.operations.findLast((of) => asksForRole(of) && of.args.name === name);
  const at = asked?.endedAt ?? asked?.invokedAt;
  const to = asked?.args.role === 'manager' ? 'manager' : 'worker';
  return broken(`${name} is to be a ${role} and ${what} in the end`, [
    ...(at === undefined ? [] : [moment(at, name, `${name} is to be a ${to}`)]),
    ...healed(history),
    moment(state.to, state.by, `${state.by} shows that ${name} is to be a ${role}; it ${what}`),
  ]);
};
