/** `schism check` by itself: the quickest way in, for benches and scripts. */
const startedAt = performance.now();
import { enableCompileCache } from 'node:module';

enableCompileCache();
const { runCheck } = await import('./command.ts');
process.exitCode = await runCheck(process.argv.slice(2), {
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
  startedAt,
});
