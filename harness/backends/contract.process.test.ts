import { backendContract } from './contract.ts';
import { chatterTarget } from './live/chatter/target.ts';
import { liveSubject } from './live/contracted.ts';
import { processBackend } from './process/backend.ts';

backendContract(
  liveSubject({ target: chatterTarget, closedPort: 'refuses', backend: processBackend }),
);
