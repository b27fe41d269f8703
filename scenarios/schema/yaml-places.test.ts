import { expect, test } from '@jest/globals';
import { parseYaml } from './yaml-places.ts';

test('an alias stands for what it names', () => {
  expect(parseYaml('a: &x [1]\nb: [*x, *x]')).toMatchObject({ value: { a: [1], b: [[1], [1]] } });
});

const laughs = ['a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]']
  .concat([1, 2, 3].map((nth) => `a${nth}: &a${nth} [${`*a${nth - 1}, `.repeat(10)}]`))
  .join('\n');

test.each([
  ['a misspelt alias', 'a: &name 1\nb: *nam', /no &nam stands before it. Did you mean name\?/, 2],
  ['an alias before its anchor', 'a: *x\nb: &x 1', /\*x is an alias of nothing/, 1],
  ['a list that holds itself', 'a: 1\nb: &b [*b]', /\*b would hold itself/, 2],
  [
    'a record that holds itself, deep inside',
    'b: &b\n  c: [{ d: *b }]',
    /\*b would hold itself/,
    2,
  ],
  ['aliases of aliases of aliases', laughs, /Excessive alias count/, 1],
  ['what is nested too deeply', '['.repeat(100_000), /call stack size exceeded/, 1],
])('%s is a problem with a place', (_, text, message, line) => {
  expect(parseYaml(text)).toMatchObject({
    problem: { message: expect.stringMatching(message) as unknown, place: { line } },
  });
});
