/**
 * Nonces that are never used twice under one key: 4 bytes drawn at boot and an 8-byte counter. The counter goes on above every
 * one found on disk, so that even an equal draw repeats nothing that was kept; the draw covers what a crash threw away.
 */
import type { Random } from '../ports.ts';
import { putNumber, readNumber, viewOf } from './numbers.ts';

export const nonceBytes = 12;
const drawnBytes = 4;

export class Nonces {
  readonly #drawn: Uint8Array;
  #counter = 0;

  constructor(random: Random) {
    this.#drawn = random.bytes('log-nonce', drawnBytes);
  }

  /** A nonce that the disk holds already. */
  seen(nonce: Uint8Array): void {
    this.#counter = Math.max(this.#counter, readNumber(viewOf(nonce), drawnBytes) + 1);
  }

  next(): Uint8Array {
    const nonce = new Uint8Array(nonceBytes);
    nonce.set(this.#drawn);
    putNumber(nonce, drawnBytes, this.#counter);
    this.#counter += 1;
    return nonce;
  }
}
