import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LiveRun } from './live-run.ts';
import { stateFolder } from './run-record.ts';

let base = '';
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'schism-live-run-'));
});
afterEach(() => {
  rmSync(base, { recursive: true, force: true });
});

describe('a live run', () => {
  test('needs no room for what has ended; for what begins it says what is wrong', async () => {
    const state = join(base, 'state');
    const run = await LiveRun.open({ backend: 'process', state, parentFolder: base });
    rmSync(state, { recursive: true });
    writeFileSync(state, 'no folder');
    run.release(process.pid);
    expect(() => {
      run.adopt(process.pid, 'm1');
    }).toThrow(/^the folder for state, .* cannot be written .* SCHISM_STATE_DIR/);
    rmSync(state);
    await run[Symbol.asyncDispose]();
  });
});

describe('the folder for state', () => {
  const { SCHISM_STATE_DIR, XDG_STATE_HOME } = process.env;
  afterEach(() => {
    for (const [name, value] of Object.entries({ SCHISM_STATE_DIR, XDG_STATE_HOME })) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  });
  const usual = join(homedir(), '.local', 'state', 'schism');

  test.each([
    ['/a', '/b', '/a'],
    ['a', '', join(process.cwd(), 'a')],
    ['', '/b', join('/b', 'schism')],
    ['', '', usual],
    ['', 'b', usual],
  ])('is absolute: SCHISM_STATE_DIR "%s", XDG_STATE_HOME "%s"', (own, common, folder) => {
    process.env.SCHISM_STATE_DIR = own;
    process.env.XDG_STATE_HOME = common;
    expect(stateFolder()).toBe(folder);
  });
});
