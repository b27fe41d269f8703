import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import '../harness/jest/to-hold.ts';
import { cut, kill, run, schedules, type Played } from '../harness/index.ts';
import {
  acknowledgedWritesSurvive,
  atMostOneLeaderPerTerm,
  autolockedRestart,
  noSplitBrain,
} from '../properties/index.ts';
import { referenceSwarm } from './targets/index.ts';

describe('a property-based test of one’s own', () => {
  test.each([3, 5])('no split brain with %i managers', async (managers) => {
    const swarm = referenceSwarm({ managers, workers: 2 });
    await fc.assert(
      fc.asyncProperty(schedules(swarm), async (schedule) => {
        expect(await run(swarm, schedule, { backend: 'sim' })).toHold(noSplitBrain);
      }),
      { numRuns: 5 },
    );
  });

  test('a schedule written by hand is judged by several guarantees', async () => {
    const played = await run(
      referenceSwarm({ managers: 3 }),
      [
        { at: 1_000, fault: cut('leader'), forMs: 2_000 },
        { at: 2_000, fault: kill('follower'), forMs: 500 },
      ],
      { backend: 'sim', seed: 7 },
    );
    expect(played).toHold(atMostOneLeaderPerTerm);
    expect(played).toHold(acknowledgedWritesSurvive);
  });

  test('the same system, schedule and seed give the same digest, another seed another one', async () => {
    const swarm = referenceSwarm();
    const schedule = [{ at: 1_000, fault: cut('leader'), forMs: 1_000 }];
    const digestOf = async (seed: number): Promise<string> =>
      (await run(swarm, schedule, { backend: 'sim', seed })).digest;
    const [first, second, third] = [await digestOf(1), await digestOf(1), await digestOf(2)];
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });
});

describe('toHold', () => {
  const broken = async (): Promise<Played> => {
    const played = await run(referenceSwarm(), [], { backend: 'sim' });
    const roles = played.history.observations.filter(
      (said) => said.kind === 'role' && said.role === 'leader',
    );
    const [leader] = roles;
    if (leader === undefined) throw new Error('nobody led');
    // The same claim from another node: a history that no right cluster has.
    const other = {
      ...leader,
      node: leader.node === 'm1' ? 'm2' : 'm1',
      nodeId: 'x',
      raftId: 'x',
      boot: 'x',
      seq: 1,
    };
    const history = { ...played.history, observations: [...played.history.observations, other] };
    return { ...played, history, run: { ...played.run, history } };
  };

  test('tells what broke, when and where, and ends in the line that shows it again', async () => {
    const played = await broken();
    const message = (() => {
      try {
        expect(played).toHold(atMostOneLeaderPerTerm);
        return 'it held';
      } catch (error) {
        return (error as Error).message;
      }
    })();
    expect(message).toMatch(/at-most-one-leader-per-term: Election Safety/);
    expect(message).toMatch(/was broken: term \d+ has two leaders/);
    // Each moment names its node once, as the command line's story does.
    expect(message).toMatch(/^ {2}\d+ {2}-?\d+\.\d{3} s {2}m\d leads term/m);
    expect(message).not.toMatch(/ (m\d) +\1 /);
    expect(message.trim().split('\n').at(-1)).toMatch(
      /^npm run -s schism -- replay reports\/out\/tests\/[0-9a-f]{12}\.json$/,
    );
  });

  test('a guarantee that nobody could judge does not pass', async () => {
    const swarm = referenceSwarm();
    const nothing = [{ at: 10, fault: cut('m9'), forMs: 10 }];
    const played = await run(swarm, nothing, { backend: 'sim' });
    expect(() => {
      expect(played).toHold(noSplitBrain);
    }).toThrow(/no-split-brain is unknown, which proves nothing/);
    expect(played).toHold(autolockedRestart);
  });

  test('what is no run is refused', () => {
    expect(() => {
      expect(3).toHold(noSplitBrain);
    }).toThrow(/judges what `run` or `play` gave back/);
  });
});
