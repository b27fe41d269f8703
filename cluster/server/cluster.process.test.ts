import { afterEach, beforeEach, expect, test } from '@jest/globals';
import Docker from 'dockerode';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { apiOf, startNode } from './testing/node-under-test.ts';
import type { NodeUnderTest } from './testing/node-under-test.ts';

let folder = '';
let nodes = new Map<string, NodeUnderTest>();
/** Where each node listened first; a restart takes the same place. */
let places = new Map<string, string>();

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'schism-cluster-'));
});
afterEach(async () => {
  for (const node of nodes.values()) node.child.kill('SIGKILL');
  await Promise.all([...nodes.values()].map((node) => node.ended));
  nodes = new Map();
  places = new Map();
  fs.rmSync(folder, { recursive: true });
});

const start = async (name: string): Promise<Docker> => {
  const peer = places.get(name) ?? '127.0.0.1:0';
  const data = path.join(folder, name);
  const node = startNode('--name', name, '--data', data, '--api', '127.0.0.1:0', '--peer', peer);
  nodes.set(name, node);
  const port = await apiOf(node);
  const listening = await node.said((line) => line.schism === 'listening');
  places.set(name, String(listening.peer));
  return new Docker({ host: '127.0.0.1', port });
};

const kill = async (name: string): Promise<void> => {
  const node = nodes.get(name);
  node?.child.kill('SIGKILL');
  await node?.ended;
};

/** The first defined, non-refused answer; asks again until then. */
const eventually = async <T>(ask: () => Promise<T | undefined>): Promise<T> => {
  for (;;) {
    const answer = await ask().catch(() => undefined);
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

const service = (name: string, replicas = 1) => ({
  Name: name,
  TaskTemplate: { ContainerSpec: { Image: 'schism/echo' } },
  Mode: { Replicated: { Replicas: replicas } },
});

const names = async (docker: Docker) =>
  (await docker.listServices()).map(({ Spec }) => Spec?.Name).sort();

const listManagers = async (docker: Docker) =>
  (await docker.listNodes()) as readonly {
    readonly Description: { readonly Hostname: string };
    readonly ManagerStatus?: { readonly Leader?: boolean; readonly Reachability: string };
  }[];

/** Three managers of one swarm, `m1` having founded it. */
const swarmOfThree = async () => {
  const [m1, m2, m3] = [await start('m1'), await start('m2'), await start('m3')];
  await m1.swarmInit({ ListenAddr: '0.0.0.0:2377' });
  const { JoinTokens } = (await m1.swarmInspect()) as { JoinTokens: { Manager: string } };
  for (const joining of [m2, m3]) {
    await joining.swarmJoin({
      ListenAddr: '0.0.0.0:2377',
      RemoteAddrs: [places.get('m1')],
      JoinToken: JoinTokens.Manager,
    });
  }
  await eventually(async () => {
    const managers = await listManagers(m1);
    const reachable = managers.filter(
      ({ ManagerStatus }) => ManagerStatus?.Reachability === 'reachable',
    );
    return reachable.length === 3 ? true : undefined;
  });
  return { m1, m2, m3 };
};

test('three processes become one swarm, survive the loss of their leader, and take it back', async () => {
  const clients = await swarmOfThree();
  await clients.m2.createService(service('before', 3));
  await eventually(async () => {
    const tasks = (await clients.m3.listTasks()) as { Status: { State: string } }[];
    return tasks.filter(({ Status }) => Status.State === 'running').length === 3 ? true : undefined;
  });
  const managers = await listManagers(clients.m1);
  const leader = managers.find(({ ManagerStatus }) => ManagerStatus?.Leader === true);
  const lost = leader?.Description.Hostname ?? 'none';
  const [other, another] = Object.entries(clients).flatMap(([name, client]) =>
    name === lost ? [] : [client],
  );
  if (other === undefined || another === undefined) throw new Error('no manager is left');

  await kill(lost);
  await eventually(() => other.createService(service('during')));
  expect(await eventually(() => names(another))).toStrictEqual(['before', 'during']);

  const again = await start(lost);
  expect(await eventually(() => names(again))).toStrictEqual(['before', 'during']);
});

test('a swarm whose processes were all killed comes back with what it had acknowledged', async () => {
  const { m1 } = await swarmOfThree();
  await m1.createService(service('kept'));
  for (const name of ['m1', 'm2', 'm3']) await kill(name);
  const [one] = [await start('m1'), await start('m2'), await start('m3')];
  expect(await eventually(() => names(one))).toStrictEqual(['kept']);
});

test('a node that the machine kept from running says for how long', async () => {
  const m1 = await start('m1');
  await m1.swarmInit({ ListenAddr: '0.0.0.0:2377' });
  await m1.createService(service('web'));
  const node = nodes.get('m1');
  node?.child.kill('SIGSTOP');
  await new Promise((resolve) => setTimeout(resolve, 800));
  node?.child.kill('SIGCONT');
  const line = await node?.said(({ schism, forMs }) => schism === 'stalled' && Number(forMs) > 300);
  expect(line?.forMs).toBeLessThan(60_000);
});
