import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

type Cruise = {
  readonly summary: {
    readonly totalCruised: number;
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
    }[];
  };
  readonly modules: readonly { readonly source: string }[];
};

const tops = ['harness', 'cluster', 'models', 'properties', 'scenarios', 'reports'];

const sourcesOf = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.startsWith(join('reports', 'out')));

const sources = tops.flatMap(sourcesOf);

const here = process.cwd();

const cruise = (folder: string, tops: readonly string[]): Cruise => {
  const command = [
    join(here, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
    '--config',
    join(here, '.dependency-cruiser.js'),
    '--output-type',
    'json',
    ...tops,
  ];
  // Its exit code counts violations; they are read from the document instead.
  try {
    return JSON.parse(
      execFileSync(process.execPath, command, {
        cwd: folder,
        encoding: 'utf8',
        maxBuffer: 1 << 28,
      }),
    ) as Cruise;
  } catch (error) {
    return JSON.parse((error as { readonly stdout: string }).stdout) as Cruise;
  }
};

test('rooms import only what they may, and every source was looked at', () => {
  const { summary, modules } = cruise(here, tops);
  const seen = new Set(modules.map((module) => module.source));
  expect(sources.filter((file) => !seen.has(file))).toEqual([]);
  expect(seen.size).toBeGreaterThan(100);
  expect(summary.violations.map(({ from, to, rule }) => `${rule.name}: ${from} → ${to}`)).toEqual(
    [],
  );
});

test('a forbidden import is found', () => {
  const folder = mkdtempSync(join(tmpdir(), 'schism-rooms-'));
  const write = (file: string, text: string): void => {
    mkdirSync(join(folder, file, '..'), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  write('tsconfig.json', '{}');
  write(
    'cluster/raft/a.ts',
    `import '../../harness/core/c.ts'; import 'node:fs'; import './testing/t.ts';`,
  );
  write('cluster/raft/testing/t.ts', 'export {};');
  write('harness/core/c.ts', `import '../campaign/d.ts';`);
  write('harness/campaign/d.ts', `import '../../cluster/raft/a.ts';`);
  try {
    const rules = cruise(folder, ['cluster', 'harness']).summary.violations.map(
      ({ rule }) => rule.name,
    );
    expect([...new Set(rules)].sort()).toEqual([
      'cluster-stands-alone',
      'harness-knows-no-target',
      'no-cycles',
      'production-imports-no-test',
      'pure-rooms-have-no-world',
      'the-core-imports-nothing',
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const pureRoom =
  /^(harness\/(core|conduct|generate|backends\/sim)|models|properties|reports\/page|cluster(?!\/server))\//;
const impure: readonly (readonly [string, RegExp])[] = [
  ['a clock', /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b/],
  ['chance', /\bMath\.random\b|\bcrypto\.|\brandomUUID\b/],
  ['timers', /\bset(Timeout|Interval|Immediate)\b|\bqueueMicrotask\b/],
  ['a locale', /\bIntl\.|\blocaleCompare\b|\btoLocale\w+\(/],
  [
    'arithmetic that differs between machines',
    /\bMath\.(sin|cos|tan|exp|pow|log\w*|sinh|cosh|tanh|cbrt|hypot)\b/,
  ],
  ['the text of a stack', /\.stack\b/],
];

/** Comments may name what code may not use. */
const codeOf = (file: string): string =>
  readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|(?<![:'"`])\/\/.*$/gm, '');

test.each(impure)('pure rooms have no use for %s', (_what, pattern) => {
  const pure = sources.filter((file) => pureRoom.test(file) && !file.endsWith('.test.ts'));
  expect(pure.length).toBeGreaterThan(50);
  expect(pure.filter((file) => pattern.test(codeOf(file)))).toEqual([]);
});

test('the patterns above do find what they look for', () => {
  const bad = [
    'Date.now()',
    'Math.random()',
    'setTimeout(f)',
    'a.localeCompare(b)',
    'Math.sin(1)',
    'error.stack',
  ];
  expect(bad.map((code, place) => impure[place]?.[1].test(code))).toEqual(bad.map(() => true));
});

test('no file has a name that says nothing', () => {
  expect(
    sources.filter((file) => /(^|\/)(utils?|common|helpers?|misc|manager2)(\.|\/)/.test(file)),
  ).toEqual([]);
});
