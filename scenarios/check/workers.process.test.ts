import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from '@jest/globals';

test('several jobs give the same rows in the same order as one', () => {
  const folder = mkdtempSync(join(tmpdir(), 'schism-jobs-'));
  try {
    for (let at = 0; at < 6; at++) {
      writeFileSync(
        join(folder, `${at}.txt`),
        `0\t:invoke\t:write\t${at}\n0\t:ok\t:write\t${at}\n1\t:invoke\t:read\tnil\n1\t:ok\t:read\t${at}\n`,
      );
    }
    const rows = (jobs: string) => {
      const args = [
        'scenarios/main.ts',
        'check',
        folder,
        '--model',
        'register',
        '--json',
        '--jobs',
        jobs,
      ];
      const { files } = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as {
        files: { file: string; verdict: string }[];
      };
      return files.map(({ file, verdict }) => [file, verdict]);
    };
    expect(rows('3')).toEqual(rows('1'));
    expect(rows('1')).toHaveLength(6);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
