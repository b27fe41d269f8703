/** A node as a process of its own, for tests: started, watched through its lines, killed. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';

export type NodeLine = Readonly<Record<string, unknown>>;

export type NodeUnderTest = {
  readonly child: ChildProcess;
  /** What it has said so far, one JSON object a line. */
  readonly lines: readonly NodeLine[];
  /** Other output: nothing, unless something is wrong. */
  readonly errors: readonly string[];
  /** The first line that fits, also of those already said. Rejects when the process ends before. */
  said(fits: (line: NodeLine) => boolean): Promise<NodeLine>;
  /** Resolves with its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
};

const main = path.join(import.meta.dirname, '../main.ts');

/** Its standard input is a pipe that closes with this process, and the node with it. */
export const startNode = (...args: readonly string[]): NodeUnderTest => {
  const child = spawn(process.execPath, [main, '--die-with-parent', '0', ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const lines: NodeLine[] = [];
  const errors: string[] = [];
  const waiting = new Set<() => void>();
  createInterface(child.stdout).on('line', (line) => {
    lines.push(JSON.parse(line) as NodeLine);
    for (const look of waiting) look();
  });
  createInterface(child.stderr).on('line', (line) => errors.push(line));
  const ended = new Promise<number | string>((resolve) => {
    child.on('close', (code, signal) => {
      resolve(code ?? signal ?? 'gone');
    });
  });
  return {
    child,
    lines,
    errors,
    ended,
    said: (fits) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const line = lines.find(fits);
          if (line === undefined) return;
          waiting.delete(look);
          resolve(line);
        };
        waiting.add(look);
        look();
        void ended.then((code) => {
          reject(new Error(`the node ended with ${code}: ${errors.join('\n')}`));
        });
      }),
  };
};

/** Where its API listens, once it does. */
export const apiOf = async (node: NodeUnderTest): Promise<number> => {
  const { api } = await node.said((line) => line.schism === 'listening');
  return Number(String(api).split(':').at(-1));
};
