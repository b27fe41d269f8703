import { describe, expect, test } from '@jest/globals';
import { idLength, isId, newId } from './identity.ts';

const counting = () => {
  const purposes: string[] = [];
  let next = 0;
  return {
    purposes,
    integer: (purpose: string, below: number): number => {
      purposes.push(purpose);
      next = (next * 31 + 7) % below;
      return next;
    },
    bytes: (): Uint8Array => new Uint8Array(),
  };
};

describe('a new id', () => {
  test('has 25 characters of base 36, however small the draws', () => {
    const random = counting();
    for (let count = 0; count < 50; count += 1) {
      const id = newId(random, 'task-id');
      expect(id).toHaveLength(idLength);
      expect(isId(id)).toBe(true);
    }
    expect(newId({ integer: () => 0, bytes: () => new Uint8Array() }, 'x')).toBe('0'.repeat(25));
  });

  test('is drawn under the name that it was asked for', () => {
    const random = counting();
    newId(random, 'task-id');
    expect(new Set(random.purposes)).toEqual(new Set(['task-id']));
  });

  test.each(['', 'web', 'A'.repeat(25), 'a'.repeat(24), 'a'.repeat(26)])('is not %j', (text) => {
    expect(isId(text)).toBe(false);
  });
});
