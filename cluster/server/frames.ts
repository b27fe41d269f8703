/** Frames on a connection between nodes: a length (4 bytes, big-endian, of what follows), a kind (1 byte), a payload. */

/** In the order of a connection's life. The dialler sends `hello`, `message` and `ping`, the other side the rest. */
export const frameKinds = ['challenge', 'hello', 'message', 'ping', 'confirm', 'refuse'] as const;
export type FrameKind = (typeof frameKinds)[number];

export type Frame = { readonly kind: FrameKind; readonly payload: Uint8Array };

const lengthBytes = 4;
const kindBytes = 1;
/** What a frame costs besides its payload. */
const frameOverheadBytes = lengthBytes + kindBytes;

export const encodeFrame = (
  kind: FrameKind,
  payload: Uint8Array = new Uint8Array(0),
): Uint8Array => {
  const frame = Buffer.allocUnsafe(frameOverheadBytes + payload.length);
  frame.writeUInt32BE(kindBytes + payload.length, 0);
  frame.writeUInt8(frameKinds.indexOf(kind), lengthBytes);
  frame.set(payload, frameOverheadBytes);
  return frame;
};

/** Why nothing on this connection can be trusted any more. */
export type Refused = { readonly refused: string };

/** Puts frames together again from the pieces that arrive. Holds no more than a frame of the allowed size and one piece. */
export class FrameReader {
  #payloadBytesMax: number;
  #pieces: Buffer[] = [];
  #held = 0;
  #wanted = frameOverheadBytes;

  constructor(payloadBytesMax: number) {
    this.#payloadBytesMax = payloadBytesMax;
  }

  /** The limit from the next frame on. */
  allow(payloadBytesMax: number): void {
    this.#payloadBytesMax = payloadBytesMax;
  }

  push(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#held += piece.length;
  }

  /** The next complete frame; `undefined` until more has arrived. */
  next(): Frame | Refused | undefined {
    if (this.#held < this.#wanted) return undefined;
    const held = this.#joined();
    const payloadBytes = held.readUInt32BE(0) - kindBytes;
    const kind = frameKinds[held.readUInt8(lengthBytes)];
    if (payloadBytes < 0 || kind === undefined) return { refused: 'no frame of this protocol' };
    if (payloadBytes > this.#payloadBytesMax) {
      return { refused: `a frame of ${payloadBytes} bytes; allowed are ${this.#payloadBytesMax}` };
    }
    const end = frameOverheadBytes + payloadBytes;
    if (held.length < end) {
      this.#wanted = end;
      return undefined;
    }
    this.#wanted = frameOverheadBytes;
    this.#pieces = [held.subarray(end)];
    this.#held = held.length - end;
    return { kind, payload: held.subarray(frameOverheadBytes, end) };
  }

  /** All pieces as one; copied only where a frame is spread over several. */
  #joined(): Buffer {
    const [first] = this.#pieces;
    if (first !== undefined && this.#pieces.length === 1) return first;
    const joined = Buffer.concat(this.#pieces);
    this.#pieces = [joined];
    return joined;
  }
}
