import { expect, test } from '@jest/globals';
import { procedure } from '../../harness/generate/faults.ts';
import { faultWords } from './words.ts';

test.each([
  ['rotate-key', procedure('rotate-key')],
  ['demote follower', procedure('demote', { nodes: 'follower' })],
  [
    'rejoin leader (byForce, asManager)',
    procedure('rejoin', {
      nodes: 'leader',
      args: { removedFirst: false, byForce: true, asManager: true },
    }),
  ],
  ['rejoin m1', procedure('rejoin', { nodes: 'm1', args: { byForce: false } })],
  [
    'short-lived (endsAfterMs 500, replicas 2)',
    procedure('short-lived', { args: { endsAfterMs: 500, fails: false, replicas: 2 } }),
  ],
])('what operators do is said with how they do it: %s', (words, fault) => {
  expect(faultWords(fault)).toBe(words);
});
