import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { encodeFrame, FrameReader, frameKinds } from './frames.ts';
import type { Frame } from './frames.ts';

const framesMax = 1_000;
const frame = fc
  .tuple(fc.constantFrom(...frameKinds), fc.uint8Array({ maxLength: framesMax }))
  .map(([kind, payload]) => ({ kind, payload }));

/** Everything that a reader makes of these pieces, up to the first refusal. */
const readAll = (reader: FrameReader, pieces: readonly Uint8Array[]) => {
  const frames: Frame[] = [];
  for (const piece of pieces) {
    reader.push(Buffer.from(piece));
    for (let next = reader.next(); next !== undefined; next = reader.next()) {
      if ('refused' in next) return { frames, refused: next.refused };
      frames.push({ kind: next.kind, payload: new Uint8Array(next.payload) });
    }
  }
  return { frames, refused: undefined };
};

/** The bytes, cut at these places. */
const cut = (bytes: Uint8Array, places: readonly number[]) => {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length];
  at.sort((a, b) => a - b);
  return at.slice(1).map((end, i) => bytes.subarray(at[i], end));
};

test('frames come out as they went in, wherever the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 8 }), fc.array(fc.nat()), (frames, places) => {
      const stream = Buffer.concat(frames.map(({ kind, payload }) => encodeFrame(kind, payload)));
      const read = readAll(new FrameReader(framesMax), cut(stream, places));
      expect(read).toStrictEqual({ frames, refused: undefined });
    }),
  );
});

test('a frame that claims to be longer than allowed is refused before its bytes arrive', () => {
  const header = Buffer.from([0xff, 0xff, 0xff, 0xff, 2]);
  expect(readAll(new FrameReader(framesMax), [header]).refused).toBe(
    'a frame of 4294967294 bytes; allowed are 1000',
  );
});

test('a limit that was raised holds from the next frame on', () => {
  const reader = new FrameReader(4);
  const small = encodeFrame('hello', new Uint8Array(4));
  const large = encodeFrame('message', new Uint8Array(5));
  expect(readAll(reader, [small]).refused).toBeUndefined();
  reader.allow(5);
  expect(readAll(reader, [large]).frames).toHaveLength(1);
});

test.each([
  ['an unknown kind', [0, 0, 0, 1, 99]],
  ['no room for its kind', [0, 0, 0, 0, 0]],
])('a frame with %s is refused', (_what, bytes) => {
  expect(readAll(new FrameReader(framesMax), [new Uint8Array(bytes)]).refused).toBe(
    'no frame of this protocol',
  );
});
