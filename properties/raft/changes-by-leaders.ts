import type { Observation } from '../../harness/core/history.ts';
import type { Said } from '../chronicle.ts';

export type Change = { readonly before: Said<'membership'>; readonly after: Said<'membership'> };

/** What one replica did to the membership while it led. */
export function* changesByLeader(said: readonly Observation[]): Generator<Change> {
  let leads = false;
  let before: Said<'membership'> | undefined;
  for (const words of said) {
    if (words.kind === 'role') leads = words.role === 'leader';
    if (words.kind !== 'membership') continue;
    if (leads && before !== undefined) yield { before, after: words };
    before = words;
  }
}
