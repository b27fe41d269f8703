/** What `docs/checking-a-history.md` shows is run as it stands there, with the package's names made paths. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { expect, test } from '@jest/globals';

const page = readFileSync('docs/checking-a-history.md', 'utf8');
const url = (path: string) => pathToFileURL(resolve(path)).href;

test('the example in the page answers what its comments say', () => {
  const [, example = ''] = /```ts\n([\s\S]*?)```/.exec(page) ?? [];
  const folder = mkdtempSync(join(tmpdir(), 'schism-docs-'));
  try {
    const file = join(folder, 'example.mjs');
    const named = example
      .replace('schism-harness/properties', url('properties/linearizability/index.ts'))
      .replace('schism-harness/models', url('models/index.ts'));
    writeFileSync(file, named);
    const out = execFileSync(process.execPath, [file], { encoding: 'utf8' });
    expect(out).toMatch(/^fail\n/);
    expect(out).toContain('invoked: 40');
    expect(out).toMatch(/\[ 1 \]\n$/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
