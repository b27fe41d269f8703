import { spawn, type ChildProcess } from 'node:child_process';
import { beforeDeadline } from '../live/deadline.ts';
import { LiveFailure } from '../live/failure.ts';
import { lineSplitter } from '../live/lines.ts';
import { processesWith, sightOf, type ProcessSight } from '../live/process-identity.ts';
import { within } from '../live/within.ts';
import type { NodeMark } from './environment.ts';

export type Program = {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  /** In its environment too; what it starts inherits it. */
  readonly mark: NodeMark;
};

export type NodeProcessEvents = {
  line(line: string, stream: 'out' | 'err'): void;
  /** It has ended and said its last line. */
  exited(how: string): void;
};

const confirmedWithinMs = 5_000;
/** What a process wrote before it ended is read after its end; what its own children still hold open is not waited for. */
const lastWordsMs = 500;
/** A Node program that ends by itself keeps what it compiled for the next one. */
const endsWithinMs = 300;

/**
 * One node as a child process. Its standard input is a pipe that ends with us, so that it can end with us too; it leads a
 * process group, so that Ctrl-C does not reach it. What is done to it is done to what it started as well, as to a machine: to its
 * group, and where the machine shows environments to those that left it.
 */
export class NodeProcess {
  readonly node: string;
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #mark: NodeMark;
  readonly #ended: Promise<string>;
  #how: string | undefined;
  #stopped = false;

  private constructor(
    node: string,
    { child, mark }: { readonly child: ChildProcess; readonly mark: NodeMark },
    events: NodeProcessEvents,
  ) {
    if (child.pid === undefined) throw new Error('a process that was spawned has a pid');
    this.node = node;
    this.pid = child.pid;
    this.#child = child;
    this.#mark = mark;
    this.#ended = ending({ child, mark }, events).then((how) => {
      this.#how = how;
      return how;
    });
  }

  /** Resolves once the process exists. */
  static start(node: string, program: Program, events: NodeProcessEvents): Promise<NodeProcess> {
    return new Promise((resolve, reject) => {
      const child = spawn(program.file, [...program.args], {
        cwd: program.folder,
        env: { ...program.env, [program.mark.name]: program.mark.value },
        detached: true,
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      child.once('error', (error) => {
        reject(
          new LiveFailure(
            {
              place: node,
              what: `${program.file} could not be started: ${error.message}`,
              nextStep: 'see that it is installed and may be executed',
            },
            { cause: error },
          ),
        );
      });
      child.once('spawn', () => {
        const started = new NodeProcess(node, { child, mark: program.mark }, events);
        void started.#ended.then((how) => {
          events.exited(how);
        });
        resolve(started);
      });
    });
  }

  /** How it ended; `undefined` while it lives. */
  get how(): string | undefined {
    return this.#how;
  }

  get ended(): Promise<string> {
    return this.#ended;
  }

  /** SIGKILL, also for what it started. Resolves when it has ended. */
  async kill(): Promise<void> {
    this.#signal('SIGKILL');
    await this.#ended;
  }

  /** Lets it end by itself, as it does when its parent is gone; kills it where it does not. */
  async end(): Promise<void> {
    this.#child.stdin?.end();
    if (!this.#stopped) await within(this.#ended, endsWithinMs);
    await this.kill();
  }

  async pause(): Promise<void> {
    this.#signal('SIGSTOP');
    await this.#seen('stopped');
    this.#stopped = true;
  }

  async resume(): Promise<void> {
    this.#signal('SIGCONT');
    await this.#seen('running');
    this.#stopped = false;
  }

  #signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    if (this.#how === undefined) signalAll(this.pid, this.#mark, signal);
  }

  /** The signal was sent; the machine says when it took. */
  #seen(state: ProcessSight['state']): Promise<void> {
    return beforeDeadline(
      {
        place: this.node,
        doing: `seeing process ${this.pid} ${state}`,
        withinMs: confirmedWithinMs,
        nextStep: `see what it does: ps -o stat,wchan -p ${this.pid}`,
      },
      () =>
        sightOf(this.pid)?.state === state
          ? Promise.resolve()
          : Promise.reject(new Error(`it is ${sightOf(this.pid)?.state ?? 'gone'}`)),
    );
  }
}

/** Resolves with how it ended, after its last line. */
const ending = (
  { child, mark }: { readonly child: ChildProcess; readonly mark: NodeMark },
  events: NodeProcessEvents,
): Promise<string> => {
  const streams = (['out', 'err'] as const).map((stream) => {
    const lines = lineSplitter((line) => {
      events.line(line, stream);
    });
    const readable = stream === 'out' ? child.stdout : child.stderr;
    readable?.on('data', lines.write);
    return lines;
  });
  // It may be gone before its pipe is closed.
  child.stdin?.on('error', () => undefined);
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => {
      // Whatever is left of it has lost its head.
      if (child.pid !== undefined) signalAll(child.pid, mark, 'SIGKILL');
      resolve(signal ?? `code ${code ?? 'unknown'}`);
    });
  });
  const silent = new Promise<void>((resolve) => {
    child.once('close', () => {
      resolve();
    });
  });
  return exited.then(async (how) => {
    await within(silent, lastWordsMs);
    for (const lines of streams) lines.end();
    return how;
  });
};

/** Who starts others all the time may have started one more while we looked. */
const looksMax = 10;

const signalAll = (
  leader: number,
  mark: NodeMark,
  signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT',
): void => {
  send(-leader, signal);
  const sent = new Set<number>();
  for (let look = 0; look < looksMax; look += 1) {
    const others = processesWith(mark.name, mark.value).filter(({ pid }) => !sent.has(pid));
    if (others.length === 0) return;
    for (const { pid } of others) {
      sent.add(pid);
      send(pid, signal);
    }
  }
};

const send = (target: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(target, signal);
  } catch {
    // Nobody of it is left.
  }
};
