import { dirname, join } from 'node:path';

import { counted } from '../../harness/core/figures.ts';
import { messageOf } from '../../harness/core/thrown.ts';
import { mkdirSync, readdirSync, realpathSync, statSync, writeFileSync } from './file-system.ts';
import { judgeFile, type FileResult, type Judged } from './judge-file.ts';
import { optionsOf, USAGE, type CheckOptions } from './options.ts';

/** Where the command writes: its result, and everything else. */
export type CheckIo = {
  stdout(text: string): void;
  stderr(text: string): void;
  /** `performance.now()` on the first line of main; the start of this function unless given. */
  readonly startedAt?: number;
};

/**
 * `schism check FILE… --model NAME`: judges histories from elsewhere.
 * @returns the exit code: 0 all pass, 1 any fails, 3 any unknown and none fails, 2 bad input
 */
export async function runCheck(argv: readonly string[], io: CheckIo): Promise<number> {
  const startedAt = io.startedAt ?? performance.now();
  if (argv.includes('--help') || argv.includes('-h')) {
    io.stdout(USAGE);
    return 0;
  }
  const options = optionsOf(argv);
  if (typeof options === 'string') {
    // Whoever gave words knows the command: what is wrong with them must not scroll away.
    const more = argv.length === 0 ? `\n${USAGE}` : '`schism check --help` shows all options\n';
    io.stderr(`schism check: ${options}\n${more}`);
    return 2;
  }
  const files = options.files.flatMap((file) => filesUnder(file));
  if (files.length === 0) {
    io.stderr(`schism check: no file in ${options.files.join(', ')}\n`);
    return 2;
  }
  const print = options.json
    ? undefined
    : (result: FileResult) => {
        io.stdout(`${row(result)}\n`);
      };
  const results = await judged(files, options, print);
  const drawn = options.draw === undefined || (await draw(results, options, io));
  const ms = Math.round((performance.now() - startedAt) * 100) / 100;
  if (options.json)
    io.stdout(`${JSON.stringify({ schema: 'schism/check@1', files: results, ms })}\n`);
  else io.stdout(`${summary(results)} in ${ms} ms\n`);
  return drawn ? exitCode(results) : 2;
}

/** A folder stands for the files below it, in the order of their names; hidden ones are left out, and links that lead back to a folder above. */
function filesUnder(path: string, above: readonly string[] = []): string[] {
  if (!isFolder(path)) return [path];
  const real = realpathSync(path);
  if (above.includes(real)) return [];
  return readdirSync(path)
    .filter((name) => !name.startsWith('.'))
    .sort((a, b) => (a < b ? -1 : 1))
    .flatMap((name) => filesUnder(join(path, name), [...above, real]));
}

/** What cannot be looked at, such as a link to itself, is said when it is read. */
function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

async function judged(
  files: readonly string[],
  options: CheckOptions,
  print: ((result: FileResult) => void) | undefined,
): Promise<readonly FileResult[]> {
  if (options.jobs > 1 && files.length > 1) {
    const { judgeInWorkers } = await import('./workers.ts');
    const results = await judgeInWorkers(files, options);
    for (const result of results) print?.(result);
    return results;
  }
  return files.map((file) => {
    const { result } = judgeFile(file, { ...options, draw: undefined });
    print?.(result);
    return result;
  });
}

/** Draws the worst file, which is judged once more for everything that a drawing says. `false`: the page cannot be written. */
async function draw(
  results: readonly FileResult[],
  options: CheckOptions,
  io: CheckIo,
): Promise<boolean> {
  const file = worst(results)?.file;
  if (options.draw === undefined) return true;
  const drawable: Judged | undefined = file === undefined ? undefined : judgeFile(file, options);
  if (drawable?.history === undefined) {
    io.stderr('schism check: no history to draw\n');
    return true;
  }
  const { drawn } = await import('./drawing.ts');
  try {
    mkdirSync(dirname(options.draw), { recursive: true });
    writeFileSync(options.draw, drawn(drawable));
  } catch (error) {
    const why = messageOf(error);
    io.stderr(`schism check: ${options.draw} cannot be written: ${why}\n`);
    return false;
  }
  io.stderr(`drawing of ${file ?? ''}: ${options.draw}\n`);
  return true;
}

function worst(results: readonly FileResult[]): FileResult | undefined {
  return (['fail', 'unknown', 'pass'] as const)
    .map((verdict) => results.find((result) => result.verdict === verdict))
    .find((result) => result !== undefined);
}

function row({ verdict, file, operations, keys, ms, why }: FileResult): string {
  const word = { pass: 'pass', fail: 'FAIL', unknown: 'unknown', 'bad-input': 'bad input' }[
    verdict
  ];
  const size =
    verdict === 'bad-input'
      ? ''
      : `  ${counted(operations, 'operation')}, ${counted(keys, 'key')}, ${ms} ms`;
  return `${word.padEnd(10)}${file}${size}${why === '' ? '' : `\n          ${why}`}`;
}

function summary(results: readonly FileResult[]): string {
  const count = (verdict: FileResult['verdict']) =>
    results.filter((result) => result.verdict === verdict).length;
  const bad = count('bad-input');
  return (
    `${counted(results.length, 'file')}: ${count('pass')} pass, ${count('fail')} fail, ${count('unknown')} unknown` +
    (bad === 0 ? '' : `, ${bad} bad input`)
  );
}

function exitCode(results: readonly FileResult[]): number {
  const any = (verdict: FileResult['verdict']) =>
    results.some((result) => result.verdict === verdict);
  if (any('bad-input')) return 2;
  if (any('fail')) return 1;
  return any('unknown') ? 3 : 0;
}
