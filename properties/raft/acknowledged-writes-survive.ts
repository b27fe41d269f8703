import { counted, seconds } from '../../harness/core/figures.ts';
import type { History, Intent, Operation, Sighting } from '../../harness/core/history.ts';
import type { Property, Verdict } from '../../harness/core/property.ts';
import { chronicleOf } from '../chronicle.ts';
import { broken, held, moment, unknown, untested } from '../verdicts.ts';
import { isMade, kindsOf } from './calls-of-objects.ts';

/**
 * Every acknowledged write is present: what a 2xx answered is in the final state, or was superseded by a write that may have come
 * later. A write whose end is unknown may have happened at any time after it was asked for; a refused one never happened.
 * So it is with services, with the specs of nodes and with that of the swarm; what was there before the run is looked for only where
 * somebody was shown it.
 * @source docker-swarm failure catalogue 1(d) and 15 (moby TestAPISwarmRaftQuorum); swarmkit store: an update needs the exact
 * version that it replaces, so of two updates of one version exactly one is acknowledged.
 */
export const acknowledgedWritesSurvive: Property = {
  name: 'acknowledged-writes-survive',
  kind: 'safety',
  guarantee:
    'Every acknowledged write is present in the final state, or was superseded by a write that may have come later; of two updates of one version at most one is acknowledged.',
  source: 'swarmkit manager/state/store (ErrSequenceConflict); moby TestAPISwarmRaftQuorum',
  judge(history) {
    const objects = writesByObject(history);
    for (const { writes } of objects.values()) {
      const lost = overwrittenUnseen(writes);
      if (lost !== undefined) return lost;
    }
    const finals = history.operations.filter(
      ({ phase, outcome, decided, seen, complete }) =>
        phase === 'final' && outcome === 'ok' && decided && (complete || seen.length > 0),
    );
    for (const final of finals) {
      const lost = lostIn(final, objects);
      if (lost !== undefined) return lost;
    }
    if (finals.length === 0) return unknown('nobody answered the final reads');
    const risked = history.operations.filter((operation) => wasRisked(operation, history)).length;
    return risked > 0
      ? held(
          `${counted(risked, 'acknowledged write')} from before the end of a fault, and all looks at the end agree with them`,
        )
      : untested('no write was acknowledged before the end of a fault that bit');
  },
};

type Write = Operation & { readonly intent: Intent };

const isWrite = (operation: Operation): operation is Write =>
  operation.intent !== undefined &&
  operation.intent.act !== 'read' &&
  operation.outcome !== 'rejected';

/** `made`: an operation of the run creates it, so a complete list shows whether it is there. */
type Written = { readonly writes: readonly Write[]; readonly made: boolean };

const writesByObject = (history: History): ReadonlyMap<string, Written> => {
  const kinds = kindsOf(history);
  const objects = Map.groupBy(history.operations.filter(isWrite), ({ intent }) => intent.object);
  return new Map(
    [...objects].map(([object, writes]) => [object, { writes, made: isMade(kinds.get(object)) }]),
  );
};

const described = ({ operation, intent }: Write): string =>
  intent.value === undefined
    ? `${operation} of ${intent.object}`
    : `${operation} of ${intent.object} to ${intent.value}`;

const acknowledged = (write: Write) =>
  moment(
    write.endedAt ?? write.invokedAt,
    write.node,
    `${write.node} acknowledges ${described(write)}, asked at ${seconds(write.invokedAt)}`,
  );

/** Two acknowledged updates of one version: the second was made without knowing of the first. */
const overwrittenUnseen = (writes: readonly Write[]): Verdict | undefined => {
  const byVersion = new Map<number, Write>();
  for (const write of writes) {
    const { version, act, object } = write.intent;
    if (write.outcome !== 'ok' || act !== 'update' || version === undefined) continue;
    const other = byVersion.get(version);
    if (other !== undefined) {
      return broken(
        `two updates of ${object} from the same version ${version} were both acknowledged: one of them is lost`,
        [acknowledged(other), acknowledged(write)],
      );
    }
    byVersion.set(version, write);
  }
  return undefined;
};

/** A write that nothing excuses: what the final read shows was over before it began. */
const lostIn = (final: Operation, objects: ReadonlyMap<string, Written>): Verdict | undefined => {
  const seen = new Map(final.seen.map((sighting) => [sighting.object, sighting]));
  for (const [object, { writes, made }] of objects) {
    const sighting = seen.get(object);
    if (sighting === undefined && !(final.complete && made)) continue;
    const lost = lostTo(sighting, writes, final);
    if (lost === undefined) continue;
    const value = sighting?.value;
    const shows = value === undefined ? `does not show ${object}` : `shows ${object} as ${value}`;
    const isWritten = value === undefined || writes.some(({ intent }) => intent.value === value);
    return broken(
      `${described(lost)} was acknowledged at ${seconds(lost.endedAt ?? 0)} and is lost: ${final.node} ${shows} in the end${isWritten ? '' : ', the value of no write that may have happened'}`,
      [
        acknowledged(lost),
        moment(final.endedAt ?? final.invokedAt, final.node, `${final.node} ${shows}`),
      ],
    );
  }
  return undefined;
};

/** The last one that is lost: what came before it would be gone in any case. */
const lostTo = (
  sighting: Sighting | undefined,
  writes: readonly Write[],
  final: Operation,
): Write | undefined => {
  const value = sighting?.value;
  const lastPossible = latestEnd(
    writes.filter(({ intent }) =>
      value === undefined ? intent.act === 'remove' : intent.value === value,
    ),
  );
  const version = sighting?.version;
  return writes.findLast(({ outcome, intent, invokedAt, endedAt }) => {
    // The last reads are no writes' last: a lock is turned off after them.
    if (outcome !== 'ok' || endedAt === undefined || endedAt > final.invokedAt) return false;
    if (value === undefined ? intent.act === 'remove' : intent.value === value) return false;
    const goneBack =
      version !== undefined && intent.version !== undefined && version <= intent.version;
    return goneBack || lastPossible < invokedAt;
  });
};

/** When the last of these may have taken effect: without a known end, at any time. `-Infinity` where there is none. */
const latestEnd = (writes: readonly Write[]): number => {
  let latest = -Infinity;
  for (const { outcome, endedAt } of writes) {
    latest = Math.max(latest, outcome === 'unknown' ? Infinity : (endedAt ?? Infinity));
  }
  return latest;
};

/** Acknowledged before a fault that bit was over: it had to get through that. */
const wasRisked = (operation: Operation, history: History): boolean =>
  isWrite(operation) &&
  operation.outcome === 'ok' &&
  chronicleOf(history).bitten.some(
    ({ endAt, beginAt }) =>
      beginAt !== undefined && (operation.endedAt ?? 0) <= (endAt ?? history.phases.endAt),
  );
