import type { WaitStrategy } from 'testcontainers';

/** Waits for nothing: whether a container is up is asked of what runs in it, with a deadline of ours. */
export const nothingToWaitFor: WaitStrategy = {
  waitUntilReady: () => Promise.resolve(),
  withStartupTimeout: () => nothingToWaitFor,
  isStartupTimeoutSet: () => true,
  getStartupTimeout: () => 60_000,
};
