import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isFault } from '../harness/core/schedule.ts';
import '../harness/jest/to-hold.ts';
import {
  cut,
  kill,
  run,
  schedules,
  shapes,
  type Played,
  type Schedule,
  type ScheduledOperation,
} from '../harness/index.ts';
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
        const played = await run(swarm, schedule, { backend: 'sim' });
        expect(played).toHold(noSplitBrain, { untested: true });
      }),
      { numRuns: 5 },
    );
  });

  test('the cluster’s shape is drawn as well', async () => {
    const seen = new Set<string>();
    const played = shapes().chain((shape) => {
      const swarm = referenceSwarm(shape);
      return fc.record({ swarm: fc.constant(swarm), schedule: schedules(swarm) });
    });
    await fc.assert(
      fc.asyncProperty(played, async ({ swarm, schedule }) => {
        const { history } = await run(swarm, schedule, { backend: 'sim' });
        const managers = history.nodes.filter(({ role }) => role === 'manager').length;
        seen.add(`${managers} ${history.nodes.length - managers}`);
      }),
      { numRuns: 8, seed: 1 },
    );
    expect(seen.size).toBeGreaterThan(3);
    for (const shape of seen) expect(shape).toMatch(/^[35] [0-4]$/);
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

  const askedIn = ({ run: { schedule } }: Played): readonly ScheduledOperation[] =>
    schedule.filter((entry) => 'operation' in entry);

  test('clients ask what the run’s shape says where the schedule names no operation', async () => {
    const swarm = referenceSwarm({ workers: 0 });
    const faults = [{ at: 100, fault: cut('leader'), forMs: 100 }];
    const short = { backend: 'sim', injectMs: 1_000, settleMs: 1_000 } as const;
    const played = await run(swarm, faults, { ...short, clients: 2, perSecond: 40 });
    const asked = askedIn(played);
    expect(asked).toHaveLength(60);
    expect(new Set(asked.map(({ client }) => client))).toEqual(new Set([0, 1]));
    expect(played.history.operations.some(({ client }) => client === 1)).toBe(true);
    expect(askedIn(await run(swarm, faults, { ...short, clients: 0 }))).toEqual([]);
    const [own] = asked;
    if (own === undefined) throw new Error('nothing was asked');
    expect(askedIn(await run(swarm, [...faults, own], short))).toEqual([own]);
  });

  test('a schedule that fast-check made smaller gets no operation that it has lost', async () => {
    const swarm = referenceSwarm({ workers: 0 });
    const hasFault = (schedule: Schedule): boolean => schedule.some(isFault);
    const noFault = fc.property(schedules(swarm), (schedule) => !hasFault(schedule));
    const { counterexample, numShrinks } = fc.check(noFault, { seed: 1 });
    const [smallest = []] = counterexample ?? [];
    expect(numShrinks).toBeGreaterThan(0);
    expect(smallest).toHaveLength(1);
    expect(hasFault(smallest)).toBe(true);
    expect(askedIn(await run(swarm, smallest, { backend: 'sim' }))).toEqual([]);
  });

  test('a fault without a lease lasts until the heal', async () => {
    const schedule = [{ at: 500, fault: kill('follower') }];
    const { history, run: made } = await run(referenceSwarm({ workers: 0 }), schedule, {
      backend: 'sim',
      injectMs: 2_000,
    });
    expect(made.schedule).toContainEqual({ ...schedule[0], forMs: 2_000 });
    expect(history.faults[0]).toMatchObject({ endAt: history.phases.healAt });
  });

  test.each([
    ['a lease that is none', { at: 1, fault: kill('m1'), forMs: NaN }, 'schedule[0].forMs is '],
    ['a key that is not known', { at: 1, fault: kill('m1'), lease: 1 }, 'schedule[0] has lease'],
    ['a missing time', { fault: kill('m1') }, 'schedule[0].at is missing, expected a number'],
    [
      'a node that is none',
      { at: 1, fault: cut('leeder') },
      'schedule[0].fault.from: leeder is no node of this cluster (3 managers, 2 workers) and no role. Did you mean leader?',
    ],
    ['a fault that is none', { at: 1, fault: { kind: 'kil' } }, 'schedule[0].fault.kind is "kil"'],
    [
      'a wrong trigger',
      { at: 1, when: { leader: 'elcted' }, fault: kill('m1') },
      'schedule[0].when.leader is "elcted", expected one of elected, lost',
    ],
    [
      'an operation that nobody knows',
      { at: 1, client: 0, operation: 'service.creat', args: {} },
      'schedule[0].operation: target reference has no operation service.creat. Did you mean service.create?',
    ],
    ['no entry at all', null, 'schedule[0] is null'],
  ])('%s is refused before anything runs', async (_what, entry, words) => {
    const swarm = referenceSwarm();
    await expect(run(swarm, [entry] as never, { backend: 'sim' })).rejects.toThrow(words);
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
    // Nobody who was cut off asks anything.
    const nothing = [{ at: 10, fault: cut('leader'), forMs: 1 }];
    const played = await run(swarm, nothing, { backend: 'sim', clients: 0 });
    expect(() => {
      expect(played).toHold(noSplitBrain);
    }).toThrow(/no-split-brain is unknown, which proves nothing/);
  });

  test('a guarantee that nothing put to the test does not pass, unless that is asked for', async () => {
    const played = await run(referenceSwarm(), [], { backend: 'sim' });
    expect(() => {
      expect(played).toHold(autolockedRestart);
    }).toThrow(
      /autolocked-restart holds, but nothing put it to the test, which proves nothing: \S[^]*\{ untested: true \}[^]*replay/,
    );
    expect(played).toHold(autolockedRestart, { untested: true });
    const ofNoCount = fc.property(fc.constant(played), (one) => {
      expect(one).toHold(autolockedRestart);
    });
    expect(() => {
      fc.assert(ofNoCount, { numRuns: 1, maxSkipsPerRun: 3 });
    }).toThrow(/Failed to run property, too many pre-condition failures/);
  });

  test('what is no run is refused', () => {
    expect(() => {
      expect(3).toHold(noSplitBrain);
    }).toThrow(/judges what `run` or `play` gave back/);
  });
});
