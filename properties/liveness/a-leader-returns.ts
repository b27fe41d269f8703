import { majorityOf } from '../../harness/core/cluster.ts';
import { counted, seconds } from '../../harness/core/figures.ts';
import type { History, Operation } from '../../harness/core/history.ts';
import type { Moment, Property, Verdict } from '../../harness/core/property.ts';
import { endingOf } from '../answers.ts';
import { lastKeyIsUnknown } from '../autolock/key-generations.ts';
import { chronicleOf } from '../chronicle.ts';
import { afterTheHeal, healed } from '../healing.ts';
import { membershipOf } from '../membership.ts';
import { managersKilledLast } from '../restarts.ts';
import { broken, held, moment, unknown, untested } from '../verdicts.ts';
import { stalledAfterHeal } from './stalls.ts';

/**
 * After the return of a majority there is a leader within the bound, and it accepts writes.
 * @source docker-swarm failure catalogue 1(d) (moby TestAPISwarmRaftQuorum: "after return a leader"); Ongaro & Ousterhout (extended),
 * §5.6: Raft will be able to elect and maintain a steady leader as long as the system satisfies the timing requirement.
 */
export const aLeaderReturns: Property = {
  name: 'a-leader-returns',
  kind: 'liveness',
  guarantee:
    'Once a majority of managers is back and reachable, there is a leader within the bound, and it accepts a write.',
  source:
    'moby TestAPISwarmRaftQuorum; Ongaro & Ousterhout, In Search of an Understandable Consensus Algorithm (extended), §5.6',
  judge(history) {
    const { healedAt } = history.phases;
    const within = history.bounds.leaderReturnsMs;
    const writes = history.operations.filter((operation) => isWriteInTail(history, operation));
    const first = firstAnswered(writes.filter(({ outcome }) => outcome === 'ok'));
    if (first !== undefined && (first.endedAt ?? Infinity) - healedAt <= within) {
      return accepted(first, history);
    }
    const earliest = writes[0];
    if (earliest === undefined) return unknown('no client wrote anything since the heal');
    if (writes.every(({ decided, outcome }) => decided && outcome === 'rejected')) {
      return unknown('every write after the heal was refused for a reason of its own');
    }
    if (first === undefined && !triedLongEnough(history))
      return unknown('nobody asked for a write at the end of the bound');
    if (first !== undefined && !hadToWait(writes, first, history))
      return unknown('nobody asked for a write within the bound');
    return (
      stalledTooLong(history) ?? lockedForGood(history) ?? noLeader(history, { earliest, first })
    );
  },
};

/** Asked since the heal began: in real time it takes a while to be complete, and clients go on meanwhile. */
const isWriteInTail = ({ phases }: History, { effect, invokedAt, phase }: Operation): boolean =>
  effect === 'write' && phase === 'settle' && invokedAt >= phases.healAt;

const firstAnswered = (writes: readonly Operation[]): Operation | undefined =>
  writes.toSorted((a, b) => (a.endedAt ?? Infinity) - (b.endedAt ?? Infinity))[0];

const accepted = ({ endedAt = 0 }: Operation, history: History): Verdict => {
  const after = Math.max(0, endedAt - history.phases.healedAt);
  const said = `a write was accepted ${seconds(after)} after the heal`;
  return chronicleOf(history).bitten.length > 0 ? held(said) : untested(`${said}, of no fault`);
};

/**
 * Calls that were still open when the bound ended, or were asked after it: a write among them that was not refused for a reason of
 * its own, or nothing that was answered. To be asked where no write was accepted at all: answers to reads are none.
 */
const triedLongEnough = ({ operations, phases, bounds }: History): boolean => {
  const end = phases.healedAt + bounds.leaderReturnsMs;
  const late = operations.filter(
    ({ effect, invokedAt, endedAt, phase }) =>
      effect !== 'local' &&
      (phase === 'settle' || phase === 'final') &&
      invokedAt >= phases.healedAt &&
      (endedAt === undefined || endedAt >= end),
  );
  return late.some(isInVain) || (late.length > 0 && late.every(({ outcome }) => outcome !== 'ok'));
};

/** Of the bound: what takes no longer had a leader at once. */
const momentShare = 0.1;

/** Whether a write had to wait, or was asked in vain, before the first one was accepted. A quiet client may ask for its first after the bound. */
const hadToWait = (
  writes: readonly Operation[],
  first: Operation,
  { bounds }: Pick<History, 'bounds'>,
): boolean =>
  writes.some((write) => {
    const { invokedAt, endedAt = Infinity, outcome } = write;
    const waited = outcome !== 'ok' || endedAt - invokedAt > momentShare * bounds.leaderReturnsMs;
    return isInVain(write) && waited && invokedAt < (first.endedAt ?? Infinity);
  });

/** A write that a leader could have accepted. */
const isInVain = ({ effect, decided, outcome }: Operation): boolean =>
  effect === 'write' && !(decided && outcome === 'rejected');

const stalledTooLong = (history: History): Verdict | undefined => {
  const stalled = stalledAfterHeal(history);
  return stalled === undefined ? undefined : unknown(stalled);
};

/** So many managers died before anybody was shown the key that the swarm had just been given that no majority can be opened again. */
const lockedForGood = (history: History): Verdict | undefined => {
  const { boots } = chronicleOf(history);
  const managers = membershipOf(history).last;
  const locked = managers.filter((node) => {
    const said = boots.findLast((boot) => boot.node === node)?.said ?? [];
    const lock = said.findLast(({ kind }) => kind === 'lock');
    return lock?.kind === 'lock' && lock.state === 'locked';
  });
  if (managers.length - locked.length >= majorityOf(managers.length)) return undefined;
  return lastKeyIsUnknown(history)
    ? unknown(`${locked.join(', ')} are locked under a key that nobody was shown in time`)
    : undefined;
};

const noLeader = (
  history: History,
  { earliest, first }: { readonly earliest: Operation; readonly first: Operation | undefined },
): Verdict => {
  const { healedAt } = history.phases;
  const within = seconds(history.bounds.leaderReturnsMs);
  if (first === undefined) return neverAccepted(earliest, history);
  const endedAt = first.endedAt ?? 0;
  return broken(
    `the first write ${afterTheHeal(history)} was accepted after ${seconds(endedAt - healedAt)}, the bound is ${within}`,
    [
      ...managersKilledLast(healedAt, history),
      ...asking(earliest),
      ...healed(history),
      moment(endedAt, first.node, `${first.node} accepts a write`),
    ],
  );
};

/** Where the only writes came before all was healed, it is what was asked later, and not answered, that shows that nobody leads. */
const neverAccepted = (earliest: Operation, history: History): Verdict => {
  const { healedAt } = history.phases;
  const { leaderReturnsMs } = history.bounds;
  const within = seconds(leaderReturnsMs);
  const later = history.operations.filter(
    ({ effect, invokedAt }) => effect !== 'local' && invokedAt >= healedAt,
  );
  const moments = [
    ...managersKilledLast(healedAt, history),
    ...asking(earliest),
    ...healed(history),
    ...lastInVain(later),
  ];
  if (later.some(({ effect, phase }) => effect === 'write' && phase === 'settle'))
    return broken(
      `no write was accepted ${afterTheHeal(history)}, although ${within} are the bound`,
      [
        ...moments,
        moment(
          healedAt + leaderReturnsMs,
          undefined,
          `the bound of ${within} is over, and no write has been accepted`,
        ),
      ],
    );
  const served = later.filter(({ outcome, decided }) => outcome === 'ok' || decided).length;
  return broken(
    `${afterTheHeal(history)} no leader came back within ${within}: of ${counted(later.length, 'call')} since then ${served === 0 ? 'none' : served} had an answer that only a leader can give, and none asked for a write`,
    moments,
  );
};

const asking = (earliest: Operation): readonly Moment[] => {
  const { invokedAt, node, operation, outcome } = earliest;
  const end = outcome === 'ok' ? '' : ` and ${endingOf(earliest)}`;
  return [moment(invokedAt, node, `${node} is asked for ${operation}${end}`)];
};

/** What the last of these calls came to. */
const lastInVain = (calls: readonly Operation[]): readonly Moment[] => {
  const last = calls.at(-1);
  if (last === undefined || last.outcome === 'ok') return [];
  const { invokedAt, node, operation } = last;
  return [
    moment(
      invokedAt,
      node,
      `${node} is asked for ${operation}, the last call that takes a leader, and ${endingOf(last)}`,
    ),
  ];
};
