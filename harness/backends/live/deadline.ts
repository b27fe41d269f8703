import pRetry, { AbortError } from 'p-retry';
import { isError, messageOf } from '../../core/thrown.ts';
import { LiveFailure } from './failure.ts';

export type Deadline = {
  /** What is waited for, and where: `m2`, `links`. */
  readonly place: string;
  readonly doing: string;
  readonly withinMs: number;
  readonly nextStep: string;
};

/** What an attempt throws when no further attempt can mend it. */
export const hopeless = (error: Error): Error => new AbortError(error);

/** Time in which this process stood still brings nobody nearer to an answer: of each step counts no more than its length. */
const stepMs = 50;

/** Calls `over` once, after a time in which this process could have had answers; the function that comes back takes that back. */
const afterRunning = (ms: number, over: () => void): (() => void) => {
  let left = ms;
  let timer: NodeJS.Timeout | undefined;
  const step = (): void => {
    const length = Math.min(left, stepMs);
    timer = setTimeout(() => {
      left -= length;
      if (left > 0) step();
      else over();
    }, length);
  };
  step();
  return () => {
    clearTimeout(timer);
  };
};

/**
 * Tries until an attempt succeeds or the deadline has passed, also where an attempt never ends: its signal aborts then.
 * Rejects with a `LiveFailure` that carries the last attempt's error as cause, or with what `hopeless` was given.
 */
export const beforeDeadline = async <T>(
  deadline: Deadline,
  attempt: (signal: AbortSignal) => Promise<T>,
): Promise<T> => {
  const over = new AbortController();
  let last: Error | undefined;
  const takeBack = afterRunning(deadline.withinMs, () => {
    over.abort(last ?? new Error('no answer'));
  });
  try {
    return await pRetry(() => unlessAborted(over.signal, attempt), {
      retries: Number.MAX_SAFE_INTEGER,
      minTimeout: 10,
      factor: 1.5,
      maxTimeout: 50,
      signal: over.signal,
      onFailedAttempt: ({ error }) => {
        if (!over.signal.aborted) last = error;
      },
    });
  } catch (thrown) {
    if (!over.signal.aborted) throw thrown;
    throw new LiveFailure(
      {
        place: deadline.place,
        what: `${deadline.doing} did not succeed within ${deadline.withinMs} ms (${messageOf(last ?? thrown)})`,
        nextStep: deadline.nextStep,
      },
      { cause: last ?? thrown },
    );
  } finally {
    takeBack();
  }
};

/** The attempt's end or the signal's, whichever comes first. */
export const unlessAborted = <T>(
  signal: AbortSignal,
  attempt: (signal: AbortSignal) => Promise<T>,
): Promise<T> =>
  new Promise<T>((resolve, reject) => {
    const abort = (): void => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', abort, { once: true });
    attempt(signal)
      .then(resolve, (thrown: unknown) => {
        reject(ofThisRealm(thrown));
      })
      .finally(() => {
        signal.removeEventListener('abort', abort);
      });
  });

/** p-retry gives up at once on an error of another realm, such as Node's own under a test runner. */
const ofThisRealm = (thrown: unknown): Error =>
  thrown instanceof Error
    ? thrown
    : new Error(messageOf(thrown), isError(thrown) ? { cause: thrown } : undefined);
