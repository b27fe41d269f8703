/**
 * What a check may use. The checker has no clock of its own: whoever limits the time brings one.
 * Every limit reached makes the verdict `unknown` and is named in it.
 */
export type Limits = {
  /** Milliseconds of `now` after which the check gives up (up to 0.2 s earlier for a million operations); needs `now`. No limit when left out. */
  readonly timeoutMs?: number | undefined;
  /** A monotonic clock in milliseconds, such as `() => performance.now()`. */
  readonly now?: (() => number) | undefined;
  /** Given up once it is aborted. Code that runs on one thread can abort only between two turns. */
  readonly signal?: { readonly aborted: boolean } | undefined;
  /** Bytes of interned states and visited configurations, estimated. Default 768 MiB. */
  readonly maxBytes?: number | undefined;
  /** Distinct states of all parts together. Default 2,000,000. */
  readonly maxStates?: number | undefined;
};

/** Thrown by {@link Meter.check} out of loops and sorts that would take too long, and caught where the verdict is made. */
export class GaveUp extends Error {
  constructor() {
    super('a limit was reached');
  }
}

/**
 * A model is asked about all calls of a part at once only where there are no more than this, for it cannot be
 * interrupted: beyond, a search goes on without that help.
 */
export const CALLS_AT_ONCE_MAX = 200_000;

/** Milliseconds that the engine's garbage collector stops everything at worst, for each operation that is held. */
const PAUSE_MS = 2e-4;

/**
 * The same limits, but with as much less time as a pause of the garbage collector may take that begins before the time is over
 * and ends after it; a tenth of the time at most.
 */
export function sparing(limits: Limits, operations: number): Limits {
  const { timeoutMs } = limits;
  if (timeoutMs === undefined) return limits;
  return { ...limits, timeoutMs: timeoutMs - Math.min(operations * PAUSE_MS, timeoutMs / 10) };
}

/** Comparisons between two looks at the clock. */
const COMPARISONS = 8192;

/** What can end a check before its verdict. */
export type Limit = 'time' | 'aborted' | 'memory' | 'states';

/** Watches the limits of one check while it runs. */
export class Meter {
  /** Set once and for all when a limit that binds every part is reached. */
  stopped: 'time' | 'aborted' | undefined;
  bytes = 0;
  states = 0;
  readonly maxBytes: number;
  readonly maxStates: number;
  readonly #limits: Limits;
  readonly #deadline: number;
  readonly #now: (() => number) | undefined;

  constructor(limits: Limits, until?: number) {
    this.#limits = limits;
    this.#now = limits.now;
    this.maxBytes = limits.maxBytes ?? 768 * 1024 * 1024;
    this.maxStates = limits.maxStates ?? 2_000_000;
    this.#deadline =
      until ??
      (limits.now === undefined ? Infinity : limits.now() + (limits.timeoutMs ?? Infinity));
  }

  /** The same limits, but for a time of its own, if that ends sooner. */
  within(ms: number | undefined): Meter {
    const until = ms === undefined || this.#now === undefined ? Infinity : this.#now() + ms;
    return new Meter(this.#limits, Math.min(this.#deadline, until));
  }

  /** The clock; 0 without one. */
  time(): number {
    return this.#now?.() ?? 0;
  }

  /** Whether that many more milliseconds are left. */
  has(ms: number): boolean {
    return !this.over() && this.time() + ms <= this.#deadline;
  }

  /** Whether to give up now. */
  over(): boolean {
    if (this.stopped !== undefined) return true;
    if (this.#limits.signal?.aborted === true) this.stopped = 'aborted';
    else if (this.#now !== undefined && this.#now() >= this.#deadline) this.stopped = 'time';
    return this.stopped !== undefined;
  }

  /** Gives up where it is time to; called now and then by whatever goes through all operations. */
  check(): void {
    if (this.over()) throw new GaveUp();
  }

  /** Gives up before something that cannot be interrupted, if it would probably not end in time. */
  expect(ms: number): void {
    if (this.stopped === undefined && !this.has(ms)) this.stopped = 'time';
    this.check();
  }

  /** The same comparison for a sort that gives up in time. */
  watched<T>(compare: (a: T, b: T) => number): (a: T, b: T) => number {
    let left = COMPARISONS;
    return (a, b) => {
      if (--left === 0) {
        left = COMPARISONS;
        this.check();
      }
      return compare(a, b);
    };
  }

  /**
   * Whether as many bytes may be taken and then as many given back: what grows is copied, and both
   * copies take room meanwhile.
   */
  hasRoom(bytes: number): boolean {
    return this.bytes + bytes <= this.maxBytes;
  }

  /** Whether states or bytes are used up. */
  full(): 'memory' | 'states' | undefined {
    if (this.bytes > this.maxBytes) return 'memory';
    return this.states > this.maxStates ? 'states' : undefined;
  }
}
