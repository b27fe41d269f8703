import type { Choices, Stream } from '../../core/choices.ts';
import type { Random } from './program.ts';

/** A program's chance, served from the run's choices under `scope`: a node and its boot. */
export const randomFrom = (choices: Choices, scope: string): Random => {
  const streams = new Map<string, Stream>();
  const streamOf = (purpose: string): Stream => {
    let stream = streams.get(purpose);
    if (stream === undefined) {
      stream = choices.stream(purpose, scope);
      streams.set(purpose, stream);
    }
    return stream;
  };
  return {
    integer: (purpose, below) => streamOf(purpose).next(below),
    bytes(purpose, length) {
      const stream = streamOf(purpose);
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length; at += 4) {
        const word = stream.next(0x1_0000_0000);
        for (let i = 0; i < 4 && at + i < length; i += 1) bytes[at + i] = word >>> (8 * i);
      }
      return bytes;
    },
  };
};
