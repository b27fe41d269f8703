import type { Target } from '../../../harness/core/target.ts';
import { kill, procedure } from '../../../harness/generate/faults.ts';

/** Procedures run to their end; the lease only says how long they may wait for a role. */
const waitMs = 1_000;

/** Between `least` and `most`, out of a drawn integer. */
const within = (draw: number, least: number, most: number): number =>
  least + (draw % (most - least + 1));

/** What random schedules do to a swarm beside cuts, kills and pauses. */
export const ownFaults: NonNullable<Target['ownFaults']> = [
  {
    weight: 3,
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
    faults: (draw) => [
      { at: 0, fault: kill('follower'), forMs: within(draw, 600, 2_000) },
      { at: within(draw, 100, 400), fault: procedure('rotate-key'), forMs: waitMs },
    ],
  },
  {
    // Turning the lock changes the data key along with the seal: whoever dies in the middle of it must open with one of both.
    // Not all of them die: a key that nobody was shown yet would be lost with them, as it is with Docker.
    weight: 4,
    faults: (draw) => [
      { at: 0, fault: procedure('autolock-on'), forMs: waitMs },
      ...(draw % 2 === 0
        ? [
            {
              at: within(draw, 0, 40),
              fault: kill(draw % 4 === 0 ? 'leader' : 'follower'),
              forMs: 100,
            },
          ]
        : []),
      ...(draw % 3 === 0
        ? [{ at: within(draw, 300, 2_000), fault: procedure('autolock-off'), forMs: waitMs }]
        : []),
    ],
  },
  {
    // Tasks that end by themselves: whoever leads must go on starting them, also those that an earlier leader let wait.
    weight: 4,
    faults: (draw) => [
      {
        at: 0,
        fault: procedure('short-lived', {
          args: {
            endsAfterMs: within(draw, 200, 900),
            fails: draw % 2 === 0,
            replicas: within(draw, 1, 2),
          },
        }),
        forMs: waitMs,
      },
      ...(draw % 3 === 0
        ? []
        : [{ at: within(draw, 300, 1_500), fault: kill('leader'), forMs: within(draw, 100, 900) }]),
    ],
  },
  {
    weight: 2,
    faults: (draw) => [
      { at: 0, fault: procedure('drain', { nodes: 'worker' }), forMs: waitMs },
      // Half of them stay drained, and must have nothing in the end.
      ...(draw % 2 === 0
        ? [
            {
              at: within(draw, 500, 2_500),
              fault: procedure('activate', { nodes: 'worker' }),
              forMs: waitMs,
            },
          ]
        : []),
    ],
  },
];
