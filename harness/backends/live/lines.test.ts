import { expect, test } from '@jest/globals';
import { lineSplitter } from './lines.ts';

const split = (...pieces: readonly (string | Buffer)[]): readonly string[] => {
  const lines: string[] = [];
  const splitter = lineSplitter((line) => lines.push(line));
  for (const piece of pieces) splitter.write(Buffer.from(piece));
  splitter.end();
  return lines;
};

test('lines are put together from pieces, and cut where they end', () => {
  expect(split('a', 'b\nc', '\n\nd\r\n')).toEqual(['ab', 'c', '', 'd']);
});

test('a last line without an end is a line', () => {
  expect(split('a\nb')).toEqual(['a', 'b']);
});

test('a letter of several bytes may be cut anywhere', () => {
  const bytes = Buffer.from('é€\n');
  expect(split(bytes.subarray(0, 1), bytes.subarray(1, 3), bytes.subarray(3))).toEqual(['é€']);
});

test('a line that does not end is handed out in pieces', () => {
  const lines = split('x'.repeat(1 << 20), 'yz\n');
  expect(lines.map((line) => line.length)).toEqual([1 << 20, 2]);
});
