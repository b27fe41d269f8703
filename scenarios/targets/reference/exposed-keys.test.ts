import { expect, test } from '@jest/globals';
import type { Json } from '../../../harness/core/json.ts';
import { rememberExposed, usesExposedKey } from './exposed-keys.ts';
import type { OpenedKeyFile } from './secrets.ts';

const key = (epoch: number) => ({ epoch, key: new Uint8Array(32).fill(epoch) });
const file = (inTheClear: boolean, ...epochs: readonly number[]): OpenedKeyFile => ({
  nodeId: 'n',
  inTheClear,
  secrets: { peerSecret: new Uint8Array(32), dataKeys: epochs.map(key) },
});

test('a sealed file is exposed by the key in use, not by older ones that its entries still need', () => {
  const memory = new Map<string, Json>();
  rememberExposed(memory, file(true, 2, 1));
  expect(usesExposedKey(memory, file(false, 2, 1))).toBe(true);
  expect(usesExposedKey(memory, file(false, 3, 2))).toBe(false);
});

test('what was sealed when it was seen is exposed by nobody, nor is a file in the clear a sealed one', () => {
  const memory = new Map<string, Json>();
  rememberExposed(memory, file(false, 2));
  rememberExposed(memory, file(true));
  expect(usesExposedKey(memory, file(false, 2))).toBe(false);
  rememberExposed(memory, file(true, 2));
  expect(usesExposedKey(memory, file(true, 2))).toBe(false);
});
