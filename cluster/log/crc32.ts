/** CRC-32 as zlib and Ethernet have it (reflected polynomial 0xedb88320), four bytes a step. */

const makeTables = (): readonly [Int32Array, Int32Array, Int32Array, Int32Array] => {
  const tables = [0, 1, 2, 3].map(() => new Int32Array(256)) as [
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  const [first] = tables;
  for (let byte = 0; byte < 256; byte += 1) {
    let rest = byte;
    for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
    first[byte] = rest;
  }
  const next = (rest: number): number => (rest >>> 8) ^ (first[rest & 255] ?? 0);
  for (let byte = 0; byte < 256; byte += 1) {
    tables[1][byte] = next(first[byte] ?? 0);
    tables[2][byte] = next(tables[1][byte] ?? 0);
    tables[3][byte] = next(tables[2][byte] ?? 0);
  }
  return tables;
};
const [one, two, three, four] = makeTables();

/** The checksum of `bytes[from, to)`, an unsigned 32-bit number. */
export const crc32 = (bytes: Uint8Array, from = 0, to = bytes.length): number => {
  let rest = -1;
  let at = from;
  for (; at + 4 <= to; at += 4) {
    rest ^=
      (bytes[at] ?? 0) |
      ((bytes[at + 1] ?? 0) << 8) |
      ((bytes[at + 2] ?? 0) << 16) |
      ((bytes[at + 3] ?? 0) << 24);
    rest =
      (four[rest & 255] ?? 0) ^
      (three[(rest >>> 8) & 255] ?? 0) ^
      (two[(rest >>> 16) & 255] ?? 0) ^
      (one[rest >>> 24] ?? 0);
  }
  for (; at < to; at += 1) rest = (rest >>> 8) ^ (one[(rest ^ (bytes[at] ?? 0)) & 255] ?? 0);
  return (rest ^ -1) >>> 0;
};
