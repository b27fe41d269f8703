/** Bytes on their way, and when they came. */
export type Chunk = { readonly data: Buffer; readonly at: number };

/** A queue between two stages of a link: one writer, one reader. Its capacity is where the writer is asked to wait. */
export class Channel {
  readonly #capacity: number;
  readonly #chunks: Chunk[] = [];
  #closed = false;
  #onArrival: (() => void) | undefined;
  #onRoom: (() => void) | undefined;

  constructor(capacity: number) {
    this.#capacity = Math.max(1, capacity);
  }

  /** Always taken; whoever minds waits for `room` afterwards. */
  push(chunk: Chunk): void {
    this.#chunks.push(chunk);
    this.#arrived();
  }

  /** What is in it can still be taken. */
  close(): void {
    this.#closed = true;
    this.#arrived();
  }

  take(): Chunk | undefined {
    const chunk = this.#chunks.shift();
    if (!this.full) {
      const wake = this.#onRoom;
      this.#onRoom = undefined;
      wake?.();
    }
    return chunk;
  }

  get ended(): boolean {
    return this.#closed && this.#chunks.length === 0;
  }

  get empty(): boolean {
    return this.#chunks.length === 0;
  }

  get full(): boolean {
    return this.#chunks.length >= this.#capacity;
  }

  /** Called once, at the next arrival or the close. `undefined` takes an earlier one back. */
  onArrival(wake: (() => void) | undefined): void {
    this.#onArrival = wake;
  }

  onRoom(wake: (() => void) | undefined): void {
    this.#onRoom = wake;
  }

  #arrived(): void {
    const wake = this.#onArrival;
    this.#onArrival = undefined;
    wake?.();
  }
}
