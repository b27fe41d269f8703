import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { listRecords } from '../../harness/backends/live/run-record.ts';
import { until } from '../../harness/backends/live/toxiproxy/testing/loopback.ts';
import { schism, type Ended } from './testing/schism.ts';

let base = '';
let env: Readonly<Record<string, string>> = {};
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'schism-up-'));
  env = {
    SCHISM_STATE_DIR: join(base, 'state'),
    DOCKER_HOST: 'unix:///nonexistent.sock',
    NO_COLOR: '1',
  };
});
afterEach(() => {
  schism(['down'], env);
  rmSync(base, { recursive: true, force: true });
});

const alongside = (args: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, ['scenarios/main.ts', ...args], {
      env: { ...process.env, ...env },
    });
    const said = { out: '', err: '' };
    child.stdout.on('data', (bytes) => (said.out += String(bytes)));
    child.stderr.on('data', (bytes) => (said.err += String(bytes)));
    child.once('close', (code) => {
      resolve({ code, ...said });
    });
  });

test.each([['nothing is there'], ['an earlier owner has died']])(
  'of two clusters that are to stand at the same time one does, where %s',
  async (before) => {
    if (before !== 'nothing is there') {
      mkdirSync(join(base, 'state'));
      const owner = { pid: process.pid, since: 'another time' };
      writeFileSync(standingFile(join(base, 'state')), JSON.stringify({ owner, lines: ['it'] }));
    }
    const up = ['up', '--managers', '1', '--workers', '0', '--detach'];
    const ends = await Promise.all([alongside(up), alongside(up)]);
    expect(ends.filter(({ code }) => code === 0)).toHaveLength(1);
    expect(ends.map(({ err }) => err).join('\n')).toMatch(/a cluster is up already/);
    expect(schism(['doctor'], env).out).toMatch(/leftovers +none/);
    expect(schism(['down'], env).out).toMatch(/the cluster is gone/);
    expect(readdirSync(join(base, 'state', 'runs'))).toEqual([]);
  },
);

test.each([
  [['--target', 'nobody'], 2, /there is no target "nobody"/],
  [['--backend', 'docker'], 4, /no engine answers at unix:\/\/\/nonexistent.sock/],
])('what cannot stand is told by the call itself, detached too: %j', (args, code, words) => {
  const ended = schism(['up', '--detach', ...args], env);
  expect(ended.err).toMatch(words);
  expect(ended.code).toBe(code);
  expect(ended.err).not.toContain('did not come up');
});

test('doctor sees what a dead owner left', () => {
  mkdirSync(join(base, 'state', 'runs'), { recursive: true });
  const record = {
    schema: 'schism/live-run@1',
    run: 'aa-00000001',
    backend: 'process',
    owner: { pid: process.pid, since: 'another time' },
    folder: join(base, 'schism-aa-00000001'),
    processes: [],
    details: {},
  };
  writeFileSync(join(base, 'state', 'runs', 'aa-00000001.json'), JSON.stringify(record));
  expect(schism(['doctor'], env).out).toMatch(/leftovers +of 1 run whose owner has ended\n.*clean/);
  expect(schism(['clean'], env).out).toContain('removed   run aa-00000001');
  expect(schism(['doctor'], env).out).toMatch(/leftovers +none/);
});

test('what another machine wrote into a common folder for state is spared, and told of', () => {
  const folder = join(base, 'schism-bb-00000001');
  mkdirSync(join(base, 'state', 'runs'), { recursive: true });
  mkdirSync(folder);
  const owner = { pid: process.pid, since: 'another time' };
  const common = { schema: 'schism/live-run@1', backend: 'process', owner, folder, details: {} };
  const record = { ...common, run: 'bb-00000001', host: 'elsewhere', processes: [] };
  const file = join(base, 'state', 'runs', 'bb-00000001.json');
  writeFileSync(file, JSON.stringify(record));
  expect(schism(['doctor'], env).out).toMatch(/leftovers +none/);
  const { code, out } = schism(['clean'], env);
  expect(out).toContain(
    `spared    run bb-00000001 (process): it was started on elsewhere; clean it there, or remove ${file} if that machine is gone`,
  );
  expect(code).toBe(0);
  expect([existsSync(file), existsSync(folder)]).toEqual([true, true]);
});

test('a cluster whose proxies have ended does not go on looking as if it stood', async () => {
  const upAndStays = alongside(['up', '--managers', '1', '--workers', '0']);
  const state = join(base, 'state');
  await until('it stands', () => existsSync(standingFile(state)) && linesOf(state) > 0, 30_000);
  const [record] = listRecords(state);
  const proxies = record?.processes.find(({ name }) => name === 'proxies');
  if (proxies === undefined) throw new Error('its proxies are recorded');
  process.kill(proxies.pid, 'SIGKILL');
  const { code, err } = await upAndStays;
  expect(err).toContain('the embedded proxy: it ended in the middle of the run');
  expect(code).toBe(4);
  expect(existsSync(standingFile(state))).toBe(false);
  expect(listRecords(state)).toEqual([]);
});

const standingFile = (state: string): string => join(state, `up-${hostname()}.json`);

const linesOf = (state: string): number =>
  (
    JSON.parse(readFileSync(standingFile(state), 'utf8')) as {
      lines: readonly string[];
    }
  ).lines.length;
