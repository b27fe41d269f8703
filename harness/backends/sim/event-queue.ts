import type { Link } from './network.ts';
import type { PeerIdentity } from './program.ts';

/** What waits in the queue. Records are used again and again, so that a run makes no garbage of its own. */
export class Pending {
  readonly slot: number;
  kind: Kind = 0;
  /** The node it happens to, by index. */
  node = 0;
  /** Which boot of that node, or which state of a link, it belongs to. */
  era = 0;
  /** The id that it carries: of a request, a ticket, a deed. */
  number = 0;
  link: Link | undefined = undefined;
  /** What the sender of a message could prove when it was sent. */
  identity: PeerIdentity | undefined = undefined;
  payload: unknown = undefined;

  constructor(slot: number) {
    this.slot = slot;
  }
}

/** Kinds of pending events. Numbers, because they are compared for every event and go into the digest. */
export const kinds = {
  none: 0,
  message: 1,
  /** The disk has finished a group of persists. */
  synced: 2,
  /** A device's ticket is due. */
  device: 3,
  boot: 4,
  /** A client's request arrives, its answer arrives, its patience ends. */
  call: 5,
  answer: 6,
  timeout: 7,
  /** The node learns that a client went away. */
  abort: 8,
  /** Something for the conductor. */
  happening: 9,
  /** A kill that waits for a crash point has waited long enough. */
  doom: 10,
  probe: 11,
  probeLimit: 12,
  /** Not queued: a node's own wake, kept beside the queue. */
  wake: 13,
  conductorWake: 14,
} as const;
export type Kind = (typeof kinds)[keyof typeof kinds];

const nothing = new Pending(-1);
/** Ticks and, in the low 20 bits, the order in which events were asked for. */
const orderSize = 0x10_0000;

/**
 * A binary heap over one number an event: its tick, then the order of asking, so that equal times have one fixed order.
 * 20 bits of order wrap after a million events, which could only change places of two events of the same tick; 33 bits of ticks
 * (microseconds) are left, more than two hours.
 */
export class EventQueue {
  #keys = new Float64Array(256);
  #slots = new Int32Array(256);
  #size = 0;
  #order = 0;
  readonly #records: Pending[] = [];
  readonly #free: Pending[] = [];

  get size(): number {
    return this.#size;
  }

  /** The earliest event's tick; infinite when there is none. */
  get nextTick(): number {
    return this.#size === 0 ? Infinity : Math.floor((this.#keys[0] ?? 0) / orderSize);
  }

  /** A record to fill in, already in its place. */
  add(tick: number, kind: Kind): Pending {
    const record = this.#free.pop() ?? this.#make();
    record.kind = kind;
    this.#push(tick, record.slot);
    return record;
  }

  /** Puts back a record that was taken and kept. */
  again(tick: number, record: Pending): void {
    this.#push(tick, record.slot);
  }

  /** Takes the earliest event out. Whoever takes it calls `release` when done with it. */
  take(): Pending {
    const record = this.#records[this.#slots[0] ?? 0] ?? nothing;
    this.#dropFirst();
    return record;
  }

  release(record: Pending): void {
    record.link = undefined;
    record.identity = undefined;
    record.payload = undefined;
    this.#free.push(record);
  }

  #make(): Pending {
    const record = new Pending(this.#records.length);
    this.#records.push(record);
    return record;
  }

  #push(tick: number, slot: number): void {
    const order = this.#order;
    this.#order = (order + 1) & (orderSize - 1);
    const key = tick * orderSize + order;
    let place = this.#size;
    if (place === this.#keys.length) this.#grow();
    this.#size = place + 1;
    const keys = this.#keys;
    const slots = this.#slots;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = keys[parent] ?? 0;
      if (above <= key) break;
      keys[place] = above;
      slots[place] = slots[parent] ?? 0;
      place = parent;
    }
    keys[place] = key;
    slots[place] = slot;
  }

  #dropFirst(): void {
    const size = this.#size - 1;
    this.#size = size;
    const keys = this.#keys;
    const slots = this.#slots;
    const key = keys[size] ?? 0;
    const slot = slots[size] ?? 0;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= size) break;
      let below = keys[child] ?? 0;
      if (child + 1 < size) {
        const right = keys[child + 1] ?? 0;
        if (right < below) {
          below = right;
          child += 1;
        }
      }
      if (key <= below) break;
      keys[place] = below;
      slots[place] = slots[child] ?? 0;
      place = child;
    }
    keys[place] = key;
    slots[place] = slot;
  }

  #grow(): void {
    const keys = new Float64Array(this.#keys.length * 2);
    const slots = new Int32Array(keys.length);
    keys.set(this.#keys);
    slots.set(this.#slots);
    this.#keys = keys;
    this.#slots = slots;
  }
}
