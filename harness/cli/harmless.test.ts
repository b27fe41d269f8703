import { expect, test } from '@jest/globals';
import { harmless, harmlessJson } from './harmless.ts';

const hostile = '\u001b]0;owned\u0007\u001b[2Jm1\u009b8m \u202eevil\u007f\r';

test('text of the system under test does nothing to a terminal', () => {
  for (const painted of [true, false]) {
    expect(harmless(hostile, { painted })).toBe('␛]0;owned␇␛[2Jm1�8m �evil␡␍');
  }
});

test('our own colours stay, where there are to be any', () => {
  const line = '  \u001b[31m\u001b[1mBROKEN\u001b[22m\u001b[39m  größer → ok\ttab\n';
  expect(harmless(line, { painted: true })).toBe(line);
  expect(harmless(line, { painted: false })).toBe('  BROKEN  größer → ok\ttab\n');
});

test('JSON is the same value, and does nothing either', () => {
  const json = harmlessJson({ name: hostile });
  expect(JSON.parse(json)).toEqual({ name: hostile });
  expect(
    Array.from(json).filter((character) => harmless(character, { painted: false }) !== character),
  ).toEqual([]);
});
