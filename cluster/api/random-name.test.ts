import { expect, test } from '@jest/globals';
import { chanceOf } from '../node/testing/chance.ts';
import { randomName } from './random-name.ts';

test('a name is an adjective and a surname, the same for the same draws', () => {
  const name = randomName(chanceOf(3), () => false);
  expect(name).toMatch(/^[a-z]+_[a-z]+$/);
  expect(randomName(chanceOf(3), () => false)).toBe(name);
});

test('a name that is taken is numbered', () => {
  const name = randomName(chanceOf(3), () => false);
  const taken = new Set([name, `${name}1`]);
  expect(randomName(chanceOf(3), (drawn) => taken.has(drawn))).toBe(`${name}2`);
});
