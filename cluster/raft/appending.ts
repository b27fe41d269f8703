/** Changes the log: entries at its end, and the cut that makes room for others. */
import { appendConfiguration, rollBackConfigurations } from './membership.ts';
import { forgetDurability } from './outbox.ts';
import type { State } from './state.ts';
import type { Entry, LogIndex } from './types.ts';

export const append = (state: State, entry: Entry): void => {
  state.log.append(entry);
  if (entry.kind === 'config')
    appendConfiguration(state, { index: entry.index, membership: entry.membership });
};

/** Cuts everything from `index` on; never anything committed. */
export const cutFrom = (state: State, index: LogIndex): void => {
  state.log.truncateFrom(index);
  forgetDurability(state, index);
  rollBackConfigurations(state, index);
};
