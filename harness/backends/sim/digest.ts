import { hashText, scatter } from './mix.ts';

/** Two 32-bit hashes over everything that happened, in order. */
export class Digest {
  #a = 0x6a09e667;
  #b = 0xbb67ae85 | 0;
  readonly #texts = new Map<string, number>();

  add(value: number): void {
    const a = Math.imul(this.#a ^ value, 0x9e3779b1);
    this.#a = a ^ (a >>> 15);
    const b = Math.imul(this.#b + value, 0x85ebca6b);
    this.#b = b ^ (b >>> 13);
  }

  /** A number of any size: a time in ticks, a commit index. */
  addWide(value: number): void {
    this.add(value | 0);
    if (value > 0x7fff_ffff) this.add(Math.floor(value / 0x1_0000_0000) | 0);
  }

  addText(text: string): void {
    this.add(this.textHash(text));
  }

  /** For texts of a small number: each is hashed once. */
  addWord(word: string): void {
    let hash = this.#texts.get(word);
    if (hash === undefined) {
      hash = this.textHash(word);
      this.#texts.set(word, hash);
    }
    this.add(hash);
  }

  textHash(text: string): number {
    return hashText(text, 0);
  }

  /** 16 hexadecimal digits. */
  get text(): string {
    return hex(scatter(this.#a)) + hex(scatter(this.#b ^ this.#a));
  }
}

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');
