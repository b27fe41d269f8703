import type { Node } from '../../../harness/core/cluster.ts';
import type { Target } from '../../../harness/core/target.ts';
import { configurable } from './configuration.ts';
import { operationKind } from './operations/api-kind.ts';
import { nodeKinds } from './operations/nodes.ts';
import { serviceKinds } from './operations/services.ts';
import { swarmKinds } from './operations/swarm.ts';
import { setAvailability } from './procedures/availability.ts';
import { deployShortLived } from './procedures/short-lived.ts';
import { finish } from './procedures/finish.ts';
import { form } from './procedures/form.ts';
import { lock } from './procedures/lock.ts';
import { lookAtDead } from './procedures/look-at-dead.ts';
import { rejoin } from './procedures/rejoin.ts';
import { revive } from './procedures/revive.ts';
import { setRole } from './procedures/role.ts';
import { rotateKey } from './procedures/rotate-key.ts';
import { setAutolock } from './procedures/turn-autolock.ts';
import { ownFaults } from './own-faults.ts';
import { workload } from './workload.ts';

const named = (prefix: string, role: Node['role'], count: number): readonly Node[] =>
  Array.from({ length: count }, (_, at) => ({ name: `${prefix}${at + 1}`, role }));

/**
 * The reference cluster: a swarm that is driven by the requests of Docker's API. Of its settings, `autolock` is from the start, and
 * with `scanFolders` data folders are searched for secrets at the end; the others are of the nodes' own configuration.
 */
export const referenceSwarm: Target = {
  name: 'reference',
  title: 'the reference cluster, Docker Swarm to its clients: managers m1…, workers w1…',
  nodes: ({ managers, workers }) => [
    ...named('m', 'manager', managers),
    ...named('w', 'worker', workers),
  ],
  // Workers too: any of them may be a manager later.
  talks: (from, to) => from.name !== to.name,
  operations: [...serviceKinds, ...nodeKinds, ...swarmKinds].map(operationKind),
  bounds: {
    electionTimeoutMsMax: 300,
    leaderReturnsMs: 3_000,
    convergeMs: 3_000,
    unlockMs: 3_000,
  },
  form,
  lookAtDead,
  revive,
  procedures: {
    lock,
    'rotate-key': rotateKey,
    'autolock-on': setAutolock(true),
    'autolock-off': setAutolock(false),
    drain: setAvailability('drain'),
    activate: setAvailability('active'),
    promote: setRole('manager'),
    demote: setRole('worker'),
    rejoin,
    'short-lived': deployShortLived,
  },
  settings: {
    autolock: 'flag',
    scanFolders: 'flag',
    ...Object.fromEntries(configurable.map((name) => [name, 'count'] as const)),
  },
  procedureArguments: {
    'short-lived': { endsAfterMs: 'count', fails: 'flag', replicas: 'count' },
    rejoin: { removedFirst: 'flag', byForce: 'flag', asManager: 'flag' },
  },
  finish,
  workload,
  ownFaults,
};
