import picocolors from 'picocolors';
import { main } from '../../../harness/cli/main.ts';
import { createRegistry } from '../../registry.ts';

/** Runs a command in this process. For tests of commands that start nothing. */
export const called = async (...args: readonly string[]) => {
  const lines: { out: string[]; err: string[] } = { out: [], err: [] };
  const code = await main(args, await createRegistry(), {
    out: (line) => void lines.out.push(line),
    err: (line) => void lines.err.push(line),
    progress: () => undefined,
    settle: () => undefined,
    colors: picocolors.createColors(false),
    env: {},
    signal: new AbortController().signal,
  });
  return { code, out: lines.out.join('\n'), err: lines.err.join('\n') };
};
