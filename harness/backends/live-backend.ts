import { dockerBackend } from './docker/backend.ts';
import type { LiveBackend } from './live/backend.ts';
import { processBackend } from './process/backend.ts';

/** As it is where nothing is set otherwise. */
export const liveBackend = (name: 'process' | 'docker'): LiveBackend =>
  name === 'process' ? processBackend() : dockerBackend();
