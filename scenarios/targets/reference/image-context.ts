/** What goes into the image of a node: the cluster's sources and the packages that they import, and nothing else. */
import fs from 'node:fs';
import { findPackageJSON } from 'node:module';
import path from 'node:path';
import type { TarFile } from './tar.ts';

/** Of a file named relative to the repository; `find` must occur in it exactly once. */
export type ImagePatch = { readonly file: string; readonly find: string; readonly replace: string };

const root = path.resolve(import.meta.dirname, '../../..');
/** `.ts` in a clone, `.js` in the published package. */
const extension = path.extname(import.meta.filename);

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
  return [
    file('Dockerfile', fs.readFileSync(path.join(root, 'cluster/server/Dockerfile'))),
    file('app/package.json', Buffer.from('{ "private": true, "type": "module" }\n')),
    file('app/start.js', Buffer.from(`import './cluster/server/main${extension}';\n`)),
    ...packagesBelow(importedPackages),
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

/** Tests, and what only they use, stay outside. */
const isSource = (name: string): boolean =>
  name.endsWith(extension) &&
  !name.endsWith(`.test${extension}`) &&
  !relative(name).split('/').includes('testing');

/** Files of these packages and of all that they need at run time; what is optional is left out. */
const packagesBelow = (names: readonly string[]): readonly TarFile[] =>
  [...closureOf(names)].flatMap(([name, folder]) =>
    filesBelow(folder)
      .map((found) => path.relative(folder, found).split(path.sep).join('/'))
      .filter(isRunTime)
      .map((inside) =>
        file(`app/node_modules/${name}/${inside}`, fs.readFileSync(path.join(folder, inside))),
      ),
  );

/** Packages bring their tests, types, maps and builds for browsers along. */
const isRunTime = (inside: string): boolean => {
  const parts = inside.split('/');
  const spare = /^(node_modules|test|tests|bench|benchmarks|docs|examples|\..*)$/;
  return /\.[cm]?js$|^package\.json$/.test(inside) && !parts.some((part) => spare.test(part));
};

/** Name → folder, of these packages and all below them. Each may be there in one version only. */
const closureOf = (names: readonly string[]): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  const visit = (name: string, from: string) => {
    const manifest = findPackageJSON(name, from);
    if (manifest === undefined) throw new Error(`the package ${name} is not installed`);
    const folder = path.dirname(manifest);
    const known = found.get(name);
    if (known === folder) return;
    if (known !== undefined) throw new Error(`two versions of ${name}: ${known}, ${folder}`);
    found.set(name, folder);
    for (const needed of dependenciesOf(manifest)) visit(needed, manifest);
  };
  for (const name of names) visit(name, import.meta.filename);
  return found;
};

const dependenciesOf = (manifest: string): readonly string[] => {
  const { dependencies } = JSON.parse(fs.readFileSync(manifest, 'utf8')) as {
    readonly dependencies?: Readonly<Record<string, string>>;
  };
  return Object.keys(dependencies ?? {});
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
