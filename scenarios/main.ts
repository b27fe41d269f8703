/** The command line: hands the registry of targets and scenarios to the harness. */
import { enableCompileCache } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const startedAt = performance.now();
// Compiling everything anew would take half of a command's start; threads and processes find the folder in the environment.
process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), 'node-compile-cache');
enableCompileCache();
const [command, ...rest] = process.argv.slice(2);

if (command === 'check') {
  // Judging a history needs nothing of the rest, and is timed from here.
  const { runCheck } = await import('./check/command.ts');
  process.exitCode = await runCheck(rest, {
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
    startedAt,
  });
} else {
  const [{ main }, { terminal }, { createRegistry }, { UsageError }] = await Promise.all([
    import('../harness/cli/main.ts'),
    import('../harness/cli/terminal.ts'),
    import('./registry.ts'),
    import('../harness/cli/exit.ts'),
  ]);
  const io = terminal();
  try {
    process.exitCode = await main(process.argv.slice(2), await createRegistry(), io);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    io.err(`error: ${error.message}`);
    process.exitCode = 2;
  }
  // Sockets that a failed world left half-open must not keep a finished command alive.
  process.exit();
}
