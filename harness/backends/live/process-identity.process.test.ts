import { spawn } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { identityOf, isAlive, killForSure, processesWith, sightOf } from './process-identity.ts';
import { until } from './toxiproxy/testing/loopback.ts';

const sleeper = (env: Readonly<Record<string, string>> = {}): { pid: number } => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
    stdio: 'ignore',
    detached: true,
    env: { ...process.env, ...env },
  });
  if (child.pid === undefined) throw new Error('it has a pid');
  return { pid: child.pid };
};

test('a process is the same as long as it lives, and gone when it has ended', async () => {
  const { pid } = sleeper();
  const identity = identityOf(pid);
  if (identity === undefined) throw new Error('it has just been started');
  expect(identityOf(pid)).toEqual(identity);
  expect(isAlive(identity)).toBe(true);
  expect(isAlive({ ...identity, since: 'another time' })).toBe(false);
  killForSure({ ...identity, since: 'another time' });
  expect(isAlive(identity)).toBe(true);
  killForSure(identity);
  await until('it has ended', () => !isAlive(identity));
  killForSure(identity);
});

test('a stopped process is seen to be stopped, and can be killed', async () => {
  const { pid } = sleeper();
  process.kill(pid, 'SIGSTOP');
  await until('it is stopped', () => sightOf(pid)?.state === 'stopped');
  const identity = identityOf(pid);
  if (identity === undefined) throw new Error('it is only stopped');
  killForSure(identity);
  await until('it has ended', () => !isAlive(identity));
});

test('processes are found by the variable that they were started with', async () => {
  const mark = `test-${process.pid}`;
  const { pid } = sleeper({ SCHISM_TEST_MARK: mark });
  if (process.platform === 'linux') {
    await until('it is found', () => processesWith('SCHISM_TEST_MARK', mark).length === 1);
    expect(processesWith('SCHISM_TEST_MARK', mark)).toEqual([identityOf(pid)]);
  }
  expect(processesWith('SCHISM_TEST_MARK', `${mark}-other`)).toEqual([]);
  process.kill(pid, 'SIGKILL');
});
