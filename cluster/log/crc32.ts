/** CRC-32 as zlib and Ethernet have it (reflected polynomial 0xedb88320), four bytes a step. */

const tables = ((): readonly [Int32Array, Int32Array, Int32Array, Int32Array] => {
  const [one, two, three, four] = [0, 1, 2, 3].map(() => new Int32Array(256)) as [
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  for (let byte = 0; byte < 256; byte += 1) {
    let rest = byte;
    for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
    one[byte] = rest;
  }
  const next = (rest: number): number => (rest >>> 8) ^ (one[rest & 255] ?? 0);
  for (let byte = 0; byte < 256; byte += 1) {
    two[byte] = next(one[byte] ?? 0);
    three[byte] = next(two[byte] ?? 0);
    four[byte] = next(three[byte] ?? 0);
  }
  return [one, two, three, four];
})();

/** The checksum of `bytes[from, to)`, an unsigned 32-bit number. */
export const crc32 = (bytes: Uint8Array, from = 0, to = bytes.length): number => {
  const [one, two, three, four] = tables;
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
