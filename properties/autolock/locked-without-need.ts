/** What must not be locked: a worker, and a manager that has followed that autolock was turned off. */
import type { Ms, NodeName } from '../../harness/core/cluster.ts';
import type { History, Operation } from '../../harness/core/history.ts';
import type { Moment, Verdict } from '../../harness/core/property.ts';
import { chronicleOf, type Boot } from '../chronicle.ts';
import { surelyBeganAsWorker } from '../membership.ts';
import { remembered } from '../remembered.ts';
import { broken, moment } from '../verdicts.ts';
import { endOf, followedSince } from './followed.ts';
import { makesKey } from './key-generations.ts';
import type { LockedSpan } from './locked-spans.ts';

/** A worker that comes up locked. */
export const workerCameUpLocked = (
  { node, boot, from }: LockedSpan,
  history: History,
): Verdict | undefined =>
  surelyBeganAsWorker(boot)
    ? broken(`${node} is a worker and came up locked`, [
        ...saysDismissed(boot, history),
        moment(from, node, `${node} ends`),
        moment(boot.said[0]?.at ?? from, node, `${node} starts, a worker by its own key file`),
        saysLocked(boot),
      ])
    : undefined;

/** A manager that comes up locked although it had followed that autolock was turned off. */
export const cameUpLockedAfterOff = (
  { node, boot, from }: LockedSpan,
  history: History,
): Verdict | undefined => {
  const followed = followedOff(node, from, history);
  return (
    followed &&
    broken(`${node} came up locked, although it had followed that autolock was turned off`, [
      ...followed,
      moment(from, node, `${node} ends`),
      saysLocked(boot),
    ])
  );
};

/** A key file that is still sealed although its manager had followed that autolock was turned off. */
export const sealedAfterOff = (history: History): Verdict | undefined => {
  for (const { node, at, sealed } of history.scans) {
    const followed = sealed === true ? followedOff(node, at, history) : undefined;
    if (followed === undefined) continue;
    return broken(
      `${node} is still sealed, although it had followed that autolock was turned off`,
      [...followed, moment(at, node, `${node} has a key file that opens with an unlock key only`)],
    );
  }
  return undefined;
};

/** When a node that was a manager said that it is none any more, before this boot. */
const saysDismissed = ({ node, number }: Boot, history: History): readonly Moment[] => {
  const words = chronicleOf(history)
    .boots.filter((boot) => boot.node === node && boot.number < number)
    .flatMap(({ said }) => said)
    .findLast((said) => said.kind === 'role' && said.role === 'none');
  return words === undefined ? [] : [moment(words.at, node, `${node} is no manager any more`)];
};

const saysLocked = ({ node, said }: Boot): Moment => {
  const words = said.find(({ kind }) => kind === 'lock');
  return moment(words?.at ?? 0, node, `${node} says that it is locked`);
};

/**
 * How a node surely came to be open by `at`, for good: a boot of it followed that autolock was turned off, and nothing may have
 * turned it on again. Whoever was down, locked, cut off or stopped meanwhile has not followed.
 */
const followedOff = (node: NodeName, at: Ms, history: History): readonly Moment[] | undefined => {
  const off = lastingOff(at, history);
  if (off?.endedAt === undefined) return undefined;
  for (const boot of chronicleOf(history).boots) {
    if (boot.node !== node) continue;
    const endedAt = Math.min(at, endOf(boot, history) ?? at);
    const since = followedSince(boot, { time: off.endedAt, endedAt }, history);
    if (since === undefined) continue;
    return [
      moment(off.endedAt, off.node, `${off.node} acknowledges that autolock is off`),
      moment(since, node, `${node} has committed that, and goes on`),
    ];
  }
  return undefined;
};

const turnsOff = ({ operation, args, outcome }: Operation): boolean =>
  operation === 'swarm.update' && args.autolock === false && outcome === 'ok';

const turnsOf = remembered(({ operations }) => ({
  off: operations.filter(turnsOff),
  on: operations.filter(makesKey),
}));

/** What turned autolock off and holds until `at`: whatever may make a key surely was over before, or came later. */
const lastingOff = (at: Ms, history: History): Operation | undefined => {
  const { off, on } = turnsOf(history);
  return off.find(
    ({ invokedAt, endedAt = Infinity }) =>
      endedAt <= at && on.every((turn) => isOverBy(invokedAt, turn) || turn.invokedAt >= at),
  );
};

/** One that nobody saw the end of may still be carried out. */
const isOverBy = (time: Ms, { outcome, endedAt = Infinity }: Operation): boolean =>
  outcome === 'ok' && endedAt <= time;
