/** How the leaders of a term came to lead, as those say it who voted. */
import type { NodeName } from '../../harness/core/cluster.ts';
import type { Moment } from '../../harness/core/property.ts';
import type { Chronicle, Said } from '../chronicle.ts';
import { moment } from '../verdicts.ts';

/** The moments of a term, in the order in which they were heard of: who stood, who voted for whom, who leads. */
export const electionStory = (
  { roles, votes }: Chronicle,
  leaders: readonly Said<'role'>[],
): readonly Moment[] => {
  const [term] = leaders.map((leader) => leader.term);
  const standing = roles.filter((said) => said.role === 'candidate' && said.term === term);
  const given = votes.filter((vote) => vote.term === term);
  const nameOf = nameOfMember(roles);
  const moments = [
    ...standing
      .filter(({ raftId }) => leaders.some((leader) => leader.raftId === raftId))
      .map((said, at) => moment(said.at, said.node, stands(said, at > 0))),
    ...given.flatMap((vote) => voting(vote, given, nameOf)),
    ...leaders.map((said, at) => moment(said.at, said.node, leads(said, at > 0, given))),
  ];
  // What was heard of at one time stays in this order: nobody is voted for before it stood.
  return moments.sort((a, b) => a.at - b.at);
};

/** The same, short: who voted for whoever leads is told once, with its lead. */
export const electionInShort = (chronicle: Chronicle, leader: Said<'role'>): readonly Moment[] =>
  electionStory({ ...chronicle, votes: [] }, [leader]).map((of) =>
    of.node === leader.node && of.at === leader.at
      ? {
          ...of,
          text: leads(
            leader,
            false,
            chronicle.votes.filter(({ term }) => term === leader.term),
          ),
        }
      : of,
  );

const stands = ({ node, term }: Said<'role'>, another: boolean): string =>
  `${node} asks for votes in term ${term}${another ? ' too' : ''}`;

/** A candidate's vote for itself goes without saying, unless it is its second one. */
const voting = (
  vote: Said<'vote'>,
  given: readonly Said<'vote'>[],
  nameOf: (raftId: string) => NodeName,
): readonly Moment[] => {
  const { at, node, raftId, candidate, term } = vote;
  const before = given.slice(0, given.indexOf(vote)).filter((other) => other.raftId === raftId);
  const again = before.some((other) => other.candidate !== candidate);
  if (candidate === raftId && !again) return [];
  const whom = candidate === raftId ? 'itself' : nameOf(candidate);
  const second = again ? `  ← its second vote in term ${term}` : '';
  return [moment(at, node, `${node} votes for ${whom}${second}`)];
};

const leads = (
  { node, term, raftId, at }: Said<'role'>,
  another: boolean,
  given: readonly Said<'vote'>[],
): string => {
  const voters = given
    .filter((vote) => vote.candidate === raftId && vote.at <= at)
    .map((vote) => vote.node);
  const names = [...new Set(voters)].sort().join(', ');
  return `${node} leads term ${term}${another ? ' too' : ''}${names === '' ? '' : ` with the votes of ${names}`}`;
};

/** The names of managers by their ids in Raft, as far as they said both. */
export const nameOfMember = (roles: readonly Said<'role'>[]): ((raftId: string) => NodeName) => {
  const names = new Map(roles.map(({ raftId, node }) => [raftId, node]));
  return (raftId) => names.get(raftId) ?? `the member ${raftId}`;
};
