import type { Choices, Stream } from '../../core/choices.ts';
import { hashText, highWord, lowWord, scatter } from './mix.ts';

const wordSize = 0x1_0000_0000;

/** Draw n is a hash of the stream's name and n: no draw depends on another one. */
class HashStream implements Stream {
  readonly #a: number;
  readonly #b: number;
  #drawn = 0;

  constructor(a: number, b: number) {
    this.#a = a;
    this.#b = b;
  }

  next(below: number): number {
    const ordinal = this.#drawn;
    this.#drawn = ordinal + 1;
    const word = this.#word(ordinal);
    if (below <= wordSize) return Math.floor((word / wordSize) * below);
    const more = this.#word(~ordinal) >>> 11;
    return Math.floor(((word * 0x20_0000 + more) / 0x20_0000_0000_0000) * below);
  }

  #word(ordinal: number): number {
    let h = Math.imul(ordinal, 0x9e3779b1) ^ this.#a;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b) + this.#b;
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return (h ^ (h >>> 16)) >>> 0;
  }
}

/** Choices as a hash of (seed, index) and each draw's name. `index` is the run's number in its campaign. */
export const hashChoices = (seed: number, index: number): Choices => {
  const a = scatter(lowWord(seed) ^ scatter(highWord(seed) ^ 0x6a09e667));
  const b = scatter(lowWord(index) ^ scatter(highWord(index) ^ 0xbb67ae85));
  const root = scatter(a ^ Math.imul(b, 0x9e3779b1));
  const other = scatter(b ^ Math.imul(a, 0x85ebca6b));
  const byPurpose = new Map<string, Map<string, Stream>>();

  const stream = (purpose: string, scope: string): Stream => {
    let byScope = byPurpose.get(purpose);
    if (byScope === undefined) {
      byScope = new Map();
      byPurpose.set(purpose, byScope);
    }
    let found = byScope.get(scope);
    if (found === undefined) {
      found = new HashStream(
        hashText(scope, hashText(purpose, root)),
        hashText(purpose, hashText(scope, other)),
      );
      byScope.set(scope, found);
    }
    return found;
  };

  return { stream, choose: (purpose, scope, below) => stream(purpose, scope).next(below) };
};
