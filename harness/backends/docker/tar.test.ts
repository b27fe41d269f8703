import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { filesOfTar } from './tar.ts';

test.each(['ustar', 'gnu', 'pax'])('files of a %s archive come out as they went in', (format) => {
  const folder = mkdtempSync(join(tmpdir(), 'schism-tar-'));
  try {
    const long = `raft/${'w'.repeat(format === 'ustar' ? 90 : 140)}`;
    mkdirSync(join(folder, 'data', 'raft'), { recursive: true });
    writeFileSync(join(folder, 'data', 'raft', 'log'), Buffer.alloc(1_300, 7));
    writeFileSync(join(folder, 'data', 'empty'), '');
    writeFileSync(join(folder, 'data', long), 'x');
    const archive = execFileSync('tar', [`--format=${format}`, '-C', folder, '-c', 'data']);
    const files = filesOfTar(archive).map(({ name, bytes }) => [name, bytes.length]);
    expect(files.sort()).toEqual(
      [
        ['data/empty', 0],
        ['data/raft/log', 1_300],
        [`data/${long}`, 1],
      ].sort(),
    );
    expect(() => filesOfTar(archive.subarray(0, 2_000))).toThrow(/cut off/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
