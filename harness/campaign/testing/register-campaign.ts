/** A campaign on the simulator's test nodes: what worker threads load in the tests of this folder. */
import fc from 'fast-check';
import { hashChoices } from '../../backends/sim/hash-choices.ts';
import type { SimTarget } from '../../backends/sim/program.ts';
import { registerProgram, registerScenario } from '../../backends/sim/testing/register-nodes.ts';
import type { Property } from '../../core/property.ts';
import type { Scenario } from '../../core/scenario.ts';
import type { Schedule, ScheduleEntry } from '../../core/schedule.ts';
import type { DrawSchedule } from '../job.ts';

const operation = fc.record({
  at: fc.nat({ max: 1_000 }),
  client: fc.nat({ max: 2 }),
  operation: fc.constantFrom('put', 'get'),
  args: fc.record({ value: fc.integer({ min: 1, max: 9 }) }),
});
const fault: fc.Arbitrary<ScheduleEntry> = fc.record({
  at: fc.nat({ max: 1_000 }),
  fault: fc.oneof(
    fc.record({ kind: fc.constant('kill' as const), nodes: fc.constantFrom('m1', 'm2', 'm3') }),
    fc.record({
      kind: fc.constant('cut' as const),
      from: fc.constantFrom('m1', 'm2'),
      to: fc.constant('rest'),
      direction: fc.constant('both' as const),
      mode: fc.constantFrom('drop' as const, 'refuse' as const, 'reset' as const),
    }),
  ),
  forMs: fc.integer({ min: 10, max: 500 }),
});
const schedules: fc.Arbitrary<Schedule> = fc
  .tuple(fc.array(operation, { minLength: 1, maxLength: 30 }), fc.array(fault, { maxLength: 3 }))
  .map(([operations, faults]) => [...operations, ...faults]);

export const draw: DrawSchedule = (_target, _scenario, place) => {
  const seed = hashChoices(place.seed, place.index).choose('schedule', '', 0x7fff_ffff);
  const [schedule = []] = fc.sample(schedules, { seed, numRuns: 1 });
  return { schedule, origin: { arbitrary: schedules, seed, path: '0' } };
};

export const target: SimTarget = registerProgram;

export const scenario: Scenario = {
  ...registerScenario,
  injectMs: 1_000,
  properties: ['puts-are-answered', 'reads-are-short'],
};

export const properties: readonly Property[] = [
  {
    name: 'puts-are-answered',
    kind: 'safety',
    guarantee: 'every put is answered',
    source: 'none: it does not hold while nodes are killed',
    judge: ({ operations }) => {
      const puts = operations.filter(({ operation: name }) => name === 'put');
      const open = puts.find(({ outcome }) => outcome === 'unknown');
      return open === undefined
        ? { verdict: 'pass', tested: puts.length > 0, because: `${puts.length} puts` }
        : { verdict: 'fail', summary: `operation ${open.id} has no answer`, moments: [] };
    },
  },
  {
    name: 'reads-are-short',
    kind: 'safety',
    guarantee: 'a read shows fewer than 100 values',
    source: 'none: there are fewer',
    judge: ({ operations, faults }) =>
      faults.length === 0
        ? { verdict: 'unknown', missing: 'a fault' }
        : { verdict: 'pass', tested: operations.length > 20, because: 'all are' },
  },
];

/** Two that break in the same runs, one of them with a name that no file can have. */
export const twoBroken: readonly Property[] = properties
  .slice(0, 1)
  .flatMap((property) => [property, { ...property, name: 'answered / every put' }]);

/** The same, but to judge a run of few operations ends its thread. */
export const deadlyWhereSmall = withSmall(properties.slice(0, 1), () => process.exit(3));

/** Both that break, but to judge a run of few operations never ends. */
export const endlessWhereSmall = withSmall(twoBroken, () => {
  for (;;);
});

/** The same, but each run with a put of 7 ends its thread. */
export const deadlyTarget: SimTarget = withRequest((value) => {
  if (value === 7) process.exit(3);
});

/** The same, but what it says in a run depends on what this thread has run before. */
export const moodyTarget: SimTarget = withMood();

/** The same, but a put of 7 throws. */
export const throwingTarget: SimTarget = withRequest((value) => {
  if (value === 7) throw new Error('seven');
});

/** The same, but a put of 7 never ends. */
export const hangingTarget: SimTarget = withRequest((value) => {
  while (value === 7);
});

function withSmall(of: readonly Property[], meddle: () => never): readonly Property[] {
  return of.map((property) => ({
    ...property,
    judge(history) {
      if (history.operations.length < 5) meddle();
      return property.judge(history);
    },
  }));
}

function withRequest(meddle: (value: number) => void): SimTarget {
  return {
    ...registerProgram,
    request(call) {
      if (typeof call === 'object' && call !== null && 'op' in call && call.op === 'put') {
        meddle(Number(call.value));
      }
      return registerProgram.request(call);
    },
  };
}

function withMood(): SimTarget {
  let boots = 0;
  return {
    ...registerProgram,
    boot(boot) {
      boots += 1;
      const mood = boots;
      const program = registerProgram.boot(boot);
      return {
        handle(event, now) {
          const effects = program.handle(event as Parameters<typeof program.handle>[0], now);
          return effects.map((effect) =>
            effect.type === 'wake' ? { ...effect, at: effect.at + (mood % 7) / 100 } : effect,
          );
        },
      };
    },
  };
}
