import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

test.each([[['--version']], [['down']]])('a broken configuration does not stop %j', (args) => {
  writeFileSync(join(folder, 'schism.config.mjs'), 'export default 3;');
  const { status, stderr } = spawnSync(process.execPath, [resolve('scenarios/main.ts'), ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', SCHISM_STATE_DIR: join(folder, 'state') },
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

test('a run whose terminal is closed ends in order, with its report', async () => {
  const child = spawn(
    process.execPath,
    [
      ...['scenarios/main.ts', 'run', 'leader-cut-off', '--backend', 'sim', '--seed', '1'],
      ...['--runs', '100000', '--jobs', '1', '--out', folder],
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  await once(child.stdout, 'data');
  await new Promise((done) => setTimeout(done, 2_000));
  child.kill('SIGHUP');
  const [code] = (await once(child, 'exit')) as [number | null];
  expect(code).toBe(130);
  expect(existsSync(join(folder, '1', 'index.html'))).toBe(true);
  expect(existsSync(join(folder, '1', '.running'))).toBe(false);
});
