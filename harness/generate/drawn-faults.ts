/** Faults as fast-check draws them: patterns that are known to hurt, by role, at any time of the injection. */
import fc from 'fast-check';
import type { Ms, NodeName } from '../core/cluster.ts';
import type { CutMode, Fault, Selection } from '../core/fault.ts';
import type { Scenario } from '../core/scenario.ts';
import type { ScheduledFault } from '../core/schedule.ts';
import type { Target } from '../core/target.ts';
import { clientFaults } from './client-faults.ts';
import { cut, delay, flap, kill, partition, pause, ring } from './faults.ts';

/** Longer injections are drawn in parts of at most so long, so that faults are as dense in an hour as in a few seconds. */
const partMsMax = 8_000;
/** At most so many patterns in one part; most have one or two faults. */
const patternsMax = 4;
const leaseMsMin = 100;
/** At most so many managers die or are cut off in a turmoil, which one part in so many is. */
const blowsMax = 12;
const turmoilOneIn = 4;

/** A few faults whose times count from the start of the pattern. */
type Pattern = fc.Arbitrary<readonly ScheduledFault[]>;
type Weighted = { readonly weight: number; readonly arbitrary: Pattern };

const mode: fc.Arbitrary<CutMode> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<CutMode>('drop') },
  { weight: 1, arbitrary: fc.constant<CutMode>('refuse') },
  { weight: 1, arbitrary: fc.constant<CutMode>('reset') },
);

/** From a moment to about the whole injection, short ones more often. */
const lease = (injectMs: Ms): fc.Arbitrary<Ms> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: leaseMsMin, max: 1_500 }) },
    { weight: 2, arbitrary: fc.integer({ min: 1_000, max: Math.max(1_000, injectMs / 2) }) },
    // Until the heal, which ends it, or into the parts that follow.
    { weight: 1, arbitrary: fc.constant(2 * injectMs) },
  );

const oneOf = (...selections: readonly Selection[]): fc.Arbitrary<Selection> =>
  fc.constantFrom(...selections);

/** Patterns that need nothing but managers. */
const managerPatterns = (
  managers: readonly NodeName[],
  lasting: fc.Arbitrary<Ms>,
): readonly Weighted[] => {
  const one = (fault: fc.Arbitrary<Fault>): Pattern =>
    fc
      .record({ fault, forMs: lasting })
      .map(({ fault: drawn, forMs }) => [{ at: 0, fault: drawn, forMs }]);
  const someManager = oneOf('leader', 'follower', ...managers);
  return [
    { weight: 6, arbitrary: one(mode.map((how) => cut('leader', 'rest', { mode: how }))) },
    { weight: 4, arbitrary: one(mode.map((how) => partition(['majority', 'minority'], how))) },
    { weight: 3, arbitrary: one(mode.map((how) => cut('follower', 'rest', { mode: how }))) },
    {
      weight: 3,
      arbitrary: one(
        fc
          .tuple(someManager, mode, fc.boolean())
          .map(([node, how, away]) =>
            away
              ? cut(node, 'rest', { direction: 'forth', mode: how })
              : cut('rest', node, { direction: 'forth', mode: how }),
          ),
      ),
    },
    { weight: 2, arbitrary: one(mode.map((how) => cut('leader', 'follower', { mode: how }))) },
    { weight: 2, arbitrary: one(mode.map((how) => cut('leader', 'managers', { mode: how }))) },
    { weight: 1, arbitrary: one(mode.map((how) => ring(how))) },
    {
      weight: 2,
      arbitrary: one(
        fc
          .tuple(someManager, fc.integer({ min: 200, max: 1_200 }))
          .map(([node, periodMs]) => flap(node, 'rest', periodMs)),
      ),
    },
    {
      weight: 2,
      arbitrary: one(
        fc
          .tuple(someManager, fc.integer({ min: 20, max: 400 }))
          .map(([node, delayMs]) => delay(node, 'rest', delayMs)),
      ),
    },
    { weight: 6, arbitrary: one(fc.constant(kill('leader'))) },
    { weight: 3, arbitrary: one(fc.constant(kill('follower'))) },
    { weight: 2, arbitrary: one(oneOf('minority', 'majority', 'managers', 'all').map(kill)) },
    { weight: 3, arbitrary: one(fc.constant(pause('leader'))) },
    { weight: 2, arbitrary: one(oneOf('follower', 'followers', 'majority').map(pause)) },
    { weight: 3, arbitrary: killDuringCut(lasting) },
    { weight: 2, arbitrary: electionStorm },
    { weight: 3, arbitrary: laggardReturns },
    { weight: 3, arbitrary: justWritten },
  ];
};

/** Somebody dies while somebody else is cut off. */
const killDuringCut = (lasting: fc.Arbitrary<Ms>): Pattern =>
  fc
    .record({
      sides: fc.constantFrom<readonly [Selection, Selection]>(
        ['leader', 'rest'],
        ['follower', 'rest'],
        ['majority', 'minority'],
      ),
      victim: oneOf('leader', 'follower', 'majority'),
      forMs: lasting,
      after: fc.integer({ min: 1, max: 600 }),
      downMs: fc.integer({ min: leaseMsMin, max: 1_500 }),
    })
    .map(({ sides: [from, to], victim, forMs, after, downMs }) => [
      { at: 0, fault: cut(from, to), forMs },
      { at: after, fault: kill(victim), forMs: downMs },
    ]);

/** One that has missed what was committed is back just as the leader goes: nobody may vote for it. */
const laggardReturns: Pattern = fc
  .record({
    away: fc.constantFrom(cut('follower', 'rest'), pause('follower'), kill('follower')),
    awayMs: fc.integer({ min: leaseMsMin, max: 1_500 }),
    gone: fc.constantFrom(kill('leader'), pause('leader'), cut('leader', 'managers')),
    earlier: fc.integer({ min: -100, max: 300 }),
    goneMs: fc.integer({ min: leaseMsMin, max: 1_500 }),
  })
  .map(({ away, awayMs, gone, earlier, goneMs }) => [
    { at: 0, fault: away, forMs: awayMs },
    { at: Math.max(0, awayMs - earlier), fault: gone, forMs: goneMs },
  ]);

/** A client has just been told that its write is done, or is about to be, and whoever told it is gone: what does the next one say? */
const justWritten: Pattern = fc
  .record({
    blows: fc.integer({ min: 1, max: 4 }),
    write: fc.constantFrom<'asked' | 'acknowledged'>('asked', 'acknowledged', 'acknowledged'),
    deed: fc.constantFrom(kill('leader'), pause('leader'), cut('leader', 'managers')),
    forMs: fc.integer({ min: leaseMsMin, max: 900 }),
    after: fc.integer({ min: 300, max: 1_200 }),
  })
  .map(({ blows, write, deed, forMs, after }) =>
    Array.from({ length: blows }, (_, blow) => ({
      at: blow * after,
      when: { write, withinMs: 1_000 } as const,
      fault: deed,
      forMs,
    })),
  );

/** Every new leader is taken away again as soon as it is elected. */
const electionStorm: Pattern = fc
  .record({
    blows: fc.integer({ min: 2, max: 4 }),
    deed: fc.constantFrom(kill('leader'), pause('leader'), cut('leader', 'managers')),
    forMs: fc.integer({ min: leaseMsMin, max: 900 }),
    after: fc.integer({ min: 0, max: 200 }),
  })
  .map(({ blows, deed, forMs, after }) =>
    Array.from({ length: blows }, (_, blow) => ({
      at: blow * after,
      ...(blow > 0 && { when: { leader: 'elected', occurrence: blow, withinMs: 3_000 } as const }),
      fault: deed,
      forMs,
    })),
  );

/**
 * From beginning to end managers die, and come back at once, or lose each other for a moment, some of them right after an election,
 * on links as slow as elections are quick: candidates of one term meet, and what one forgets others still wait for.
 */
const turmoil = (
  managers: readonly NodeName[],
  injectMs: Ms,
): fc.Arbitrary<readonly ScheduledFault[]> => {
  const blow = fc.record({
    victim: oneOf('leader', 'leader', 'follower', 'majority', ...managers),
    dies: fc.boolean(),
    on: fc.constantFrom('time', 'time', 'election', 'vote'),
    // The first vote is a candidate's own; then voters answer.
    vote: fc.integer({ min: 1, max: 3 }),
    after: fc.integer({ min: 10, max: 400 }),
    forMs: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 200 })),
  });
  return fc
    .record({
      // Now and then it is the same one over and over: a voter that forgets must vote twice in one term.
      only: fc.option(fc.constantFrom(...managers), { freq: 1 }),
      slowMs: fc.constantFrom(0, 30, 50, 70),
      blows: fc.array(blow, { minLength: 4, maxLength: blowsMax }),
      pause: fc.integer({ min: 0, max: Math.floor(injectMs / 4) }),
    })
    .map(({ only, slowMs, blows, pause: quiet }) => {
      let at = quiet;
      const faults = blows.map(({ victim, dies, on, vote, after, forMs }): ScheduledFault => {
        at += after;
        if (on === 'vote') {
          const when = { vote: 'given', occurrence: vote, withinMs: 1_000 } as const;
          return { at, when, fault: kill('voter'), forMs };
        }
        const fault = only !== null || dies ? kill(only ?? victim) : cut(victim, 'managers');
        if (on === 'time') return { at, fault, forMs };
        return { at, when: { leader: 'elected', withinMs: 1_000 }, fault, forMs };
      });
      if (slowMs === 0) return faults;
      return [
        { at: quiet, fault: delay('managers', 'managers', slowMs), forMs: injectMs },
        ...faults,
      ];
    });
};

const workerPatterns = (lasting: fc.Arbitrary<Ms>): readonly Weighted[] => {
  const one = (fault: fc.Arbitrary<Fault>): Pattern =>
    fc
      .record({ fault, forMs: lasting })
      .map(({ fault: drawn, forMs }) => [{ at: 0, fault: drawn, forMs }]);
  return [
    { weight: 2, arbitrary: one(oneOf('worker', 'workers').map(kill)) },
    { weight: 1, arbitrary: one(oneOf('worker', 'workers').map(pause)) },
    { weight: 2, arbitrary: one(mode.map((how) => cut('worker', 'rest', { mode: how }))) },
    { weight: 1, arbitrary: one(mode.map((how) => cut('workers', 'leader', { mode: how }))) },
  ];
};

/** Two halves, and one manager that both see. */
const bridgePatterns = (
  managers: readonly NodeName[],
  lasting: fc.Arbitrary<Ms>,
): readonly Weighted[] => {
  if (managers.length < 3) return [];
  const middle = Math.floor(managers.length / 2);
  return [
    {
      weight: 2,
      arbitrary: fc
        .record({ how: mode, forMs: lasting, turn: fc.nat({ max: managers.length - 1 }) })
        .map(({ how, forMs, turn }) => {
          const turned = [...managers.slice(turn), ...managers.slice(0, turn)];
          const groups = [turned.slice(0, middle + 1), turned.slice(middle)];
          return [{ at: 0, fault: partition(groups, how), forMs }];
        }),
    },
  ];
};

const ownPatterns = ({ ownFaults = [] }: Target, scenario: Scenario): readonly Weighted[] =>
  ownFaults
    .filter(({ suits }) => suits === undefined || suits(scenario))
    .map(({ weight, faults }) => ({
      weight,
      arbitrary: fc.nat({ max: (1 << 20) - 1 }).map(faults),
    }));

/** The faults of one schedule, in order of time, all of them within the injection. */
export const drawnFaults = (
  target: Target,
  scenario: Scenario,
): fc.Arbitrary<readonly ScheduledFault[]> =>
  inParts(scenario.injectMs, (injectMs) => partOfFaults(target, { ...scenario, injectMs }));

/** What comes between its clients and its nodes besides, where it has clients. */
export const drawnClientFaults = ({
  injectMs,
  workload,
}: Scenario): fc.Arbitrary<readonly ScheduledFault[]> =>
  workload.clients === 0 ? fc.constant([]) : inParts(injectMs, clientFaults);

const inParts = (
  wholeMs: Ms,
  partOf: (injectMs: Ms) => fc.Arbitrary<readonly ScheduledFault[]>,
): fc.Arbitrary<readonly ScheduledFault[]> => {
  const parts = Math.ceil(wholeMs / partMsMax);
  if (parts <= 1) return partOf(wholeMs);
  const injectMs = Math.floor(wholeMs / parts);
  return fc
    .array(partOf(injectMs), { minLength: parts, maxLength: parts })
    .map((all) =>
      all.flatMap((faults, part) =>
        faults.map((one) => ({ ...one, at: one.at + part * injectMs })),
      ),
    );
};

const partOfFaults = (
  target: Target,
  scenario: Scenario,
): fc.Arbitrary<readonly ScheduledFault[]> => {
  const { injectMs, shape } = scenario;
  const lasting = lease(injectMs);
  const managers = target
    .nodes(shape)
    .filter(({ role }) => role === 'manager')
    .map(({ name }) => name);
  const pattern = fc.oneof(
    ...managerPatterns(managers, lasting),
    ...bridgePatterns(managers, lasting),
    ...(shape.workers > 0 ? workerPatterns(lasting) : []),
    ...ownPatterns(target, scenario),
  );
  const latest = Math.floor(injectMs * 0.85);
  const placed = fc
    .record({ at: fc.integer({ min: 0, max: latest }), faults: pattern })
    .map(({ at, faults }) => faults.map((fault) => ({ ...fault, at: at + fault.at })));
  const patterns = fc
    .array(placed, { minLength: 1, maxLength: patternsMax })
    .map((several) => several.flat());
  const faults =
    managers.length > 1
      ? fc.oneof(
          { weight: turmoilOneIn - 1, arbitrary: patterns },
          { weight: 1, arbitrary: turmoil(managers, injectMs) },
        )
      : patterns;
  return faults.map((all) => all.filter(({ at }) => at < injectMs).toSorted((a, b) => a.at - b.at));
};
