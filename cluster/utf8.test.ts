import { expect, test } from '@jest/globals';
import { utf8Of } from './utf8.ts';

const texts = [
  '',
  'plain',
  'Grüße, 世界 🐳',
  'a lone half \ud83d of a pair',
  'x'.repeat(6_000),
  '世'.repeat(5_461),
  '世'.repeat(5_462),
];

test('the bytes of a text are those of an encoder, whatever it says and however long it is', () => {
  for (const text of texts) expect([...utf8Of(text)]).toEqual([...new TextEncoder().encode(text)]);
});

test('the bytes of an earlier text stay as they were', () => {
  const first = utf8Of('first');
  utf8Of('other');
  expect([...first]).toEqual([...new TextEncoder().encode('first')]);
});
