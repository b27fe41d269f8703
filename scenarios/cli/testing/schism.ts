import { spawnSync } from 'node:child_process';

export type Ended = { readonly code: number | null; readonly out: string; readonly err: string };

/** Runs the command line from the sources, as `npm run -s schism --` does. For tests. */
export const schism = (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Ended => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scenarios/main.ts', ...args], {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', ...env },
    timeout: 170_000,
    maxBuffer: 1 << 28,
  });
  return { code: status, out: stdout, err: stderr };
};
