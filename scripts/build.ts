/** `npm run build`: the publishable JavaScript in `dist/`, since Node strips no types under `node_modules`. */
import { build as bundle } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { asOneFile } from '../scenarios/targets/reference/node-program.ts';

const root = resolve(import.meta.dirname, '..');
const dist = join(root, 'dist');

/** What is no TypeScript and is read beside the code that needs it. */
const assets = [
  'reports/assets/*',
  'cluster/server/Dockerfile',
  'scenarios/targets/primary-backup/Dockerfile',
];

rmSync(dist, { recursive: true, force: true });
execFileSync(
  process.execPath,
  [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'],
  {
    cwd: root,
    stdio: 'inherit',
  },
);
for (const file of globSync(assets, { cwd: root })) {
  mkdirSync(dirname(join(dist, file)), { recursive: true });
  cpSync(join(root, file), join(dist, file));
}
// Files under dist are modules like their sources.
writeFileSync(join(dist, 'package.json'), '{ "type": "module" }\n');

const inPlace = { ...asOneFile, allowOverwrite: true, logLevel: 'warning' } as const;

// Loading its forty modules one by one would take `schism check` as long as judging: it is one file, apart from what it seldom needs.
await bundle({
  ...inPlace,
  entryPoints: ['command', 'worker'].map((name) => join(dist, 'scenarios/check', `${name}.js`)),
  outdir: join(dist, 'scenarios/check'),
  splitting: true,
});
// A node starts in two thirds of the time.
const node = join(dist, 'cluster/server/main.js');
await bundle({ ...inPlace, entryPoints: [node], outfile: node });
