/** What messages are measured by: an estimate of an entry's bytes on the wire, cheap and the same everywhere. */
import type { Entry } from './types.ts';

const entryOverheadBytes = 24;
const memberBytes = 96;

export const entryBytes = (entry: Entry): number => {
  if (entry.kind === 'data') return entryOverheadBytes + entry.data.length;
  if (entry.kind === 'noop') return entryOverheadBytes;
  const { members, removed } = entry.membership;
  return entryOverheadBytes + memberBytes * (members.length + removed.length);
};
