/** The package's front door: the harness, and the checker of histories. */
export * from '../harness/index.ts';
export {
  checkLinearizable,
  checkLinearizableInTurns,
  relaxedOperations,
  replay,
  type Demand,
  type Limits,
  type Progress,
  type Relaxation,
  type Verdict as LinearizabilityVerdict,
  type Witness,
} from '../properties/linearizability/index.ts';
