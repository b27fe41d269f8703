import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';
import { plant } from './plant.ts';
import { readMutants } from './read-mutants.ts';

const folder = mkdtempSync(join(tmpdir(), 'schism-apply-test-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const written = (name: string, text: string): string => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};

const linkName = pathToFileURL(join(import.meta.dirname, '../../harness/core/cluster.ts')).href;
const asksOnce = `import { linkName } from '${linkName}'; console.log(linkName({ from: 'm1', to: 'm2' }));`;
const bug = (find: string): string => `id: other-links
title: Links have other names
source: a test
expect: [no-split-brain]
patches:
  - file: harness/core/cluster.ts
    find: "${find}"
    replace: "}-to-\${"
`;

const node = (script: string, options: readonly string[], env: NodeJS.ProcessEnv) => {
  const { stdout, stderr } = spawnSync(process.execPath, [...options, script], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return { stdout: stdout.trim(), stderr };
};

test('a child process runs the patched sources, and without the preload the right ones', () => {
  const script = written('once.mjs', asksOnce);
  const planting = plant(written('bug.yaml', bug('}__${')), true);
  expect(node(script, planting.nodeOptions, planting.env).stdout).toBe('m1-to-m2');
  expect(node(script, [], {}).stdout).toBe('m1__m2');
});

test('a worker thread with its own options runs them too', () => {
  const planting = plant(written('bug.yaml', bug('}__${')), true);
  const worker = written('worker.mjs', asksOnce);
  const script = written(
    'main.mjs',
    `import { Worker } from 'node:worker_threads';
new Worker(${JSON.stringify(worker)}, { execArgv: ${JSON.stringify(planting.nodeOptions)} });`,
  );
  expect(node(script, [], planting.env).stdout).toBe('m1-to-m2');
});

test('a patch that no longer fits stops the program and says why', () => {
  const script = written('once.mjs', asksOnce);
  const stale = readMutants(written('stale.yaml', bug('no such text')));
  const planting = plant(written('bug.yaml', bug('}__${')), true);
  const { stdout, stderr } = node(script, planting.nodeOptions, {
    SCHISM_MUTANTS: JSON.stringify(stale),
  });
  expect(stdout).toBe('');
  expect(stderr).toContain('"no such text" does not occur; a patch needs it exactly once');
});
