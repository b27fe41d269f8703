import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { UsageError } from '../../harness/core/usage-error.ts';
import { patchSource } from './patch.ts';
import { plant, plantAgain } from './plant.ts';
import { readMutants } from './read-mutants.ts';

const folder = mkdtempSync(join(tmpdir(), 'schism-mutants-test-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const written = (name: string, text: string): string => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};

const patch = { file: 'a.ts', find: 'x < y', replace: 'x > y' };

describe('a patch', () => {
  test('replaces what it finds', () => {
    expect(patchSource('if (x < y) z();', patch)).toBe('if (x > y) z();');
  });

  test('takes its replacement as it is written', () => {
    expect(patchSource('x < y', { ...patch, replace: '$& $1' })).toBe('$& $1');
  });

  test.each([
    ['nothing here', 'does not occur'],
    ['x < y && x < y', 'occurs 2 times'],
  ])('must find it exactly once: %s', (source, why) => {
    expect(() => patchSource(source, patch)).toThrow(
      `a.ts: "x < y" ${why}; a patch needs it exactly once`,
    );
  });
});

describe('the planted bugs of this repository', () => {
  const mutants = readMutants(import.meta.dirname);

  test('have the name of their file, and fit the sources', () => {
    expect(mutants.map(({ id }) => `${id}.yaml`)).toEqual(
      readdirSync(import.meta.dirname).filter((name) => name.endsWith('.yaml')),
    );
    for (const mutant of mutants) expect(plantAgain([mutant], true).mutants).toEqual([mutant]);
  });
});

const good = `id: one
title: A bug
source: a test
expect: [no-split-brain]
patches:
  - file: harness/core/json.ts
    find: "Plain data"
    replace: "Other data"
`;

describe('a planting', () => {
  test('of bugs that patch one place names those, and that one can be planted', () => {
    const both = mkdtempSync(join(folder, 'both-'));
    writeFileSync(join(both, '1.yaml'), good);
    writeFileSync(join(both, '2.yaml'), good.replace('id: one', 'id: two'));
    expect(() => plant(both, true)).toThrow(
      /planted bugs one and two do not go together: .*json\.ts; --mutants takes one file/,
    );
    expect(() => plant(import.meta.dirname, true)).toThrow(/planted bugs \S+ and \S+ do not go/);
  });

  test('lies in a variable, so that nothing is left of it whatever becomes of the harness', () => {
    const planting = plant(written('one.yaml', good), true);
    const [variable = ''] = Object.values(planting.env);
    expect(JSON.parse(variable)).toEqual(planting.mutants);
  });

  test('has to fit into one', () => {
    const file = written('long.yaml', `${good}# ${'x'.repeat(200_000)}`);
    expect(plant(file, true).mutants).toHaveLength(1);
    const long = written('long.yaml', good.replace('A bug', 'x'.repeat(200_000)));
    expect(() => plant(long, true)).toThrow('plant fewer at a time');
  });

  test.each([
    [
      'a source that there is not',
      good.replace('json.ts', 'jason.ts'),
      /planted bug one does not fit: .*jason\.ts/,
    ],
    [
      'a text that does not occur',
      good.replace('Plain data', 'Plane data'),
      /"Plane data" does not occur/,
    ],
    [
      'a property that there is not',
      good.replace('no-split-brain', 'no-splitbrain'),
      /Did you mean no-split-brain\?/,
    ],
    ['a missing field', good.replace('title: A bug\n', ''), /bad\.yaml:1:1: title/],
    ['a field that nobody knows', `${good}why: not\n`, /bad\.yaml:1:1: .*why/],
    ['no YAML', 'id: [', /bad\.yaml:/],
    [
      'a patch that makes no TypeScript of it',
      good.replace('"Other data"', '"*/ ( /*"'),
      /planted bug one: what it makes of harness\/core\/json\.ts is no TypeScript/,
    ],
    [
      'an alias of nothing',
      good.replace('A bug', '*bug'),
      /bad\.yaml:2:8: \*bug is an alias of nothing[^]*> 2 \| title: \*bug/,
    ],
  ])('is refused with %s', (_, text, reason) => {
    const file = written('bad.yaml', text);
    expect(() => plant(file, true)).toThrow(UsageError);
    expect(() => plant(file, true)).toThrow(reason);
  });

  test('is refused where there is no file, and where a folder holds none', () => {
    expect(() => plant(join(folder, 'none.yaml'), true)).toThrow(/none\.yaml cannot be read/);
    const empty = mkdtempSync(join(folder, 'empty-'));
    expect(() => plant(empty, true)).toThrow('holds no planted bug');
  });

  test('is refused in an installed package, which holds JavaScript', () => {
    expect(() => plant(written('one.yaml', good), false)).toThrow('use a clone of the repository');
  });
});
