import type { Observation } from '../../harness/core/history.ts';
import type { Said } from '../chronicle.ts';

export type Change = {
  readonly before: Said<'membership'>;
  readonly after: Said<'membership'>;
  /** The leader's word that it leads. */
  readonly leads: Said<'role'>;
  /** What it had committed by then, as it said. */
  readonly committed: Said<'commit'> | undefined;
};

/** What one replica did to the membership while it led. */
export function* changesByLeader(said: readonly Observation[]): Generator<Change> {
  let leads: Said<'role'> | undefined;
  let before: Said<'membership'> | undefined;
  let committed: Said<'commit'> | undefined;
  for (const words of said) {
    if (words.kind === 'role') leads = words.role === 'leader' ? words : undefined;
    else if (words.kind === 'commit') committed = words;
    if (words.kind !== 'membership') continue;
    if (leads !== undefined && before !== undefined)
      yield { before, after: words, leads, committed };
    before = words;
  }
}
