import type { Ms } from '../../harness/core/cluster.ts';
import type { History, Operation } from '../../harness/core/history.ts';
import type { Verdict } from '../../harness/core/property.ts';
import { reachabilityOf } from '../raft/reachability.ts';
import { remembered } from '../remembered.ts';
import { broken, moment } from '../verdicts.ts';
import { bootBefore, surelyFollowed } from './followed.ts';
import { isUnlock, type LockedSpan } from './locked-spans.ts';

/** One unlock key of the swarm: keys are counted from 0 in the order in which operators learnt them. */
type Generation = {
  readonly key: number;
  /** It cannot be older than the first call that may have made it. */
  readonly notBefore: Ms;
  /** It was the swarm's key by then; `undefined`: nobody knows when it became that. */
  readonly inForceBy: Ms | undefined;
};

/** What may have made an unlock key. */
export const makesKey = ({ operation, args, outcome }: Operation): boolean =>
  outcome !== 'rejected' &&
  (operation === 'swarm.rotate' ||
    ((operation === 'swarm.init' || operation === 'swarm.update') && args.autolock === true));

const keyShown = ({ operation, output }: Operation): number | undefined => {
  const { key } = (output ?? {}) as { readonly key?: number | null };
  return operation === 'swarm.unlockkey' && typeof key === 'number' ? key : undefined;
};

const generationsOf = remembered(({ operations }): readonly Generation[] => {
  const generations: Generation[] = [];
  let makers: Operation[] = [];
  for (const operation of operations) {
    if (makesKey(operation)) makers.push(operation);
    const key = keyShown(operation);
    if (key === undefined || generations.some((known) => known.key === key)) continue;
    const [first] = makers;
    const last = makers.at(-1);
    generations.push({
      key,
      notBefore: first?.invokedAt ?? 0,
      inForceBy: last?.outcome === 'ok' ? last.endedAt : operation.endedAt,
    });
    makers = [];
  }
  return generations;
});

/** Whether the swarm may have been given a key last that nobody was ever shown: who is locked under it stays so. */
export const lastKeyIsUnknown = ({ operations }: History): boolean => {
  const last = operations.findLast((of) => makesKey(of) || keyShown(of) !== undefined);
  return last !== undefined && makesKey(last);
};

/**
 * A manager opens only with the key that it was last sealed under: not with one that was made while it was dead, and not with an
 * old one once it had committed the rotation and gone on, or had the whole bound, undisturbed, to adopt the new one.
 */
export const opensWithStrangeKey = (
  span: LockedSpan,
  before: LockedSpan | undefined,
  history: History,
): Verdict | undefined => {
  const { node, unlock, from } = span;
  const key = unlock?.args.key;
  if (unlock?.outcome !== 'ok' || !isUnlock(unlock) || typeof key !== 'number') return undefined;
  const generations = generationsOf(history);
  const used = generations.find((generation) => generation.key === key);
  const taken = moment(unlock.endedAt ?? unlock.invokedAt, node, `${node} opens with key ${key}`);
  if (used !== undefined && used.notBefore >= from) {
    return broken(`${node} opened with a key that was made while it was dead`, [
      moment(from, node, `${node} ends`),
      moment(used.notBefore, undefined, `the swarm gets key ${key}`),
      taken,
    ]);
  }
  const earlier = bootBefore(span.boot, history);
  const reachability = reachabilityOf(history);
  for (const { key: newer, inForceBy } of generations) {
    if (newer <= key || inForceBy === undefined) continue;
    const committed =
      earlier !== undefined && surelyFollowed(earlier, { time: inForceBy, endedAt: from }, history);
    const since = Math.max(inForceBy, before?.unlock?.endedAt ?? 0);
    const until = since + history.bounds.unlockMs;
    const overdue = until <= from && reachability.touching(since, until).length === 0;
    if (!committed && !overdue) continue;
    const late = committed
      ? `although it had committed key ${newer}`
      : `long after the swarm got key ${newer}`;
    const ends = committed ? 'it had committed that and gone on' : 'it could have adopted that key';
    return broken(`${node} still opens with key ${key}, ${late}`, [
      moment(inForceBy, undefined, `the swarm has key ${newer}`),
      moment(from, node, `${node} ends, after ${ends}`),
      taken,
    ]);
  }
  return undefined;
};
