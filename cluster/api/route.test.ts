import { describe, expect, test } from '@jest/globals';
import { decide } from './route.ts';
import type { Json } from './seam.ts';
import { requestOf, SmallLeader } from './testing/leader.ts';
import {
  broken,
  joining,
  locked,
  manager,
  outside,
  starting,
  texts,
  worker,
} from './testing/locals.ts';
import type { Local } from './types.ts';

test.each<[string, Local, string]>([
  ['outside of a swarm', outside, texts.outside],
  ['on a worker', worker, texts.worker],
  ['while it is locked', locked, texts.locked],
  ['while it is broken', broken, texts.outside],
  ['while it joins', joining, texts.preparing],
])('what only a manager can do is refused %s', (_where, local, message) => {
  for (const [method, path] of [
    ['GET', '/nodes'],
    ['GET', '/services'],
    ['POST', '/services/create'],
    ['GET', '/tasks/x'],
    ['GET', '/swarm'],
    ['GET', '/swarm/unlockkey'],
    ['DELETE', '/services/x'],
  ] as const)
    expect(decide(requestOf(method, path), local)).toMatchObject({
      type: 'reply',
      response: { status: 503, body: { message } },
    });
});

test('a manager asks the leader, also while it has none yet', () => {
  for (const local of [manager, starting]) {
    expect(decide(requestOf('GET', '/nodes'), local)).toEqual({ type: 'leader' });
    expect(decide(requestOf('POST', '/swarm/update'), local)).toEqual({ type: 'leader' });
    expect(decide(requestOf('GET', '/info'), local)).toEqual({ type: 'info' });
  }
});

test.each<[string, Local, string]>([
  ['outside of a swarm', outside, 'inactive'],
  ['on a worker', worker, 'active/worker'],
  ['on a manager', manager, 'active/manager'],
  ['while it is locked', locked, 'locked'],
  ['while it is broken', broken, 'error'],
  ['while it joins', joining, 'pending'],
])('a ping says what the node is: %s', (_where, local, swarm) => {
  const get = decide(requestOf('GET', '/_ping'), local);
  const head = decide(requestOf('HEAD', '/_ping'), local);
  if (get.type !== 'reply' || head.type !== 'reply') throw new Error('no reply');
  expect(get.response).toMatchObject({ status: 200, body: 'OK' });
  expect(head.response.body).toBeUndefined();
  for (const { response } of [get, head])
    expect(response.headers).toMatchObject({
      'Api-Version': '1.47',
      Ostype: 'linux',
      Server: 'Docker/27.5.1 (linux)',
      Swarm: swarm,
      'Cache-Control': 'no-cache, no-store, must-revalidate',
      'Docker-Experimental': 'false',
    });
});

test.each<[string, Local, object]>([
  [
    'outside of a swarm',
    outside,
    {
      NodeID: '',
      NodeAddr: '',
      LocalNodeState: 'inactive',
      ControlAvailable: false,
      Error: '',
      RemoteManagers: null,
    },
  ],
  [
    'on a worker',
    worker,
    {
      NodeID: 'node-m1',
      NodeAddr: 'm1',
      LocalNodeState: 'active',
      ControlAvailable: false,
      RemoteManagers: [{ NodeID: 'node-m1', Addr: 'm1:2377' }],
    },
  ],
  [
    'while it is locked',
    locked,
    { NodeID: '', LocalNodeState: 'locked', ControlAvailable: false, RemoteManagers: null },
  ],
  ['while it is broken', broken, { LocalNodeState: 'error', Error: 'the log is damaged' }],
])('info needs no leader %s', (_where, local, swarm) => {
  const decision = decide(requestOf('GET', '/info'), local);
  if (decision.type !== 'reply') throw new Error('no reply');
  expect(decision.response.status).toBe(200);
  expect(decision.response.body).toMatchObject({
    Name: 'm1',
    ServerVersion: '27.5.1',
    Swarm: swarm,
  });
});

describe('where no manager is, what cannot be read is told before that', () => {
  const ask = (
    method: 'GET' | 'POST',
    path: string,
    given: { readonly query?: Readonly<Record<string, string>>; readonly body?: Json },
  ) => ({ ...requestOf(method, path, given.body), query: given.query ?? {} });

  test.each([
    ['GET', '/nodes', { query: { filters: '{' } }, 'invalid filter'],
    ['GET', '/services', { query: { status: 'maybe' } }, 'invalid value for status: maybe'],
    ['POST', '/services/create', { body: { Name: 1 } }, 'invalid JSON: json: cannot unmarshal'],
    ['POST', '/services/a/update', { body: {} }, "invalid service version ''"],
    ['POST', '/nodes/a/update', { query: { version: 'x' } }, "invalid node version 'x'"],
    ['POST', '/nodes/a/update', { body: [] }, 'invalid JSON: json: cannot unmarshal array'],
    ['POST', '/swarm/update', { query: { version: '1', rotateWorkerToken: 'y' } }, 'invalid value'],
    ['POST', '/swarm/update', { body: { Raft: 1 } }, 'invalid JSON: json: cannot unmarshal number'],
  ] as const)('%s %s %j', (method, path, given, message) => {
    for (const local of [outside, worker, locked])
      expect(decide(ask(method, path, given), local)).toMatchObject({
        type: 'reply',
        response: { status: 400, body: { message: expect.stringContaining(message) } },
      });
  });

  test.each([
    ['GET', '/nodes', { query: { filters: '{"shape":["round"]}' } }],
    ['GET', '/nodes', { query: { filters: '{"role":["king"]}' } }],
    ['POST', '/services/create', { body: { Name: '-', TaskTemplate: {} } }],
    ['POST', '/nodes/a/update', { query: { version: '1' }, body: { Role: 'king' } }],
  ] as const)('but not what can, and is wrong: %s %s %j', (method, path, given) => {
    expect(decide(ask(method, path, given), worker)).toMatchObject({
      type: 'reply',
      response: { status: 503, body: { message: texts.worker } },
    });
  });
});

test.each([
  ['GET', '/services/'],
  ['GET', '/services/a/b'],
  ['GET', '/swarm/'],
  ['PUT', '/services/a'],
  ['POST', '/services/a'],
  ['DELETE', '/nodes'],
  ['GET', '/tasks/a/logs'],
  ['POST', '/tasks/a'],
  ['GET', '/containers/json'],
] as const)('%s %s is no page, whatever the node is', (method, path) => {
  for (const local of [outside, worker, locked, broken, joining, starting, manager])
    expect(decide(requestOf(method, path), local)).toMatchObject({
      type: 'reply',
      response: { status: 404, body: { message: 'page not found' } },
    });
});

test('nothing else has a page', () => {
  const leader = new SmallLeader();
  for (const [method, path] of [
    ['GET', '/'],
    ['POST', '/_ping'],
    ['POST', '/version'],
    ['POST', '/swarm/dance'],
    ['GET', '/_ping/x'],
  ] as const)
    expect(decide(requestOf(method, path), manager)).toMatchObject({
      response: { status: 404, body: { message: 'page not found' } },
    });
  for (const [method, path] of [
    ['PUT', '/services/x'],
    ['POST', '/services/x'],
    ['DELETE', '/services'],
    ['POST', '/nodes'],
    ['DELETE', '/tasks/x'],
    ['GET', '/swarm/x'],
  ] as const)
    expect(leader.ask(method, path)).toMatchObject({
      status: 404,
      body: { message: 'page not found' },
    });
});
