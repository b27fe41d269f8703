import { scatter } from './mix.ts';
import type { Cipher } from './program.ts';

const tagLength = 16;
const chunkLength = 1 << 16;

const wordAt = (bytes: Uint8Array, at: number): number =>
  (bytes[at] ?? 0) |
  ((bytes[at + 1] ?? 0) << 8) |
  ((bytes[at + 2] ?? 0) << 16) |
  ((bytes[at + 3] ?? 0) << 24);

export const hashBytes = (bytes: Uint8Array, seed: number): number => {
  let h = seed;
  for (let at = 0; at < bytes.length; at += 4) {
    h = Math.imul(h ^ wordAt(bytes, at), 0x9e3779b1);
    h ^= h >>> 15;
  }
  return scatter(h ^ bytes.length);
};

/** Small results share buffers: making a buffer costs more than the whole cipher. */
class Room {
  #bytes = new Uint8Array(0);
  #words = new Int32Array(0);
  #used = 0;
  /** Word of the buffer at which the last room begins. */
  first = 0;

  take(length: number): Int32Array {
    const size = (length + 3) & ~3;
    if (this.#used + size > this.#bytes.length) {
      const buffer = new ArrayBuffer(Math.max(chunkLength, size));
      this.#bytes = new Uint8Array(buffer);
      this.#words = new Int32Array(buffer);
      this.#used = 0;
    }
    this.first = this.#used >> 2;
    this.#used += size;
    return this.#words;
  }

  /** Copies into the room that was just taken. */
  fill(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.first << 2);
  }

  /** The part of it that is the result. */
  result(length: number): Uint8Array {
    return this.#bytes.subarray(this.first << 2, (this.first << 2) + length);
  }
}

/**
 * Stands in for AES-256-GCM where its cost would be most of a run. It hides plaintext from a search, refuses a wrong key or a changed
 * text with the odds of a 32-bit hash, and has the real one's lengths. It protects nothing.
 */
export const createFastCipher = (): Cipher => {
  const room = new Room();
  /** Keystream and hash of the plaintext in one pass over `length` bytes of the room. */
  const turn = (words: Int32Array, length: number, state: number, opening: boolean): number => {
    const { first } = room;
    const whole = first + (length >> 2);
    const rest = length & 3;
    let stream = state;
    let hash = state ^ length;
    for (let at = first; at < whole; at += 1) {
      stream = (Math.imul(stream ^ (stream >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
      const word = words[at] ?? 0;
      const out = word ^ stream ^ (stream >>> 13);
      hash = Math.imul(hash ^ (opening ? out : word), 0x85ebca6b);
      hash ^= hash >>> 13;
      words[at] = out;
    }
    if (rest !== 0) {
      const mask = (1 << (rest * 8)) - 1;
      stream = (Math.imul(stream ^ (stream >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
      const word = (words[whole] ?? 0) & mask;
      const out = (word ^ stream ^ (stream >>> 13)) & mask;
      hash = Math.imul(hash ^ (opening ? out : word), 0x85ebca6b);
      hash ^= hash >>> 13;
      words[whole] = out;
    }
    return scatter(hash);
  };

  return {
    seal(key, nonce, plaintext) {
      const { length } = plaintext;
      const state = hashBytes(nonce, hashBytes(key, 1));
      const words = room.take(length + tagLength + 4);
      room.fill(plaintext);
      const tag = turn(words, length, state, false);
      const sealed = room.result(length + tagLength);
      for (let at = 0; at < tagLength; at += 4) {
        const word = scatter(tag + (at >> 2));
        sealed[length + at] = word;
        sealed[length + at + 1] = word >>> 8;
        sealed[length + at + 2] = word >>> 16;
        sealed[length + at + 3] = word >>> 24;
      }
      return sealed;
    },
    open(key, nonce, sealed) {
      const length = sealed.length - tagLength;
      if (length < 0) return undefined;
      const state = hashBytes(nonce, hashBytes(key, 1));
      const words = room.take(length + 4);
      room.fill(sealed.subarray(0, length));
      const tag = turn(words, length, state, true);
      for (let at = 0; at < tagLength; at += 4) {
        if (wordAt(sealed, length + at) !== scatter(tag + (at >> 2))) return undefined;
      }
      return room.result(length);
    },
  };
};

/** Which (key, nonce) pairs have been used, as 64-bit hashes in one open table. */
class Ledger {
  #table = new Int32Array(2 * 256);
  #used = 0;

  /** `false`: it stood there already. */
  enter(a: number, b: number): boolean {
    if (this.#used * 2 > this.#table.length / 2) this.#grow();
    return this.#put(this.#table, a, b);
  }

  #put(table: Int32Array, a: number, b: number): boolean {
    // Zero is what an empty place holds.
    const first = a === 0 && b === 0 ? 1 : a;
    const mask = table.length / 2 - 1;
    for (let at = first & mask; ; at = (at + 1) & mask) {
      const x = table[2 * at] ?? 0;
      const y = table[2 * at + 1] ?? 0;
      if (x === first && y === b) return false;
      if (x === 0 && y === 0) {
        table[2 * at] = first;
        table[2 * at + 1] = b;
        this.#used += 1;
        return true;
      }
    }
  }

  #grow(): void {
    const old = this.#table;
    this.#table = new Int32Array(old.length * 2);
    this.#used = 0;
    for (let at = 0; at < old.length; at += 2) {
      const a = old[at] ?? 0;
      const b = old[at + 1] ?? 0;
      if (a !== 0 || b !== 0) this.#put(this.#table, a, b);
    }
  }
}

/** A cipher for one data folder: it throws when a nonce is used again under the same key, over all boots of the node. */
export const watchNonces = (inner: Cipher): Cipher => {
  const ledger = new Ledger();
  /** The key that was used last, as a rule the next one too, and what it hashes to. */
  let last: Uint8Array | undefined;
  let [lastA, lastB] = [0, 0];
  return {
    seal(key, nonce, plaintext) {
      if (key !== last) [last, lastA, lastB] = [key, hashBytes(key, 2), hashBytes(key, 3)];
      const a = hashBytes(nonce, lastA);
      const b = hashBytes(nonce, lastB);
      if (!ledger.enter(a, b)) throw new Error('a nonce was used again under the same key');
      return inner.seal(key, nonce, plaintext);
    },
    open: (key, nonce, sealed) => inner.open(key, nonce, sealed),
  };
};
