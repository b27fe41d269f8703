import { expect, test } from '@jest/globals';
import { chanceOf, toyCipher } from './testing/chance.ts';
import { openFile, sealFile } from './sealed-file.ts';

const keyOf = (epoch: number) => ({ epoch, key: new Uint8Array(32).fill(epoch) });
const content = new TextEncoder().encode('{"tasks":["secret"]}');
const sealed = sealFile(content, keyOf(2), { cipher: toyCipher, random: chanceOf(1) });

test('what was sealed under a key opens with it, whichever is the newest', () => {
  const opened = openFile(sealed, [keyOf(3), keyOf(2)], toyCipher);
  expect(opened).toEqual({ content, epoch: 2 });
  expect(Buffer.from(sealed).includes('secret')).toBe(false);
});

test('without its key, or changed, it does not open', () => {
  expect(openFile(sealed, [keyOf(3)], toyCipher)).toBeUndefined();
  expect(openFile(sealed, [{ ...keyOf(3), epoch: 2 }], toyCipher)).toBeUndefined();
  const changed = sealed.slice();
  changed[20] = (changed[20] ?? 0) ^ 1;
  expect(openFile(changed, [keyOf(2)], toyCipher)).toBeUndefined();
});

test('a file of a worker was never sealed, and is read as it is', () => {
  expect(openFile(content, [], toyCipher)).toEqual({ content, epoch: undefined });
});
