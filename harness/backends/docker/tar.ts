/** A file of a tar stream, as the engine sends a folder of a container. */
export type TarFile = { readonly name: string; readonly bytes: Uint8Array };

const block = 512;
const text = (bytes: Uint8Array): string => {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
};

/** The records of an extended header: `27 path=some/long/name\n` each. */
const extended = (bytes: Uint8Array): ReadonlyMap<string, string> => {
  const records = new Map<string, string>();
  for (let at = 0; at < bytes.length;) {
    const length = Number.parseInt(text(bytes.subarray(at, at + 20)), 10);
    if (!(length > 0)) break;
    const record = text(bytes.subarray(at, at + length)).trimEnd();
    const body = record.slice(record.indexOf(' ') + 1);
    records.set(body.slice(0, body.indexOf('=')), body.slice(body.indexOf('=') + 1));
    at += length;
  }
  return records;
};

/** Regular files of a whole archive (ustar, with GNU and pax long names). Throws where it is cut off. */
export const filesOfTar = (archive: Uint8Array): readonly TarFile[] => {
  const files: TarFile[] = [];
  let longName: string | undefined;
  for (let at = 0; at + block <= archive.length;) {
    const header = archive.subarray(at, at + block);
    if (header.every((byte) => byte === 0)) return files;
    const size = Number.parseInt(text(header.subarray(124, 136)).trim() || '0', 8);
    const body = archive.subarray(at + block, at + block + size);
    if (body.length < size)
      throw new Error(`the archive is cut off in ${text(header.subarray(0, 100))}`);
    const kind = String.fromCharCode(header[156] ?? 0);
    const prefix = text(header.subarray(345, 500));
    const short = text(header.subarray(0, 100));
    if (kind === 'x') longName = extended(body).get('path') ?? longName;
    else if (kind === 'L') longName = text(body);
    else {
      const name = longName ?? (prefix === '' ? short : `${prefix}/${short}`);
      if (kind === '0' || kind === '\0') files.push({ name, bytes: body });
      longName = undefined;
    }
    at += block + Math.ceil(size / block) * block;
  }
  throw new Error('the archive is cut off: its end mark is missing');
};
