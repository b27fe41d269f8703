import { expect, test } from '@jest/globals';
import { didYouMean, suggestion } from './did-you-mean.ts';

const known = ['leader', 'follower', 'majority', 'm1', 'm2'];

test.each([
  ['leder', 'leader'],
  ['laeder', 'leader'],
  ['LEADER', 'leader'],
  ['folower', 'follower'],
  ['m3', 'm1'],
])('%s is near %s', (word, meant) => {
  expect(didYouMean(word, known)).toBe(meant);
});

test.each(['', 'elephant', 'x'])('nothing is near "%s"', (word) => {
  expect(didYouMean(word, known)).toBeUndefined();
});

test('a suggestion is a sentence of its own, or nothing', () => {
  expect(suggestion('leder', known)).toBe(' Did you mean leader?');
  expect(suggestion('elephant', known)).toBe('');
});
