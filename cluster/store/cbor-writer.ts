/**
 * Writes plain values as CBOR (RFC 8949): what goes into the log, which is most of what a manager writes. Several times as fast as
 * a general encoder; any decoder reads it.
 */

const chunkBytes = 1 << 16;
const float = new DataView(new ArrayBuffer(8));
const utf8 = new TextEncoder();

/** Major types, in the upper three bits of an item's first byte. */
const majors = { count: 0, negative: 1 << 5, text: 3 << 5, list: 4 << 5, map: 5 << 5 } as const;
const [no, yes, nil, undef, float64] = [0xf4, 0xf5, 0xf6, 0xf7, 0xfb];
const countsMax = 0x1_0000_0000;

export class CborWriter {
  /** What was written lies in it, one value behind the other; it is never written to twice. */
  #bytes = new Uint8Array(chunkBytes);
  #start = 0;
  #at = 0;

  /** The bytes of a value made of objects, lists, texts, numbers, booleans, `null` and `undefined`. */
  encode(value: unknown): Uint8Array {
    this.#start = this.#at;
    this.#write(value);
    return this.#bytes.subarray(this.#start, this.#at);
  }

  #write(value: unknown): void {
    switch (typeof value) {
      case 'string':
        this.#text(value);
        return;
      case 'number':
        this.#number(value);
        return;
      case 'boolean':
        this.#byte(value ? yes : no);
        return;
      case 'undefined':
        this.#byte(undef);
        return;
      case 'object':
        if (value === null) this.#byte(nil);
        else if (Array.isArray(value)) this.#list(value);
        else this.#map(value as Readonly<Record<string, unknown>>);
        return;
      default:
        throw new Error(`a ${typeof value} cannot be written to the log`);
    }
  }

  #list(items: readonly unknown[]): void {
    this.#head(majors.list, items.length);
    for (const item of items) this.#write(item);
  }

  #map(fields: Readonly<Record<string, unknown>>): void {
    const keys = Object.keys(fields);
    this.#head(majors.map, keys.length);
    for (const key of keys) {
      this.#text(key);
      this.#write(fields[key]);
    }
  }

  #number(value: number): void {
    if (Number.isInteger(value) && value < countsMax && value >= -countsMax) {
      if (value >= 0) this.#head(majors.count, value);
      else this.#head(majors.negative, -1 - value);
      return;
    }
    this.#reserve(9);
    float.setFloat64(0, value);
    this.#bytes[this.#at] = float64;
    for (let i = 0; i < 8; i += 1) this.#bytes[this.#at + 1 + i] = float.getUint8(i);
    this.#at += 9;
  }

  #text(text: string): void {
    const { length } = text;
    this.#head(majors.text, length);
    this.#reserve(length);
    const bytes = this.#bytes;
    const from = this.#at;
    for (let i = 0; i < length; i += 1) {
      const unit = text.charCodeAt(i);
      if (unit > 0x7f) {
        this.#at = from - headBytes(length);
        this.#wide(utf8.encode(text));
        return;
      }
      bytes[from + i] = unit;
    }
    this.#at = from + length;
  }

  /** Text that is not all ASCII, whose length is another one in bytes. */
  #wide(encoded: Uint8Array): void {
    this.#head(majors.text, encoded.length);
    this.#reserve(encoded.length);
    this.#bytes.set(encoded, this.#at);
    this.#at += encoded.length;
  }

  #byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#at] = byte;
    this.#at += 1;
  }

  #head(major: number, count: number): void {
    this.#reserve(5);
    const bytes = this.#bytes;
    const at = this.#at;
    if (count < 24) {
      bytes[at] = major | count;
    } else if (count < 0x100) {
      bytes[at] = major | 24;
      bytes[at + 1] = count;
    } else if (count < 0x1_0000) {
      bytes[at] = major | 25;
      bytes[at + 1] = count >>> 8;
      bytes[at + 2] = count;
    } else {
      bytes[at] = major | 26;
      bytes[at + 1] = count >>> 24;
      bytes[at + 2] = count >>> 16;
      bytes[at + 3] = count >>> 8;
      bytes[at + 4] = count;
    }
    this.#at = at + headBytes(count);
  }

  /** Where this many bytes do not fit, the value so far moves to a new buffer. */
  #reserve(more: number): void {
    if (this.#at + more <= this.#bytes.length) return;
    const written = this.#bytes.subarray(this.#start, this.#at);
    this.#bytes = new Uint8Array(Math.max(chunkBytes, 2 * (written.length + more)));
    this.#bytes.set(written);
    this.#start = 0;
    this.#at = written.length;
  }
}

const headBytes = (count: number): number =>
  count < 24 ? 1 : count < 0x100 ? 2 : count < 0x1_0000 ? 3 : 5;
