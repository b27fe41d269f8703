import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { schism } from './testing/schism.ts';

const folder = mkdtempSync(join(tmpdir(), 'schism-unconfirmed-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const mutant = 'scenarios/mutants/unconfirmed-read.yaml';

test('reads of a deposed leader are found, and `schism check` finds the same in the run file', () => {
  const asked = ['run', 'leader-cut-off', '--backend', 'sim', '--seed', '2', '--runs', '40'];
  const { code, out } = schism([...asked, '--mutants', mutant, '--out', folder]);
  expect(code).toBe(1);
  const file = /BROKEN linearizable [\s\S]*?replay .* (\S+\.json)/.exec(out)?.[1] ?? '';
  const { run } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly run: { readonly history: { readonly operations: readonly unknown[] } };
  };
  expect(run.history.operations.length).toBeGreaterThan(3);
  const checked = schism(['check', file, '--model', 'swarm-objects']);
  expect(checked.code).toBe(1);
  expect(checked.out).toMatch(
    /read lighthouse-\w → .+ fits no order of what returned before; right would have been/,
  );
}, 110_000);
