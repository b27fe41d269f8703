/**
 * The guardian of one live run: a process of its own that waits for the end of a pipe. When it comes, the harness has ended
 * without taking the run away (killed, crashed, its terminal closed), so the guardian ends and removes what the run owns.
 * Arguments: folder of state, the run's record as it was first, and the URL of a module that exports `reap` where the backend
 * needs one.
 */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { reclaim, type Reaper } from './reclaim.ts';
import { readRecord, type RunRecord } from './run-record.ts';

const main = async (): Promise<void> => {
  const [state = '', first = '', reaperUrl = ''] = process.argv.slice(2);
  const asBegun = JSON.parse(first) as RunRecord;
  // A signal to the terminal's whole group must not end the one who cleans up after it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => undefined);
  // Nothing is said through it; only its end counts.
  await finished(process.stdin.resume()).catch(() => undefined);
  // Somebody may have removed the record; what carries the run's mark is found without it.
  const record = readRecord(state, asBegun.run) ?? asBegun;
  const reaper =
    reaperUrl === '' ? undefined : ((await import(reaperUrl)) as { readonly reap: Reaper });
  try {
    await reclaim(state, record, reaper?.reap);
  } catch (thrown) {
    // Nobody listens any more; `clean` will find the record and try again.
    appendFileSync(join(state, 'guardian.log'), `${record.run}: ${String(thrown)}\n`);
    process.exitCode = 1;
  }
};

await main();
