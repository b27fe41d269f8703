import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type Docker from 'dockerode';
import { chatterShape as shape, conductingChatter } from '../live/testing/chatter/conducting.ts';
import { runLive } from '../live/run-live.ts';
import { listRecords } from '../live/run-record.ts';
import type { ContainerProgram, LiveTarget } from '../live/target.ts';
import { until } from '../live/toxiproxy/testing/loopback.ts';
import { dockerBackend } from './backend.ts';
import { chatterInContainers } from './testing/chatter.ts';
import { connectEngine } from './engine.ts';
import { runLabel } from './labels.ts';

jest.setTimeout(180_000);
/** No step takes this long, on any machine. */
const patienceMs = 90_000;

let docker: Docker;
let base = '';
let state = '';
beforeAll(async () => {
  docker = await connectEngine();
  base = mkdtempSync(join(tmpdir(), 'schism-docker-'));
  state = join(base, 'state');
});
afterAll(() => {
  rmSync(base, { recursive: true, force: true });
});

const backend = (options: { readonly toxiproxyImage?: string } = {}) =>
  dockerBackend({ state, parentFolder: join(base, 'runs'), ...options });

/** Of this process: runs of others are none of our business. */
const nothingIsLeft = async (): Promise<void> => {
  expect(listRecords(state)).toEqual([]);
  expect(readdirSync(join(base, 'runs'))).toEqual([]);
  const filters = { label: [runLabel] };
  const held = [
    ...(await docker.listContainers({ all: true, filters })),
    ...(await docker.listNetworks({ filters })),
  ];
  const mine = `"pid":${process.pid},`;
  expect(
    held.filter(({ Labels }) => Object.values(Labels ?? {}).some((value) => value.includes(mine))),
  ).toEqual([]);
};

const started = (container: Partial<ContainerProgram>): LiveTarget => ({
  ...chatterInContainers,
  container: {
    image: '',
    ports: {},
    dataFolder: '',
    ...chatterInContainers.container,
    ...container,
  },
});

test('a run fails, and leaves nothing, where Toxiproxy is gone', async () => {
  const conductor = conductingChatter([], { backend: 'docker', injectMs: 600_000 });
  const running = runLive(backend(), chatterInContainers, { conductor, shape });
  const failed = expect(running).rejects.toThrow('Toxiproxy: it ended in the middle of the run');
  await until('the schedule begins', () => conductor.history().phases.injectAt > 0, patienceMs);
  const [record] = listRecords(state);
  await docker.getContainer(`schism-${record?.run ?? ''}-toxiproxy`).kill();
  await failed;
  await nothingIsLeft();
});

test('a Toxiproxy that stands still for a while is a stall, and one that does not go on ends the run', async () => {
  const conductor = conductingChatter([], { backend: 'docker', injectMs: 600_000 });
  const running = runLive(backend(), chatterInContainers, { conductor, shape });
  const failed = expect(running).rejects.toThrow(
    /^Toxiproxy at http:\S+: asking its version did not succeed within 15000 ms/,
  );
  await until('the schedule begins', () => conductor.history().phases.injectAt > 0, patienceMs);
  const [record] = listRecords(state);
  const toxiproxy = docker.getContainer(`schism-${record?.run ?? ''}-toxiproxy`);
  const longest = (): number =>
    Math.max(0, ...conductor.history().stalls.map(({ forMs }) => forMs));
  await toxiproxy.pause();
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  await toxiproxy.unpause();
  await until('it is noticed', () => longest() > 2_000, patienceMs);
  await toxiproxy.pause();
  await failed;
  await nothingIsLeft();
});

test('a node that ends before it listens is named with its last words, and nothing is left', async () => {
  const target = started({ command: () => ['sh', '-c', 'echo no luck today; exit 3'] });
  const starting = backend().start(target, { shape, onHappening: () => undefined });
  await expect(starting).rejects.toThrow(
    /^m\d: its program ended before it listened \(exit code 3\), saying: no luck today; see what `docker run /,
  );
  await nothingIsLeft();
});

test('a node that never listens is given up, and nothing is left', async () => {
  const target = started({ command: () => ['sleep', '600'] });
  const starting = backend().start(target, { shape, readyMs: 500, onHappening: () => undefined });
  await expect(starting).rejects.toThrow(/^m\d: listening did not succeed within 500 ms/);
  await nothingIsLeft();
});

test('an image that cannot be had is named, and nothing is left', async () => {
  const image = 'localhost:1/schism-none:none';
  const starting = backend().start(started({ image }), { shape, onHappening: () => undefined });
  await expect(starting).rejects.toThrow(`m1: image ${image} could not be started`);
  const proxies = backend({ toxiproxyImage: image });
  await expect(
    proxies.start(chatterInContainers, { shape, onHappening: () => undefined }),
  ).rejects.toThrow(`Toxiproxy: image ${image} could not be started`);
  await nothingIsLeft();
});

test('needs a target that can be in a container', async () => {
  const without = Object.fromEntries(
    Object.entries(chatterInContainers).filter(([key]) => key !== 'container'),
  ) as LiveTarget;
  await expect(backend().start(without, { shape, onHappening: () => undefined })).rejects.toThrow(
    'target chatter: it does not say how it is started in a container',
  );
});

test('where no engine answers, it is said how to get one', async () => {
  const { DOCKER_HOST: host } = process.env;
  process.env.DOCKER_HOST = 'unix:///nowhere/docker.sock';
  try {
    await expect(connectEngine(300)).rejects.toThrow(
      /^Docker: no engine answers at unix:\/\/\/nowhere\/docker\.sock .*start one/,
    );
  } finally {
    if (host === undefined) delete process.env.DOCKER_HOST;
    else process.env.DOCKER_HOST = host;
  }
});
