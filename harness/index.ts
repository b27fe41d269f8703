/** What the package offers to those who test their own clusters, on one screen. */
export {
  defineTarget,
  fromLogLines,
  type TargetSpec,
  type OperationSpec,
  type Answer,
} from './define-target.ts';
export { run, schedules, type RunOptions } from './library/run.ts';
export { start, type Started } from './library/start.ts';
export type { Played } from './library/played.ts';
export type { WrittenEntry } from './library/check-schedule.ts';
export type { RunShape, System } from './library/system.ts';
export { shapes } from './generate/shapes.ts';
export { cut, delay, flap, kill, partition, pause, procedure, ring } from './generate/faults.ts';
export { judge } from './judge.ts';

export type { Shape, Node, NodeName, Link, Ms } from './core/cluster.ts';
export type { Fault, Selection, CutMode, Evidence } from './core/fault.ts';
export type {
  Schedule,
  ScheduleEntry,
  ScheduledFault,
  ScheduledOperation,
} from './core/schedule.ts';
export type { Scenario } from './core/scenario.ts';
export type {
  History,
  Operation,
  Observation,
  FaultRecord,
  Outcome,
  Bounds,
} from './core/history.ts';
export type { Property, Verdict, Moment } from './core/property.ts';
export type { Target, OperationKind, Procedure, ProcedureContext } from './core/target.ts';
export type { Run, RunFile, Mutant, BackendName } from './core/run.ts';
export type { LiveTarget, NodePlace } from './backends/live/target.ts';
export type { SimTarget } from './backends/sim/program.ts';
