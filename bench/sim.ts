/**
 * How fast the simulator is, on one core: simulated seconds a second, and ten-second schedules a second, with history and all
 * properties. `node bench/sim.ts [seconds] [managers] [workers]`
 */
import { carryOut, type Subject } from '../harness/campaign/carry-out.ts';
import { realCipher } from '../harness/campaign/real-cipher.ts';
import { defaultLimits } from '../harness/conduct/plan.ts';
import type { SimTarget } from '../harness/backends/sim/program.ts';
import type { Property } from '../harness/core/property.ts';
import type { Scenario } from '../harness/core/scenario.ts';
import { drawSchedule } from '../harness/generate/draw-schedule.ts';

export type SimSpeed = {
  readonly runs: number;
  readonly simulatedMs: number;
  readonly events: number;
  readonly operations: number;
  readonly writes: number;
  /** Processor time of this process, which other load on the machine does not stretch. */
  readonly cpuMs: number;
  readonly wallMs: number;
};

type Measured = {
  readonly program: SimTarget;
  readonly properties: readonly Property[];
  readonly scenario: Scenario;
  readonly forMs: number;
};

/** Not counted: on a slow core the engine goes on compiling for so long. A campaign that matters lasts for minutes. */
const warmUpMs = 30_000;

const cpuMsNow = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

/** Carries out drawn runs for so long and counts. */
export const measureSim = ({ program, properties, scenario, forMs }: Measured): SimSpeed => {
  const subject: Subject = {
    program,
    properties,
    draw: drawSchedule,
    scenarios: [scenario],
    limits: defaultLimits,
    realCipher,
  };
  let index = 0;
  const carryOutFor = (ms: number): SimSpeed => {
    const counted = { runs: 0, simulatedMs: 0, events: 0, operations: 0, writes: 0 };
    const [wall, cpu] = [performance.now(), cpuMsNow()];
    while (cpuMsNow() - cpu < ms) {
      const { run, events, problem } = carryOut(subject, { seed: 1, index });
      if (problem !== undefined) throw new Error(`run ${index}: ${problem}`);
      index += 1;
      counted.runs += 1;
      counted.simulatedMs += run.simulatedMs;
      counted.events += events;
      const asked = run.history.operations.filter(({ client }) => client !== undefined);
      counted.operations += asked.length;
      counted.writes += asked.filter(({ effect }) => effect === 'write').length;
    }
    return { ...counted, cpuMs: cpuMsNow() - cpu, wallMs: performance.now() - wall };
  };
  carryOutFor(warmUpMs);
  return carryOutFor(forMs);
};

/** The figures as lines for people. */
export const describeSim = (speed: SimSpeed): readonly string[] => {
  const { runs, simulatedMs, events, operations, writes, cpuMs, wallMs } = speed;
  const seconds = simulatedMs / 1_000;
  return [
    `simulated seconds a second   ${(simulatedMs / cpuMs).toFixed(0)}`,
    `schedules a second           ${((1_000 * runs) / cpuMs).toFixed(1)}`,
    `events a second              ${((1_000 * events) / cpuMs).toFixed(0)} (${((1_000 * cpuMs) / events).toFixed(2)} µs each, ${(events / seconds).toFixed(0)} a simulated second)`,
    `client operations            ${(operations / seconds).toFixed(1)} a simulated second, ${(writes / seconds).toFixed(1)} of them writes`,
    `measured over                ${runs} runs, ${(cpuMs / 1_000).toFixed(1)} s of processor time, ${(wallMs / 1_000).toFixed(1)} s of time`,
  ];
};

if (import.meta.main) {
  const [seconds = 10, managers = 3, workers = 2] = process.argv.slice(2).map(Number);
  const { referenceInSim } = await import('../scenarios/targets/reference/sim.ts');
  const { guarantees } = await import('../properties/index.ts');
  const scenario: Scenario = {
    name: 'bench',
    title: 'ten seconds under drawn faults',
    target: 'reference',
    shape: { managers, workers },
    workload: { clients: 4, perSecond: 38 },
    faults: 'drawn',
    injectMs: 7_000,
    settleMs: 3_000,
    settings: {},
    properties: guarantees.map(({ name }) => name).filter((name) => name !== 'autolocked-restart'),
  };
  const speed = measureSim({
    program: referenceInSim,
    properties: guarantees,
    scenario,
    forMs: seconds * 1_000,
  });
  for (const line of describeSim(speed)) process.stdout.write(`${line}\n`);
}
