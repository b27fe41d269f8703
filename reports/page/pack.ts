import type { Json } from '../../harness/core/json.ts';

/**
 * Plain data in columns, so that it compresses well: a list of records becomes, for each set of keys, one column a key;
 * whole numbers are written as differences. `unpack(pack(x))` is `x` again, but that `undefined` members are gone.
 */
export type Packed = Json;

type Shaped = { readonly keys: readonly string[]; readonly columns: Json[][] };

const isRecord = (value: Json): value is { readonly [key: string]: Json | undefined } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

/** Fewer than this many records are written as they are. */
const recordsMin = 8;

export const pack = (value: Json): Packed => {
  if (isList(value)) {
    return value.length >= recordsMin && value.every(isRecord)
      ? packRecords(value)
      : { l: value.map(pack) };
  }
  if (!isRecord(value)) return value;
  // Entries, not assignments: a key may be called `__proto__`.
  const packed = Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) =>
      member === undefined ? [] : [[key, pack(member)] as const],
    ),
  );
  return { r: packed };
};

const packRecords = (records: readonly { readonly [key: string]: Json | undefined }[]): Packed => {
  const shapes: Shaped[] = [];
  const places = new Map<string, number>();
  const order: number[] = [];
  for (const record of records) {
    const keys = Object.keys(record).filter((key) => record[key] !== undefined);
    const name = JSON.stringify(keys);
    let place = places.get(name);
    if (place === undefined) {
      place = shapes.length;
      places.set(name, place);
      shapes.push({ keys, columns: keys.map(() => []) });
    }
    order.push(place);
    const shape = shapes[place];
    keys.forEach((key, column) => shape?.columns[column]?.push(record[key] ?? null));
  }
  return {
    t: order,
    s: shapes.map(({ keys, columns }) => ({ k: keys, c: columns.map(packColumn) })),
  };
};

const packColumn = (column: readonly Json[]): Json => {
  if (column.every((value) => typeof value === 'number' && Number.isSafeInteger(value * 1000))) {
    let before = 0;
    return {
      d: column.map((value) => {
        const thousandths = Math.round((value as number) * 1000);
        const difference = thousandths - before;
        before = thousandths;
        return difference;
      }),
    };
  }
  if (column.every((value) => typeof value === 'string')) {
    const words = new Map<string, number>();
    const places = column.map((word) => {
      const known = words.get(word);
      if (known !== undefined) return known;
      words.set(word, words.size);
      return words.size - 1;
    });
    return words.size * 2 < column.length
      ? { w: [...words.keys()], i: places }
      : { v: column.map(pack) };
  }
  return { v: column.map(pack) };
};
