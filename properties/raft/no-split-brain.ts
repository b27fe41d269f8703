import { isOfClients, type NodeName } from '../../harness/core/cluster.ts';
import { seconds } from '../../harness/core/figures.ts';
import type { FaultRecord, History, Operation } from '../../harness/core/history.ts';
import type { Property, Verdict } from '../../harness/core/property.ts';
import { chronicleOf, type Said } from '../chronicle.ts';
import { cutFromClients } from '../client-cuts.ts';
import { broken, held, moment, unknown, untested } from '../verdicts.ts';
import { compareHashes } from './equal-index-equal-hash.ts';
import {
  reachabilityOf,
  type Hindrance,
  type OutOfReach,
  type Reachability,
} from './reachability.ts';

/**
 * If the swarm loses the quorum of managers, the swarm cannot perform management tasks: a manager that reaches no majority,
 * neither itself nor through a leader, acknowledges nothing, and no two managers commit different logs.
 *
 * Judged are operations that were asked after a cut was made and answered before its heal began. A follower or a bridge that reaches a
 * majority through a leader may answer, so manager m may acknowledge while there is some L, mutually reachable from m and from a
 * majority of live, unlocked managers. "Not found", a taken name, "out of sequence" and a change that is not allowed count as reads:
 * they rest on the objects.
 * @source Docker documentation, Administer and maintain a swarm of Docker Engines, "Maintain the quorum of managers";
 * docker-swarm failure catalogue 1 and 2 (moby TestAPISwarmRaftQuorum).
 */
export const noSplitBrain: Property = {
  name: 'no-split-brain',
  kind: 'safety',
  guarantee:
    'If the swarm loses the quorum of managers, the swarm cannot perform management tasks: a manager that reaches no majority acknowledges nothing, and no two managers commit different logs.',
  source:
    'Docker documentation, Administer and maintain a swarm of Docker Engines, "Maintain the quorum of managers"',
  judge(history) {
    const { difference } = compareHashes(chronicleOf(history));
    if (difference !== undefined) return difference;
    const reachability = reachabilityOf(history);
    const forbidden = history.operations.find((operation) => isForbidden(operation, reachability));
    if (forbidden !== undefined) return acknowledgedAlone(forbidden, reachability);
    if (reachability.hindrances.some((of) => wasTried(of, { history, reachability }))) {
      return held('a leader that was cut off was asked, and the other side acknowledged a write');
    }
    return cutsWithoutEffect(history)
      ? unknown('no cut had any effect, so nobody was ever separated')
      : untested('no leader was cut off and asked while the other side acknowledged a write');
  },
};

/** Done, read, or refused for a reason that rests on the objects. */
const isAcknowledged = ({ outcome, effect, decided }: Operation): boolean =>
  effect !== 'local' && (outcome === 'ok' || (outcome === 'rejected' && decided));

const isForbidden = (operation: Operation, reachability: Reachability): boolean => {
  const { invokedAt, endedAt } = operation;
  if (endedAt === undefined || !isAcknowledged(operation)) return false;
  const hindered = reachability.during(invokedAt, endedAt);
  return hindered.length > 0 && !reachability.mayAcknowledge(operation.node, hindered, endedAt);
};

const acknowledgedAlone = (operation: Operation, reachability: Reachability): Verdict => {
  const { node, invokedAt, endedAt = invokedAt } = operation;
  const hindered = reachability.during(invokedAt, endedAt);
  const since = Math.max(...hindered.map((at) => reachability.hindrances[at]?.from ?? 0));
  const until = Math.min(...hindered.map((at) => reachability.hindrances[at]?.to ?? 0));
  const what = `${operation.operation}${operation.intent === undefined ? '' : ` of ${operation.intent.object}`}`;
  // A refusal that rests on the objects is an answer as well: it says what they are.
  const did = operation.outcome === 'rejected' ? 'refused' : 'acknowledged';
  return broken(
    `${node} ${did} ${what} at ${seconds(endedAt)}, while neither it nor any leader in its reach had a majority`,
    [
      moment(
        since,
        node,
        `${node} reaches no majority of managers from here to ${seconds(until)}${whyAlone(node, reachability.outOfReach(node, hindered))}`,
      ),
      moment(invokedAt, node, `${node} is asked for ${what}`),
      moment(
        endedAt,
        node,
        `${node} answers: ${operation.outcome}, ${JSON.stringify(operation.output ?? null)}`,
      ),
    ],
  );
};

/** What it could do nothing about: `: m2 and m3 are cut off, m4 is locked`. */
const whyAlone = (node: NodeName, others: readonly OutOfReach[]): string => {
  const words = [...Map.groupBy(others, ({ why }) => why)].map(([why, group]) => {
    const names = group.map((other) => (other.node === node ? 'it itself' : other.node));
    return `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} ${why}`;
  });
  return words.length === 0 ? '' : `: ${words.join(', ')}`;
};

/** The cut-off former leader was asked for something, while the other side acknowledged a write. */
const wasTried = (
  hindrance: Hindrance,
  { history, reachability }: { readonly history: History; readonly reachability: Reachability },
): boolean => {
  const { from, to, fault } = hindrance;
  if (fault?.beginAt === undefined || hindrance.apart.every((set) => set === 0)) return false;
  const leader = leaderBefore(fault.beginAt, chronicleOf(history).roles);
  if (leader === undefined) return false;
  let asked = false;
  let acknowledgedElsewhere = false;
  for (const operation of history.operations) {
    const { invokedAt, endedAt } = operation;
    if (invokedAt < from || invokedAt > to || operation.effect === 'local') continue;
    const hindered = reachability.during(invokedAt, invokedAt);
    if (operation.node === leader) {
      const arrived = !cutFromClients(history, leader, { from: invokedAt, to: invokedAt });
      asked ||= arrived && !reachability.mayAcknowledge(leader, hindered, invokedAt);
    } else if (operation.effect === 'write' && operation.outcome === 'ok') {
      acknowledgedElsewhere ||= endedAt !== undefined && endedAt <= to;
    }
    if (asked && acknowledgedElsewhere) return true;
  }
  return false;
};

/** Who claimed the highest term when the cut began. Only says whether a run tried anything: verdicts never rest on arrivals. */
const leaderBefore = (at: number, roles: readonly Said<'role'>[]): string | undefined => {
  let leader: Said<'role'> | undefined;
  for (const said of roles) {
    if (said.at > at) break;
    if (said.role === 'leader' && said.term >= (leader?.term ?? 0)) leader = said;
  }
  return leader?.node;
};

/** Whether it is about links between nodes, whatever came of it. */
const separates = ({ fault: { kind }, deeds }: FaultRecord): boolean =>
  (kind === 'cut' || kind === 'partition' || kind === 'ring' || kind === 'flap') &&
  (deeds.length === 0 ||
    deeds.some((deed) => deed.deed === 'cut' && !deed.links.every(isOfClients)));

const cutsWithoutEffect = ({ faults }: History): boolean => {
  const cuts = faults.filter(separates);
  return cuts.length > 0 && cuts.every(({ evidence }) => !evidence.bit);
};
