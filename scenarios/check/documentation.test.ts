/** What `docs/checking-a-history.md` shows is run as it stands there, with the package's names made paths. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { expect, test } from '@jest/globals';

const page = readFileSync('docs/checking-a-history.md', 'utf8');
/** The sources of what the package exports under a name. */
const sourceOf = (name: string): string => {
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    readonly exports: Readonly<Record<string, { readonly default: string } | undefined>>;
  };
  const built = exports[name.replace('schism-harness', '.')]?.default ?? name;
  return pathToFileURL(resolve(built.replace('/dist/', '/').replace(/\.js$/, '.ts'))).href;
};

test('the example in the page answers what its comments say', () => {
  const [, example = ''] = /```ts\n([\s\S]*?)```/.exec(page) ?? [];
  const folder = mkdtempSync(join(tmpdir(), 'schism-docs-'));
  try {
    const file = join(folder, 'example.mts');
    writeFileSync(file, example.replaceAll(/(?<=')schism-harness[\w/]*(?=')/g, sourceOf));
    const out = execFileSync(process.execPath, [file], { encoding: 'utf8' });
    expect(out).toMatch(/^fail\n/);
    expect(out).toContain('invoked: 40');
    expect(out).toMatch(/\[ 1 \]\n$/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
