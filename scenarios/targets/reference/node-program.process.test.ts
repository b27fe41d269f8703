import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { nodeProgram, nodeSources } from './node-program.ts';

const helpOf = (program: string): string =>
  execFileSync(process.execPath, [program, '--help'], { encoding: 'utf8' });

test('one file does what the sources do, and equal sources make the same', async () => {
  const program = await nodeProgram();
  expect(program).not.toBe(nodeSources);
  expect(helpOf(program)).toBe(helpOf(nodeSources));
  expect(await nodeProgram()).toBe(program);
});

test('what nobody runs any more is removed', async () => {
  const folder = path.dirname(await nodeProgram());
  const [old, young] = ['node-old.cjs', 'node-young.cjs'].map((name) => path.join(folder, name));
  for (const file of [old, young]) fs.writeFileSync(String(file), '');
  const longAgo = new Date(Date.now() - 8 * 24 * 60 * 60_000);
  fs.utimesSync(String(old), longAgo, longAgo);
  await nodeProgram();
  expect(fs.readdirSync(folder)).not.toContain('node-old.cjs');
  expect(fs.readdirSync(folder)).toContain('node-young.cjs');
  fs.rmSync(String(young));
});
