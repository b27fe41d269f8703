import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { schism } from './testing/schism.ts';

const folder = mkdtempSync(join(tmpdir(), 'schism-forgetful-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The nodes of a simulation share what `Recent` remembers: here it remembers nothing. */
const forgetful = `id: forgetful
title: Nothing that was worked out is remembered
source: a test
expect: [no-split-brain]
patches:
  - file: cluster/recent.ts
    find: "return this.#young.get(key) ?? this.#old.get(key);"
    replace: "return undefined;"
`;

/** What a campaign without findings did, to the bit. */
const digestOf = (name: string, ...options: readonly string[]): string => {
  const asked = ['run', 'core', '--backend', 'sim', '--seed', '1', '--runs', '28', '--json'];
  const { out } = schism([...asked, ...options, '--out', join(folder, name)]);
  const { ok, digest } = JSON.parse(out) as { readonly ok: boolean; readonly digest: string };
  expect(ok).toBe(true);
  return digest;
};

test('a cluster that remembers nothing of what it worked out behaves the same to the bit', () => {
  const bug = join(folder, 'forgetful.yaml');
  writeFileSync(bug, forgetful);
  expect(digestOf('forgetful', '--mutants', bug)).toBe(digestOf('remembering'));
});
