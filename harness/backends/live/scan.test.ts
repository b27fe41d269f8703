import { expect, test } from '@jest/globals';
import { scanFiles } from './scan.ts';
import type { NodeFile } from './world.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function* files(contents: Readonly<Record<string, string>>): AsyncGenerator<NodeFile> {
  for (const [file, text] of Object.entries(contents))
    yield await Promise.resolve({ file, bytes: bytes(text) });
}

test('every canary is looked for in every file; the first place in each counts', async () => {
  const canaries = [
    { name: 'key', bytes: bytes('sesame') },
    { name: 'service', bytes: bytes('web-1') },
    { name: 'nothing', bytes: bytes('') },
  ];
  const from = files({ a: 'open sesame, sesame', 'b/c': 'web-1 sesame', d: 'sesam' });
  expect(await scanFiles({ canaries }, from)).toEqual({
    files: 3,
    bytes: 36,
    looked: ['key', 'service', 'nothing'],
    found: [
      { canary: 'key', file: 'a', offset: 5 },
      { canary: 'key', file: 'b/c', offset: 6 },
      { canary: 'service', file: 'b/c', offset: 0 },
    ],
  });
});
