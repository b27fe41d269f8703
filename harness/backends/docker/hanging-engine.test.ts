import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type Docker from 'dockerode';
import { createNetworks } from './networks.ts';
import { useRyukWhereItIs } from './ryuk.ts';

const never = (): Promise<never> => new Promise(() => undefined);
/** It takes every question and answers none. */
const hanging = { listNetworks: never, listImages: never } as unknown as Docker;

const variable = 'TESTCONTAINERS_RYUK_DISABLED';
const before = process.env[variable];
beforeEach(() => {
  Reflect.deleteProperty(process.env, variable);
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
  if (before !== undefined) process.env[variable] = before;
});

const record = { run: 'test-00000001', owner: { pid: 1, since: '' } };

test.each([
  ['networks', () => createNetworks(hanging, { record, nodes: ['m1'] })],
  ['Ryuk', () => useRyukWhereItIs(hanging)],
])('an engine that hangs while it is asked for %s does not hang the start', async (_, ask) => {
  const failed = expect(ask()).rejects.toThrow(
    /^Docker: listing its \w+ did not succeed within 60000 ms/,
  );
  await jest.advanceTimersByTimeAsync(60_001);
  await failed;
});
