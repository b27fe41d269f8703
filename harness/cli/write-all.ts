import { EnvironmentError } from './exit.ts';

/** An `import` of that module loads its streams too, which takes as long as judging a history. */
const { writeSync } = process.getBuiltinModule('node:fs');

const stderr = 2;
/** A pipe that its reader has closed, such as `| head`, and a terminal that is gone are no errors of ours. */
const gone: readonly unknown[] = ['EPIPE', 'EIO'];
/** How long a reader is given before it is asked again whether it has made room. */
const restMs = 5;
const never = new Int32Array(new SharedArrayBuffer(4));

/**
 * Writes all of a text, however slowly it is read: a pipe takes what it has room for, and one that somebody made non-blocking refuses
 * the rest for now. Throws an `EnvironmentError` where it cannot be written; complaints about complaints would have no end.
 */
export const writeAll = (fd: number, text: string): void => {
  let rest: Uint8Array = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'EAGAIN') Atomics.wait(never, 0, 0, restMs);
      else if (fd === stderr || gone.includes(code)) return;
      else throw new EnvironmentError(`the result cannot be written: ${message}`, { cause: error });
    }
  }
};
