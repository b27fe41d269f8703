import { isatty } from 'node:tty';
import picocolors from 'picocolors';
import { harmless } from './harmless.ts';
import type { Io } from './io.ts';
import { writeAll } from './write-all.ts';

const stdout = 1;
const stderr = 2;

/** Where nothing can be overwritten, as in a log of CI, so much silence is ended by a line of progress. */
const quietMs = 30_000;

/** Where lines go, and what time it is. */
export type Surroundings = {
  write(stream: number, text: string): void;
  isTerminal(stream: number): boolean;
  /** In milliseconds. */
  now(): number;
  readonly env: NodeJS.ProcessEnv;
};

const ofProcess: Surroundings = {
  write: writeAll,
  isTerminal: isatty,
  now: () => performance.now(),
  env: process.env,
};

/** The process's own terminal. The first Ctrl-C (or SIGTERM, or a terminal that is closed) asks for an orderly end; a second one ends at once. */
export const terminal = ({ write, isTerminal, now, env } = ofProcess): Io => {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // What still stands is healed and removed by the run's guardian.
      if (stop.signal.aborted) process.exit(130);
      write(
        stderr,
        '\nending: what was started is healed and removed first; once more ends at once\n',
      );
      stop.abort();
    });
  }
  const colors = picocolors.createColors(picocolors.isColorSupported && isTerminal(stdout));
  // Where only one of the two is a terminal, a file gets no colours.
  const painted = {
    out: colors.isColorSupported,
    err: colors.isColorSupported && isTerminal(stderr),
  };
  const moving = isTerminal(stderr) && env.CI === undefined && env.TERM !== 'dumb';
  let open = false;
  let quietSince = now();
  return {
    out(line) {
      this.settle();
      quietSince = now();
      write(stdout, `${harmless(line, { painted: painted.out })}\n`);
    },
    err(line) {
      this.settle();
      quietSince = now();
      write(stderr, `${harmless(line, { painted: painted.err })}\n`);
    },
    progress(line) {
      if (!moving) {
        if (now() - quietSince > quietMs) this.err(line);
        return;
      }
      write(stderr, `\r\u001b[2K${harmless(line, { painted: false })}`);
      open = true;
    },
    settle() {
      if (open) write(stderr, '\r\u001b[2K');
      open = false;
    },
    colors,
    env,
    signal: stop.signal,
  };
};
