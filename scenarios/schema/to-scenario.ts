import type { Fault } from '../../harness/core/fault.ts';
import type { Scenario } from '../../harness/core/scenario.ts';
import type { ScheduledFault, Trigger } from '../../harness/core/schedule.ts';
import {
  cut,
  delay,
  flap,
  kill,
  partition,
  pause,
  procedure,
  ring,
} from '../../harness/generate/faults.ts';
import type { FaultOutput } from './fault-schema.ts';
import { guaranteesOf, type Known } from './known.ts';
import type { ScenarioOutput } from './scenario-schema.ts';

/** A procedure ends by itself; its lease says how long it may wait for whoever it is about. */
const procedureWaitMs = 1_000;

const faultOf = (entry: FaultOutput): Fault => {
  if ('cut' in entry) {
    return cut(entry.cut, entry.from, { direction: entry.direction, mode: entry.mode });
  }
  if ('partition' in entry) return partition(entry.partition, entry.mode);
  if ('ring' in entry) return ring(entry.mode);
  if ('delay' in entry) return delay(entry.delay, entry.from, entry.by);
  if ('flap' in entry) return flap(entry.flap, entry.from, entry.every);
  if ('kill' in entry) return kill(entry.kill);
  if ('pause' in entry) return pause(entry.pause);
  const { procedure: name, on, args } = entry;
  return procedure(name, {
    ...(on !== undefined && { nodes: on }),
    ...(args !== undefined && { args: args }),
  });
};

const leaseOf = (entry: FaultOutput): number | undefined => {
  if ('kill' in entry) return entry.restartAfter;
  return 'procedure' in entry ? (entry.within ?? procedureWaitMs) : entry.for;
};

const triggerOf = (when: NonNullable<FaultOutput['when']>): Trigger => {
  const { occurrence, within, after, ...event } = when;
  return {
    ...event,
    ...(occurrence !== undefined && { occurrence }),
    ...(within !== undefined && { withinMs: within }),
    ...(after !== undefined && { afterMs: after }),
  };
};

const scheduledOf = (entry: FaultOutput, injectMs: number): ScheduledFault => ({
  at: entry.at ?? 0,
  ...(entry.when !== undefined && { when: triggerOf(entry.when) }),
  fault: faultOf(entry),
  // Without a lease it lasts until the heal, which ends every fault.
  forMs: leaseOf(entry) ?? injectMs,
});

/** The scenario that a checked document stands for. */
export const toScenario = (document: ScenarioOutput, known: Known): Scenario => ({
  name: document.name,
  title: document.title ?? document.name,
  target: document.target,
  shape: { managers: document.managers, workers: document.workers },
  workload: { clients: document.workload.clients, perSecond: document.workload.rate },
  faults:
    document.faults === 'drawn'
      ? 'drawn'
      : document.faults.map((entry) => scheduledOf(entry, document.inject)),
  injectMs: document.inject,
  settleMs: document.settle,
  settings: document.settings,
  properties: document.properties === 'all' ? guaranteesOf(known) : document.properties,
});
