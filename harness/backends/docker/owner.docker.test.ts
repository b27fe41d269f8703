import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type Docker from 'dockerode';
import { isAlive, killForSure } from '../live/process-identity.ts';
import { programBeside } from '../live/program.ts';
import { cleanLeftovers, leftoversOf } from '../live/reclaim.ts';
import { listRecords, type RunRecord } from '../live/run-record.ts';
import { until } from '../live/toxiproxy/testing/loopback.ts';
import { connectEngine } from './engine.ts';
import { labelsOf } from './labels.ts';
import { leftInEngine } from './left-in-engine.ts';
import { reap, removeRun, runsInEngine } from './reap.ts';

jest.setTimeout(300_000);
/** No step takes this long, on any machine. */
const patienceMs = 120_000;

/** A harness in a process of its own, with a run in containers. */
class Owner {
  readonly child: ChildProcess;
  readonly #state: string;
  said = '';

  constructor(base: string) {
    this.#state = join(base, 'state');
    const program = programBeside(import.meta.url, 'testing/owner-main');
    this.child = spawn(process.execPath, [program, this.#state, join(base, 'runs')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.child.stdout?.on('data', (bytes) => {
      this.said += String(bytes);
    });
  }

  get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  async says(line: string): Promise<void> {
    await until(`it says "${line}"`, () => this.said.includes(line) || this.ended, patienceMs);
    expect(this.said).toContain(line);
  }

  /** Its run, once that is written down. */
  async record(): Promise<RunRecord> {
    await until('it has a run', () => listRecords(this.#state).length > 0, patienceMs);
    const [record] = listRecords(this.#state);
    if (record === undefined) throw new Error('it has just been there');
    return record;
  }
}

let docker: Docker;
let base = '';
let state = '';
const owners: Owner[] = [];

beforeEach(async () => {
  docker = await connectEngine();
  base = mkdtempSync(join(tmpdir(), 'schism-owner-'));
  state = join(base, 'state');
});
afterEach(async () => {
  for (const { child } of owners.splice(0)) child.kill('SIGKILL');
  await until('nothing is remembered', () => listRecords(state).length === 0, patienceMs);
  rmSync(base, { recursive: true, force: true });
});

const begin = (): Owner => {
  const owner = new Owner(base);
  owners.push(owner);
  return owner;
};

const engineHolds = async (record: RunRecord, what: RegExp): Promise<boolean> =>
  (await leftInEngine(record, docker)).some((one) => what.test(one));

const left = async (record: RunRecord): Promise<readonly string[]> => [
  ...leftoversOf(record),
  ...(await leftInEngine(record, docker)),
];

/** Once its record has gone, nothing else may be there. */
const goneWithAll = async (record: RunRecord): Promise<void> => {
  await until('nothing is remembered', () => listRecords(state).length === 0, patienceMs);
  expect(await left(record)).toEqual([]);
  await until(
    'the guardian has gone',
    () => record.guardian === undefined || !isAlive(record.guardian),
    patienceMs,
  );
  // Nor does anything come afterwards.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect(await left(record)).toEqual([]);
};

describe('a harness that is killed', () => {
  const reaching = (what: RegExp) => async (owner: Owner) => {
    const record = await owner.record();
    await until(
      `the engine holds ${String(what)}`,
      async () => owner.ended || (await engineHolds(record, what)),
      patienceMs,
    );
  };

  test.each<[string, (owner: Owner) => Promise<unknown>]>([
    ['before it has anything', (owner) => owner.record()],
    ['while it makes networks', reaching(/^network/)],
    ['while Toxiproxy starts', reaching(/^container .*toxiproxy/)],
    ['while nodes start', reaching(/^container .*-m\d/)],
    ['in the middle of faults', (owner) => owner.says('faults are on')],
    [
      'while it takes everything away',
      async (owner) => {
        await owner.says('faults are on');
        const record = await owner.record();
        const whole = (await leftInEngine(record, docker)).length;
        owner.child.kill('SIGINT');
        await until(
          'something has been removed',
          async () => (await leftInEngine(record, docker)).length < whole,
          patienceMs,
        );
      },
    ],
  ])('%s leaves nothing: its guardian removes it', async (_when, reached) => {
    const owner = begin();
    await reached(owner);
    const record = await owner.record();
    owner.child.kill('SIGKILL');
    await goneWithAll(record);
  });

  test('has a run whose every part the engine shows with the run’s label, volumes too', async () => {
    const owner = begin();
    await owner.says('faults are on');
    const record = await owner.record();
    const held = await leftInEngine(record, docker);
    const kinds = held.map((one) => one.replace(/ .*/, '')).sort();
    expect(kinds).toEqual([
      ...Array.from({ length: 4 }, () => 'container'),
      ...Array.from({ length: 4 }, () => 'network'),
      ...Array.from({ length: 3 }, () => 'volume'),
    ]);
    expect(held.filter((one) => one.includes('(paused)'))).toHaveLength(1);
    expect(held.filter((one) => one.includes('(exited)'))).toHaveLength(1);
    owner.child.kill('SIGKILL');
    await goneWithAll(record);
  });
});

describe('where the guardian was killed as well', () => {
  test.each<[string, (owner: Owner) => Promise<unknown>]>([
    [
      'while nodes start',
      async (owner) => {
        const record = await owner.record();
        await until('a node is there', () => engineHolds(record, /^container .*-m\d/), patienceMs);
      },
    ],
    ['in the middle of faults', (owner) => owner.says('faults are on')],
  ])('%s, `clean` removes what is left, and spares it before', async (_when, reached) => {
    const owner = begin();
    await reached(owner);
    const record = await owner.record();
    const reapers = { docker: reap };
    expect((await cleanLeftovers({ state, reapers })).spared.map(({ run }) => run)).toEqual([
      record.run,
    ]);
    expect(await engineHolds(record, /^container/)).toBe(true);
    const { guardian } = await owner.record();
    if (guardian === undefined) throw new Error('a run has a guardian');
    killForSure(guardian);
    owner.child.kill('SIGKILL');
    await until('the owner has gone', () => !isAlive(record.owner), patienceMs);
    expect(await left(record)).not.toEqual([]);
    const { removed, spared, failed } = await cleanLeftovers({ state, reapers });
    expect([removed.map(({ run }) => run), spared, failed]).toEqual([[record.run], [], []]);
    await goneWithAll(record);
  });
});

test('whoever finds a run in the engine without its record sees whether its owner lives', async () => {
  const owner = begin();
  const record = await owner.record();
  await until('it has something', () => engineHolds(record, /^network/), patienceMs);
  const found = (await runsInEngine(docker)).find(({ run }) => run === record.run);
  expect(found).toEqual({ run: record.run, owner: 'alive' });
  owner.child.kill('SIGKILL');
  await goneWithAll(record);
});

test('of a run whose containers were removed by hand the volumes are found, too', async () => {
  const run = `test-${Date.now().toString(36)}`;
  const owner = { pid: process.pid, since: 'another time' };
  await docker.createVolume({ Name: `schism-${run}`, Labels: labelsOf({ run, owner }) });
  const found = (await runsInEngine(docker)).find((one) => one.run === run);
  await removeRun(docker, run);
  expect(found).toEqual({ run, owner: 'dead' });
  expect(await leftInEngine({ run }, docker)).toEqual([]);
});

test('a harness that is interrupted heals, removes everything and ends in peace', async () => {
  const owner = begin();
  await owner.says('faults are on');
  const record = await owner.record();
  owner.child.kill('SIGINT');
  await until('it has ended', () => owner.ended, patienceMs);
  expect(owner.child.exitCode).toBe(0);
  const [last = ''] = owner.said.trim().split('\n').slice(-1);
  expect(JSON.parse(last)).toEqual(Array.from({ length: 3 }, () => ({ bit: true, healed: true })));
  expect(listRecords(state)).toEqual([]);
  await goneWithAll(record);
});
