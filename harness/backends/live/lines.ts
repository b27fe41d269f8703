import { StringDecoder } from 'node:string_decoder';

const lineLengthMax = 1 << 20;

/** Cuts a stream of bytes into lines. A line that does not end is handed out in pieces, so memory stays bounded. */
export const lineSplitter = (
  onLine: (line: string) => void,
): { readonly write: (bytes: Buffer) => void; readonly end: () => void } => {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const take = (text: string): void => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
    if (rest.length < lineLengthMax) return;
    onLine(rest);
    rest = '';
  };
  return {
    write: (bytes) => {
      take(decoder.write(bytes));
    },
    end: () => {
      take(decoder.end());
      if (rest !== '') onLine(rest);
      rest = '';
    },
  };
};
