import type { Ms } from '../../../harness/core/cluster.ts';
import type { Selection } from '../../../harness/core/fault.ts';
import type { ScheduledFault } from '../../../harness/core/schedule.ts';
import type { Target } from '../../../harness/core/target.ts';
import { kill, procedure } from '../../../harness/generate/faults.ts';
import { digits, type Digits } from './digits.ts';

/** Procedures run to their end; the lease only says how long they may wait for a role. */
const waitMs = 1_000;

type OwnFault = NonNullable<Target['ownFaults']>[number];

const drawn = (weight: number, faults: (next: Digits) => readonly ScheduledFault[]): OwnFault => ({
  weight,
  faults: (draw) => faults(digits(draw)),
});

const onWorkers: typeof drawn = (weight, faults) => ({
  ...drawn(weight, faults),
  suits: ({ shape }) => shape.workers > 0,
});

const between = (next: Digits, least: number, most: number): number =>
  least + next(most - least + 1);

type Change = { readonly name: 'promote' | 'demote'; readonly nodes: Selection };

/** A change of role, in half of them once the swarm has been locked. Answers also when it is asked for. */
const change = (next: Digits, { name, nodes }: Change) => {
  const locks = next(2) === 0;
  const at = locks ? between(next, 200, 500) : 0;
  const lock = { at: 0, fault: procedure('autolock-on'), forMs: waitMs };
  const asked = { at, fault: procedure(name, { nodes }), forMs: waitMs };
  return { at, faults: locks ? [lock, asked] : [asked] };
};

/** Whoever changes dies as it says so, while its disk writes that down, or the leader dies at some time in the middle of it, or nobody. */
const deathAmid = (
  next: Digits,
  { at, node }: { readonly at: Ms; readonly node: 'promoted' | 'demoted' },
): readonly ScheduledFault[] => {
  const forMs = between(next, 100, 900);
  switch (next(4)) {
    case 0:
      return [];
    case 1:
      return [{ at: at + between(next, 0, 600), fault: kill('leader'), forMs }];
    default: {
      const when = { node, withinMs: 2_000, afterMs: next(16) / 10 } as const;
      return [{ at, when, fault: kill(node), forMs }];
    }
  }
};

const renewal = (nodes: Selection, args: Readonly<Record<string, boolean>>): ScheduledFault => ({
  at: 0,
  fault: procedure('rejoin', { nodes, args }),
  forMs: waitMs,
});

const deathOnTheWay = (next: Digits, renewed: 'worker' | 'demoted'): readonly ScheduledFault[] => {
  const [at, forMs] = [between(next, 0, 800), between(next, 100, 900)];
  switch (next(4)) {
    case 0:
      return [];
    case 1:
      return [{ at, fault: kill('leader'), forMs }];
    default:
      return [{ at, fault: kill(renewed), forMs }];
  }
};

/** What random schedules do to a swarm beside cuts, kills and pauses. */
export const ownFaults: readonly OwnFault[] = [
  drawn(3, (next) => [
    {
      at: 0,
      fault: procedure('lock', { nodes: next(3) === 0 ? 'leader' : 'follower' }),
      forMs: waitMs,
    },
  ]),
  // A key that changes while a manager is down: it needs the old one once more.
  drawn(2, (next) => [
    { at: 0, fault: kill('follower'), forMs: between(next, 600, 2_000) },
    { at: between(next, 100, 400), fault: procedure('rotate-key'), forMs: waitMs },
  ]),
  // Turning the lock changes the data key along with the seal: whoever dies in the middle of it must open with one of both.
  // Not all of them die: a key that nobody was shown yet would be lost with them, as it is with Docker.
  drawn(4, (next) => {
    const on = { at: 0, fault: procedure('autolock-on'), forMs: waitMs };
    const death = {
      at: between(next, 0, 40),
      fault: kill(next(2) === 0 ? 'leader' : 'follower'),
      forMs: 100,
    };
    const off = { at: between(next, 300, 2_000), fault: procedure('autolock-off'), forMs: waitMs };
    return [on, ...(next(2) === 0 ? [death] : []), ...(next(3) === 0 ? [off] : [])];
  }),
  // Tasks that end by themselves: whoever leads must go on starting them, also those that an earlier leader let wait.
  drawn(4, (next) => {
    const args = {
      endsAfterMs: 100 * between(next, 2, 9),
      fails: next(2) === 0,
      replicas: between(next, 1, 2),
    };
    const deploy = { at: 0, fault: procedure('short-lived', { args }), forMs: waitMs };
    const death = {
      at: 100 * between(next, 3, 15),
      fault: kill('leader'),
      forMs: 100 * between(next, 1, 9),
    };
    return [deploy, ...(next(3) === 0 ? [] : [death])];
  }),
  onWorkers(2, (next) => {
    const drain = { at: 0, fault: procedure('drain', { nodes: 'worker' }), forMs: waitMs };
    const activate = {
      at: between(next, 500, 2_500),
      fault: procedure('activate', { nodes: 'worker' }),
      forMs: waitMs,
    };
    // Half of them stay drained, and must have nothing in the end.
    return [drain, ...(next(2) === 0 ? [activate] : [])];
  }),
  // Half of those that change their role take the old one again, some of them before they have the new one.
  onWorkers(5, (next) => {
    const { at, faults } = change(next, { name: 'promote', nodes: 'worker' });
    const back = {
      at: at + between(next, 100, 2_000),
      fault: procedure('demote', { nodes: 'promoted' }),
      forMs: waitMs,
    };
    return [
      ...faults,
      ...deathAmid(next, { at, node: 'promoted' }),
      ...(next(2) === 0 ? [back] : []),
    ];
  }),
  drawn(5, (next) => {
    const nodes = next(2) === 0 ? 'leader' : 'follower';
    const { at, faults } = change(next, { name: 'demote', nodes });
    const back = {
      at: at + between(next, 100, 2_000),
      fault: procedure('promote', { nodes: 'demoted' }),
      forMs: waitMs,
    };
    return [
      ...faults,
      ...deathAmid(next, { at, node: 'demoted' }),
      ...(next(2) === 0 ? [back] : []),
    ];
  }),
  // A machine is renewed: it dies on the way, or the leader does, or nobody.
  onWorkers(5, (next) => [
    renewal('worker', { removedFirst: next(2) === 0 }),
    ...deathOnTheWay(next, 'worker'),
  ]),
  // Half of the managers come back as such, and of the others half become managers again.
  drawn(5, (next) => {
    const nodes = next(2) === 0 ? 'leader' : 'follower';
    const back = {
      at: between(next, 100, 2_000),
      fault: procedure('promote', { nodes: 'demoted' }),
      forMs: waitMs,
    };
    const args = { removedFirst: next(2) === 0, byForce: next(3) === 0, asManager: next(2) === 0 };
    return [
      renewal(nodes, args),
      ...deathOnTheWay(next, 'demoted'),
      ...(!args.asManager && next(2) === 0 ? [back] : []),
    ];
  }),
  // A manager asks to go while others are away: the swarm may not let it.
  drawn(2, (next) => {
    const away = kill(next(2) === 0 ? 'follower' : 'minority');
    const { faults } = change(next, {
      name: 'demote',
      nodes: next(2) === 0 ? 'leader' : 'follower',
    });
    const later = between(next, 50, 1_500);
    return [
      { at: 0, fault: away, forMs: between(next, 1_500, 2_500) },
      ...faults.map((each) => ({ ...each, at: each.at + later })),
    ];
  }),
  // One is left to decide, or two, as far as the swarm lets them go.
  drawn(1, (next) => {
    const { faults } = change(next, { name: 'demote', nodes: 'followers' });
    return faults;
  }),
];
