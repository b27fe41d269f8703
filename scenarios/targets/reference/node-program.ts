/** The node program as a process runs it: one file, since Node takes almost twice as long for a hundred and thirty modules. */
import type { BuildOptions } from 'esbuild';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../../..');
/** `.ts` in a clone, `.js` in the published package, where the build has made one file of it. */
const extension = path.extname(import.meta.filename);
/** Kept for longer than any campaign, or cluster to play with, is likely to last. */
const keptMs = 7 * 24 * 60 * 60_000;

/** As its sources are, file by file: what a planted bug's patches fit. Absolute path. */
export const nodeSources = path.join(root, `cluster/server/main${extension}`);

/** For the bundler, also at the build of the package: a program with all modules that are ours, its packages beside it. */
export const asOneFile = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  packages: 'external',
} as const;

/**
 * In a clone the file holds its packages too, and is no ES module: for those Node copies all that its own modules export, and starts
 * what they only offer. What is native pays only where messages are long. Together a quarter of the processor time of a start.
 */
const asWholeProgram: BuildOptions = {
  ...asOneFile,
  format: 'cjs',
  packages: 'bundle',
  external: ['cbor-extract'],
  define: { 'process.env.CBOR_NATIVE_ACCELERATION_DISABLED': '"true"' },
};

/**
 * In a clone the file is made of the sources as they are now, below `node_modules`, where its packages are found. Where it cannot be
 * made, as without the bundler or where nothing may be written there, the sources serve, and say themselves what is wrong with them.
 * Absolute path.
 */
export const nodeProgram = async (): Promise<string> => {
  if (extension !== '.ts') return nodeSources;
  try {
    const { buildSync } = await import('esbuild');
    const { outputFiles } = buildSync({
      ...asWholeProgram,
      entryPoints: [nodeSources],
      write: false,
      logLevel: 'silent',
    });
    const [made] = outputFiles;
    if (made !== undefined)
      return kept(path.join(root, 'node_modules/.cache/schism'), made.contents);
  } catch {
    // The sources run without all of this.
  }
  return nodeSources;
};

/** Under a name that says its content: programs of several versions may run at the same time. */
const kept = (folder: string, contents: Uint8Array): string => {
  const digest = createHash('sha256').update(contents).digest('hex').slice(0, 16);
  const file = path.join(folder, `node-${digest}.cjs`);
  fs.mkdirSync(folder, { recursive: true });
  for (const name of fs.readdirSync(folder)) {
    const other = path.join(folder, name);
    const age = Date.now() - (fs.statSync(other, { throwIfNoEntry: false })?.mtimeMs ?? Infinity);
    if (other !== file && age > keptMs) fs.rmSync(other, { force: true });
  }
  const draft = `${file}.${process.pid}`;
  fs.writeFileSync(draft, contents);
  fs.renameSync(draft, file);
  return file;
};
