/** The command line: hands the registry of targets and scenarios to the harness. */
import { enableCompileCache } from 'node:module';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';

const startedAt = performance.now();
// npm runs a script in the package's folder, wherever it was typed; what was typed is meant from there.
const { INIT_CWD: typedIn, npm_lifecycle_event: script } = process.env;
if (script === 'schism' && typedIn !== undefined) process.chdir(typedIn);
// Compiling everything anew would take half of a command's start; threads and processes find the folder in the environment.
process.env.NODE_COMPILE_CACHE ??= resolve(tmpdir(), 'node-compile-cache');
enableCompileCache();
const [command, ...rest] = process.argv.slice(2);

if (command === 'check') {
  // Judging a history needs nothing of the rest, and is timed from here.
  const [{ runCheck }, { writeAll }] = await Promise.all([
    import('./check/command.ts'),
    import('../harness/cli/write-all.ts'),
  ]);
  const stderr = (text: string): void => {
    writeAll(2, text);
  };
  // Node's own exit code would be 1, which says that a history is not linearizable.
  process.on('uncaughtException', (error) => {
    const full = error.name === 'EnvironmentError';
    stderr(
      `schism check: ${full ? error.message : `this is a bug of schism: ${error.stack ?? ''}`}\n`,
    );
    process.exit(full ? 4 : 70);
  });
  process.exitCode = await runCheck(rest, {
    stdout: (text) => {
      writeAll(1, text);
    },
    stderr,
    startedAt,
  });
} else {
  const [{ main, complain }, { terminal }, { createRegistry }, { UsageError }] = await Promise.all([
    import('../harness/cli/main.ts'),
    import('../harness/cli/terminal.ts'),
    import('./registry.ts'),
    import('../harness/core/usage-error.ts'),
  ]);
  const io = terminal();
  // What takes things away must work beside a configuration that is broken.
  const needsNoConfig: readonly string[] = ['down', 'clean', '--version', '-V'];
  let invocation = 'schism';
  // Node's own exit code would be 1, which says that a property is violated. What still stands is the guardian's.
  process.on('uncaughtException', (error) => {
    process.exit(complain(error, { invocation }, io));
  });
  try {
    const registry = await createRegistry({
      withConfig: !needsNoConfig.includes(command ?? ''),
    });
    ({ invocation } = registry);
    process.exitCode = await main(process.argv.slice(2), registry, io);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    io.err(`error: ${error.message}`);
    process.exitCode = 2;
  }
  // Sockets that a failed world left half-open must not keep a finished command alive.
  process.exit();
}
