import { afterEach, beforeEach, expect, test } from '@jest/globals';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { DiskOperation } from '../ports.ts';
import { createFileDisk } from './disk.ts';
import type { FileDisk, FileSystem } from './disk.ts';
import { temporarySuffix } from './folder.ts';

let folder = '';
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'schism-disk-'));
});
afterEach(() => {
  fs.rmSync(folder, { recursive: true });
});

const bytesOf = (text: string) => new Uint8Array(Buffer.from(text));
const append = (file: string, text: string): DiskOperation => ({
  op: 'append',
  file,
  bytes: bytesOf(text),
});
const write = (file: string, text: string): DiskOperation => ({
  op: 'write',
  file,
  bytes: bytesOf(text),
});

const persist = (disk: FileDisk, ...operations: DiskOperation[]) =>
  new Promise<string | undefined>((resolve) => {
    disk.persist(operations, resolve);
  });

/** What another boot finds, as text. */
const found = () =>
  Object.fromEntries(
    [...createFileDisk(folder).files].map(([name, bytes]) => [name, Buffer.from(bytes).toString()]),
  );

const failure = (code: string) => Object.assign(new Error(`${code}: as injected`), { code });

/** The real system, in which the named calls are counted and may be made to fail. */
const watched = (overrides: Partial<FileSystem> = {}) => {
  const calls: string[] = [];
  const system: FileSystem = {
    ...fs,
    fdatasync: (descriptor, done) => {
      calls.push('fdatasync');
      fs.fdatasync(descriptor, done);
    },
    fsync: (descriptor, done) => {
      calls.push(fs.fstatSync(descriptor).isDirectory() ? 'fsync folder' : 'fsync file');
      fs.fsync(descriptor, done);
    },
    renameSync: (from, to) => {
      calls.push('rename');
      fs.renameSync(from, to);
    },
    ...overrides,
  };
  return { system, calls };
};

test('the next boot finds what was appended, written, truncated and removed', async () => {
  const disk = createFileDisk(folder);
  await persist(disk, append('raft/1.log', 'abc'), append('raft/1.log', 'def'));
  await persist(disk, write('certificates/node.key', 'old'), write('certificates/node.key', 'new'));
  await persist(disk, append('raft/2.log', 'gone'), { op: 'remove', file: 'raft/2.log' });
  await persist(disk, { op: 'truncate', file: 'raft/1.log', length: 4 }, append('raft/1.log', 'X'));
  await disk.close();
  expect(found()).toStrictEqual({ 'certificates/node.key': 'new', 'raft/1.log': 'abcdX' });
});

test('a folder that does not exist is made, and is empty', () => {
  folder = path.join(folder, 'deep', 'er');
  expect(found()).toStrictEqual({});
  folder = path.dirname(path.dirname(folder));
});

test('a file that was being replaced when the process died keeps its old content', () => {
  fs.writeFileSync(path.join(folder, 'state'), 'old');
  fs.writeFileSync(path.join(folder, `state${temporarySuffix}`), 'ne');
  expect(found()).toStrictEqual({ state: 'old' });
  expect(fs.readdirSync(folder)).toStrictEqual(['state']);
});

test('persists are done in the order in which they were asked for', async () => {
  const disk = createFileDisk(folder);
  const order: number[] = [];
  const all = Array.from({ length: 20 }, async (_, i) => {
    await persist(disk, i % 3 === 0 ? write(`f${i}`, 'x') : append('log', `${i};`));
    order.push(i);
  });
  await Promise.all(all);
  expect(order).toStrictEqual(Array.from({ length: 20 }, (_, i) => i));
});

test('appends that wait together share one sync', async () => {
  const { system, calls } = watched();
  const disk = createFileDisk(folder, system);
  await persist(disk, append('log', '0;'));
  calls.length = 0;
  await Promise.all(Array.from({ length: 50 }, () => persist(disk, append('log', 'x;'))));
  // The first one finds an idle disk and goes alone; all that come meanwhile go together.
  expect(calls).toStrictEqual(['fdatasync', 'fdatasync']);
});

test('an append is durable before anything else changes, and a new file before it is used', async () => {
  const { system, calls } = watched();
  const disk = createFileDisk(folder, system);
  await persist(disk, append('a', '1'), append('b', '2'), write('c', '3'));
  expect(calls).toStrictEqual([
    'fsync folder',
    'fdatasync',
    'fsync folder',
    'fdatasync',
    'fsync file',
    'rename',
    'fsync folder',
  ]);
});

test('a full disk fails the persist and all later ones, and leaves a prefix', async () => {
  const { system } = watched({
    writeSync: ((descriptor: number, bytes: Uint8Array, offset: number, length: number) => {
      if (Buffer.from(bytes).toString() !== 'second') {
        return fs.writeSync(descriptor, bytes, offset, length);
      }
      if (offset > 0) throw failure('ENOSPC');
      return fs.writeSync(descriptor, bytes, offset, 3);
    }) as FileSystem['writeSync'],
  });
  const disk = createFileDisk(folder, system);
  const results = await Promise.all([
    persist(disk, append('log', 'first;')),
    persist(disk, append('log', 'second')),
    persist(disk, append('log', 'third;')),
  ]);
  expect(results[0]).toBeUndefined();
  expect(results[1]).toContain('ENOSPC');
  expect(results[2]).toContain('ENOSPC');
  expect(await persist(disk, write('other', 'x'))).toContain('ENOSPC');
  expect(found()).toStrictEqual({ log: 'first;sec' });
});

test('a sync that failed is never taken for done, whatever is tried after it', async () => {
  let broken = false;
  const { system } = watched({
    fdatasync: (descriptor, done) => {
      if (broken) done(failure('EIO'));
      else fs.fdatasync(descriptor, done);
    },
  });
  const disk = createFileDisk(folder, system);
  expect(await persist(disk, append('log', '1'))).toBeUndefined();
  broken = true;
  const lost = [persist(disk, append('log', '2')), persist(disk, append('log', '3'))];
  expect(await lost[0]).toContain('EIO');
  broken = false;
  expect(await lost[1]).toContain('EIO');
  expect(await persist(disk, append('log', '4'))).toContain('EIO');
});

test('a replacement that cannot be finished leaves the old content', async () => {
  const { system } = watched({
    renameSync: () => {
      throw failure('EIO');
    },
  });
  await persist(createFileDisk(folder), write('state', 'old'));
  expect(await persist(createFileDisk(folder, system), write('state', 'new'))).toContain('EIO');
  expect(found()).toStrictEqual({ state: 'old' });
});

test('a name that leaves the folder is refused', async () => {
  expect(await persist(createFileDisk(folder), append('../x', '1'))).toContain(
    'leaves the data folder',
  );
});
