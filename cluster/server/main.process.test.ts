import { afterEach, beforeEach, expect, test } from '@jest/globals';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { temporarySuffix } from './folder.ts';
import { apiOf, startNode } from './testing/node-under-test.ts';
import type { NodeUnderTest } from './testing/node-under-test.ts';

let folder = '';
let started: NodeUnderTest[] = [];
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'schism-main-'));
});
afterEach(async () => {
  for (const node of started) node.child.kill('SIGKILL');
  await Promise.all(started.map((node) => node.ended));
  started = [];
  fs.rmSync(folder, { recursive: true });
});

const start = (...args: readonly string[]) => {
  const free = ['--data', path.join(folder, 'm1'), '--api', '127.0.0.1:0', '--peer', '127.0.0.1:0'];
  const node = startNode('--name', 'm1', ...free, ...args);
  started.push(node);
  return node;
};

test('a node says who it is before it says where it listens', async () => {
  const node = start();
  const port = await apiOf(node);
  expect(node.lines[0]).toMatchObject({
    schism: 'observation',
    kind: 'boot',
    name: 'm1',
    node: 'm1',
    seq: 1,
    boot: expect.stringMatching(/^[0-9a-f]{16}$/) as unknown,
    mono: expect.any(Number) as unknown,
    wall: expect.any(Number) as unknown,
  });
  const response = await fetch(`http://127.0.0.1:${port}/v1.41/_ping`);
  expect(await response.text()).toBe('OK');
  expect(node.errors).toStrictEqual([]);
});

test.each(['SIGTERM', 'SIGINT'] as const)('%s ends a node with code 0', async (signal) => {
  const node = start();
  await apiOf(node);
  node.child.kill(signal);
  expect(await node.ended).toBe(0);
  expect(fs.readdirSync(path.join(folder, 'm1'))).not.toContain('lock');
});

test('a node ends at once when the pipe to its parent closes', async () => {
  const node = start();
  await apiOf(node);
  node.child.stdin?.end();
  expect(await node.ended).toBe('SIGKILL');
});

test('bad settings end it with code 2 and a message that says what was expected', async () => {
  const node = start('--resolve', 'm2');
  expect(await node.ended).toBe(2);
  expect(node.errors).toStrictEqual([
    '--resolve: expected HOST:PORT=HOST:PORT, such as m2:2377=127.0.0.1:41001; got "m2"',
    'Try --help.',
  ]);
  expect(node.lines).toStrictEqual([]);
});

test('times that do not fit together are bad settings too', async () => {
  const node = start('--node-config', '{"electionTimeoutMsMin":500,"electionTimeoutMsMax":100}');
  expect(await node.ended).toBe(2);
  expect(node.errors.join()).toContain('electionTimeoutMsM');
});

test('a second node on one data folder ends with code 4, and the first lives on', async () => {
  const first = start();
  const port = await apiOf(first);
  const second = start();
  expect(await second.ended).toBe(4);
  expect(second.lines.at(-1)?.msg).toMatch(/^cannot start: another process has the data folder /);
  expect((await fetch(`http://127.0.0.1:${port}/_ping`)).status).toBe(200);
});

test('a port that is taken ends it with code 4', async () => {
  const port = await apiOf(start());
  const second = start('--data', path.join(folder, 'm2'), '--api', `127.0.0.1:${port}`);
  expect(await second.ended).toBe(4);
  expect(second.lines.at(-1)?.msg).toContain('EADDRINUSE');
});

test('a killed node starts again on its folder, as another boot with numbers of its own', async () => {
  const first = start();
  await apiOf(first);
  first.child.kill('SIGKILL');
  expect(await first.ended).toBe('SIGKILL');
  const second = start();
  await apiOf(second);
  const [before, after] = [first.lines[0], second.lines[0]];
  expect(after).toMatchObject({ kind: 'boot', seq: 1 });
  expect(after?.boot).not.toBe(before?.boot);
});

test('a node that cannot write its folder acknowledges nothing, says why and ends with code 1', async () => {
  const node = start();
  const url = `http://127.0.0.1:${await apiOf(node)}/swarm/init`;
  // A folder stands where the key file is written before it is put in its place.
  const certificates = path.join(folder, 'm1', 'certificates');
  fs.mkdirSync(path.join(certificates, `swarm-node.key${temporarySuffix}`), { recursive: true });
  const headers = { 'Content-Type': 'application/json' };
  const body = '{"ListenAddr":"0.0.0.0:2377"}';
  const acknowledged = await fetch(url, { method: 'POST', headers, body }).then(
    (response) => response.ok,
    () => false,
  );
  expect(acknowledged).toBe(false);
  expect(await node.ended).toBe(1);
  expect(node.lines.at(-1)).toMatchObject({
    level: 60,
    msg: expect.stringMatching(/^halted: the data folder cannot be written: .*EISDIR/) as unknown,
  });
});
