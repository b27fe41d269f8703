import type { Colors } from 'picocolors/types.js';

/** Where a command writes: results to `out`, progress and complaints to `err`, a line each. */
export type Io = {
  out(line: string): void;
  err(line: string): void;
  /** Overwrites its own last line where `err` is a terminal; elsewhere it is told only where nothing else was for half a minute. */
  progress(line: string): void;
  /** Ends a line of progress. */
  settle(): void;
  readonly colors: Colors;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted at the first Ctrl-C; a second one ends the process. */
  readonly signal: AbortSignal;
};
