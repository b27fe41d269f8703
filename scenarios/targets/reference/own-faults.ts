import type { JsonObject } from '../../../harness/core/json.ts';
import type { Target } from '../../../harness/core/target.ts';
import { kill, procedure } from '../../../harness/generate/faults.ts';

/** Procedures run to their end; the lease only says how long they may wait for a role. */
const waitMs = 1_000;

const autolocked = ({ autolock }: JsonObject): boolean => autolock === true;

/** Between `least` and `most`, out of a drawn integer. */
const within = (draw: number, least: number, most: number): number =>
  least + (draw % (most - least + 1));

/** What random schedules do to a swarm beside cuts, kills and pauses. */
export const ownFaults: NonNullable<Target['ownFaults']> = [
  {
    weight: 3,
    suits: autolocked,
    faults: (draw) => [
      {
        at: 0,
        fault: procedure('lock', { nodes: draw % 3 === 0 ? 'leader' : 'follower' }),
        forMs: waitMs,
      },
    ],
  },
  {
    // A key that changes while a manager is down: it needs the old one once more.
    weight: 2,
    suits: autolocked,
    faults: (draw) => [
      { at: 0, fault: kill('follower'), forMs: within(draw, 600, 2_000) },
      { at: within(draw, 100, 400), fault: procedure('rotate-key'), forMs: waitMs },
    ],
  },
  {
    weight: 2,
    faults: (draw) => [
      { at: 0, fault: procedure('drain', { nodes: 'worker' }), forMs: waitMs },
      {
        at: within(draw, 500, 2_500),
        fault: procedure('activate', { nodes: 'worker' }),
        forMs: waitMs,
      },
    ],
  },
];
