export {
  checkLinearizable,
  checkLinearizableInTurns,
  type Explaining,
  type Progress,
  type Verdict,
} from './check.ts';
export type { Failure } from './explain.ts';
export type { Limits } from './limits.ts';
export { relaxedOperations, type Demand, type Relaxation } from './relax.ts';
export { replay, type Witness } from './replay.ts';
export { checkSequential, type SequentialVerdict } from './sequential.ts';
export {
  checkSessions,
  SESSION_GUARANTEES,
  type SessionGuarantee,
  type SessionRole,
  type SessionVerdict,
} from './sessions.ts';
