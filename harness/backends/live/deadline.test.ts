import { expect, test } from '@jest/globals';
import { beforeDeadline, hopeless } from './deadline.ts';
import { LiveFailure } from './failure.ts';

const deadline = { place: 'm2', doing: 'listening', withinMs: 60_000, nextStep: 'look at it' };

test('it tries again until an attempt succeeds', async () => {
  let attempts = 0;
  const attempt = (): Promise<string> => {
    attempts += 1;
    return attempts < 3 ? Promise.reject(new Error('not yet')) : Promise.resolve('done');
  };
  expect(await beforeDeadline(deadline, attempt)).toBe('done');
  expect(attempts).toBe(3);
});

test('at the deadline it says where, what, why and what to do', async () => {
  const cause = new Error('nobody listens');
  const failing = beforeDeadline({ ...deadline, withinMs: 50 }, () => Promise.reject(cause));
  await expect(failing).rejects.toEqual(
    new LiveFailure({
      place: 'm2',
      what: 'listening did not succeed within 50 ms (nobody listens)',
      nextStep: 'look at it',
    }),
  );
  await expect(failing).rejects.toHaveProperty('cause', cause);
});

test('an attempt that never ends is left at the deadline', async () => {
  let signalled = false;
  const never = (signal: AbortSignal): Promise<never> =>
    new Promise(() => {
      signal.addEventListener('abort', () => {
        signalled = true;
      });
    });
  await expect(beforeDeadline({ ...deadline, withinMs: 30 }, never)).rejects.toThrow('no answer');
  expect(signalled).toBe(true);
});

test('time in which this process stands still is no time to answer in', async () => {
  const attempt = async (): Promise<string> => {
    await new Promise(setImmediate);
    const until = performance.now() + 600;
    while (performance.now() < until);
    // An answer that has come long ago is read behind the timers only.
    await new Promise(setImmediate);
    return 'an answer';
  };
  expect(await beforeDeadline({ ...deadline, withinMs: 500 }, attempt)).toBe('an answer');
});

test('what is hopeless ends it at once, as it is', async () => {
  const broken = new Error('no such program');
  let attempts = 0;
  const attempt = (): Promise<never> => {
    attempts += 1;
    return Promise.reject(hopeless(broken));
  };
  await expect(beforeDeadline(deadline, attempt)).rejects.toBe(broken);
  expect(attempts).toBe(1);
});
