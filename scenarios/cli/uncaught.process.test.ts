import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'schism-uncaught-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

// Exit code 1 says that a property is violated, to whoever reads nothing but the code.
test.each([
  ['throws where nobody catches it', 'setImmediate(() => { throw new Error("stray"); });'],
  ['rejects where nobody waits for it', 'void Promise.reject(new Error("stray"));'],
])('what %s ends the command as a bug, not as a violation', (_, code) => {
  writeFileSync(
    join(folder, 'schism.config.mjs'),
    `${code} await new Promise((resolve) => setTimeout(resolve, 2_000)); export default {};`,
  );
  const { status, stderr } = spawnSync(process.execPath, [resolve('scenarios/main.ts'), 'list'], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  expect(stderr).toContain('error: this is a bug of schism');
  expect(stderr).toContain('Error: stray');
  expect(status).toBe(70);
});
