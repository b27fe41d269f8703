import type { Ms } from '../../harness/core/cluster.ts';
import type { History } from '../../harness/core/history.ts';
import type { Moment, Property, Verdict } from '../../harness/core/property.ts';
import { chronicleOf, type Chronicle, type Said } from '../chronicle.ts';
import { broken, held, moment, unknown, untested } from '../verdicts.ts';
import { electionStory } from './elections.ts';
import {
  electedByOthers,
  leadershipsOf,
  nobodyWasElected,
  type Leadership,
} from './leaderships.ts';

/**
 * Whoever leads was voted for by most of those who may vote, in that very term, before it came to lead. A leader by fewer votes is
 * the fault from which two leaders come, and met far more often than both of them.
 * @source Ongaro & Ousterhout, In Search of an Understandable Consensus Algorithm (extended), §5.2.
 */
export const electedByAMajority: Property = {
  name: 'elected-by-a-majority',
  kind: 'safety',
  guarantee:
    'A candidate wins an election if it receives votes from a majority of the servers in the full cluster for the same term.',
  source:
    'Ongaro & Ousterhout, In Search of an Understandable Consensus Algorithm (extended), §5.2',
  judge(history) {
    const chronicle = chronicleOf(history);
    const leaderships = leadershipsOf(chronicle);
    if (leaderships.length === 0) return unknown('no node said that it leads');
    if (nobodyWasElected(leaderships))
      return untested('nobody but a manager on its own came to lead');
    const elected = electedByOthers(leaderships);
    if (elected.length === 0) return unknown('no leader said who may vote');
    if (chronicle.votes.length === 0) return unknown('no node said for whom it votes');
    const ballots = ballotsOf(chronicle.votes);
    const late = latenessOf(history);
    for (const { said, voters = [] } of elected) {
      const given = votesFor(said, voters, { ballots, late });
      if (given.length * 2 <= voters.length) return tooFew(chronicle, { said, voters, given });
    }
    return held(`every leader had the votes of a majority (${elected.length})`);
  },
};

/** In virtual time a vote is heard of when it is given. Live, the words of two nodes may change places on their way here. */
const latenessOf = ({ backend }: History): Ms => (backend === 'sim' ? 0 : Infinity);

const ballot = (term: number, candidate: string): string => `${term} ${candidate}`;

/** When each voter was first heard to vote so. */
type Ballots = ReadonlyMap<string, ReadonlyMap<string, Ms>>;

const ballotsOf = (votes: Chronicle['votes']): Ballots => {
  const ballots = new Map<string, Map<string, Ms>>();
  for (const { term, candidate, raftId, at } of votes) {
    const key = ballot(term, candidate);
    const given = ballots.get(key) ?? new Map<string, Ms>();
    if (!given.has(raftId)) given.set(raftId, at);
    ballots.set(key, given);
  }
  return ballots;
};

/** Who had voted for a leader when it came to lead. Its own vote goes without saying. */
const votesFor = (
  { term, raftId, at }: Said<'role'>,
  voters: readonly string[],
  { ballots, late }: { readonly ballots: Ballots; readonly late: Ms },
): readonly string[] => {
  const given = ballots.get(ballot(term, raftId));
  return voters.filter((voter) => {
    const heardAt = given?.get(voter);
    return voter === raftId || (heardAt !== undefined && heardAt <= at + late);
  });
};

type Elected = Pick<Leadership, 'said'> & {
  readonly voters: readonly string[];
  readonly given: readonly string[];
};

const tooFew = (chronicle: Chronicle, elected: Elected): Verdict => {
  const { said, voters, given } = elected;
  const votes = given.length === 1 ? '1 vote' : `${given.length} votes`;
  return broken(
    `${said.node} leads term ${said.term} with ${votes}, and ${voters.length} managers may vote`,
    [...earlierVotes(chronicle, elected), ...electionStory(chronicle, [said])].sort(
      (a, b) => a.at - b.at,
    ),
  );
};

/** The votes of earlier terms that it may have counted. */
const earlierVotes = (
  { votes }: Chronicle,
  { said: { term, raftId, node }, voters, given }: Elected,
): readonly Moment[] =>
  voters.flatMap((voter) => {
    if (given.includes(voter)) return [];
    const last = votes.findLast(
      (vote) => vote.raftId === voter && vote.term < term && vote.candidate === raftId,
    );
    if (last === undefined) return [];
    const later = votes.some(
      (vote) => vote.raftId === voter && vote.term === term && vote.candidate === raftId,
    );
    const then = later ? `in term ${term} only later` : `not in term ${term}`;
    const text = `${last.node} votes for ${node} in term ${last.term}  ← ${then}`;
    return [moment(last.at, last.node, text)];
  });
