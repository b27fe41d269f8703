import { backendContract } from './contract.ts';
import { simSubject } from './sim/contracted.ts';

for (const seed of [1, 2, 3]) backendContract(simSubject(seed));
