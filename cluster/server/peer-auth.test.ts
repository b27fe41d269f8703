import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { PeerIdentity } from '../node/program.ts';
import { admits, createNonce, decodeHello, encodeHello, judge } from './peer-auth.ts';

const secret = new Uint8Array(32).fill(7);
const m1: PeerIdentity = { nodeId: 'n1', clusterId: 'c', address: 'm1:2377', secret };
const m2: PeerIdentity = { nodeId: 'n2', clusterId: 'c', address: 'm1:2377', secret };

/** How `own` judges the hello that `claimed` sends for the nonce it was asked with. */
const meeting = (claimed: PeerIdentity | undefined, own: PeerIdentity | undefined) => {
  const nonce = createNonce();
  const hello = decodeHello(encodeHello(claimed ?? { address: 'm1:2377' }, nonce));
  return hello === undefined ? undefined : judge(hello, nonce, own);
};

test('whoever has the secret is a member', () => {
  expect(meeting(m1, m2)).toStrictEqual({ standing: 'member' });
});

test('a proof made with another secret is refused', () => {
  expect(meeting({ ...m1, secret: new Uint8Array(32) }, m2)).toStrictEqual({
    refused: 'its proof is wrong',
  });
});

test('a member of another swarm is refused, even with the same secret', () => {
  expect(meeting({ ...m1, clusterId: 'other' }, m2)).toStrictEqual({
    refused: 'it belongs to another swarm',
  });
});

test('a proof for one nonce is worth nothing for another', () => {
  const hello = decodeHello(encodeHello(m1, createNonce()));
  expect(hello && judge(hello, createNonce(), m2)).toStrictEqual({ refused: 'its proof is wrong' });
});

test.each(['nodeId', 'address'] as const)('a hello whose %s was changed is refused', (field) => {
  const nonce = createNonce();
  const hello = decodeHello(encodeHello(m1, nonce));
  expect(hello && judge({ ...hello, [field]: 'm9' }, nonce, m2)).toStrictEqual({
    refused: 'its proof is wrong',
  });
});

test('a node without a swarm is a stranger, and cannot judge others', () => {
  expect(meeting(undefined, m2)).toStrictEqual({ standing: 'stranger' });
  expect(meeting(m1, undefined)).toStrictEqual({ standing: 'unproven' });
});

test('a stranger may ask to join and say nothing else', () => {
  expect(admits('stranger', m1, 'join')).toBe(true);
  expect(admits('stranger', m1, 'raft')).toBe(false);
  expect(admits('stranger', m1, 'join-answer')).toBe(false);
  expect(admits('stranger', undefined, 'join')).toBe(false);
});

test('a node without a swarm hears the answer to its join request and nothing else', () => {
  expect(admits('unproven', undefined, 'join-answer')).toBe(true);
  expect(admits('unproven', undefined, 'raft')).toBe(false);
  expect(admits('unproven', m1, 'join-answer')).toBe(false);
});

test('bytes that are no hello are recognised as none', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.json().map((text) => Buffer.from(text)),
      ),
      (bytes) => {
        expect(decodeHello(bytes)).toBeUndefined();
      },
    ),
  );
});
