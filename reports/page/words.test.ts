import { expect, test } from '@jest/globals';
import type { Fault } from '../../harness/core/fault.ts';
import { faultWords } from './words.ts';

test.each<[words: string, fault: Fault]>([
  ['rotate-key', { kind: 'procedure', name: 'rotate-key' }],
  ['demote follower', { kind: 'procedure', name: 'demote', nodes: 'follower' }],
  [
    'rejoin leader (byForce, asManager)',
    {
      kind: 'procedure',
      name: 'rejoin',
      nodes: 'leader',
      args: { removedFirst: false, byForce: true, asManager: true },
    },
  ],
  ['rejoin m1', { kind: 'procedure', name: 'rejoin', nodes: 'm1', args: { byForce: false } }],
  [
    'short-lived (endsAfterMs 500, replicas 2)',
    {
      kind: 'procedure',
      name: 'short-lived',
      args: { endsAfterMs: 500, fails: false, replicas: 2 },
    },
  ],
])('what operators do is said with how they do it: %s', (words, fault) => {
  expect(faultWords(fault)).toBe(words);
});
