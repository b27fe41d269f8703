import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { LiveFailure } from '../backends/live/failure.ts';
import { shapeLimits } from '../core/cluster.ts';
import { durationExamples, parseDuration } from '../core/duration.ts';
import type { BackendName } from '../core/run.ts';
import { UsageError } from '../core/usage-error.ts';
import { clean } from './commands/clean.ts';
import { doctor } from './commands/doctor.ts';
import { judge } from './commands/judge.ts';
import { list } from './commands/list.ts';
import { replay } from './commands/replay.ts';
import { report } from './commands/report.ts';
import { run } from './commands/run.ts';
import { down, up } from './commands/up.ts';
import { asCalledHere, EnvironmentError, exitCodes, type ExitCode } from './exit.ts';
import type { Io } from './io.ts';
import type { Registry } from './registry.ts';
import { parseCount } from './run/options.ts';
import { warnOfQuorum } from './select.ts';

type Flags = Readonly<Record<string, string | boolean | undefined>>;

const backends: readonly BackendName[] = ['sim', 'process', 'docker'];

const backendOf = (text: string): BackendName => {
  const backend = backends.find((name) => name === text);
  if (backend === undefined)
    throw new InvalidArgumentError(`expected one of ${backends.join(', ')}`);
  return backend;
};

const countOf = (
  flags: Flags,
  name: string,
  bounds: { readonly min: number; readonly max: number },
): number | undefined => {
  const given = flags[name];
  return typeof given === 'string' ? parseCount(`--${name}`, given, bounds) : undefined;
};

const textOf = (flags: Flags, name: string): string | undefined => {
  const given = flags[name];
  return typeof given === 'string' ? given : undefined;
};

const timeOf = (flags: Flags, name: string, option: string): number | undefined => {
  const text = textOf(flags, name);
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  const meant = parseDuration(`${text}s`) === undefined ? '' : ` Did you mean ${text}s?`;
  throw new UsageError(
    `${option}: expected a time such as ${durationExamples}; this is "${text}".${meant}`,
  );
};

const { managers: managersBounds, workers: workersBounds } = shapeLimits;

/** Runs one command; its exit code. Writes every complaint itself, and never rejects. */
export const main = async (
  argv: readonly string[],
  registry: Registry,
  io: Io,
): Promise<ExitCode> => {
  let exit: ExitCode = exitCodes.pass;
  try {
    await programOf(registry, io, (code) => {
      exit = code;
    }).parseAsync(argv, { from: 'user' });
    return exit;
  } catch (error) {
    io.settle();
    return complain(error, registry, io);
  }
};

/** What went wrong, in words; how a command ends by it. */
export const complain = (
  error: unknown,
  registry: Pick<Registry, 'invocation'>,
  io: Pick<Io, 'err' | 'colors' | 'signal'>,
): ExitCode => {
  const prefix = io.colors.red('error');
  if (error instanceof CommanderError)
    return error.exitCode === 0 ? exitCodes.pass : exitCodes.usage;
  if (io.signal.aborted) return exitCodes.interrupted;
  if (error instanceof UsageError) {
    io.err(`${prefix}: ${error.message}`);
    return exitCodes.usage;
  }
  if (error instanceof EnvironmentError || error instanceof LiveFailure) {
    io.err(`${prefix}: ${asCalledHere(error.message, registry)}`);
    io.err(`\`${registry.invocation} doctor\` looks further.`);
    return exitCodes.environment;
  }
  io.err(`${prefix}: this is a bug of schism; please report it with the lines below`);
  io.err(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return exitCodes.internal;
};

const programOf = (registry: Registry, io: Io, ended: (code: ExitCode) => void): Command => {
  const program = new Command('schism')
    .description('Finds, reproduces and explains the faults of clusters.')
    .version(registry.version)
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => {
        io.out(text.trimEnd());
      },
      writeErr: (text) => {
        io.err(text.trimEnd());
      },
    });

  program
    .command('run')
    .description('run scenarios, judge them, write run files and a report')
    .argument('[names...]', 'scenarios, suites, or scenario files', [])
    .option(
      '--backend <where>',
      'sim, process or docker; a suite without it runs everywhere',
      backendOf,
    )
    .option('--target <name>', 'run the scenarios against another system')
    .option('--managers <n>', 'instead of the shape of the scenarios; suites take 3 and 5')
    .option('--workers <n>', 'instead of the shape of the scenarios')
    .option('--seed <n>', 'draw the same again')
    .option(
      '--runs <n>',
      'how many; simulated, run i plays scenario i modulo their number; without it 200 there, unless a time is given, and on real clusters each scenario once',
    )
    .option('--max-time <time>', 'begin no run after it, such as 60s')
    .option('--jobs <n>', 'worker threads, or clusters side by side')
    .option('--bail', 'end with the first failure', false)
    .option(
      '--shrink-time <time>',
      'how long a failure is made smaller (8s in the simulator, up to 1m for long runs; 2m on real clusters); 0s: not at all',
    )
    .option('--out <folder>', 'where run files and reports go')
    .option('--json', 'print one JSON document', false)
    .option('--mutants <path>', 'plant the bugs of a file or folder first')
    .action(async (names: readonly string[], flags: Flags) => {
      ended(
        await run(registry, io, {
          names,
          backend: flags.backend as BackendName | undefined,
          target: textOf(flags, 'target'),
          managers: countOf(flags, 'managers', managersBounds),
          workers: countOf(flags, 'workers', workersBounds),
          seed: countOf(flags, 'seed', { min: 0, max: 2 ** 31 - 1 }),
          runs: countOf(flags, 'runs', { min: 1, max: 10_000_000 }),
          maxTimeMs: timeOf(flags, 'maxTime', '--max-time'),
          jobs: countOf(flags, 'jobs', { min: 1, max: 64 }),
          bail: flags.bail === true,
          shrinkMs: timeOf(flags, 'shrinkTime', '--shrink-time'),
          out: textOf(flags, 'out'),
          json: flags.json === true,
          mutants: textOf(flags, 'mutants'),
        }),
      );
    });

  program
    .command('replay')
    .description('run a saved failure again and say whether it is the same')
    .argument('<file>', 'a run file or a report')
    .option('--mutants <path>', 'plant these bugs instead of those it was saved with')
    .action(async (file: string, flags: Flags) => {
      ended(await replay(registry, io, { file, mutants: textOf(flags, 'mutants') }));
    });

  program
    .command('judge')
    .description('judge a saved history again, without a cluster')
    .argument('<file>', 'a run file or a report')
    .action((file: string) => {
      ended(judge(registry, io, file));
    });

  program
    .command('report')
    .description('draw saved runs again')
    .argument('<files...>', 'run files or reports')
    .requiredOption('-o, --out <file>', 'the page to write')
    .action((files: readonly string[], flags: Flags) => {
      ended(report(registry, io, { files, out: textOf(flags, 'out') ?? '' }));
    });

  program
    .command('up')
    .description('a reference cluster to play with')
    .option('--backend <where>', 'process or docker', backendOf, 'process')
    .option(
      '--target <name>',
      'another system',
      registry.scenarios.values().next().value?.target ?? '',
    )
    .option('--managers <n>', 'how many', '3')
    .option('--workers <n>', 'how many', '2')
    .option('--detach', 'leave it standing; `down` takes it away', false)
    .action(async (flags: Flags, command: Command) => {
      if (flags.backend === 'sim')
        throw new UsageError('up: a simulated cluster ends with its run; choose process or docker');
      ended(
        await up(registry, io, {
          backend: flags.backend === 'docker' ? 'docker' : 'process',
          target: textOf(flags, 'target') ?? '',
          managers: countOf(flags, 'managers', managersBounds) ?? 3,
          workers: countOf(flags, 'workers', workersBounds) ?? 2,
          detach: flags.detach === true,
          again: (command.parent?.args ?? []).filter((argument) => argument !== '--detach'),
        }),
      );
    });

  program
    .command('down')
    .description('take away what `up --detach` left standing')
    .action(async () => {
      ended(await down(registry, io));
    });

  program
    .command('compose')
    .description('print the topology as a compose file')
    .option('--managers <n>', 'how many', '3')
    .option('--workers <n>', 'how many', '2')
    .action((flags: Flags) => {
      const managers = countOf(flags, 'managers', managersBounds) ?? 3;
      const workers = countOf(flags, 'workers', workersBounds) ?? 2;
      warnOfQuorum(managers, io);
      io.out(registry.compose({ managers, workers }).trimEnd());
    });

  program
    .command('list')
    .description('scenarios, suites, properties with the guarantee each states, faults')
    .action(() => {
      list(registry, io);
    });

  program
    .command('doctor')
    .description('what is missing, and the command that mends it')
    .action(async () => {
      ended(await doctor(registry, io));
    });

  program
    .command('clean')
    .description('remove whatever earlier runs left, and the images of earlier sources')
    .action(async () => {
      ended(await clean(registry, io));
    });

  program
    .command('check')
    .description('judge histories from elsewhere: is each linearizable?')
    .helpOption(false)
    .allowUnknownOption()
    .argument('[arguments...]', 'files and options; `check --help` lists them')
    .action(async (args: readonly string[]) => {
      const write = (say: (line: string) => void) => (text: string) => {
        say(text.replace(/\n$/, ''));
      };
      ended(
        (await registry.check(args, { stdout: write(io.out), stderr: write(io.err) })) as ExitCode,
      );
    });

  for (const command of [program, ...program.commands]) {
    const called = command === program ? '' : `${command.name()} `;
    command.showHelpAfterError(`\`${registry.invocation} ${called}--help\` shows what there is.`);
  }
  return program;
};
