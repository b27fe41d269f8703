import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { RunFile } from '../../harness/core/run.ts';
import { sampleRun } from '../../reports/sample.ts';
import { called } from './testing/called.ts';

const folder = mkdtempSync(join(tmpdir(), 'schism-saved-runs-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const sample = sampleRun(40);
const written = (name: string, text: string): string => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};
type Parts = { [Key in keyof RunFile['run']]?: unknown };
const saved = (name: string, parts: Parts): string =>
  written(name, JSON.stringify({ ...sample, run: { ...sample.run, ...parts } }));
const testing = (...properties: readonly string[]) => ({
  scenario: { ...sample.run.scenario, properties },
});

describe('judge', () => {
  test('says 3, as run does, of a property that was not put to the test', async () => {
    const history = { ...sample.run.history, operations: [], observations: [] };
    const file = saved('untested.json', { ...testing('linearizable'), history });
    const { code, out } = await called('judge', file);
    expect(out).toContain('held     linearizable (not put to the test: ');
    expect(code).toBe(3);
  });

  test('names a property that this version lacks, and takes it for unknown', async () => {
    const history = { ...sample.run.history, operations: [], observations: [] };
    const file = saved('lacking.json', { ...testing('tomorrow'), history });
    const { code, out } = await called('judge', file);
    expect(out).toContain('unknown  tomorrow: this schism knows no property of that name');
    expect(code).toBe(3);
    const page = join(folder, 'lacking.html');
    await called('report', file, '-o', page);
    expect(readFileSync(page, 'utf8')).not.toMatch(/<h1>All/);
  });
});

describe('report', () => {
  test.each([['one of the files to draw'], ['a run file']])(
    'writes over no run file: %s',
    async (what) => {
      const [a, b] = [saved('a.json', {}), saved('b.json', {})];
      const before = readFileSync(a, 'utf8');
      const files = what.startsWith('one') ? [a, b] : [b];
      const { code, err } = await called('report', '-o', a, ...files);
      expect(err).toContain(`${a} is ${what} and would be lost`);
      expect(code).toBe(2);
      expect(readFileSync(a, 'utf8')).toBe(before);
    },
  );

  test('counts the faults that bit, of all of its runs', async () => {
    const [first, second] = sample.run.history.faults;
    const spent = { ...second, evidence: { bit: false, text: 'it was down already' } };
    const files = [
      saved('bitten.json', {}),
      saved('spent.json', { history: { ...sample.run.history, faults: [first, spent] } }),
    ];
    const page = join(folder, 'faults.html');
    await called('report', ...files, '-o', page);
    expect(readFileSync(page, 'utf8')).toMatch(/>sim<[^]*?>3 of 4</);
  });
});

const reference = { ...sample.run.scenario, target: 'reference' };
const lock = { kind: 'procedure', name: 'lock' };
const cut = { kind: 'cut', from: 'leader', to: 'rest', direction: 'both', mode: 'drop' };
const update = { at: 1, client: 0, operation: 'service.update', args: {} };

describe('replay', () => {
  test.each<readonly [unknown, RegExp]>([
    [{ at: 1, when: 'x', fault: lock, forMs: 1 }, /run\.schedule\[0\]\.when is a string/],
    [{ at: 1, when: {}, fault: lock, forMs: 1 }, /run\.schedule\[0\]\.when/],
    [{ at: -1, fault: lock, forMs: 1 }, /run\.schedule\[0\]\.at is -1/],
    [{ at: 1, fault: { ...cut, mode: 'x' }, forMs: 1 }, /run\.schedule\[0\]\.fault\.mode is "x"/],
    [{ at: 1, fault: { ...lock, args: 3 }, forMs: 1 }, /run\.schedule\[0\]\.fault\.args/],
    [
      { at: 1, fault: { ...lock, name: 'x' }, forMs: 1 },
      /\[0\]\.fault\.name: target \S+ has no procedure x/,
    ],
    [{ at: 1, fault: { kind: 'kill', nodes: 'm77' }, forMs: 1 }, /m77 is no node of this cluster/],
    [{ ...update, client: -1 }, /run\.schedule\[0\]\.client is -1/],
    [{ ...update, args: undefined }, /run\.schedule\[0\]\.args is missing/],
    [{ ...update, operation: 'x' }, /run\.schedule\[0\]\.operation: target \S+ has no operation x/],
  ])('refuses a schedule with %j', async (entry, reason) => {
    const { code, err } = await called(
      'replay',
      saved('bad.json', { scenario: reference, schedule: [entry] }),
    );
    expect(err).toMatch(/bad\.json is damaged: /);
    expect(err).toMatch(reason);
    expect(code).toBe(2);
  });

  test('refuses what lacks a part of its scenario or of its planted bugs', async () => {
    const scenario = { ...sample.run.scenario, settleMs: undefined };
    const lacking = await called('replay', saved('scenario.json', { scenario }));
    expect(lacking.err).toContain('damaged: run.scenario.settleMs is missing');
    const mutants = [{ id: 'a', title: 'A', source: 's', patches: [] }];
    const file = written('mutants.json', JSON.stringify({ ...sample, mutants }));
    expect((await called('replay', file)).err).toContain('damaged: mutants[0].expect is missing');
  });
});

test.each(['judge', 'replay', 'report'])(
  '%s refuses what is nested too deeply, and says where',
  async (command) => {
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    const text = JSON.stringify({ ...sample, configuration: { deep: 'DEEP' } });
    const file = written('deep.json', text.replace('"DEEP"', deep));
    const page = command === 'report' ? ['-o', join(folder, 'deep.html')] : [];
    const { code, err } = await called(command, file, ...page);
    expect(err).toContain('damaged: configuration.deep');
    expect(err).toContain('is nested too deeply');
    expect(code).toBe(2);
  },
);

describe('run', () => {
  test.each(['mine.json', 'mine'])('takes a file named %s for a scenario', async (name) => {
    const file = written(name, '{ "name": "mine", "inject": "x" }');
    const { err } = await called('run', relative('.', file));
    expect(err).toMatch(/:1:\d+: inject: /);
    rmSync(file);
    const gone = await called('run', join(folder, 'mine.json'));
    expect(gone.err).toContain('mine.json cannot be read');
  });

  test('needs a folder to write to', async () => {
    const { code, err } = await called('run', 'halves', '--out', '');
    expect(err).toContain('--out: expected a folder; this is empty');
    expect(code).toBe(2);
  });

  const scenario = (fault: string): string =>
    written('mine.yaml', `name: mine\nfaults: [{ at: 1s, ${fault} }]\n`);

  test.each([
    [
      '--managers',
      '1',
      'kill: m3',
      /faults\[0\]\.fault\.nodes: m3 is no node of this cluster \(1 manager, .+ Did you mean m1\? Give another shape/,
    ],
    ['--workers', '0', 'kill: busy-worker', /busy-worker is no node of this .*, 0 workers\)/],
    ['--workers', '0', 'procedure: drain, on: busy-worker', /busy-worker is no node/],
  ])('%s %s, and { %s }, is refused', async (option, count, fault, reason) => {
    const out = join(folder, 'out');
    const { code, err } = await called('run', scenario(fault), option, count, '--out', out);
    expect(err).toMatch(reason);
    expect(code).toBe(2);
  });

  test('refuses a scenario that was asked for by its name, although a suite would go on without it', async () => {
    const asked = ['core', 'rolling-restarts', '--managers', '2'];
    const { code, err } = await called('run', ...asked, '--out', join(folder, 'out'));
    expect(err).toMatch(/scenario rolling-restarts: faults\[2\]\.fault\.nodes: m3 is no node/);
    expect(code).toBe(2);
  });

  test('says what of a suite can run on a target that lacks what one of its scenarios names', async () => {
    const { code, err } = await called('run', 'core', '--target', 'primary-backup');
    expect(err).toMatch(
      /scenario leader-cut-off: .* has no operation service\.update\..* these can run on target primary-backup in this shape: .*two-networks/,
    );
    expect(code).toBe(2);
  });
});
