/**
 * How many bytes a plain value takes as CBOR: never fewer than it will, and hardly more. For limits that have to be kept before
 * anything is encoded.
 */
export const encodedSize = (value: unknown): number => {
  switch (typeof value) {
    case 'string':
      return headBytesMax + utf8Size(value);
    case 'number':
    case 'bigint':
      return numberBytesMax;
    case 'object':
      return value === null ? 1 : headBytesMax + sizeOfParts(value);
    default:
      return 1;
  }
};

const headBytesMax = 5;
const numberBytesMax = 9;

const sizeOfParts = (whole: object): number => {
  let size = 0;
  if (whole instanceof Uint8Array) return whole.length;
  if (Array.isArray(whole)) for (const item of whole) size += encodedSize(item);
  else {
    const fields = whole as Readonly<Record<string, unknown>>;
    for (const key in fields) size += headBytesMax + utf8Size(key) + encodedSize(fields[key]);
  }
  return size;
};

/** A unit takes three bytes at most, and one where it is ASCII. */
const utf8Size = (text: string): number => {
  let size = text.length;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit > 0x7f) size += unit > 0x7ff ? 2 : 1;
  }
  return size;
};
