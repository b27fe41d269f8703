import { crc32 as zlibCrc32 } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { crc32 } from './crc32.ts';

const bytesOf = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, at) => (at * 2_654_435_761) >>> 13);

test('the checksum is the one of zlib, at every length up to some words', () => {
  for (let length = 0; length <= 70; length += 1)
    expect(crc32(bytesOf(length))).toBe(zlibCrc32(bytesOf(length)));
});

test('a part has the checksum of that part alone', () => {
  const bytes = bytesOf(1_000);
  expect(crc32(bytes, 3, 998)).toBe(zlibCrc32(bytes.subarray(3, 998)));
});
