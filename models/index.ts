export type {
  Looseness,
  AnyModel,
  Call,
  Family,
  Key,
  Model,
  Operation,
  PartCall,
  Remaining,
  Viability,
} from './model.ts';
export { canonical, show } from './canonical.ts';
export { register, type RegisterInput } from './register.ts';
export { casRegister, type CasRegisterInput } from './cas-register.ts';
export {
  multiRegister,
  type MultiRegisterInput,
  type MultiRegisterOutput,
  type MultiRegisterStep,
} from './multi-register.ts';
export { mutex, type MutexInput } from './mutex.ts';
export { kvAppend, type KvAppendInput } from './kv-append.ts';
export { set, type SetInput, type SetOutput, type SetState } from './set.ts';
export { counter, type CounterInput } from './counter.ts';
export { queue, type QueueInput, type QueueOutput } from './queue.ts';
export {
  swarmObjects,
  type SwarmObjectInput,
  type SwarmObjectOutput,
  type SwarmObjectState,
} from './swarm-objects.ts';
export {
  swarmServices,
  type Refused,
  type SwarmServiceInput,
  type SwarmServiceState,
} from './swarm-services.ts';
export { standingObjects } from './standing-objects.ts';
export { renewedRegister, type RenewedInput, type RenewedState } from './renewed-register.ts';
export { keyed, type KeyedInput } from './keyed.ts';
