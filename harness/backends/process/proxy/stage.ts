import type { Channel, Chunk } from './channel.ts';
import type { RunningToxic } from './toxic.ts';

/** What a toxic may do with the bytes of one link. It returns when it is interrupted or has closed the stage. */
export type Flow = {
  /** The next bytes; `end` where there are no more; `interrupt` where the toxic has to give way. */
  next(): Promise<Chunk | 'end' | 'interrupt'>;
  /** Like `next`, but no longer than this. */
  nextWithin(ms: number): Promise<Chunk | 'end' | 'interrupt' | 'time'>;
  /** Hands bytes on, in any case, and waits while the next stage is full. */
  send(chunk: Chunk): Promise<'sent' | 'interrupt'>;
  sleep(ms: number): Promise<'time' | 'interrupt'>;
  /** Nothing more will come from here. */
  close(): void;
};

/** One place in a link's chain: runs one toxic between two channels, and can be interrupted to change it. */
export class Stage implements Flow {
  input: Channel;
  output: Channel;
  /** Of the connection, for toxics that count over it. */
  state: unknown;
  #closed = false;
  #interrupting = false;
  #wake: (() => void) | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(input: Channel, output: Channel) {
    this.input = input;
    this.output = output;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Starts the toxic, or lets the bytes pass, as its toxicity decides anew each time. */
  run({ kind, attributes, toxicity }: RunningToxic, noop: (flow: Flow) => Promise<void>): void {
    this.#interrupting = false;
    this.#running = Math.random() < toxicity ? kind.pipe(this, attributes, this.state) : noop(this);
  }

  /** Waits until the toxic has given way. `false`: the stage is closed, nothing runs here any more. */
  async interrupt(): Promise<boolean> {
    if (this.#closed) return false;
    this.#interrupting = true;
    this.#wake?.();
    await this.#running;
    return !this.#closed;
  }

  async next(): Promise<Chunk | 'end' | 'interrupt'> {
    const got = await this.nextWithin(Infinity);
    return got === 'time' ? this.next() : got;
  }

  async nextWithin(ms: number): Promise<Chunk | 'end' | 'interrupt' | 'time'> {
    const until = performance.now() + ms;
    for (;;) {
      if (this.#interrupting) return 'interrupt';
      const chunk = this.input.take();
      if (chunk !== undefined) return chunk;
      if (this.input.ended) return 'end';
      const left = until - performance.now();
      if (left <= 0) return 'time';
      await this.#woken((wake) => {
        this.input.onArrival(wake);
      }, left);
      this.input.onArrival(undefined);
    }
  }

  async send(chunk: Chunk): Promise<'sent' | 'interrupt'> {
    this.output.push(chunk);
    while (this.output.full) {
      if (this.#interrupting) return 'interrupt';
      await this.#woken((wake) => {
        this.output.onRoom(wake);
      }, Infinity);
    }
    return 'sent';
  }

  async sleep(ms: number): Promise<'time' | 'interrupt'> {
    const until = performance.now() + ms;
    for (let left = ms; left > 0; left = until - performance.now()) {
      if (this.#interrupting) return 'interrupt';
      await this.#woken(() => undefined, left);
    }
    return this.#interrupting ? 'interrupt' : 'time';
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.output.close();
  }

  /** Until the event, an interrupt, or the time has come. Timers of less than a millisecond would round up. */
  async #woken(event: (wake: () => void) => void, ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    let immediate: NodeJS.Immediate | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      event(resolve);
      if (ms < 1) immediate = setImmediate(resolve);
      else if (ms < timerMsMax) timer = setTimeout(resolve, Math.floor(ms));
      else if (ms !== Infinity) timer = setTimeout(resolve, timerMsMax);
    });
    this.#wake = undefined;
    clearTimeout(timer);
    clearImmediate(immediate);
  }
}

/** Longer ones fire at once. */
const timerMsMax = 2 ** 31 - 1;
