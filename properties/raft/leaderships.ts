/** What each leader had when it came to lead, and what it committed while it led. */
import type { Chronicle, Said } from '../chronicle.ts';

export type Leadership = {
  readonly said: Said<'role'>;
  /** The members that vote, as the leader knew them when it came to lead; `undefined` where it had not said. */
  readonly voters: readonly string[] | undefined;
  /** The last advance of commit in this term that it told of. */
  readonly committed: Said<'commit'> | undefined;
};

/** Those of every boot, in the order in which it told of them. */
export const leadershipsOf = ({ boots }: Chronicle): readonly Leadership[] => {
  const leaderships: Leadership[] = [];
  for (const { said } of boots) {
    let voters: readonly string[] | undefined;
    let leading: Said<'role'> | undefined;
    let electedBy: readonly string[] | undefined;
    let committed: Said<'commit'> | undefined;
    const end = (): void => {
      if (leading !== undefined) leaderships.push({ said: leading, voters: electedBy, committed });
      leading = undefined;
      committed = undefined;
    };
    for (const word of said) {
      if (word.kind === 'membership') ({ voters } = word);
      else if (word.kind === 'commit' && leading !== undefined) committed = word;
      else if (word.kind === 'role') {
        end();
        if (word.role === 'leader') [leading, electedBy] = [word, voters];
      }
    }
    end();
  }
  return leaderships;
};

/** Those by the votes of others: a manager on its own elects itself, and nobody hears of it. */
export const electedByOthers = (leaderships: readonly Leadership[]): readonly Leadership[] =>
  leaderships.filter(({ voters }) => voters !== undefined && voters.length > 1);

/** Whether every leader said who may vote, and none needed the vote of another. */
export const nobodyWasElected = (leaderships: readonly Leadership[]): boolean =>
  leaderships.length > 0 && leaderships.every(({ voters }) => voters?.length === 1);
