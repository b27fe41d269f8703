import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Happening, LiveCluster } from '../../core/backend.ts';
import { chatterTarget } from '../live/testing/chatter/target.ts';
import { isAlive, sightOf } from '../live/process-identity.ts';
import { listRecords } from '../live/run-record.ts';
import type { LiveTarget, ProcessProgram } from '../live/target.ts';
import { until } from '../live/toxiproxy/testing/loopback.ts';
import { processBackend } from './backend.ts';

const one = { name: 'm1', role: 'manager' } as const;

/** One node that runs this JavaScript. */
const scripted = (
  code: string,
  given: Partial<ProcessProgram> = {},
  more: Partial<LiveTarget> = {},
): LiveTarget => ({
  ...chatterTarget,
  name: 'scripted',
  nodes: () => [one],
  process: {
    ports: 'announced',
    command: () => ({ file: process.execPath, args: ['-e', code] }),
    ...given,
  },
  ...more,
});

describe('the process backend', () => {
  let base = '';
  const clusters: LiveCluster[] = [];
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'schism-process-'));
  });
  afterEach(async () => {
    for (const cluster of clusters.splice(0)) await cluster[Symbol.asyncDispose]();
    rmSync(base, { recursive: true, force: true });
  });

  const state = (): string => join(base, 'state');
  const start = async (
    target: LiveTarget,
    { readyMs = 20_000, happenings = [] }: { readyMs?: number; happenings?: Happening[] } = {},
  ): Promise<LiveCluster> => {
    const cluster = await processBackend({
      state: state(),
      parentFolder: join(base, 'runs'),
    }).start(target, {
      shape: { managers: 3, workers: 0 },
      readyMs,
      onHappening: (happening) => happenings.push(happening),
    });
    clusters.push(cluster);
    return cluster;
  };
  const answered = async (
    cluster: LiveCluster,
    { node, happenings }: { node: string; happenings: Happening[] },
  ): Promise<Happening | undefined> => {
    const find = (): Happening | undefined => happenings.find(({ type }) => type === 'called');
    cluster.carryOut({ type: 'call', id: 1, node, request: { ask: 'name' }, timeoutMs: 5_000 });
    await until('the call is answered', () => find() !== undefined);
    return find();
  };

  describe('says what a program did that does not come up, and how to look at it', () => {
    test.each([
      [
        'is not there',
        scripted('', { command: () => ({ file: '/no/such/program', args: [] }) }),
        /^m1: \/no\/such\/program could not be started: .*ENOENT; see that it is installed/,
      ],
      [
        'ends at once',
        scripted('console.error("no licence"); process.exit(7)'),
        /^m1: its program ended before it listened \(code 7\), saying: no licence; start it by hand: /,
      ],
      [
        'never listens',
        scripted('setInterval(() => {}, 1000)', {
          command: () => ({
            file: process.execPath,
            args: ['-e', 'setInterval(() => {}, 1000)'],
            env: { LISTEN: "it's here" },
          }),
        }),
        /^m1: listening did not succeed within 700 ms \(no answer\); start it by hand: LISTEN='it'\\''s here' /,
      ],
      [
        'listens on fewer ports than its target has',
        scripted(
          'console.log(JSON.stringify({chatter: "listening", client: "127.0.0.1:1"})); setInterval(() => {}, 1000)',
          {},
          { nodes: (shape) => chatterTarget.nodes(shape).slice(0, 2) },
        ),
        /^m[12]: it did not say where it listens for peer; let it announce every port/,
      ],
    ])('%s', async (_, target, message) => {
      await expect(start(target, { readyMs: 700 })).rejects.toThrow(message);
      expect(listRecords(state())).toEqual([]);
      expect(readdirSync(join(base, 'runs'))).toEqual([]);
    });
  });

  test('a program that cannot choose its ports is given free ones, others after a restart', async () => {
    const happenings: Happening[] = [];
    const { process: program } = chatterTarget;
    if (program === undefined) throw new Error('it is a process');
    const assigned: LiveTarget = {
      ...chatterTarget,
      process: { ...program, ports: 'assigned' },
      listening: () => undefined,
    };
    const cluster = await start(assigned, { happenings });
    cluster.carryOut({ type: 'begin', id: 2, deed: { deed: 'kill', node: 'm2' } });
    cluster.carryOut({ type: 'end', id: 2 });
    await until('it is back', () => happenings.some(({ type }) => type === 'ended'));
    expect(happenings.find(({ type }) => type === 'ended')).toMatchObject({ healed: true });
    expect(await answered(cluster, { node: 'm2', happenings })).toMatchObject({
      result: { response: { name: 'm2' } },
    });
  });

  test('a node that ends by itself is told of, with what it ended with', async () => {
    const happenings: Happening[] = [];
    const cluster = await start(chatterTarget, { happenings });
    const [record] = listRecords(state());
    const m3 = record?.processes.find(({ name }) => name === 'm3');
    if (record === undefined || m3 === undefined) throw new Error('the run is recorded');
    process.kill(m3.pid, 'SIGTERM');
    const told = (): Happening | undefined =>
      happenings.find((one) => one.type === 'lifecycle' && one.lifecycle.event === 'exited');
    await until('its end is told', () => told() !== undefined);
    expect(told()).toMatchObject({ lifecycle: { node: 'm3', text: `pid ${m3.pid}: code 0` } });
    expect(await answered(cluster, { node: 'm1', happenings })).toMatchObject({
      result: { response: { name: 'm1' } },
    });
  });

  test.each([
    ['ends when its parent does', 'process.stdin.on("end", () => process.exit()).resume();', {}],
    ['ignores its parent’s end', '', {}],
    // Found by the environment it was started with, which macOS does not show.
    ...(process.platform === 'linux'
      ? [['has put it into a group of its own', '', { detached: true }] as const]
      : []),
  ])('what a node started ends with the cluster, where the node %s', async (_, ends, options) => {
    const note = join(base, 'child.pid');
    const code = `
      ${ends}
      const { spawn } = require('node:child_process');
      const args = ['-e', 'setInterval(() => {}, 1000)'];
      const child = spawn(process.execPath, args, { stdio: 'ignore', ...${JSON.stringify(options)} });
      require('node:fs').writeFileSync(${JSON.stringify(note)}, String(child.pid));
      const server = require('node:net').createServer().listen(0, '127.0.0.1', () => {
        const address = '127.0.0.1:' + server.address().port;
        console.log(JSON.stringify({ chatter: 'listening', client: address, peer: address }));
      });
    `;
    const cluster = await start(scripted(code));
    const [record] = listRecords(state());
    if (record === undefined) throw new Error('the run is recorded');
    const child = Number(readFileSync(note, 'utf8'));
    expect(sightOf(child)).toBeDefined();
    await cluster[Symbol.asyncDispose]();
    expect(record.processes.filter(isAlive)).toEqual([]);
    await until('the child of the node has ended', () => sightOf(child) === undefined);
  });

  test('proxies that stand still are told of as a stall: links that stop so are nobody’s fault', async () => {
    const happenings: Happening[] = [];
    await start(chatterTarget, { happenings });
    const proxies = listRecords(state())[0]?.processes.find(({ name }) => name === 'proxies');
    if (proxies === undefined) throw new Error('the run is recorded');
    const long = (): boolean =>
      happenings.some((one) => one.type === 'stalled' && one.forMs >= 1_000);
    expect(long()).toBe(false);
    process.kill(proxies.pid, 'SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    process.kill(proxies.pid, 'SIGCONT');
    await until('that is told', long);
  });

  const onLinux = process.platform === 'linux' ? test : undefined;
  onLinux?.(
    'a kill and a pause reach also what a node started and put into a group of its own',
    async () => {
      const note = join(base, 'child.pid');
      const code = `
      const { spawn } = require('node:child_process');
      const args = ['-e', 'setInterval(() => {}, 1000)'];
      const child = spawn(process.execPath, args, { stdio: 'ignore', detached: true });
      require('node:fs').appendFileSync(${JSON.stringify(note)}, child.pid + ' ');
      const server = require('node:net').createServer().listen(0, '127.0.0.1', () => {
        const address = '127.0.0.1:' + server.address().port;
        console.log(JSON.stringify({ chatter: 'listening', client: address, peer: address }));
      });
    `;
      const happenings: Happening[] = [];
      const cluster = await start(scripted(code), { happenings });
      const seen = (type: 'begun' | 'ended', id: number) => (): boolean =>
        happenings.some((one) => one.type === type && one.id === id);
      const children = (): readonly number[] =>
        readFileSync(note, 'utf8').trim().split(' ').map(Number);
      const [first = 0] = children();

      cluster.carryOut({ type: 'begin', id: 1, deed: { deed: 'pause', node: 'm1' } });
      await until('it is paused', seen('begun', 1));
      await until('its child is too', () => sightOf(first)?.state === 'stopped');
      cluster.carryOut({ type: 'end', id: 1 });
      await until('it goes on', seen('ended', 1));
      await until('its child does too', () => sightOf(first)?.state === 'running');

      cluster.carryOut({ type: 'begin', id: 2, deed: { deed: 'kill', node: 'm1' } });
      await until('it is killed', seen('begun', 2));
      await until('its child is too', () => sightOf(first) === undefined);
      cluster.carryOut({ type: 'end', id: 2 });
      await until('it is back', seen('ended', 2));
      expect(children()).toHaveLength(2);
      expect(sightOf(children()[1] ?? 0)).toBeDefined();
    },
  );
});
