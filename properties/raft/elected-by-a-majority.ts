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
 * Whoever leads was voted for by most of those who may vote, in that very term. A leader by fewer votes is the fault from which
 * two leaders come, and met far more often than both of them.
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
    const candidates = votersOf(chronicle.votes);
    for (const { said, voters = [] } of elected) {
      const given = votesFor(said, voters, candidates);
      if (given.length * 2 <= voters.length) return tooFew(chronicle, { said, voters, given });
    }
    return held(`every leader had the votes of a majority (${elected.length})`);
  },
};

const ballot = (term: number, candidate: string): string => `${term} ${candidate}`;

const votersOf = (votes: Chronicle['votes']): ReadonlyMap<string, ReadonlySet<string>> => {
  const voters = new Map<string, Set<string>>();
  for (const { term, candidate, raftId } of votes) {
    const key = ballot(term, candidate);
    const given = voters.get(key) ?? new Set();
    voters.set(key, given.add(raftId));
  }
  return voters;
};

/** A leader's own vote goes without saying. */
const votesFor = (
  { term, raftId }: Said<'role'>,
  voters: readonly string[],
  candidates: ReadonlyMap<string, ReadonlySet<string>>,
): readonly string[] => {
  const given = candidates.get(ballot(term, raftId));
  return voters.filter((voter) => voter === raftId || given?.has(voter));
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
    const text = `${last.node} votes for ${node} in term ${last.term}  ← not in term ${term}`;
    return [moment(last.at, last.node, text)];
  });
