/**
 * The checker as a package holds it beside Porcupine, on the same generated files in the same run: nine interleaved runs of
 * both as whole processes, medians and their ratio. Writes its section of `docs/benchmarks.md`.
 *
 *     node bench/checker/main.ts          needs a `go` client, for Porcupine only
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';

import { writeSets, type HistorySet } from './sets.ts';

const RUNS = Number(process.env.SCHISM_BENCH_RUNS ?? 9);
const TIMEOUT = '20s';
/** Porcupine's own limit for a file; what takes it longer is reported apart. */
const PEER_TIMEOUT = process.env.SCHISM_BENCH_PEER_TIMEOUT ?? '5s';
const DOCUMENT = 'docs/benchmarks.md';
const [BEGIN, END] = ['<!-- checker:begin -->', '<!-- checker:end -->'];

type Answer = {
  readonly files: readonly {
    readonly file: string;
    readonly verdict: string;
    readonly ms: number;
  }[];
  readonly ms: number;
};
/** One run of a program: what it says it took, and what its process took. */
type Sample = { readonly ms: number; readonly wall: number; readonly cpu: number };
type Program = (files: readonly string[], model: string) => readonly [string, readonly string[]];

const folder = mkdtempSync(join(tmpdir(), 'schism-bench-'));
try {
  const porcupine = builtPorcupine();
  execFileSync(process.execPath, ['scripts/build.ts'], { stdio: 'inherit' });
  const programs = {
    schism: ((files, model) => [
      process.execPath,
      ['bin/schism.js', 'check', ...files, '--model', model, '--timeout', TIMEOUT, '--json'],
    ]) as Program,
    porcupine: ((files, model) => [
      porcupine,
      ['-model', model, '-timeout', PEER_TIMEOUT, ...files],
    ]) as Program,
  };
  const rows = writeSets(folder).map((set) => {
    const row = measured(set, programs);
    process.stderr.write(`${row}\n`);
    return row;
  });
  write(rows);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function builtPorcupine(): string {
  const program = join(folder, 'porcupine-check');
  execFileSync('go', ['build', '-o', program, '.'], {
    cwd: 'bench/peers/porcupine',
    stdio: 'inherit',
  });
  return program;
}

function run([program, args]: readonly [string, readonly string[]]): {
  answer: Answer;
  sample: Sample;
} {
  const startedAt = performance.now();
  const timed = ['-c', `TIMEFORMAT='%U %S'; time "$@"`, 'bash', program, ...args];
  const { stdout, stderr, error } = spawnSync('bash', timed, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const wall = performance.now() - startedAt;
  if (error !== undefined || stdout === '')
    throw new Error(`${program}: ${stderr}`, { cause: error });
  const [user = NaN, system = NaN] = (stderr.trim().split('\n').at(-1) ?? '')
    .split(' ')
    .map(Number);
  const answer = JSON.parse(stdout) as Answer;
  return { answer, sample: { ms: answer.ms, wall, cpu: 1_000 * (user + system) } };
}

function measured(set: HistorySet, programs: { schism: Program; porcupine: Program }): string {
  const mine = run(programs.schism(set.files, set.model)).answer;
  const theirs: Answer =
    set.peerFiles.length === 0
      ? { files: [], ms: 0 }
      : run(programs.porcupine(set.peerFiles, set.model)).answer;
  const verdictOf = new Map(theirs.files.map(({ file, verdict }) => [file, verdict]));
  for (const { file, verdict } of mine.files) {
    const other = verdictOf.get(file);
    if (other !== undefined && other !== 'unknown' && verdict !== 'unknown' && other !== verdict) {
      throw new Error(`${file}: ${verdict} here, ${other} by Porcupine`);
    }
  }
  const late = theirs.files.filter(({ verdict }) => verdict === 'unknown').length;
  const both = set.peerFiles.filter((file) => verdictOf.get(file) !== 'unknown');
  const samples: Record<'schism' | 'porcupine' | 'all', Sample[]> = {
    schism: [],
    porcupine: [],
    all: [],
  };
  for (let turn = 0; turn < RUNS; turn++) {
    samples.all.push(run(programs.schism(set.files, set.model)).sample);
    if (both.length === 0) continue;
    samples.schism.push(run(programs.schism(both, set.model)).sample);
    samples.porcupine.push(run(programs.porcupine(both, set.model)).sample);
  }
  const count = (verdict: string) => mine.files.filter((file) => file.verdict === verdict).length;
  const confirmed = theirs.files.filter(({ verdict }) => verdict === 'fail').length;
  const verdicts = [
    `${count('pass')} right`,
    `${count('fail')} wrong`,
    `${count('unknown')} unknown`,
  ]
    .filter((part) => !part.startsWith('0 '))
    .join(', ');
  const ratio = (field: keyof Sample) =>
    median(samples.porcupine, field) / median(samples.schism, field);
  return [
    '',
    set.title,
    `${verdicts}${both.length > 0 && confirmed > 0 ? ` (${confirmed} wrong by Porcupine too)` : ''}`,
    figure(samples.all),
    figure(samples.schism),
    figure(samples.porcupine),
    both.length > 0 ? `${ratio('ms').toFixed(1)} × (cpu ${ratio('cpu').toFixed(1)} ×)` : '–',
    set.peerFiles.length === 0 ? 'not tried' : `${late} of ${set.peerFiles.length}`,
    '',
  ]
    .join(' | ')
    .trim();
}

function figure(samples: readonly Sample[]): string {
  if (samples.length === 0) return '–';
  return `${median(samples, 'ms').toFixed(0)} (${median(samples, 'wall').toFixed(0)}, cpu ${median(samples, 'cpu').toFixed(0)})`;
}

function median(samples: readonly Sample[], field: keyof Sample): number {
  const sorted = samples.map((sample) => sample[field]).sort((a, b) => a - b);
  return sorted[Math.trunc(sorted.length / 2)] ?? NaN;
}

function write(rows: readonly string[]): void {
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.versions.node}, load ${loadavg()
    .map((load) => load.toFixed(1))
    .join(' ')}`;
  const section = [
    BEGIN,
    '## The linearizability checker, beside Porcupine',
    '',
    `Milliseconds as each program says from its first line to its last, reading included; in brackets the wall time of its whole`,
    `process, and the processor time of that. Medians of ${RUNS} interleaved runs on the same files. "Common" are the files`,
    `on which Porcupine 1.3.1 ended within ${PEER_TIMEOUT} each; the ratio is of those. Porcupine is given hashes of its states,`,
    `which it does not need but is faster with. ${machine}: with a load above the number of processors, only`,
    `processor time says much.`,
    '',
    '| histories | verdicts | schism, all | schism, common | Porcupine, common | ratio | Porcupine gave up |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
    'Again: `node bench/checker/main.ts` (with a Go client on the path).',
    END,
  ].join('\n');
  mkdirSync('docs', { recursive: true });
  const before = existsSync(DOCUMENT) ? readFileSync(DOCUMENT, 'utf8') : '# Benchmarks\n';
  const at = before.indexOf(BEGIN);
  const after =
    at === -1
      ? `${before.trimEnd()}\n\n${section}\n`
      : before.slice(0, at) + section + before.slice(before.indexOf(END) + END.length);
  writeFileSync(DOCUMENT, after);
}
