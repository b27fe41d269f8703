/** Which guarantees, by name, a system of one's own can be judged by. */
import type { Observation } from './core/history.ts';

/** What nodes can say of themselves that any guarantee outside of a swarm needs to hear. */
export const saidKinds = [
  'role',
  'vote',
  'commit',
  'membership',
  'state',
] as const satisfies readonly Observation['kind'][];

export type SaidKind = (typeof saidKinds)[number];

/** There are no services, tasks and unlock keys outside of a swarm. */
export const aboutSwarms: readonly string[] = [
  'autolocked-restart',
  'folder-opens-with-its-key',
  'task-transitions-are-legal',
  'tasks-change-for-a-reason',
  'rolling-updates-as-configured',
  'reconciliation-converges',
  'roles-as-asked',
  'every-manager-serves',
  'reached:locked-restart',
  'reached:task-moved',
  'reached:promotion',
  'reached:demotion',
];

/** What nodes have to say of themselves, so that the others are more than unknown; those that are not here need to hear from clients only. */
export const toldByNodes: Readonly<Record<string, readonly SaidKind[]>> = {
  'at-most-one-leader-per-term': ['role'],
  'old-manager-does-no-harm': ['role'],
  'leader-completeness': ['role', 'commit'],
  'one-vote-per-term': ['vote'],
  'votes-survive-restarts': ['vote'],
  'elected-by-a-majority': ['role', 'vote', 'membership'],
  'members-change-in-order': ['membership'],
  'equal-index-equal-hash': ['commit'],
  'equal-index-equal-state': ['state'],
  'reached:election-during-a-cut': ['role'],
  'reached:election-after-a-kill': ['role'],
};

/** The names of those that a system cannot be judged by whose nodes say so much of themselves; `undefined`: whatever there is. */
export const notJudgedBy = (says: readonly SaidKind[] | undefined): readonly string[] => [
  ...aboutSwarms,
  ...Object.entries(toldByNodes)
    .filter(([, kinds]) => says !== undefined && !kinds.every((kind) => says.includes(kind)))
    .map(([name]) => name),
];
