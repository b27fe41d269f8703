import { backendContract } from './testing/contract.ts';
import { simSubject } from './testing/sim-subject.ts';

for (const seed of [1, 2, 3]) backendContract(simSubject(seed));
