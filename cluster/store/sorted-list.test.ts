import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SortedList } from './sorted-list.ts';

const id = fc.constantFrom('a', 'b', 'c', 'ca', 'd');
const step = fc.oneof(
  fc.record({ put: id, value: fc.nat() }),
  fc.record({ delete: id }),
  fc.constant({ lend: true }),
);

describe('a sorted list', () => {
  test('is what a map in order of id would be, and leaves what it lent alone', () => {
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const list = new SortedList<{ ID: string; value: number }>();
        const model = new Map<string, number>();
        const lent: { got: readonly unknown[]; copy: readonly unknown[] }[] = [];
        for (const each of steps) {
          if ('put' in each) {
            list.put({ ID: each.put, value: each.value });
            model.set(each.put, each.value);
          } else if ('delete' in each) {
            list.delete(each.delete);
            model.delete(each.delete);
          } else {
            const got = list.list();
            lent.push({ got, copy: [...got] });
          }
        }
        const expected = [...model].sort().map(([ID, value]) => ({ ID, value }));
        expect(list.list()).toEqual(expected);
        expect(list.size).toBe(model.size);
        for (const { got, copy } of lent) expect(got).toEqual(copy);
      }),
    );
  });

  test('leaves the list that it was made from alone', () => {
    const items = Object.freeze([{ ID: 'b' }]);
    const list = new SortedList(items);
    list.put({ ID: 'a' });
    expect(items).toEqual([{ ID: 'b' }]);
    expect(list.list()).toEqual([{ ID: 'a' }, { ID: 'b' }]);
  });
});
