import { expect, test } from '@jest/globals';
import { fromBase64, toBase64 } from './base64.ts';
import { formatUnlockKey, parseUnlockKey } from './unlock-key.ts';

const key = Uint8Array.from({ length: 32 }, (_, at) => (at * 37 + 5) % 256);

test('an unlock key reads SWMKEY-1- and 43 characters of base64 without padding', () => {
  const text = formatUnlockKey(key);
  expect(text).toMatch(/^SWMKEY-1-[A-Za-z0-9+/]{43}$/);
  expect(text.slice(9)).toBe(Buffer.from(key).toString('base64').replaceAll('=', ''));
  expect(parseUnlockKey(text)).toEqual(key);
});

test.each([
  ['nothing', ''],
  ['the key without its prefix', formatUnlockKey(key).slice(9)],
  ['another version', formatUnlockKey(key).replace('-1-', '-2-')],
  ['padding', `${formatUnlockKey(key)}=`],
  ['one character less', formatUnlockKey(key).slice(0, -1)],
  ['a character that base64 does not have', formatUnlockKey(key).replace(/.$/, '!')],
  ['left-over bits that are set', formatUnlockKey(key).replace(/.$/, '/')],
  ['31 bytes', formatUnlockKey(key.slice(1))],
  ['33 bytes', formatUnlockKey(Uint8Array.from([...key, 1]))],
  ['a line end', `${formatUnlockKey(key)}\n`],
])('%s is no unlock key', (_what, text) => {
  expect(parseUnlockKey(text)).toBeUndefined();
});

test('base64 is the standard one without padding, for every length', () => {
  for (let length = 0; length < 70; length += 1) {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 91 + length) % 256);
    const text = toBase64(bytes);
    expect(text).toBe(Buffer.from(bytes).toString('base64').replaceAll('=', ''));
    expect(fromBase64(text)).toEqual(bytes);
  }
});
