import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createRegistry } from './registry.ts';

const withConfig = async (text: string): Promise<unknown> => {
  const folder = mkdtempSync(join(tmpdir(), 'schism-config-'));
  try {
    writeFileSync(join(folder, 'schism.config.mjs'), text);
    return await createRegistry(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

test.each([
  ['export default null', 'its default export must be { targets, scenarios }'],
  ['export default { target: [] }', 'target is not known here, but targets, scenarios'],
  ['export default { targets: 5 }', 'targets must be a list of { target, sim,'],
  ['export default { targets: [{}] }', 'targets must be a list of { target, sim,'],
  ['export default { scenarios: [{ name: "q" }] }', 'scenarios must be a list of what'],
  [
    'export default { scenarios: [{ name: "halves", shape: {}, settings: {} }] }',
    'a scenario named halves comes with schism; give yours another name',
  ],
])('a configuration that is none is told so: %s', async (text, words) => {
  await expect(withConfig(text)).rejects.toThrow(`schism.config.mjs: ${words}`);
});

test('an empty configuration adds nothing', async () => {
  await expect(withConfig('export default {}')).resolves.toMatchObject({ defaultSuite: 'core' });
});
