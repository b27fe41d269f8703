import { expect, test } from '@jest/globals';
import Docker from 'dockerode';
import { LiveFailure } from '../../harness/backends/live/failure.ts';
import { until } from '../../harness/backends/live/toxiproxy/testing/loopback.ts';
import { buildImage } from './build-image.ts';
import { tar } from './reference/tar.ts';

const docker = new Docker();
const seconds = 300 + (process.pid % 1000);

/** A build of one step. */
const contextOf = (step: string): Buffer =>
  tar([{ path: 'Dockerfile', content: Buffer.from(`ARG BASE\nFROM \${BASE}\n${step}\n`) }]);

test('a step that fails is told in the words of the build, as trouble of the machine', async () => {
  const context = contextOf('RUN echo the reason is this && exit 3');
  const failing = buildImage(docker, { name: 'schism/no-image:failing', context });
  await expect(failing).rejects.toThrow(LiveFailure);
  await expect(failing).rejects.toThrow(/schism\/no-image:failing[^]*docker pull[^]*the reason/);
});

const sleepers = async (): Promise<number> => {
  const containers = await docker.listContainers();
  return containers.filter(({ Command }) => Command.includes(`sleep ${seconds}`)).length;
};

test('a build ends when it is wanted no more, and leaves no container', async () => {
  const stop = new AbortController();
  const context = contextOf(`RUN sleep ${seconds}`);
  const name = 'schism/no-image:aborted';
  const building = buildImage(docker, { name, context, signal: stop.signal });
  const ended = expect(building).rejects.toThrow('enough of it');
  await until('the step runs', async () => (await sleepers()) === 1, 60_000);
  stop.abort(new Error('enough of it'));
  await ended;
  await until('the step has ended', async () => (await sleepers()) === 0, 30_000);
});
