import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { sampleSummary } from '../../reports/sample.ts';
import { renderReport } from '../../reports/write.ts';
import { schism } from './testing/schism.ts';

const folder = mkdtempSync(join(tmpdir(), 'schism-cli-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
const out = (name: string): string => join(folder, name);
const written = (name: string, text: string): string => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};

const right =
  '{:process 0, :type :invoke, :f :write, :value 3}\n{:process 0, :type :ok, :f :write, :value 3}\n';

type RunJson = {
  readonly schema: string;
  readonly ok: boolean;
  readonly seed: number;
  readonly backend: string;
  readonly runs: number;
  readonly digest: string;
  readonly verdicts: Readonly<
    Record<string, { readonly pass: number; readonly fail: number; readonly unknown: number }>
  >;
  readonly failures: readonly {
    readonly property: string;
    readonly file: string;
    readonly digest: string;
    readonly replay: string;
  }[];
  readonly report: string;
};
const jsonOf = (text: string): RunJson => JSON.parse(text) as RunJson;

test('what is typed in a folder of the clone is meant from there', () => {
  const { status, stderr } = spawnSync(
    'npm',
    ['run', '-s', 'schism', '--', 'judge', 'guarantees.md'],
    {
      cwd: 'docs',
      encoding: 'utf8',
    },
  );
  expect(stderr).toContain('guarantees.md is neither a run file nor a report');
  expect(status).toBe(2);
});

describe('run --json', () => {
  const asked = ['run', 'leader-cut-off', '--backend', 'sim', '--seed', '1', '--json'];
  const first = jsonOf(schism([...asked, '--runs', '12', '--jobs', '1', '--out', out('one')]).out);

  test('prints one document with the verdicts, the digest and the report', () => {
    expect(first).toMatchObject({
      schema: 'schism/run@1',
      ok: true,
      seed: 1,
      backend: 'sim',
      runs: 12,
      failures: [],
    });
    expect(first.verdicts['at-most-one-leader-per-term']).toEqual({
      pass: 12,
      fail: 0,
      unknown: 0,
    });
    for (const key of ['inconclusive', 'unfinished', 'mutants'])
      expect(first).not.toHaveProperty(key);
    const [, sentence] = /<h1>([^<]*)<\/h1>/.exec(readFileSync(first.report, 'utf8')) ?? [];
    expect(sentence).toMatch(/^All \d+ guarantees held in 12 runs\.$/);
  });

  test('names the world that it ran in, asked for or not', () => {
    const { out: text } = schism([
      ...['run', 'leader-cut-off', '--seed', '1', '--runs', '1', '--json', '--out', out('world')],
    ]);
    expect(jsonOf(text).backend).toBe('sim');
  });

  test('names what was planted and what nothing proved', () => {
    const { out: text, code } = schism([
      ...[
        'run',
        'leader-cut-off',
        '--backend',
        'sim',
        '--managers',
        '1',
        '--seed',
        '1',
        '--runs',
        '1',
        '--json',
      ],
      ...['--mutants', 'scenarios/mutants/tasks-sealed-late.yaml', '--out', out('planted')],
    ]);
    const { inconclusive } = JSON.parse(text) as { readonly inconclusive: readonly string[] };
    expect(JSON.parse(text)).toMatchObject({
      ok: false,
      failures: [],
      mutants: ['tasks-sealed-late'],
    });
    expect(inconclusive).toContain('no-split-brain');
    expect(code).toBe(3);
    const page = readFileSync(out('planted/1/index.html'), 'utf8');
    expect(page).toContain('<strong>A bug was planted</strong>');
  });

  test('has the same digest with another number of threads', () => {
    const second = jsonOf(
      schism([...asked, '--runs', '12', '--jobs', '2', '--out', out('two')]).out,
    );
    expect(second.digest).toBe(first.digest);
  });

  test('ended by its time, has the digest of as many runs asked for by number', () => {
    const timed = jsonOf(schism([...asked, '--max-time', '2s', '--out', out('timed')]).out);
    expect(timed.runs).toBeGreaterThan(0);
    const again = jsonOf(
      schism([...asked, '--runs', String(timed.runs), '--out', out('again')]).out,
    );
    expect(again.digest).toBe(timed.digest);
  });
});

describe('a planted bug', () => {
  const mutant = 'scenarios/mutants/second-vote.yaml';
  const found = schism([
    'run',
    'leader-cut-off',
    '--seed',
    '42',
    '--runs',
    '20',
    '--bail',
    '--mutants',
    mutant,
    '--out',
    out('a bug'),
  ]);
  const file = out(`a bug/42/${/sim-\d+\.json/.exec(found.out)?.[0] ?? 'no file was named'}`);

  test('is found, told as a story, and ends with exit code 1', () => {
    expect(found.code).toBe(1);
    expect(found.out).toMatch(/BROKEN at-most-one-leader-per-term/);
    expect(found.out).toMatch(/term \d+ has two leaders/);
  });

  test('is replayed to the bit by the printed line, from the run file and from the report', () => {
    const line = /^replay\s+(.+)$/m.exec(found.out)?.[1] ?? '';
    expect(line).toBe(`npm run -s schism -- replay '${file}'`);
    const again = spawnSync(line, { shell: true, encoding: 'utf8' });
    expect(again.stdout).toMatch(/same digest [0-9a-f]{16}/);
    expect(again.status).toBe(1);
    const report = schism(['replay', out('a bug/42/index.html')]);
    expect(report.out).toMatch(/same digest/);
    expect(report.code).toBe(1);
  });

  test('is replayed with the bugs that are asked for instead of its own', () => {
    const same = schism(['replay', file, '--mutants', mutant]);
    expect(same.out).toMatch(/same digest/);
    expect(same.code).toBe(1);
    const other = schism(['replay', file, '--mutants', 'scenarios/mutants/unconfirmed-read.yaml']);
    expect(other.out).toMatch(/another digest: [0-9a-f]{16} instead of/);
    expect(other.out).not.toMatch(/BROKEN/);
    expect(other.out).toMatch(/^at-most-one-leader-per-term held this time/m);
  });

  test('is judged and drawn again from its file, without a cluster', () => {
    const judged = schism(['judge', file]);
    expect(judged.code).toBe(1);
    expect(judged.out).toMatch(/BROKEN at-most-one-leader-per-term/);
    const drawn = schism(['report', file, '-o', out('drawn.html')]);
    expect(drawn.code).toBe(0);
    // A vote that is given twice breaks the rule of votes as well.
    expect(readFileSync(out('drawn.html'), 'utf8')).toMatch(
      /guarantees? (was|were) broken: at-most-one-leader-per-term/,
    );
  });

  test('is drawn with the line that works where its file is now', () => {
    copyFileSync(file, out('moved.json'));
    schism(['report', out('moved.json'), '-o', out('drawn.html')]);
    const drawn = readFileSync(out('drawn.html'), 'utf8');
    expect(drawn).toContain(`<code>npm run -s schism -- replay ${out('moved.json')}</code>`);
    expect(drawn).not.toContain('a bug');
  });

  test('is told to be one of several, where the page that is replayed holds more', () => {
    schism(['report', file, file, '-o', out('two.html')]);
    const { err, code } = schism(['replay', out('two.html')]);
    expect(err).toMatch(/two\.html holds 2 runs; this is the first of them, \S+ on sim, run \d+\./);
    expect(code).toBe(1);
  });
});

describe('bad input', () => {
  test.each([
    ['a misspelt scenario', ['run', 'leader-cutoff'], /Did you mean leader-cut-off\?/],
    ['a misspelt target', ['run', 'halves', '--target', 'refrence'], /Did you mean reference\?/],
    ['an unknown option', ['run', '--seeds', '3'], /--seed.*\n.*schism -- run --help/],
    ['an unknown command', ['judged'], /Did you mean judge\?\)\n.*schism -- --help/],
    ['a number that is none', ['run', '--runs', 'many'], /--runs: expected a whole number/],
    [
      'a time without a unit',
      ['run', '--max-time', '60'],
      /--max-time: expected a time such as 200ms, .*; this is "60"\. Did you mean 60s\?/,
    ],
    [
      'a backend that is none',
      ['run', '--backend', 'cloud'],
      /expected one of sim, process, docker/,
    ],
    [
      'a run file that is none',
      ['replay', 'package.json'],
      /package\.json is not a run file of schism/,
    ],
    ['a missing folder of mutants', ['run', '--mutants', '/nowhere'], /\/nowhere cannot be read/],
    [
      'an output folder below a file',
      ['run', 'halves', '--backend', 'sim', '--out', written('taken', '')],
      /the folder .*taken.* cannot be written: .*; name another with --out/,
    ],
    [
      'two scenarios of one name',
      ['run', written('a.yaml', 'name: x'), written('b.yaml', 'name: x\nworkers: 1')],
      /two different scenarios are named x/,
    ],
    [
      'a page that holds no run',
      ['judge', written('empty.html', renderReport(sampleSummary(true), []))],
      /empty\.html holds no run/,
    ],
    [
      'histories where there are none',
      ['check', mkdtempSync(join(folder, 'none-')), '--model', 'register'],
      /no file in .*none-/,
    ],
    [
      'a drawing where a folder is',
      ['check', written('h.edn', right), '--model', 'register', '-o', folder],
      /cannot be written: EISDIR/,
    ],
  ])('%s is answered with the next step and exit code 2', (_name, args, reason) => {
    const { code, err } = schism(args);
    expect(err).toMatch(reason);
    expect(code).toBe(2);
  });

  test('a typo in a scenario file is answered with file, line, column, a frame and what was meant', () => {
    const file = written(
      'typo.yaml',
      'name: typo\nfaults:\n  - { at: 1s, cut: leader, frm: rest, for: 2s }\nproperties: [a-leader-returns]\n',
    );
    const { code, err } = schism(['run', file]);
    expect(code).toBe(2);
    expect(err).toContain(`${file}:3:`);
    expect(err).toMatch(/> 3 \|/);
    expect(err).toMatch(/Did you mean from\?/);
  });

  test('an even number of managers is allowed, and told what it costs', () => {
    const {
      code,
      out: printed,
      err,
    } = schism([
      'run',
      'core',
      '--backend',
      'sim',
      '--managers',
      '2',
      '--runs',
      '14',
      '--seed',
      '1',
      '--out',
      out('even'),
    ]);
    expect(err).toMatch(
      /2 managers tolerate the loss of 0, as 1 do, and need one more for a quorum/,
    );
    // A suite goes on without what names a third one.
    expect(err).toMatch(/rolling-restarts is left out: .*m3 is no node of this cluster/);
    expect(err.match(/is left out/g)).toHaveLength(1);
    expect(printed).toMatch(/sim +14 runs .* 2 managers/);
    expect([0, 3]).toContain(code);
  });

  test('without a Docker engine, docker ends with exit code 4 and the command that mends it', () => {
    const { code, err } = schism(['run', 'halves', '--backend', 'docker'], {
      DOCKER_HOST: 'unix:///nonexistent.sock',
    });
    expect(code).toBe(4);
    expect(err).toMatch(/no engine answers at unix:\/\/\/nonexistent\.sock.*start one/);
  });
});

test('doctor says what is missing and clean has nothing to remove that lives', () => {
  const doctor = schism(['doctor'], { DOCKER_HOST: 'unix:///nonexistent.sock' });
  expect(doctor.code).toBe(0);
  expect(doctor.out).toMatch(/optional +Docker/);
  const clean = schism(['clean'], {
    DOCKER_HOST: 'unix:///nonexistent.sock',
    SCHISM_STATE_DIR: out('state'),
  });
  expect(clean.code).toBe(0);
});

test('compose prints the file that is kept in the repository', () => {
  expect(schism(['compose']).out).toBe(readFileSync('docker-compose.test.yml', 'utf8'));
  expect(schism(['compose', '--managers', '4']).err).toMatch(/4 managers tolerate the loss of 1/);
});

test('a cluster that is left standing answers Docker’s API until it is taken down', async () => {
  const env = { SCHISM_STATE_DIR: out('up-state') };
  const up = schism(['up', '--managers', '1', '--workers', '1', '--detach'], env);
  expect(up.err).toMatch(/takes it away/);
  const [, address = ''] = /export DOCKER_HOST=tcp:\/\/(127\.0\.0\.1:\d+)/.exec(up.out) ?? [];
  const nodes = (await (await fetch(`http://${address}/nodes`)).json()) as readonly unknown[];
  expect(nodes).toHaveLength(2);
  expect(schism(['up', '--detach'], env).err).toMatch(/a cluster is up already/);
  expect(schism(['down'], env).out).toMatch(/the cluster is gone/);
  await expect(fetch(`http://${address}/nodes`)).rejects.toThrow();
  expect(existsSync(join(env.SCHISM_STATE_DIR, `up-${hostname()}.json`))).toBe(false);
});
