/** `npm run bench`: every figure anew, into `docs/benchmarks.md`, with machine and commit. What this machine lacks is named there. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import Docker from 'dockerode';
import { dockerMissing } from '../harness/cli/run/worlds.ts';
import { commitOf } from '../harness/cli/run/saving.ts';
import { ensureNodeImage } from '../scenarios/targets/reference/image.ts';
import { referenceLive } from '../scenarios/targets/reference/live.ts';
import { nodeProgram } from '../scenarios/targets/reference/node-program.ts';
import { referenceSwarm } from '../scenarios/targets/reference/target.ts';
import { failoverText, measureLive, type LiveFigures } from './live.ts';
import { measureReport } from './report.ts';

if (process.argv.length > 2) {
  process.stderr.write(
    'npm run bench takes no arguments: it measures everything, which takes a quarter of an hour, and writes docs/benchmarks.md.\nOnly a part of it, written nowhere: node bench/sim.ts [seconds] [managers] [workers]\n',
  );
  process.exit(2);
}

const page = 'docs/benchmarks.md';
const begin = '<!-- harness:begin -->';
const end = '<!-- harness:end -->';

const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** In a process of its own, so that nothing else's garbage is measured. */
const simRows = (): readonly string[] => {
  say('sim …');
  const lines = execFileSync(process.execPath, ['bench/sim.ts', '20'], { encoding: 'utf8' })
    .trim()
    .split('\n');
  return lines.map((line) =>
    row(line.slice(0, 28).trim(), line.slice(28).trim(), targets[line.slice(0, 28).trim()] ?? ''),
  );
};

const targets: Readonly<Record<string, string>> = {
  'simulated seconds a second': 'at least 1,000',
  'schedules a second': 'at least 100 (ten seconds each)',
};

const liveRows = (name: string, figures: LiveFigures): readonly string[] => [
  row(`${name}: 3+2 ready`, seconds(figures.readyMs), name === 'docker' ? 'under 8 s' : ''),
  row(
    `${name}: a partition scenario, start to verdict`,
    seconds(figures.partitionMs),
    name === 'docker' ? 'under 20 s' : '',
  ),
  row(`${name}: teardown`, seconds(figures.teardownMs), ''),
  row(`${name}: leader fail-over`, failoverText(figures.failoverMs), 'median under 400 ms'),
];

const process3 = async (): Promise<readonly string[]> => {
  say('process …');
  return liveRows(
    'process',
    await measureLive(referenceSwarm, {
      backend: 'process',
      live: referenceLive({ program: await nodeProgram() }),
    }),
  );
};

const docker3 = async (): Promise<readonly string[]> => {
  const missing = await dockerMissing();
  if (missing !== undefined) return [row('docker', `not measured: ${missing}`, '')];
  say('docker …');
  const image = await ensureNodeImage(new Docker());
  return liveRows(
    'docker',
    await measureLive(referenceSwarm, { backend: 'docker', live: referenceLive({ image }) }),
  );
};

const reportRows = async (): Promise<readonly string[]> => {
  say('report …');
  if (!existsSync(process.env.SCHISM_CHROMIUM ?? '/usr/bin/chromium'))
    return [row('report', 'not measured: no Chromium', '')];
  const { events, bytes, renderMs, openMs } = await measureReport();
  return [
    row(`report of ${events} events: size`, `${(bytes / 1e6).toFixed(2)} MB`, 'at most 1.5 MB'),
    row(
      `report of ${events} events: opened in Chromium`,
      `${openMs.toFixed(0)} ms`,
      'at most 500 ms',
    ),
    row(`report of ${events} events: drawn`, `${renderMs.toFixed(0)} ms`, ''),
  ];
};

const load = loadavg()[0] ?? 0;
const machine = `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}, Node ${process.version}; load ${load.toFixed(1)} at the start`;
const rows = [...simRows(), ...(await process3()), ...(await docker3()), ...(await reportRows())];
const section = `${begin}
## The harness and the reference cluster

Commit ${commitOf('.')}, ${new Date().toISOString().slice(0, 10)}, ${machine}. Simulated runs: 3 managers, 2 workers, drawn faults, history and all properties, one
core, processor time.

${row('what', 'figure', 'aim')}
${row('---', '---', '---')}
${rows.join('\n')}
${end}`;

const before = existsSync(page)
  ? readFileSync(page, 'utf8')
  : '# Benchmarks\n\nWritten by `npm run bench`.\n';
const at = before.indexOf(begin);
const after =
  at < 0
    ? `${before.trimEnd()}\n\n${section}\n`
    : before.slice(0, at) + section + before.slice(before.indexOf(end) + end.length);
writeFileSync(page, after);
if (existsSync('bench/checker/main.ts')) {
  say('checker …');
  const checker = spawnSync(process.execPath, ['bench/checker/main.ts'], { stdio: 'inherit' });
  process.exitCode = checker.status ?? 1;
}
