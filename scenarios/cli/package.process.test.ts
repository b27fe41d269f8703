import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const project = mkdtempSync(join(tmpdir(), 'schism-package-'));
const modules = join(project, 'node_modules');
const repository = process.cwd();

/** Installs what `npm pack` makes into an empty project. Its dependencies are those of this checkout: nothing is fetched. */
beforeAll(() => {
  mkdirSync(modules);
  const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', project], {
    cwd: repository,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();
  execFileSync('tar', ['-xzf', join(project, packed.split('\n').at(-1) ?? ''), '-C', project]);
  execFileSync('mv', [join(project, 'package'), join(modules, 'schism-harness')]);
  for (const name of readdirSync(join(repository, 'node_modules'))) {
    if (!name.startsWith('.'))
      symlinkSync(join(repository, 'node_modules', name), join(modules, name));
  }
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
}, 120_000);

afterAll(() => {
  rmSync(project, { recursive: true, force: true });
});

const schism = (...args: readonly string[]) => {
  const program = join(modules, 'schism-harness', 'bin', 'schism.js');
  return spawnSync(process.execPath, [program, ...args], { cwd: project, encoding: 'utf8' });
};

test('the installed command simulates, with the digest of the sources', () => {
  const asked = ['run', 'halves', '--backend', 'sim', '--seed', '3', '--runs', '4', '--json'];
  const installed = schism(...asked);
  const sources = spawnSync(
    process.execPath,
    ['scenarios/main.ts', ...asked, '--out', join(project, 'o')],
    { encoding: 'utf8' },
  );
  const digestOf = (text: string): string =>
    (JSON.parse(text) as { readonly digest: string }).digest;
  expect(digestOf(installed.stdout)).toBe(digestOf(sources.stdout));
  expect(existsSync(join(project, 'reports/out/3/index.html'))).toBe(true);
});

test('the installed command runs real processes', () => {
  const { status, stdout } = schism('run', 'worker-lost', '--backend', 'process', '--seed', '3');
  expect(stdout).toMatch(/process +1 run/);
  expect([0, 3]).toContain(status);
});

test('the installed command runs the target of the walk-through', () => {
  const asked = ['--target', 'primary-backup', '--workers', '0', '--shrink-time', '0s'];
  const { status, stdout } = schism('run', 'two-networks', '--backend', 'process', ...asked);
  expect(stdout).toMatch(/process +1 run/);
  expect([0, 1, 3]).toContain(status);
});

test('what the package’s README leads to comes with it, and nothing that only a clone can use', () => {
  const root = join(modules, 'schism-harness');
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const links = [...readme.matchAll(/\]\(((?!http)[^)#]+)\)/g)].map(([, link = '']) => link);
  expect(links.filter((link) => !existsSync(join(root, link)))).toEqual([]);
  expect(
    readdirSync(join(root, 'dist/scenarios/mutants')).filter((name) => name.endsWith('yaml')),
  ).toEqual([]);
  const files = readdirSync(join(root, 'dist'), { encoding: 'utf8', recursive: true });
  expect(files.filter((name) => /\.test\.|(^|\/)testing(\/|$)/.test(name))).toEqual([]);
  expect(files.length).toBeGreaterThan(500);
});

test('the guarantee of one’s own that the page shows judges what the installed command runs', () => {
  const page = readFileSync('docs/testing-your-own-cluster.md', 'utf8');
  const [, example = ''] =
    /```ts\n([^`]*const readsAreFast: Property = {[^]*?)```/.exec(page) ?? [];
  const config = join(project, 'schism.config.ts');
  writeFileSync(config, example);
  const asked = ['--backend', 'sim', '--seed', '3', '--runs', '2', '--shrink-time', '0s'];
  const { status, stdout } = schism('run', 'halves', ...asked);
  rmSync(config);
  expect(stdout).toMatch(/(held|broken) +reads-are-fast +(2 runs, put to the test in 2|broken in)/);
  expect([0, 1, 3]).toContain(status);
});

test('planted bugs are refused with the reason', () => {
  const { status, stderr } = schism(
    'run',
    'halves',
    '--mutants',
    join(repository, 'scenarios/mutants/second-vote.yaml'),
  );
  expect(stderr).toMatch(/an installed package holds JavaScript: use a clone/);
  expect(status).toBe(2);
});

test('the library judges a run of the reference cluster', () => {
  const script = `
    import { run, cut } from 'schism-harness';
    import { referenceSwarm } from 'schism-harness/targets';
    import { noSplitBrain } from 'schism-harness/properties';
    const played = await run(referenceSwarm({ managers: 3 }), [{ at: 1000, fault: cut('leader'), forMs: 2000 }], { backend: 'sim' });
    console.log(noSplitBrain.judge(played.history).verdict, played.digest.length);
  `;
  const file = join(project, 'use.js');
  writeFileSync(file, script);
  const { stdout } = spawnSync(process.execPath, [file], { cwd: project, encoding: 'utf8' });
  expect(stdout.trim()).toBe('pass 16');
});

test('the example for Jest runs as the page says', () => {
  const page = readFileSync('docs/writing-a-scenario.md', 'utf8');
  const [, example = ''] = /```ts\n(import fc[^]*?)```/.exec(page) ?? [];
  writeFileSync(join(project, 'mine.test.js'), example);
  writeFileSync(join(project, 'jest.config.json'), '{ "transform": {} }');
  const jest = join(modules, 'jest', 'bin', 'jest.js');
  const { status, stderr } = spawnSync(process.execPath, [jest], {
    cwd: project,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '--experimental-vm-modules' },
  });
  expect(stderr).toContain('Tests:       2 passed, 2 total');
  expect(status).toBe(0);
}, 120_000);

describe('the installed checker, whose modules are one file', () => {
  const right =
    '{:process 0, :type :invoke, :f :write, :value 3}\n{:process 0, :type :ok, :f :write, :value 3}\n';
  const stale =
    '{:process 1, :type :invoke, :f :read, :value nil}\n{:process 1, :type :ok, :f :read, :value 4}\n';
  const files = ['right.edn', 'wrong.edn'];
  beforeAll(() => {
    writeFileSync(join(project, 'right.edn'), right);
    writeFileSync(join(project, 'wrong.edn'), right + stale);
  });

  test.each([['1'], ['2']])('judges, with %s jobs', (jobs) => {
    const { status, stdout } = schism('check', ...files, '--model', 'register', '--jobs', jobs);
    expect(stdout).toMatch(/pass +right\.edn[^]*FAIL +wrong\.edn/);
    expect(status).toBe(1);
  });

  test('draws', () => {
    const { status } = schism('check', 'wrong.edn', '--model', 'register', '-o', 'drawn.html');
    expect(readFileSync(join(project, 'drawn.html'), 'utf8')).toContain('wrong.edn');
    expect(status).toBe(1);
  });

  test('says what is wrong with a file', () => {
    writeFileSync(join(project, 'cut.edn'), right.slice(0, -9));
    const { status, stdout } = schism('check', 'cut.edn', '--model', 'register');
    expect(stdout).toMatch(/bad input +cut\.edn\s+cut\.edn:2: /);
    expect(status).toBe(2);
  });
});
