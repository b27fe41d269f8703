import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { UsageError } from './exit.ts';
import { pointLatest, prepareFolder, writeWhole } from './output.ts';
import { quoted } from './quoted.ts';

const folder = mkdtempSync(join(tmpdir(), 'schism-output-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const at = (...names: readonly string[]): string => join(folder, ...names);

test('a folder below a file cannot be had, and the user is told so before the work', () => {
  writeFileSync(at('file'), '');
  expect(() => {
    prepareFolder(at('file', '3'));
  }).toThrow(UsageError);
  {
    using prepared = prepareFolder(at('a', 'b'));
    expect(existsSync(prepared.folder)).toBe(true);
  }
  expect(existsSync(at('a', 'b'))).toBe(false);
  {
    using prepared = prepareFolder(at('a', 'c'));
    writeFileSync(join(prepared.folder, 'page'), '');
  }
  expect(existsSync(at('a', 'c', 'page'))).toBe(true);
});

test('what cannot be written leaves nothing behind', () => {
  mkdirSync(at('page.html'));
  expect(() => {
    writeWhole(at('page.html'), 'x');
  }).toThrow(/page\.html cannot be written: EISDIR/);
  expect(existsSync(at('page.html.part'))).toBe(false);
});

test('latest leads to the newest run, and takes no place of anything else', () => {
  mkdirSync(at('1'));
  expect(pointLatest(at('1'))).toBe(true);
  expect(pointLatest(at('2'))).toBe(true);
  expect(readlinkSync(at('latest'))).toBe('2');
  rmSync(at('latest'));
  writeFileSync(at('latest'), 'precious');
  expect(pointLatest(at('3'))).toBe(false);
  expect(readFileSync(at('latest'), 'utf8')).toBe('precious');
});

test.each(['reports/out/3/sim-0.json', 'my dir/o', "it's", '$HOME', 'a;b', ''])(
  'a shell takes %j as one word',
  (word) => {
    const line = `printf '%s\\n' ${quoted(word)}`;
    expect(execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8' })).toBe(`${word}\n`);
  },
);
