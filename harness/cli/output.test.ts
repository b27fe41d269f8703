import { execFile, execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, test } from '@jest/globals';
import { UsageError } from '../core/usage-error.ts';
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
  expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
});

test('a link keeps leading to what is written through it', () => {
  writeFileSync(at('real'), 'old');
  symlinkSync('real', at('link'));
  writeWhole(at('link'), 'new');
  expect(lstatSync(at('link')).isSymbolicLink()).toBe(true);
  expect(readFileSync(at('real'), 'utf8')).toBe('new');
});

test('a pipe is written to, and no file takes its place: for root it would take that of a device, too', async () => {
  execFileSync('/bin/sh', ['-c', `mkfifo ${quoted(at('pipe'))}`]);
  const reader = spawn('cat', [at('pipe')]);
  const read = reader.stdout.toArray();
  writeWhole(at('pipe'), 'x');
  expect(Buffer.concat(await read).toString()).toBe('x');
  expect(lstatSync(at('pipe')).isFIFO()).toBe(true);
});

test('of several that write the same at the same time none fails', async () => {
  const program = `
    import { pointLatest, writeWhole } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'output.ts')).href)};
    for (let i = 0; i < 1000; i += 1) {
      writeWhole(${JSON.stringify(at('7', 'run.json'))}, 'x'.repeat(2000));
      if (!pointLatest(${JSON.stringify(at('7'))})) throw new Error('no link');
    }`;
  mkdirSync(at('7'));
  const writer = (): Promise<unknown> =>
    promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
  await expect(Promise.all([writer(), writer()])).resolves.toHaveLength(2);
  expect(readdirSync(at('7'))).toEqual(['run.json']);
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
