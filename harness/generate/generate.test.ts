import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Scenario } from '../core/scenario.ts';
import { toyScenario, toyTarget } from '../conduct/testing/toy-world.ts';
import { isFault, type Schedule } from '../core/schedule.ts';
import type { Target } from '../core/target.ts';
import { drawSchedule } from './draw-schedule.ts';
import { cut, kill, procedure } from './faults.ts';
import { schedules } from './schedules.ts';
import { shapes } from './shapes.ts';
import { smallerSchedules, type Progress } from './smaller.ts';

const target: Target = {
  ...toyTarget,
  workload: [
    { operation: 'write', weight: 1, args: (draw, ordinal) => ({ draw, value: ordinal }) },
    { operation: 'read', weight: 3, args: () => ({}) },
  ],
  ownFaults: [
    {
      weight: 5,
      suits: ({ settings }) => settings.tame !== true,
      faults: (draw) => [{ at: 0, fault: procedure('bump', { args: { by: draw } }), forMs: 100 }],
    },
  ],
};
const scenario: Scenario = {
  ...toyScenario('drawn'),
  workload: { clients: 3, perSecond: 40 },
  injectMs: 4_000,
  settleMs: 2_000,
};

const operationsOf = (schedule: Schedule) => schedule.filter((entry) => !isFault(entry));
const faultsOf = (schedule: Schedule) => schedule.filter(isFault);
const many = (of: Scenario, count = 300): readonly Schedule[] =>
  Array.from(
    { length: count },
    (_, index) => drawSchedule(target, of, { seed: 7, index }).schedule,
  );

describe('a drawn schedule', () => {
  test('depends on seed and index alone', () => {
    const draw = (seed: number, index: number) =>
      JSON.stringify(drawSchedule(target, scenario, { seed, index }).schedule);
    expect(draw(1, 5)).toBe(draw(1, 5));
    expect(new Set([draw(1, 5), draw(1, 6), draw(2, 5), draw(5, 1)]).size).toBe(4);
  });

  test('is the one that fast-check draws at its seed and path', () => {
    const { schedule, origin } = drawSchedule(target, scenario, { seed: 3, index: 11 });
    const seen: Schedule[] = [];
    fc.check(
      fc.property(origin.arbitrary, (drawn) => {
        seen.push(drawn);
      }),
      { seed: origin.seed, path: origin.path, numRuns: 1 },
    );
    expect(seen).toEqual([schedule]);
  });

  test('is plain data, in order of time', () => {
    for (const schedule of many(scenario, 50)) {
      expect(JSON.parse(JSON.stringify(schedule))).toEqual(schedule);
      const times = schedule.map(({ at }) => at);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    }
  });

  test('has as many operations as the workload asks for, through the first half of the tail', () => {
    const [schedule = []] = many(scenario, 1);
    const operations = operationsOf(schedule);
    expect(operations).toHaveLength((4 + 1) * 40);
    expect(Math.max(...operations.map(({ at }) => at))).toBeGreaterThan(4_000);
    expect(new Set(operations.map((of) => 'client' in of && of.client))).toEqual(
      new Set([0, 1, 2]),
    );
  });

  test('writes no value twice', () => {
    const [schedule = []] = many(scenario, 1);
    const values = operationsOf(schedule).flatMap((of) =>
      'args' in of && of.args.value !== undefined ? [of.args.value] : [],
    );
    expect(values.length).toBeGreaterThan(20);
    expect(new Set(values).size).toBe(values.length);
  });

  test('starts its faults within the injection, and none without a lease', () => {
    for (const schedule of many(scenario)) {
      expect(faultsOf(schedule).length).toBeGreaterThan(0);
      for (const fault of faultsOf(schedule)) {
        expect(fault.at).toBeLessThan(scenario.injectMs);
        expect(fault.forMs).toBeGreaterThan(0);
      }
    }
  });

  test('meets every kind of fault within some hundred runs', () => {
    const kinds = new Set(
      many(scenario)
        .flatMap(faultsOf)
        .map(({ fault }) => fault.kind),
    );
    expect([...kinds].sort()).toEqual(
      ['cut', 'delay', 'flap', 'kill', 'partition', 'pause', 'procedure', 'ring'].sort(),
    );
  });

  test('is no sparser where the injection is long', () => {
    const minutes = { ...scenario, injectMs: 60_000, workload: { clients: 0, perSecond: 0 } };
    const [long, short] = [many(minutes, 30), many({ ...minutes, injectMs: 7_500 }, 240)];
    const [ofLong, ofShort] = [long.flatMap(faultsOf), short.flatMap(faultsOf)];
    expect(ofLong.length / ofShort.length).toBeGreaterThan(0.8);
    expect(ofLong.length / ofShort.length).toBeLessThan(1.25);
    for (const schedule of long) {
      const parts = new Set(schedule.map(({ at }) => Math.floor(at / 7_500)));
      expect([...parts].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
      const times = schedule.map(({ at }) => at);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    }
  });

  test('is a turmoil now and then: many short deaths and cuts, and slow links between managers', () => {
    const turmoils = many(scenario)
      .map(faultsOf)
      .filter((faults) => faults.length >= 4 && faults.every(({ forMs }) => forMs <= 4_000))
      .filter((faults) => faults.filter(({ forMs }) => forMs <= 200).length >= 4);
    expect(turmoils.length).toBeGreaterThan(30);
    expect(turmoils.length).toBeLessThan(150);
    expect(turmoils.flat().some(({ when }) => when !== undefined)).toBe(true);
  });

  test('comes between clients and nodes in some runs, never for long, and only where there are clients', () => {
    const hitsClients = ({ fault }: ReturnType<typeof faultsOf>[number]): boolean =>
      JSON.stringify(fault).includes('"clients"');
    const drawn = many(scenario)
      .map((schedule) => faultsOf(schedule).filter(hitsClients))
      .filter((faults) => faults.length > 0);
    expect(drawn.length).toBeGreaterThan(20);
    expect(drawn.length).toBeLessThan(60);
    const faults = drawn.flat();
    expect(Math.max(...faults.map(({ forMs }) => forMs))).toBeLessThanOrEqual(1_200);
    expect(new Set(faults.map(({ fault }) => fault.kind))).toEqual(
      new Set(['cut', 'partition', 'delay']),
    );
    const nobody = { ...scenario, workload: { clients: 0, perSecond: 0 } };
    expect(many(nobody).flatMap(faultsOf).filter(hitsClients)).toEqual([]);
  });

  test('draws a target’s own faults only where they suit the settings', () => {
    const tame = many({ ...scenario, settings: { tame: true } }, 100).flatMap(faultsOf);
    expect(tame.filter(({ fault }) => fault.kind === 'procedure')).toEqual([]);
  });

  test('keeps the faults that a scenario fixes', () => {
    const faults = [{ at: 100, fault: cut('leader'), forMs: 500 }];
    for (const schedule of many({ ...scenario, faults }, 5))
      expect(faultsOf(schedule)).toEqual(faults);
  });

  test('has no operations where nobody works', () => {
    const idle = { ...scenario, workload: { clients: 0, perSecond: 0 } };
    expect(operationsOf(many(idle, 1)[0] ?? [])).toEqual([]);
  });
});

describe('shrinking', () => {
  test('comes to the two entries that matter, with shorter times', () => {
    const arbitrary = schedules(target, scenario);
    const result = fc.check(
      fc.property(arbitrary, (schedule) => {
        const writes = operationsOf(schedule).filter(
          (of) => 'args' in of && of.operation === 'write',
        );
        return !(faultsOf(schedule).length > 0 && writes.length > 0);
      }),
      { seed: 1, numRuns: 5 },
    );
    const [smallest = []] = result.counterexample ?? [];
    expect(smallest).toHaveLength(2);
    expect(faultsOf(smallest)[0]?.forMs).toBeLessThan(200);
    expect(Math.max(...smallest.map(({ at }) => at))).toBeLessThan(100);
    expect(result.numShrinks).toBeLessThan(40);
  });

  test('leaves every candidate in order and no larger than before', () => {
    const [schedule = []] = many(scenario, 1);
    let seen = 0;
    for (const { schedule: smaller } of smallerSchedules(schedule, undefined)) {
      seen += 1;
      expect(smaller.length).toBeLessThanOrEqual(schedule.length);
      if (seen > 300) break;
    }
    expect(seen).toBeGreaterThan(100);
  });

  test('comes from thousands of entries to the two that matter in few attempts', () => {
    const long = { ...scenario, injectMs: 120_000 };
    const [schedule = []] = many(long, 1);
    const [fault] = faultsOf(schedule).slice(3);
    const [operation] = operationsOf(schedule).slice(700);
    expect(schedule.length).toBeGreaterThan(4_000);
    const breaks = (smaller: Schedule) =>
      [fault, operation].every((one) => one !== undefined && smaller.includes(one));
    let [smallest, progress, attempts] = [schedule, undefined as Progress | undefined, 0];
    const next = (): boolean => {
      for (const smaller of smallerSchedules(smallest, progress)) {
        attempts += 1;
        if (!breaks(smaller.schedule)) continue;
        ({ schedule: smallest, progress } = smaller);
        return true;
      }
      return false;
    };
    while (smallest.length > 2 && next());
    expect(smallest).toHaveLength(2);
    expect(attempts).toBeLessThan(150);
  });

  test('ends: the smallest schedule has nothing smaller', () => {
    const entry = { at: 0, fault: kill('m1'), forMs: 50 };
    const candidates = [...smallerSchedules([entry], undefined)].map(({ schedule }) => schedule);
    expect(candidates).toEqual([[]]);
  });
});

test('clusters have an odd number of managers, and workers or none', () => {
  const drawn = fc.sample(shapes(), { numRuns: 200, seed: 1 });
  expect(new Set(drawn.map(({ managers }) => managers))).toEqual(new Set([3, 5]));
  expect(new Set(drawn.map(({ workers }) => workers))).toEqual(new Set([0, 1, 2, 3, 4]));
});
