import { spawn, type ChildProcess } from 'node:child_process';
import type { Ms } from '../../../core/cluster.ts';
import { beforeDeadline, hopeless } from '../../live/deadline.ts';
import { LiveFailure } from '../../live/failure.ts';
import { lineSplitter } from '../../live/lines.ts';
import { programBeside } from '../../live/program.ts';

export type EmbeddedProxy = AsyncDisposable & {
  readonly url: string;
  readonly pid: number;
  /** Resolves when the process has ended, whoever ended it, with what it said last. */
  readonly ended: Promise<string>;
};

const startsWithinMs = 10_000;

/** Starts the embedded proxy in a process of its own. It ends with us, too. `onStalled`: the machine kept it from running. */
export const startEmbeddedProxy = async (
  env: Readonly<Record<string, string>> = {},
  onStalled: (forMs: Ms) => void = () => undefined,
): Promise<EmbeddedProxy> => {
  const child = spawn(process.execPath, [programBeside(import.meta.url, 'main')], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const listening = Promise.withResolvers<string>();
  let said = '';
  const lines = lineSplitter((line) => {
    const { url, schism, forMs } = saidIn(line);
    if (typeof url === 'string') listening.resolve(url);
    else if (schism === 'stalled' && typeof forMs === 'number') onStalled(forMs);
  });
  child.stdout.on('data', lines.write);
  child.stderr.on('data', (bytes: Buffer) => {
    said = (said + bytes.toString()).slice(-2_000);
  });
  // It may be gone before its pipe is closed.
  child.stdin.on('error', () => undefined);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => {
      resolve(error.message);
    });
    child.once('exit', (code, signal) => {
      resolve(`${signal ?? `code ${code}`} ${said.trim()}`.trim());
    });
  });
  const failed = ended.then((how) => {
    throw hopeless(
      new LiveFailure({
        place: 'the embedded proxy',
        what: `it ended while it started: ${how}`,
        nextStep: 'see whether Node can start child processes here',
      }),
    );
  });
  failed.catch(() => undefined);
  try {
    const url = await beforeDeadline(
      {
        place: 'the embedded proxy',
        doing: 'starting',
        withinMs: startsWithinMs,
        nextStep: 'see whether the machine is overloaded',
      },
      () => Promise.race([listening.promise, failed]),
    );
    if (child.pid === undefined) throw new Error('a process that said something has a pid');
    return { url, pid: child.pid, ended, [Symbol.asyncDispose]: () => end(child, ended) };
  } catch (thrown) {
    child.kill('SIGKILL');
    throw thrown;
  }
};

/** Without waiting for its connections: nobody is left to use them. */
const end = async (child: ChildProcess, ended: Promise<string>): Promise<void> => {
  child.kill('SIGKILL');
  await ended;
};

/** What one of its lines says; other lines say nothing. */
const saidIn = (
  line: string,
): { readonly url?: unknown; readonly schism?: unknown; readonly forMs?: unknown } => {
  try {
    return (JSON.parse(line) ?? {}) as object;
  } catch {
    return {};
  }
};
