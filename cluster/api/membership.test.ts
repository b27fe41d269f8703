import { expect, test } from '@jest/globals';
import { decide } from './route.ts';
import type { Json } from './seam.ts';
import { requestOf } from './testing/leader.ts';
import { broken, joining, locked, manager, outside, texts, worker } from './testing/locals.ts';
import type { Local } from './types.ts';

test.each<[string, Local, 'init' | 'join', string]>([
  ['init on a manager', manager, 'init', texts.member],
  ['join on a worker', worker, 'join', texts.member],
  ['init while joining', joining, 'init', texts.member],
  // Whether it can be unlocked or not.
  ['join while locked', locked, 'join', texts.member],
  ['init while broken', broken, 'init', texts.member],
])('%s is refused', (_case, local, what, message) => {
  expect(decide(requestOf('POST', `/swarm/${what}`, {}), local)).toMatchObject({
    type: 'reply',
    response: { status: 503, body: { message } },
  });
});

test.each<[string, Local, string, number, string]>([
  ['leave outside of a swarm', outside, '/swarm/leave', 503, texts.stranger],
  [
    'leave while locked',
    locked,
    '/swarm/leave',
    503,
    'Swarm is encrypted and locked. Please unlock it first or use `--force` to ignore this message.',
  ],
  ['unlock outside of a swarm', outside, '/swarm/unlock', 503, texts.outside],
  ['unlock on a worker', worker, '/swarm/unlock', 503, texts.worker],
  ['unlock on a manager', manager, '/swarm/unlock', 409, 'swarm is not locked'],
  ['unlock with no key', locked, '/swarm/unlock', 400, 'invalid key string'],
])('%s is refused', (_case, local, path, status, message) => {
  expect(decide(requestOf('POST', path, {}), local)).toMatchObject({
    type: 'reply',
    response: { status, body: { message } },
  });
});

test.each<[string, Local, string, Json]>([
  ['init in a swarm', manager, '/swarm/init', { ListenAddr: 5 }],
  ['init in a swarm, inside of its spec', worker, '/swarm/init', { Spec: { Raft: 5 } }],
  ['init while locked', locked, '/swarm/init', { AutoLockManagers: 'yes' }],
  ['join in a swarm', worker, '/swarm/join', { RemoteAddrs: 'm2' }],
  ['unlock on a manager', manager, '/swarm/unlock', { UnlockKey: 5 }],
  ['unlock outside of a swarm', outside, '/swarm/unlock', { UnlockKey: 5 }],
])('%s: what cannot be read is told first', (_case, local, path, body) => {
  const decision = decide(requestOf('POST', path, body), local);
  expect(decision).toMatchObject({ type: 'reply', response: { status: 400 } });
  expect(JSON.stringify(decision)).toContain('cannot unmarshal');
});

test('init and join in a swarm are refused, whatever they ask for', () => {
  for (const path of ['/swarm/init', '/swarm/join'])
    for (const local of [manager, worker, locked])
      expect(decide(requestOf('POST', path, { Availability: 'asleep' }), local)).toMatchObject({
        type: 'reply',
        response: { status: 503, body: { message: texts.member } },
      });
});

test('leave knows the ways to say force', () => {
  for (const [query, force] of [
    ['', false],
    ['?force=0', false],
    ['?force=false', false],
    ['?force=1', true],
    ['?force=true', true],
  ] as const)
    expect(decide(requestOf('POST', `/swarm/leave${query}`), locked)).toMatchObject(
      force ? { type: 'leave', force } : { type: 'reply' },
    );
});
