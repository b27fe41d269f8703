import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';

const folder = mkdtempSync(join(tmpdir(), 'schism-pipes-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const sh = (script: string) => {
  const { status, stdout, stderr } = spawnSync('bash', ['-c', `set -o pipefail; ${script}`], {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', SCHISM: 'scenarios/main.ts' },
  });
  return { code: status, out: stdout.trim(), err: stderr };
};
const compose = 'node "$SCHISM" compose --managers 9 --workers 16';

describe('what a command prints', () => {
  const whole = sh(`${compose} > /tmp/$$ && wc -c < /tmp/$$; rm /tmp/$$`).out;

  test('goes whole through a pipe', () => {
    expect(Number(whole)).toBeGreaterThan(65_536);
    expect(sh(`${compose} | wc -c`)).toMatchObject({ code: 0, out: whole });
  });

  test('goes whole through a pipe that does not block and is read late', () => {
    const nonBlocking =
      'node -e \'process.stdout._handle.setBlocking(false); require("child_process").spawnSync(process.execPath, process.argv.slice(1), { stdio: "inherit" })\'';
    expect(
      sh(`${nonBlocking} "$SCHISM" compose --managers 9 --workers 16 | (sleep 2; wc -c)`),
    ).toMatchObject({ code: 0, out: whole });
  });

  test('ends quietly where nobody reads it', () => {
    expect(sh(`${compose} | true`)).toMatchObject({ code: 0, err: '' });
  });

  test.each([
    ['| true', 0, /^$/],
    ['> /dev/full', 4, /^schism check: the result cannot be written: ENOSPC/],
  ])('by check, to %s, ends with %i', (where, expected, said) => {
    const file = join(folder, 'right.txt');
    writeFileSync(file, '0\t:invoke\t:write\t1\n0\t:ok\t:write\t1\n');
    const many = `${file} `.repeat(2_000);
    const { code, err } = sh(`node "$SCHISM" check ${many} --model register ${where}`);
    expect(err).toMatch(said);
    expect(code).toBe(expected);
  });

  test('is said to be lost where there is no room for it', () => {
    const { code, err } = sh(`${compose} > /dev/full`);
    expect(err).toContain('error: the result cannot be written: ENOSPC');
    expect(code).toBe(4);
  });
});
