import { expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { builtinModules } from 'node:module';
import { imageContext, importedPackages } from './image-context.ts';
import { tar } from './tar.ts';

const context = imageContext();
const paths = context.map((file) => file.path);
const sources = context.filter((file) => file.path.startsWith('cluster/'));
const textOf = (path: string) =>
  Buffer.from(context.find((file) => file.path === path)?.content ?? []).toString();

test('the image holds the sources of the cluster, without their tests and what only those use', () => {
  expect(paths).toContain('Dockerfile');
  expect(paths).toContain('cluster/server/main.ts');
  expect(paths).toContain('cluster/raft/raft.ts');
  expect(paths.filter((path) => /\.test\.|\/testing\//.test(path))).toStrictEqual([]);
});

test('the image holds every package that the cluster imports, and no other', () => {
  const imported = sources.flatMap(({ content }) =>
    [
      ...Buffer.from(content)
        .toString()
        .matchAll(/from '([^'.][^']*)'/g),
    ].map(([, name]) => name),
  );
  const packages = [...new Set(imported)].filter((name) => name?.startsWith('node:') === false);
  expect(packages.sort()).toStrictEqual([...importedPackages]);
  expect(packages.filter((name) => builtinModules.includes(name ?? ''))).toStrictEqual([]);
  for (const name of importedPackages) {
    expect(paths).toContain(`app/node_modules/${name}/package.json`);
  }
});

test('the image stays lean', () => {
  const bytes = context.reduce((total, file) => total + file.content.length, 0);
  expect(bytes).toBeLessThan(4 << 20);
  expect(paths.filter((path) => /\.d\.ts$|\.map$|\.node$/.test(path))).toStrictEqual([]);
});

test('a patch changes the one place that it names', () => {
  const patch = { file: 'cluster/server/main.ts', find: 'runNode(', replace: 'runNode(/* x */ ' };
  const changed = imageContext([patch]).filter(
    (file, i) => Buffer.compare(file.content, context[i]?.content ?? Buffer.alloc(0)) !== 0,
  );
  expect(changed.map((file) => file.path)).toStrictEqual(['cluster/server/main.ts']);
  expect(Buffer.from(changed[0]?.content ?? []).toString()).toBe(
    textOf('cluster/server/main.ts').replace('runNode(', 'runNode(/* x */ '),
  );
});

test.each([
  ['does not occur', 'no such text', 'found 0 times'],
  ['occurs twice', 'import', 'found 2 times'],
])('a patch whose text %s is refused', (_what, find, message) => {
  const patch = { file: 'cluster/server/main.ts', find, replace: '' };
  expect(() => imageContext([patch])).toThrow(message);
});

test('a patch of a file that the image does not hold is refused', () => {
  const patch = { file: 'cluster/nowhere.ts', find: 'a', replace: 'b' };
  expect(() => imageContext([patch])).toThrow('cluster/nowhere.ts: no such source');
});

test('tar reads the archive as it was meant', () => {
  const long = `${'folder/'.repeat(14)}${'x'.repeat(60)}.ts`;
  const archive = tar([
    { path: 'a.ts', content: Buffer.from('one') },
    { path: long, content: Buffer.alloc(512, 'y') },
    { path: 'empty', content: Buffer.alloc(0) },
  ]);
  const listed = spawnSync('tar', ['-tf', '-'], { input: archive, encoding: 'utf8' });
  expect(listed.stderr).toBe('');
  expect(listed.stdout.split('\n')).toStrictEqual(['a.ts', long, 'empty', '']);
  const content = spawnSync('tar', ['-xOf', '-', 'a.ts'], { input: archive, encoding: 'utf8' });
  expect(content.stdout).toBe('one');
});

test('a path that fits into no archive is an error', () => {
  expect(() => tar([{ path: 'x'.repeat(200), content: Buffer.alloc(0) }])).toThrow('too long');
});
