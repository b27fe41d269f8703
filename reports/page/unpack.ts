import type { Json } from '../../harness/core/json.ts';
import type { Packed } from './pack.ts';

type Bag = { readonly [key: string]: Json | undefined };

const broken = (what: string): Error =>
  new Error(`the document inside this report is damaged: ${what}; take the run file beside it`);

const listOf = (value: Json | undefined, what: string): readonly Json[] => {
  if (!Array.isArray(value)) throw broken(`${what} is not a list`);
  return value as readonly Json[];
};

const numberOf = (value: Json | undefined, what: string): number => {
  if (typeof value !== 'number') throw broken(`${what} is not a number`);
  return value;
};

/** The plain data that `pack` was given. Throws with what is wrong where it was not made by `pack`. */
export const unpack = (packed: Packed): Json => {
  if (typeof packed !== 'object' || packed === null) return packed;
  if (Array.isArray(packed)) throw broken('a bare list');
  const bag = packed as Bag;
  if ('l' in bag) return listOf(bag.l, 'l').map(unpack);
  if ('r' in bag) {
    return Object.fromEntries(
      Object.entries(bag.r as Bag).flatMap(([key, member]) =>
        member === undefined ? [] : [[key, unpack(member)] as const],
      ),
    );
  }
  if ('t' in bag) return unpackRecords(bag);
  throw broken('an unknown kind of value');
};

const unpackRecords = (bag: Bag): Json => {
  const shapes = listOf(bag.s, 's').map((shape) => {
    const { k, c } = shape as Bag;
    return {
      keys: listOf(k, 'k').map((key) => (typeof key === 'string' ? key : '')),
      columns: listOf(c, 'c').map((column) => unpackColumn(column as Bag)),
      next: 0,
    };
  });
  return listOf(bag.t, 't').map((place) => {
    const shape = shapes[numberOf(place, 't')];
    if (shape === undefined) throw broken('a record without a shape');
    const row = shape.next;
    shape.next += 1;
    return Object.fromEntries(
      shape.keys.map((key, column) => {
        const value = shape.columns[column]?.[row];
        if (value === undefined) throw broken(`no value for ${key}`);
        return [key, value] as const;
      }),
    );
  });
};

const unpackColumn = (column: Bag): readonly Json[] => {
  if ('d' in column) {
    let sum = 0;
    return listOf(column.d, 'd').map((difference) => {
      sum += numberOf(difference, 'd');
      return sum / 1000;
    });
  }
  if ('w' in column) {
    const words = listOf(column.w, 'w');
    return listOf(column.i, 'i').map((place) => words[numberOf(place, 'i')] ?? null);
  }
  return listOf(column.v, 'v').map(unpack);
};
