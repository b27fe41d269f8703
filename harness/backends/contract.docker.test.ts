import { jest } from '@jest/globals';
import { backendContract } from './testing/contract.ts';
import { chatterInContainers } from './docker/testing/chatter.ts';
import { dockerBackend } from './docker/backend.ts';
import { leftInEngine } from './docker/left-in-engine.ts';
import { liveSubject } from './testing/live-subject.ts';

// A test that fails takes its cluster away and the next one starts another.
jest.setTimeout(180_000);

backendContract(
  liveSubject({
    target: chatterInContainers,
    closedPort: 'accepts-first',
    backend: ({ state, parentFolder }) => dockerBackend({ state, parentFolder }),
    leftovers: leftInEngine,
  }),
);
