import { Worker } from 'node:worker_threads';

import { messageOf } from '../../harness/core/thrown.ts';
import type { FileResult } from './judge-file.ts';
import type { CheckOptions } from './options.ts';

/** Sources run as they are, a built package holds JavaScript. */
const WORKER = new URL(
  import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js',
  import.meta.url,
);

/** Judges files in worker threads, each taking the next file when it is done; results in the order of the files. */
export async function judgeInWorkers(
  files: readonly string[],
  options: CheckOptions,
): Promise<readonly FileResult[]> {
  const results = new Array<FileResult | undefined>(files.length);
  let next = 0;
  const work = async () => {
    while (next < files.length) {
      // A worker that dies, as of too little memory, takes only its own file with it.
      const worker = new Worker(WORKER);
      try {
        while (next < files.length) {
          const at = next++;
          results[at] = await judgedBy(worker, files[at] ?? '', options);
          if (results[at].why.startsWith(DIED)) break;
        }
      } finally {
        await worker.terminate();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.jobs, files.length) }, work));
  return results.filter((result) => result !== undefined);
}

const DIED = 'the thread that judged it died';

function judgedBy(worker: Worker, file: string, options: CheckOptions): Promise<FileResult> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const done = (result: FileResult) => {
      worker.off('message', done);
      worker.off('error', died);
      resolve(result);
    };
    const died = (error: unknown) => {
      const ms = Math.round(performance.now() - startedAt);
      const why = `${DIED}: ${messageOf(error)}`;
      done({ file, verdict: 'unknown', operations: 0, keys: 0, ms, why });
    };
    worker.on('message', done);
    worker.on('error', died);
    worker.postMessage({ file, options: { ...options, draw: undefined } });
  });
}
