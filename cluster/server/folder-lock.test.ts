import { afterEach, beforeEach, expect, test } from '@jest/globals';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createFileDisk } from './disk.ts';
import { lockFolder, lockName } from './folder-lock.ts';

let base = '';
beforeEach(() => {
  base = fs.mkdtempSync(path.join(os.tmpdir(), 'schism-lock-'));
});
afterEach(() => {
  fs.rmSync(base, { recursive: true });
});

/** A socket that nobody listens on any more, as a killed process leaves it. */
const leaveStaleSocket = async (place: string) => {
  const server = net.createServer();
  await new Promise((resolve) =>
    server.listen(`${place}.born`, () => {
      resolve(undefined);
    }),
  );
  // The name is changed, so that closing does not find it.
  fs.renameSync(`${place}.born`, place);
  await new Promise((resolve) => server.close(resolve));
};

test('a folder is held by one at a time', async () => {
  const first = await lockFolder(base);
  expect(first).toBeDefined();
  expect(await lockFolder(base)).toBeUndefined();
  await first?.release();
  const next = await lockFolder(base);
  expect(next).toBeDefined();
  await next?.release();
  expect(fs.readdirSync(base)).toStrictEqual([]);
});

test('the lock of a process that was killed is taken over', async () => {
  await leaveStaleSocket(path.join(base, lockName));
  const lock = await lockFolder(base);
  expect(lock).toBeDefined();
  expect(await lockFolder(base)).toBeUndefined();
  await lock?.release();
});

test('a folder with a long path can be held too', async () => {
  const folder = path.join(base, 'x'.repeat(80), 'y'.repeat(80));
  const lock = await lockFolder(folder);
  expect(await lockFolder(folder)).toBeUndefined();
  await lock?.release();
});

test('the lock is no part of what the folder holds', async () => {
  const lock = await lockFolder(base);
  expect(createFileDisk(base).files).toStrictEqual(new Map());
  await lock?.release();
});
