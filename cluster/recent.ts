/**
 * What was worked out for the values that were used last, by identity. A weak table would keep all of it for as long as the
 * values live, and costs the garbage collector more than it saves.
 */
export class Recent<Key extends object, Value> {
  readonly #size: number;
  #young = new Map<Key, Value>();
  #old = new Map<Key, Value>();

  /** `size`: so many are remembered at least, and twice as many at most. */
  constructor(size: number) {
    this.#size = size;
  }

  get(key: Key): Value | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }

  set(key: Key, value: Value): void {
    if (this.#young.size >= this.#size) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }
}
