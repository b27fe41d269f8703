import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import Docker from 'dockerode';
import { connectEngine } from '../../harness/backends/docker/engine.ts';
import { leftInEngine } from '../../harness/backends/docker/left-in-engine.ts';
import { isAlive, killForSure } from '../../harness/backends/live/process-identity.ts';
import { leftoversOf } from '../../harness/backends/live/reclaim.ts';
import { listRecords, type RunRecord } from '../../harness/backends/live/run-record.ts';
import { until } from '../../harness/backends/live/toxiproxy/testing/loopback.ts';
import { schism } from './testing/schism.ts';

jest.setTimeout(300_000);
/** No step takes this long, on any machine. */
const patienceMs = 120_000;

let docker: Docker;
const base = mkdtempSync(join(tmpdir(), 'schism-cli-docker-'));
const state = join(base, 'state');
const env = { SCHISM_STATE_DIR: state, TMPDIR: base, NO_COLOR: '1' };
const calls: ChildProcess[] = [];

beforeAll(async () => {
  docker = await connectEngine();
});
afterEach(async () => {
  for (const child of calls.splice(0)) child.kill('SIGKILL');
  await until('nothing is remembered', () => listRecords(state).length === 0, patienceMs);
});
afterAll(() => {
  rmSync(base, { recursive: true, force: true });
});

/** The command line, left running. */
const called = (...args: readonly string[]): ChildProcess => {
  const child = spawn(
    process.execPath,
    ['scenarios/main.ts', ...args, '--out', join(base, 'out')],
    { env: { ...process.env, ...env }, stdio: 'ignore' },
  );
  calls.push(child);
  return child;
};

const left = async (record: RunRecord): Promise<readonly string[]> => [
  ...leftoversOf(record),
  ...(await leftInEngine(record, docker)),
];

/** The run of a call, once its nodes are there. */
const standing = async (child: ChildProcess): Promise<RunRecord> => {
  const record = (): RunRecord | undefined => listRecords(state)[0];
  await until(
    'a node is there',
    async () => {
      if (child.exitCode !== null) throw new Error(`it has ended with ${child.exitCode}`);
      const known = record();
      return (
        known !== undefined && (await leftInEngine(known, docker)).some((one) => /-m\d/.test(one))
      );
    },
    patienceMs,
  );
  const known = record();
  if (known === undefined) throw new Error('it has just been there');
  return known;
};

describe('run --backend docker', () => {
  const run = ['run', 'leader-cut-off', '--backend', 'docker', '--seed', '1'] as const;

  test('ends with 130 at Ctrl-C, and leaves nothing', async () => {
    const child = called(...run);
    const record = await standing(child);
    child.kill('SIGINT');
    await until('it has ended', () => child.exitCode !== null, patienceMs);
    expect(child.exitCode).toBe(130);
    expect(listRecords(state)).toEqual([]);
    expect(await left(record)).toEqual([]);
  });

  test('is spared by `clean` while it lives, and removed by it once it was killed with its guardian', async () => {
    const child = called(...run);
    const record = await standing(child);
    const spared = schism(['clean'], env);
    expect(spared.out).toContain(
      `spared    run ${record.run} (docker): its owner, process ${child.pid ?? 0}, lives`,
    );
    expect(spared.out).toContain('spared    images of earlier sources');
    const { guardian } = listRecords(state)[0] ?? record;
    if (guardian === undefined) throw new Error('a run has a guardian');
    killForSure(guardian);
    child.kill('SIGKILL');
    await until('the owner has gone', () => !isAlive(record.owner), patienceMs);
    expect(await left(record)).not.toEqual([]);
    const { code, out } = schism(['clean'], env);
    expect(out).toContain(`removed   run ${record.run} (docker)`);
    expect(code).toBe(0);
    expect(listRecords(state)).toEqual([]);
    expect(await left(record)).toEqual([]);
  });

  test('finds a planted bug in containers: exit 1, and the guarantee by its name', () => {
    const { code, out } = schism(
      [
        ...['run', 'autolocked-restart', '--backend', 'docker', '--seed', '1'],
        ...[
          '--mutants',
          'scenarios/mutants/locked-manager-answers.yaml',
          '--out',
          join(base, 'out'),
        ],
      ],
      env,
    );
    expect(out).toContain('BROKEN autolocked-restart');
    expect(code).toBe(1);
  });
});

test('up and down: a swarm whose every node a Docker client can ask, and then nothing', async () => {
  const { code, out, err } = schism(['up', '--backend', 'docker', '--detach'], env);
  expect([code, err]).toEqual([0, expect.stringContaining('takes it away')]);
  const addresses = [
    ...out.matchAll(/^export DOCKER_HOST=tcp:\/\/127\.0\.0\.1:(\d+) {3}# (\w+)$/gm),
  ];
  expect(addresses.map(([, , name]) => name)).toEqual(['m1', 'm2', 'm3', 'w1', 'w2']);
  const [record] = listRecords(state);
  if (record === undefined) throw new Error('a cluster that is up is recorded');
  for (const [, port] of addresses.slice(0, 3)) {
    const client = new Docker({ protocol: 'http', host: '127.0.0.1', port: Number(port) });
    expect(await client.listNodes()).toHaveLength(5);
  }
  expect(schism(['down'], env)).toMatchObject({ code: 0, out: 'the cluster is gone\n' });
  expect(await left(record)).toEqual([]);
});
