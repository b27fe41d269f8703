import fc from 'fast-check';
import type { Scenario } from '../core/scenario.ts';
import type { Schedule, ScheduledFault } from '../core/schedule.ts';
import type { Target } from '../core/target.ts';
import { drawnClientFaults, drawnFaults } from './drawn-faults.ts';
import { drawMax, OperationMaker } from './operations.ts';
import { smallerSchedules, type Progress } from './smaller.ts';

/**
 * Schedules of a scenario as a fast-check arbitrary: its own faults, or drawn ones, and the operations of its workload. They are plain
 * data, and shrink as such: first faults and operations are left out, then times become shorter.
 */
class ScheduleArbitrary extends fc.Arbitrary<Schedule> {
  readonly #faults: fc.Arbitrary<readonly ScheduledFault[]>;
  readonly #clientFaults: fc.Arbitrary<readonly ScheduledFault[]>;
  readonly #maker: OperationMaker;

  constructor(target: Target, scenario: Scenario) {
    super();
    this.#maker = new OperationMaker(target, scenario);
    const drawn = scenario.faults === 'drawn';
    this.#faults = drawn ? drawnFaults(target, scenario) : fc.constant(scenario.faults);
    this.#clientFaults = drawn ? drawnClientFaults(scenario) : fc.constant([]);
  }

  /** Unbiased, whatever fast-check asks for: small integers mean nothing here. */
  override generate(random: fc.Random): fc.Value<Schedule> {
    const faults = this.#faults.generate(random, undefined).value;
    const operations = Array.from({ length: this.#maker.count }, (_, ordinal) =>
      this.#maker.make(random.nextInt(0, drawMax - 1), ordinal),
    );
    // Drawn last: whatever else a schedule has does not depend on them.
    const between = this.#clientFaults.generate(random, undefined).value;
    const schedule = [...faults, ...between, ...operations].sort((a, b) => a.at - b.at);
    return new fc.Value<Schedule>(schedule, undefined);
  }

  override canShrinkWithoutContext(value: unknown): value is Schedule {
    return Array.isArray(value);
  }

  override shrink(schedule: Schedule, context: unknown): fc.Stream<fc.Value<Schedule>> {
    return fc
      .stream(smallerSchedules(schedule, context as Progress | undefined))
      .map((smaller) => new fc.Value(smaller.schedule, smaller.progress));
  }
}

/** All schedules of a scenario, for properties of one's own: `fc.asyncProperty(schedules(target, scenario), …)`. */
export const schedules = (target: Target, scenario: Scenario): fc.Arbitrary<Schedule> =>
  new ScheduleArbitrary(target, scenario);
