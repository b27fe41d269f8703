/** The images that every node has: enough to see where tasks run, that they move, and how they fail. */
import { http } from './node-http.ts';
import type { TaskOrder } from '../node/program.ts';

export type TaskContext = {
  readonly order: TaskOrder;
  readonly host: string;
  /** It runs, and listens on these ports of the host. */
  started(ports: readonly number[]): void;
  /** It is over; not called again. `error` is said of a task that failed, unless its exit code says enough. */
  ended(exitCode: number, error?: string): void;
};

export type RunningTask = {
  /** Asks it to end, and ends it after the grace. `ended` follows. */
  stop(graceMs: number): void;
};

export type Image = (context: TaskContext) => RunningTask;

/** Answers every HTTP request with the id of its task, on a port that the kernel chooses. */
const echo: Image = ({ order, host, started, ended }) => {
  const server = http.createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/plain');
    response.end(order.taskId);
  });
  server.on('error', (error) => {
    ended(1, error.message);
  });
  server.listen(0, host, () => {
    const bound = server.address();
    started(typeof bound === 'object' && bound !== null ? [bound.port] : []);
  });
  return {
    stop(graceMs) {
      const hurry = setTimeout(() => {
        server.closeAllConnections();
      }, graceMs);
      server.close(() => {
        clearTimeout(hurry);
        ended(0);
      });
      server.closeIdleConnections();
    },
  };
};

/** Runs until it is stopped, or ends with 0 after as many milliseconds as its first argument says. */
const sleep: Image = ({ order, started, ended }) => {
  const end = () => {
    ended(0);
  };
  const after = millisecondsOf(order.args[0]);
  const timer = after === undefined ? undefined : setTimeout(end, after);
  started([]);
  return stopping(timer, ended);
};

/** Fails with exit code 1, after as many milliseconds as its first argument says, at once without one. */
const crash: Image = ({ order, started, ended }) => {
  const timer = setTimeout(
    () => {
      ended(1);
    },
    millisecondsOf(order.args[0]) ?? 0,
  );
  started([]);
  return stopping(timer, ended);
};

const stopping = (timer: NodeJS.Timeout | undefined, ended: TaskContext['ended']): RunningTask => ({
  stop() {
    clearTimeout(timer);
    ended(0);
  },
});

const millisecondsOf = (text: string | undefined): number | undefined => {
  const value = text === undefined ? Number.NaN : Number(text);
  return Number.isFinite(value) && value >= 0 ? Math.min(value, 2 ** 31 - 1) : undefined;
};

export const builtInImages: ReadonlyMap<string, Image> = new Map([
  ['schism/echo', echo],
  ['schism/sleep', sleep],
  ['schism/crash', crash],
]);
