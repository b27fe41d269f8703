import { backendContract } from './testing/contract.ts';
import { chatterTarget } from './live/testing/chatter/target.ts';
import { liveSubject } from './testing/live-subject.ts';
import { processBackend } from './process/backend.ts';

backendContract(
  liveSubject({ target: chatterTarget, closedPort: 'refuses', backend: processBackend }),
);
