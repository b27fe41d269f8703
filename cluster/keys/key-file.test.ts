import { describe, expect, test } from '@jest/globals';
import { createToyCipher } from '../log/testing/cipher.ts';
import type { DiskOperation, Random } from '../ports.ts';
import { toBase64 } from './base64.ts';
import { decodeKeyFile, encodeKeyFile, keyFileName } from './key-file.ts';
import type { KeyFile, NodeFacts, NodeSecrets, Seal } from './types.ts';

let draws = 0;
const random: Random = {
  integer: () => 0,
  bytes: (_purpose, length) => {
    draws += 1;
    return new Uint8Array(length).fill(draws);
  },
};
const world = { cipher: createToyCipher(), random };

const bytes = (start: number, length = 32): Uint8Array =>
  Uint8Array.from({ length }, (_, at) => (start + at * 7) % 256);

const facts: NodeFacts = {
  nodeId: 'node1',
  clusterId: 'cluster1',
  role: 'manager',
  raftId: 'raft1',
  advertiseAddr: '10.0.0.1:2377',
  managers: [{ nodeId: 'node2', address: '10.0.0.2:2377' }],
  unlockKeyVersion: 3,
};

const secrets: NodeSecrets = {
  peerSecret: bytes(1),
  dataKeys: [
    { epoch: 2, key: bytes(50) },
    { epoch: 1, key: bytes(99) },
  ],
};

const unlockKey = bytes(200);
const seal: Seal = { key: unlockKey, version: 3 };

const written = (by: Seal, of: NodeSecrets = secrets): Uint8Array =>
  encodeKeyFile(facts, of, by, world);

const locked = (file: Uint8Array): KeyFile & { state: 'locked' } => {
  const read = decodeKeyFile(file, world.cipher);
  if (read.state !== 'locked') throw new Error('the file is not sealed');
  return read;
};

/** Every secret, and every way in which it could stand in a file. */
const spellings = (by: Seal): string[] => {
  const keys = [secrets.peerSecret, ...secrets.dataKeys.map(({ key }) => key)];
  return (by === undefined ? keys : [...keys, by.key]).flatMap((key) => {
    const raw = Buffer.from(key);
    return [
      raw.toString('latin1'),
      toBase64(key),
      raw.toString('hex'),
      raw.toString('base64url'),
      raw.join(),
    ];
  });
};

const found = (file: Uint8Array, by: Seal): string[] => {
  const text = Buffer.from(file).toString('latin1');
  return [...new Set(spellings(by).filter((spelling) => text.includes(spelling)))];
};

describe('without a seal', () => {
  test('the file says everything', () => {
    expect(decodeKeyFile(written(undefined), world.cipher)).toEqual({
      state: 'open',
      facts,
      secrets,
    });
  });

  test('the secrets can be read off it, so that a search of the file for them means something', () => {
    expect(found(written(undefined), undefined)).toEqual(
      [secrets.peerSecret, ...secrets.dataKeys.map(({ key }) => key)].map(toBase64),
    );
  });

  test('a worker has no raft id and no data keys', () => {
    const worker: NodeFacts = { ...facts, role: 'worker', raftId: undefined };
    const file = encodeKeyFile(worker, { ...secrets, dataKeys: [] }, undefined, world);
    expect(decodeKeyFile(file, world.cipher)).toEqual({
      state: 'open',
      facts: worker,
      secrets: { ...secrets, dataKeys: [] },
    });
  });
});

describe('with a seal', () => {
  test('the facts and the version of the seal stand in the clear', () => {
    expect(locked(written(seal))).toMatchObject({ state: 'locked', facts, version: 3 });
  });

  test('neither a secret nor the unlock key stands in the file, raw or spelt in any usual way', () => {
    expect(found(written(seal), seal)).toEqual([]);
  });

  test('the key that it was sealed under opens it', () => {
    expect(locked(written(seal)).unlock(unlockKey)).toEqual(secrets);
  });

  test('no other key opens it', () => {
    expect(locked(written(seal)).unlock(bytes(201))).toBeUndefined();
    expect(locked(written(seal)).unlock(new Uint8Array(32))).toBeUndefined();
  });

  test('after it was sealed anew only the last key opens it', () => {
    const next = { key: bytes(77), version: 4 };
    const file = locked(written(next));
    expect(file.version).toBe(4);
    expect(file.unlock(unlockKey)).toBeUndefined();
    expect(file.unlock(next.key)).toEqual(secrets);
  });

  test('each writing draws a nonce of its own, so that equal secrets look different', () => {
    expect(written(seal)).not.toEqual(written(seal));
  });
});

test('both keys change in one atomic write: a crash leaves the old file or the new one, and its own key opens all of it', () => {
  const rotated: NodeSecrets = { ...secrets, dataKeys: [{ epoch: 3, key: bytes(5) }] };
  const next = { key: bytes(77), version: 4 };
  const operation: DiskOperation = {
    op: 'write',
    file: keyFileName,
    bytes: written(next, rotated),
  };
  // `write` has two outcomes: nothing happened, or all of it did.
  const before = locked(written(seal));
  const after = locked(operation.bytes);
  expect(before.unlock(unlockKey)).toEqual(secrets);
  expect(before.unlock(next.key)).toBeUndefined();
  expect(after.unlock(next.key)).toEqual(rotated);
  expect(after.unlock(unlockKey)).toBeUndefined();
});

describe('a damaged file is refused with its name', () => {
  const text = new TextDecoder().decode(written(undefined));
  const encode = (changed: string): Uint8Array => new TextEncoder().encode(changed);

  test.each([
    ['an empty file', '', 'it is not JSON'],
    ['a file cut short', text.slice(0, 200), 'it is not JSON'],
    ['another value', '7', 'it is not a JSON object'],
    ['a list', '[]', 'its format is not given, and this program reads swarm-node-key@1'],
    ['another format', text.replace('key@1', 'key@2'), 'its format is swarm-node-key@2'],
    ['no node id', text.replace('"nodeId"', '"id"'), 'it does not say who the node is'],
    ['another role', text.replace('"manager"', '"king"'), 'it does not say who the node is'],
    [
      'no unlock key version',
      text.replace('unlockKeyVersion', 'version'),
      'it does not say which version of the unlock key it follows',
    ],
    ['no secrets', text.replace('"secrets"', '"other"'), 'it holds no secrets'],
    [
      'a key that is not base64',
      text.replace(toBase64(bytes(50)), 'ä'),
      'a data key is not base64',
    ],
    [
      'a manager without an address',
      text.replace('"address": "10.0.0.2:2377"', '"address": 7'),
      'it does not say who the node is',
    ],
    [
      'a data key without an epoch',
      text.replace('"epoch": 2', '"epoch": "two"'),
      'its data keys are missing',
    ],
  ])('%s', (_what, changed, why) => {
    expect(() => decodeKeyFile(encode(changed), world.cipher)).toThrow(
      `${keyFileName} is damaged: ${why}`,
    );
  });

  test('a seal without what it seals', () => {
    const sealedText = new TextDecoder().decode(written(seal));
    for (const name of ['nonce', 'text', 'version'])
      expect(() =>
        decodeKeyFile(encode(sealedText.replace(`"${name}"`, '"other"')), world.cipher),
      ).toThrow(`${keyFileName} is damaged: `);
  });

  test('a sealed text that was changed opens with no key', () => {
    const sealedText = new TextDecoder().decode(written(seal));
    const at = sealedText.indexOf('"text": "') + 12;
    const other = sealedText[at] === 'A' ? 'B' : 'A';
    const changed = sealedText.slice(0, at) + other + sealedText.slice(at + 1);
    expect(locked(encode(changed)).unlock(unlockKey)).toBeUndefined();
  });
});
