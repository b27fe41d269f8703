import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { frozen, sameValue } from './values.ts';

describe('values', () => {
  test.each([
    [1, 1, true],
    [null, null, true],
    [null, {}, false],
    [{}, [], false],
    [[], {}, false],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
    [{ a: 1 }, { a: 1, b: undefined }, true],
    [{ a: 1 }, { a: 1, b: 2 }, false],
    [{ a: 1, b: 2 }, { a: 1 }, false],
    [[1, 2], [1, 2], true],
    [[1, 2], [2, 1], false],
    [[1], [1, 2], false],
    [{ a: { b: ['c'] } }, { a: { b: ['c'] } }, true],
    [{ a: { b: ['c'] } }, { a: { b: ['d'] } }, false],
    ['1', 1, false],
  ])('%j and %j say the same: %s', (left, right, same) => {
    expect(sameValue(left, right)).toBe(same);
  });

  test('say the same as their copies', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => sameValue(value, structuredClone(value))));
  });

  test('are frozen down to parts that are frozen already', () => {
    const inner = Object.freeze({ deep: { open: 1 } });
    const value = frozen({ list: [{ a: 1 }], inner });
    expect(Object.isFrozen(value.list[0])).toBe(true);
    expect(Object.isFrozen(inner.deep)).toBe(false);
  });
});
