import { afterAll, beforeAll, expect, test } from '@jest/globals';
import Docker from 'dockerode';
import { ensureNodeImage, nodeImageLabel } from './image.ts';

const docker = new Docker();
const patches = [
  { file: 'cluster/server/main.ts', find: '/** One node', replace: '/** A patched node' },
];
const name = `schism-image-test-${process.pid}`;
let image = '';
let container: Docker.Container | undefined;

beforeAll(async () => {
  image = await ensureNodeImage(docker);
  container = await docker.createContainer({
    name,
    Image: image,
    Env: ['SCHISM_NAME=m1', 'SCHISM_ADVERTISE=m1:2377'],
    HostConfig: { PublishAllPorts: true, PortBindings: { '2375/tcp': [{ HostIp: '127.0.0.1' }] } },
  });
});
afterAll(async () => {
  await container?.remove({ force: true, v: true });
});

const running = (): Docker.Container => {
  if (container === undefined) throw new Error('the container was not created');
  return container;
};

/** What the node has said so far, a line each; waits for the line that says that it can be reached. */
const linesOnceListening = async (boots: number): Promise<readonly string[]> => {
  for (;;) {
    const log = await running().logs({ stdout: true, stderr: true });
    const lines = log
      .toString('utf8')
      .split('\n')
      .flatMap((line) => /\{.*\}/.exec(line) ?? []);
    if (lines.filter((line) => line.includes('"schism":"listening"')).length >= boots) return lines;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

const run = async (...command: string[]) => {
  const exec = await running().exec({ Cmd: command, AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({});
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(Buffer.from(piece as Uint8Array));
  return Buffer.concat(pieces).toString('utf8');
};

test('the image that is there already is not built again', async () => {
  const { Id } = await docker.getImage(image).inspect();
  expect(await ensureNodeImage(docker)).toBe(image);
  expect((await docker.getImage(image).inspect()).Id).toBe(Id);
});

test('the image is labelled, and has a user, a volume and the ports of a node', async () => {
  const { Config } = await docker.getImage(image).inspect();
  expect(Config.Labels[nodeImageLabel]).toBe(image.split(':')[1]);
  expect(Config.User).toBe('node');
  expect(Object.keys(Config.Volumes)).toStrictEqual(['/var/lib/schism']);
  expect(Object.keys(Config.ExposedPorts)).toStrictEqual(['2375/tcp', '2377/tcp']);
});

test('a patched image has a name of its own', async () => {
  const patched = await ensureNodeImage(docker, { patches });
  expect(patched).not.toBe(image);
  await docker.getImage(patched).remove();
});

test('a base that does not exist is told with the way out', async () => {
  await expect(ensureNodeImage(docker, { base: 'schism-no-such-base:1' })).rejects.toThrow(
    'docker pull schism-no-such-base:1',
  );
});

test('a node in a container answers dockerode, runs as nobody special and owns its data', async () => {
  await running().start();
  const lines = await linesOnceListening(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ schism: 'observation', node: 'm1', seq: 1 });
  const { NetworkSettings } = await running().inspect();
  const port = NetworkSettings.Ports['2375/tcp']?.[0]?.HostPort;
  const client = new Docker({ host: '127.0.0.1', port: Number(port) });
  expect(String(await client.ping())).toBe('OK');
  expect(await run('id', '-u')).toContain('1000');
  expect(await run('stat', '-c', '%U', '/var/lib/schism')).toContain('node');
});

test('it stops on SIGTERM in under a second, with code 0', async () => {
  const begun = performance.now();
  await running().stop({ t: 10 });
  expect(performance.now() - begun).toBeLessThan(1_000);
  expect((await running().inspect()).State.ExitCode).toBe(0);
});

test('after a kill it starts again on the same data, whose lock its former self left behind', async () => {
  await running().start();
  await linesOnceListening(2);
  await running().kill();
  await running().start();
  const lines = await linesOnceListening(3);
  expect(lines.filter((line) => line.includes('cannot start'))).toStrictEqual([]);
});
