import { hostname } from 'node:os';
import { isAlive, type ProcessIdentity } from '../live/process-identity.ts';
import type { RunRecord } from '../live/run-record.ts';

/** Everything that a run makes in an engine carries this label with the run's id, so that it can be found and removed. */
export const runLabel = 'schism.run';
/** Who owns the run: an engine may serve several machines, users and folders of state. */
const ownerLabel = 'schism.owner';

type Owner = ProcessIdentity & { readonly host: string };

export const labelsOf = ({
  run,
  owner,
}: Pick<RunRecord, 'run' | 'owner'>): Record<string, string> => ({
  [runLabel]: run,
  [ownerLabel]: JSON.stringify({ ...owner, host: hostname() } satisfies Owner),
});

export const withLabel = (run: string): { readonly label: string[] } => ({
  label: [`${runLabel}=${run}`],
});

/** `elsewhere`: a process of another machine, or of another container, which cannot be seen from here. */
export type OwnerSight = 'alive' | 'dead' | 'elsewhere';

/** What can be seen of the owner that labels name; one that is not named is dead. */
export const ownerIn = (labels: Readonly<Record<string, string>>): OwnerSight => {
  const owner = parsed(labels[ownerLabel] ?? '');
  if (owner === undefined) return 'dead';
  if (owner.host !== hostname()) return 'elsewhere';
  return isAlive(owner) ? 'alive' : 'dead';
};

const parsed = (text: string): Owner | undefined => {
  try {
    return JSON.parse(text) as Owner;
  } catch {
    return undefined;
  }
};
