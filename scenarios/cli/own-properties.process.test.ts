import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'schism-own-'));
});

const written: Readonly<Record<string, string>> = {
  'nobody-reads': `({ operations }: History) => {
    const read = operations.find(({ effect, outcome }) => effect === 'read' && outcome === 'ok');
    if (read === undefined) return { verdict: 'pass', tested: operations.length > 0, because: 'nobody read' };
    return { verdict: 'fail', summary: 'somebody read', moments: [{ at: read.invokedAt, node: undefined, text: 'it is asked' }] };
  }`,
  'of-no-run': '({ operations }: History) => operations[-1]!.invokedAt',
  'of-some-runs': `({ operations }: History) => {
    if (operations.length % 2 === 1) throw new Error('an odd number');
    return { verdict: 'pass', tested: true, because: 'an even number' };
  }`,
};

/** A configuration in TypeScript that needs no package. */
const configure = (...names: readonly string[]): void => {
  const properties = names.map(
    (name) => `{ ...named, name: '${name}', judge: ${written[name] ?? ''} }`,
  );
  writeFileSync(
    join(folder, 'schism.config.ts'),
    `type Asked = { readonly effect: string; readonly outcome: string; readonly invokedAt: number };
     type History = { readonly operations: readonly Asked[] };
     const named = { kind: 'safety', guarantee: 'Nobody reads.', source: 'this test' };
     export default { properties: [${properties.join(', ')}] };`,
  );
};

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const there = (...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [resolve('scenarios/main.ts'), ...args],
    { cwd: folder, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } },
  );
  return { code: status, out: stdout, err: stderr };
};

const run = ['run', 'halves', '--backend', 'sim', '--managers', '3', '--seed', '5', '--runs', '4'];

type Document = {
  readonly digest: string;
  readonly verdicts: Readonly<Record<string, object>>;
  readonly failures: readonly { readonly property: string }[];
};

test('properties of the configuration are listed, judge runs in all worker threads, shrink and replay', () => {
  configure('nobody-reads', 'of-no-run');
  expect(there('list').out).toMatch(/nobody-reads +Nobody reads. — this test/);

  const [one, two] = ['1', '2'].map((jobs) => {
    const ended = there(...run, '--json', '--jobs', jobs, '--out', jobs);
    expect(ended.code).toBe(1);
    return JSON.parse(ended.out) as Document;
  });
  expect(one?.digest).toBe(two?.digest);
  expect(one?.failures.map(({ property }) => property)).toContain('nobody-reads');
  expect(one?.verdicts).toMatchObject({
    'nobody-reads': { pass: 0, fail: 4, unknown: 0 },
    'of-no-run': { pass: 0, fail: 0, unknown: 4 },
    linearizable: { pass: 4, fail: 0, unknown: 0 },
  });

  const [saved = ''] = readdirSync(join(folder, '1', '5')).filter((name) => name.endsWith('.json'));
  const file = join(folder, '1', '5', saved);
  const again = there('replay', file);
  expect(again.out).toContain('same digest');
  expect(again.out).toContain('BROKEN nobody-reads');
  expect(again.code).toBe(1);
  const judged = there('judge', file);
  expect(judged.out).toContain('BROKEN nobody-reads');
  expect(judged.out).toMatch(/unknown +of-no-run: the property itself failed: TypeError: .*, at /);
}, 120_000);

test.each([
  ['of-no-run', 'the property itself failed: TypeError'],
  ['of-some-runs', 'the property itself failed: Error: an odd number'],
])(
  '%s, which leaves runs unjudged, is no success',
  (property, words) => {
    configure(property);
    const scenario = `name: asked\nfaults: drawn\nproperties: [${property}]\n`;
    writeFileSync(join(folder, 'asked.yaml'), scenario);
    const ended = there('run', 'asked.yaml', '--backend', 'sim', '--seed', '1', '--runs', '8');
    expect(ended.out).toMatch(new RegExp(`inconclusive +${property} .*unknown in \\d \\(${words}`));
    expect(ended.code).toBe(3);
  },
  60_000,
);
