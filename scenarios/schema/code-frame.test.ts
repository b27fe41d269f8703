import { expect, test } from '@jest/globals';
import { codeFrame } from './code-frame.ts';

test('a line stands between its neighbours, with a caret under the column', () => {
  expect(codeFrame('one\ntwo three\nfour', { line: 2, column: 5 })).toBe(
    ['  1 | one', '> 2 | two three', '    |     ^', '  3 | four'].join('\n'),
  );
});

test('of a long line the part around the column is shown', () => {
  const long = `${'a'.repeat(1_000)}!${'b'.repeat(1_000)}`;
  const [, line = '', caret = ''] = codeFrame(`short\n${long}`, { line: 2, column: 1_001 }).split(
    '\n',
  );
  expect(line).toBe(`> 2 | …${'a'.repeat(60)}!${'b'.repeat(59)}…`);
  expect(line[caret.indexOf('^')]).toBe('!');
});

test('a long line that is wrong at its beginning is shown from there', () => {
  const frame = codeFrame('x'.repeat(500), { line: 1, column: 1 });
  expect(frame).toBe(`> 1 | ${'x'.repeat(120)}…\n    | ^`);
});
