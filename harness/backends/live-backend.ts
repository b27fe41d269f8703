import { dockerBackend } from './docker/backend.ts';
import type { LiveBackend } from './live/backend.ts';
import { processBackend } from './process/backend.ts';

export type LiveBackendName = 'process' | 'docker';

/** As it is where nothing is set otherwise. */
export const liveBackend = (name: LiveBackendName): LiveBackend =>
  name === 'process' ? processBackend() : dockerBackend();
