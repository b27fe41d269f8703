/** Shapes of plain data, checked as it is read: what is wrong is said with its place. */

/** What is wrong with a value at a place, such as `run.digest is missing, expected a string`; `undefined`: nothing. */
export type Shape = (value: unknown, place: string) => string | undefined;

type Bag = Readonly<Record<string, unknown>>;

const typeOf = (value: unknown): string => {
  if (Array.isArray(value)) return 'list';
  return value === null ? 'null' : typeof value;
};

const wrong = (value: unknown, place: string, expected: string): string =>
  `${place} is ${value === undefined ? 'missing' : value === null ? 'null' : `a ${typeOf(value)}`}, expected ${expected}`;

const of =
  (type: string): Shape =>
  (value, place) =>
    typeOf(value) === type ? undefined : wrong(value, place, `a ${type}`);

export const text = of('string');
export const figure = of('number');
export const truth = of('boolean');
/** With whatever is in it. */
export const record: Shape = (value, place) =>
  typeOf(value) === 'object' ? undefined : wrong(value, place, 'a record');

export const maybe =
  (shape: Shape): Shape =>
  (value, place) =>
    value === undefined ? undefined : shape(value, place);

export const word =
  (...words: readonly string[]): Shape =>
  (value, place) =>
    typeof value === 'string' && words.includes(value)
      ? undefined
      : `${place} is ${value === undefined ? 'missing' : JSON.stringify(value).slice(0, 40)}, expected one of ${words.join(', ')}`;

export const listOf =
  (shape: Shape): Shape =>
  (value, place) => {
    if (!Array.isArray(value)) return wrong(value, place, 'a list');
    for (const [at, member] of value.entries()) {
      const complaint = shape(member, `${place}[${at}]`);
      if (complaint !== undefined) return complaint;
    }
    return undefined;
  };

/** Lists that are as good as maps: every value has one shape. */
export const mapOf =
  (shape: Shape): Shape =>
  (value, place) => {
    const complaint = record(value, place);
    if (complaint !== undefined) return complaint;
    return firstOf(
      Object.entries(value as Bag).map(([key]) => [key, shape]),
      value as Bag,
      place,
    );
  };

/** What it has besides is let be: a later version may say more. */
export const recordOf = (members: Readonly<Record<string, Shape>>): Shape => {
  const entries = Object.entries(members);
  return (value, place) => record(value, place) ?? firstOf(entries, value as Bag, place);
};

const firstOf = (
  entries: readonly (readonly [key: string, shape: Shape])[],
  bag: Bag,
  place: string,
): string | undefined => {
  for (const [key, shape] of entries) {
    const complaint = shape(bag[key], place === '' ? key : `${place}.${key}`);
    if (complaint !== undefined) return complaint;
  }
  return undefined;
};

/** Records that a word under `key` tells apart. */
export const oneOf = (
  key: string,
  kinds: Readonly<Record<string, Readonly<Record<string, Shape>>>>,
): Shape => {
  const named = word(...Object.keys(kinds));
  const shapes = new Map(Object.entries(kinds).map(([kind, members]) => [kind, recordOf(members)]));
  return (value, place) => {
    const complaint = record(value, place) ?? named((value as Bag)[key], `${place}.${key}`);
    return complaint ?? shapes.get(String((value as Bag)[key]))?.(value, place);
  };
};
