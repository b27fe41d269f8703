import { afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import type Docker from 'dockerode';
import { identityOf } from '../live/process-identity.ts';
import { connectEngine } from './engine.ts';
import { createNetworks } from './networks.ts';
import { removeRun } from './reap.ts';
import { subnetText } from './subnets.ts';

jest.setTimeout(180_000);

let docker: Docker;
const runs: string[] = [];
const nodes = ['m1', 'm2', 'm3'];

beforeAll(async () => {
  docker = await connectEngine();
});
afterEach(async () => {
  for (const run of runs.splice(0)) await removeRun(docker, run);
});

/** The end of a run's id decides where the search for free subnets begins. */
const created = (name: string, id: string) => {
  const owner = identityOf(process.pid);
  if (owner === undefined) throw new Error('this process is there');
  const run = `test${name}${process.pid}-${id}`;
  runs.push(run);
  return createNetworks(docker, { record: { run, owner }, nodes });
};

test('runs that want the same subnets at the same moment get different ones', async () => {
  const made = await Promise.all(['a', 'b', 'c'].map((name) => created(name, '00c0ffee')));
  const subnets = made.flatMap((networks) => networks.subnets.map(subnetText));
  expect(new Set(subnets).size).toBe(3 * (nodes.length + 1));
  for (const { names } of made) expect([...names.keys()]).toEqual(nodes);
});

test('the range can be chosen, and one that is used up says how to go on', async () => {
  process.env.SCHISM_DOCKER_SUBNETS = '10.254.77.0/27';
  try {
    await expect(created('d', '00000001')).rejects.toThrow(
      'Docker networks: 10.254.77.0/27 has room for 2 more networks, 4 are needed',
    );
  } finally {
    delete process.env.SCHISM_DOCKER_SUBNETS;
  }
});
