/** What goes into the image of a node: the cluster's sources and the packages that they import, and nothing else. */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { TarFile } from './tar.ts';

/** Of a file named relative to the repository; `find` must occur in it exactly once. */
export type ImagePatch = { readonly file: string; readonly find: string; readonly replace: string };

const root = path.resolve(import.meta.dirname, '../../..');

/** What `cluster` imports by name. A test compares this with its sources. */
export const importedPackages = ['cbor-x', 'pino'] as const;

/**
 * The build context, its files in order of their paths, so that equal sources make equal bytes.
 * Throws where a patch does not fit.
 */
export const imageContext = (patches: readonly ImagePatch[] = []): readonly TarFile[] => {
  const sources = filesBelow(path.join(root, 'cluster')).filter(isSource);
  const stray = patches.find((patch) => !sources.some((name) => relative(name) === patch.file));
  if (stray !== undefined) throw new Error(`${stray.file}: no such source`);
  const packages = closureOf(importedPackages).flatMap((name) =>
    filesBelow(path.join(root, 'node_modules', name)).filter(isRunTime),
  );
  return [
    file('Dockerfile', fs.readFileSync(path.join(root, 'cluster/server/Dockerfile'))),
    file('packages/package.json', Buffer.from('{ "private": true, "type": "module" }\n')),
    ...packages.map((name) => file(`packages/${relative(name)}`, fs.readFileSync(name))),
    ...sources.map((name) => file(relative(name), patched(name, patches))),
  ].sort((a, b) => (a.path < b.path ? -1 : 1));
};

const file = (name: string, content: Uint8Array): TarFile => ({ path: name, content });

const relative = (absolute: string): string =>
  path.relative(root, absolute).split(path.sep).join('/');

const filesBelow = (folder: string): readonly string[] =>
  fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));

const isSource = (name: string): boolean => name.endsWith('.ts') && !name.endsWith('.test.ts');

/** Packages bring their tests, types, maps and builds for browsers along. */
const isRunTime = (name: string): boolean => {
  const inside = relative(name).split('/').slice(2);
  const spare = /^(node_modules|test|tests|bench|benchmarks|docs|examples|\..*)$/;
  return (
    /\.(c|m)?js$|^package\.json$/.test(path.basename(name)) && !inside.some((p) => spare.test(p))
  );
};

/** These packages and all that they depend on at run time; optional ones are left out. */
const closureOf = (names: readonly string[]): readonly string[] => {
  const found = new Set<string>();
  const visit = (name: string) => {
    if (found.has(name)) return;
    found.add(name);
    Object.keys(dependenciesOf(name)).forEach(visit);
  };
  names.forEach(visit);
  return [...found].sort();
};

const dependenciesOf = (name: string): Readonly<Record<string, string>> => {
  const manifest: unknown = createRequire(import.meta.url)(
    path.join(root, 'node_modules', name, 'package.json'),
  );
  const { dependencies } = manifest as { readonly dependencies?: Readonly<Record<string, string>> };
  return dependencies ?? {};
};

const patched = (name: string, patches: readonly ImagePatch[]): Uint8Array => {
  const mine = patches.filter((patch) => patch.file === relative(name));
  if (mine.length === 0) return fs.readFileSync(name);
  return Buffer.from(
    mine.reduce(
      (source, { find, replace }) => {
        const parts = source.split(find);
        if (parts.length !== 2) {
          throw new Error(`${relative(name)}: found ${parts.length - 1} times: ${find}`);
        }
        return parts.join(replace);
      },
      fs.readFileSync(name, 'utf8'),
    ),
  );
};
