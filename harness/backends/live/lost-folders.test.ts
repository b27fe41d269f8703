import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { lostFolders } from './lost-folders.ts';

describe('folders of runs whose record is lost', () => {
  let base = '';
  beforeAll(() => {
    base = mkdtempSync(join(tmpdir(), 'schism-lost-'));
    for (const name of ['schism-a1-00000001', 'schism-a1-00000002', 'schism-else', 'a1-00000003'])
      mkdirSync(join(base, name));
    const longAgo = Date.now() / 1000 - 3_600;
    for (const name of ['schism-a1-00000001', 'schism-else', 'a1-00000003'])
      utimesSync(join(base, name), longAgo, longAgo);
    // As one that is removed between two looks.
    symlinkSync(join(base, 'gone'), join(base, 'schism-a1-00000004'));
  });
  afterAll(() => {
    rmSync(base, { recursive: true, force: true });
  });
  const old = (): string => join(base, 'schism-a1-00000001');
  const me = (): number => statSync(base).uid;

  test.each<readonly [string, () => Parameters<typeof lostFolders>[1], () => readonly string[]]>([
    ['old enough are found', () => ({ known: new Set(), user: me() }), () => [old()]],
    ['that are known are not', () => ({ known: new Set([old()]), user: me() }), () => []],
    ['of others are none of ours', () => ({ known: new Set(), user: me() + 1 }), () => []],
    ['of others are the superuser’s', () => ({ known: new Set(), user: 0 }), () => [old()]],
  ])('%s', (_, given, found) => {
    expect(lostFolders(base, given())).toEqual(found());
  });
});
