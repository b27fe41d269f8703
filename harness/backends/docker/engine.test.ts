import { expect, test } from '@jest/globals';
import { isForbidden } from './engine.ts';

const failed = (code: string): Error => Object.assign(new Error(`connect ${code}`), { code });

test.each([
  ['a socket that this user may not use', failed('EACCES'), true],
  [
    'the same, as the wait for it says it',
    new Error('no answer', { cause: failed('EACCES') }),
    true,
  ],
  ['no socket', failed('ENOENT'), false],
  ['no error', 'EACCES', false],
])('%s', (_what, thrown, forbidden) => {
  expect(isForbidden(thrown)).toBe(forbidden);
});
