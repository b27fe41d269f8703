/** CRC-32 as zlib and Ethernet have it (reflected polynomial 0xedb88320), eight bytes a step. */

const makeTables = (): readonly Int32Array[] => {
  const first = Int32Array.from({ length: 256 }, (_, byte) => {
    let rest = byte;
    for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
    return rest;
  });
  const tables = [first];
  for (let table = first; tables.length < 8; tables.push(table))
    table = table.map((rest) => (rest >>> 8) ^ (first[rest & 255] ?? 0));
  return tables;
};
const none = new Int32Array(256);
const [t0 = none, t1 = none, t2 = none, t3 = none, t4 = none, t5 = none, t6 = none, t7 = none] =
  makeTables();

/** The checksum of `bytes[from, to)`, an unsigned 32-bit number. */
export const crc32 = (bytes: Uint8Array, from = 0, to = bytes.length): number => {
  let rest = -1;
  let at = from;
  for (; at + 8 <= to; at += 8) {
    rest =
      (t7[(bytes[at] ?? 0) ^ (rest & 255)] ?? 0) ^
      (t6[(bytes[at + 1] ?? 0) ^ ((rest >>> 8) & 255)] ?? 0) ^
      (t5[(bytes[at + 2] ?? 0) ^ ((rest >>> 16) & 255)] ?? 0) ^
      (t4[(bytes[at + 3] ?? 0) ^ (rest >>> 24)] ?? 0) ^
      (t3[bytes[at + 4] ?? 0] ?? 0) ^
      (t2[bytes[at + 5] ?? 0] ?? 0) ^
      (t1[bytes[at + 6] ?? 0] ?? 0) ^
      (t0[bytes[at + 7] ?? 0] ?? 0);
  }
  for (; at < to; at += 1) rest = (rest >>> 8) ^ (t0[(rest ^ (bytes[at] ?? 0)) & 255] ?? 0);
  return (rest ^ -1) >>> 0;
};
