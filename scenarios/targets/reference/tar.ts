/** A tar archive of a few files, the same bytes for the same files: no times, no owners. */

export type TarFile = { readonly path: string; readonly content: Uint8Array };

const blockBytes = 512;
const nameBytesMax = 100;

/** POSIX ustar. Paths of up to 255 bytes that have a `/` in the right place; throws on any other. */
export const tar = (files: readonly TarFile[]): Buffer =>
  Buffer.concat([
    ...files.flatMap(({ path, content }) => [header(path, content.length), padded(content)]),
    Buffer.alloc(2 * blockBytes),
  ]);

const header = (path: string, size: number): Buffer => {
  const { prefix, name } = split(path);
  const block = Buffer.alloc(blockBytes);
  block.write(name, 0);
  block.write(octal(0o644, 7), 100);
  block.write(octal(0, 7), 108);
  block.write(octal(0, 7), 116);
  block.write(octal(size, 11), 124);
  block.write(octal(0, 11), 136);
  // The checksum counts its own field as blanks.
  block.write(' '.repeat(8), 148);
  block.write('0', 156);
  block.write('ustar\u000000', 257);
  block.write(prefix, 345);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)}\u0000 `, 148);
  return block;
};

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');

const split = (path: string) => {
  if (Buffer.byteLength(path) <= nameBytesMax) return { prefix: '', name: path };
  const at = path.indexOf('/', path.length - nameBytesMax - 1);
  if (at === -1 || at > 155) throw new Error(`too long for a tar archive: ${path}`);
  return { prefix: path.slice(0, at), name: path.slice(at + 1) };
};

const padded = (content: Uint8Array): Buffer =>
  Buffer.concat([content, Buffer.alloc((blockBytes - (content.length % blockBytes)) % blockBytes)]);
