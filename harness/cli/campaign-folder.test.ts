import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, test } from '@jest/globals';
import { UsageError } from '../core/usage-error.ts';
import { prepareCampaign } from './campaign-folder.ts';
import { writeWhole } from './output.ts';

const root = mkdtempSync(join(tmpdir(), 'schism-campaigns-'));
afterAll(() => {
  rmSync(root, { recursive: true });
});

/** Where a campaign that writes nothing would have written. */
const placeOf = (out: string, seed: number): string => {
  using prepared = prepareCampaign(out, seed);
  return prepared.folder;
};

test('a campaign has a folder of its own where an earlier one of its seed has saved runs, and takes its place where it has not', () => {
  const out = join(root, 'out');
  expect(placeOf(out, 42)).toBe(join(out, '42'));
  writeWhole(join(out, '42', 'index.html'), 'all held');
  expect(placeOf(out, 42)).toBe(join(out, '42'));
  writeWhole(join(out, '42', 'sim-17.json'), '{}');
  expect(placeOf(out, 42)).toBe(join(out, '42-2'));
  writeWhole(join(out, '42-2', 'sim-17.json'), '{}');
  expect(placeOf(out, 42)).toBe(join(out, '42-3'));
  expect(placeOf(out, 4)).toBe(join(out, '4'));
  expect(readdirSync(out)).toEqual(['42', '42-2']);
  expect(readdirSync(join(out, '42'))).toEqual(['index.html', 'sim-17.json']);
});

test('of two campaigns at the same time each has a folder, and a place that was given up is free again', () => {
  const out = join(root, 'side by side');
  {
    using first = prepareCampaign(out, 7);
    using second = prepareCampaign(out, 7);
    expect([first.folder, second.folder]).toEqual([join(out, '7'), join(out, '7-2')]);
  }
  expect(readdirSync(out)).toEqual([]);
  expect(placeOf(out, 7)).toBe(join(out, '7'));
});

test('many that begin at the same moment share nothing', async () => {
  const out = join(root, 'many');
  const module = pathToFileURL(join(import.meta.dirname, 'campaign-folder.ts')).href;
  const program = `
    import { prepareCampaign } from ${JSON.stringify(module)};
    const { folder } = prepareCampaign(${JSON.stringify(out)}, 1);
    console.log(folder);
    await new Promise((done) => process.stdin.once('end', done).resume());`;
  const running = Array.from({ length: 4 }, () => {
    const campaign = promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
    return { campaign, child: campaign.child };
  });
  await Promise.all(
    running.map(({ child }) => new Promise((said) => child.stdout?.once('data', said))),
  );
  for (const { child } of running) child.stdin?.end();
  const folders = await Promise.all(running.map(async ({ campaign }) => (await campaign).stdout));
  expect(new Set(folders).size).toBe(4);
});

test.each([
  ['a process that has ended', hostname(), '7'],
  ['another machine, whose processes nobody sees from here', 'another', '7-2'],
])('what was claimed by %s', (_whose, host, place) => {
  const out = mkdtempSync(join(root, 'claimed-'));
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  mkdirSync(join(out, '7'));
  writeFileSync(join(out, '7', '.running'), JSON.stringify({ pid, since: '1', host }));
  expect(placeOf(out, 7)).toBe(join(out, place));
});

test('a place that cannot be had is an error of usage', () => {
  writeFileSync(join(root, 'file'), '');
  expect(() => prepareCampaign(join(root, 'file'), 1)).toThrow(UsageError);
});
