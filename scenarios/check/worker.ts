import { parentPort } from 'node:worker_threads';

import { judgeFile } from './judge-file.ts';
import type { CheckOptions } from './options.ts';

parentPort?.on('message', ({ file, options }: { file: string; options: CheckOptions }) => {
  parentPort?.postMessage(judgeFile(file, options).result);
});
