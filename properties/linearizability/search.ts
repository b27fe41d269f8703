import type { AnyModel, Operation, Remaining, Viability } from '../../models/model.ts';
import { columnsOf, partCalls, type Columns, type UnknownClass } from './columns.ts';
import { CALLS_AT_ONCE_MAX, type Limit, type Meter } from './limits.ts';
import type { Part } from './part.ts';
import { ILLEGAL, States } from './states.ts';
import { Windows } from './window.ts';

/** For tests only: makes rare paths frequent, or switches reductions off. Verdicts may not change. */
export type Tuning = {
  /** Bits of a configuration's hash that are used; 0 makes all of them collide. Default 32. */
  readonly hashBits?: number;
  /** Configurations that the first table has room for. Default 32. */
  readonly firstTable?: number;
  /** Entries of windows to hold. Default 8,000,000. */
  readonly windowEntries?: number;
  /** Configurations of a part's first turn; later turns double it. Default 4,096. */
  readonly firstTurn?: number;
  /** Off: no monitor judges. */
  readonly monitors?: boolean;
  /** Off: the order of returns is not tried before the search. */
  readonly returnsFirst?: boolean;
};

/** Room for so many configurations at first: most parts need few, and memory is slow to get. */
const FIRST_TABLE = 32;

/** Configurations for which there is still room when there is none. */
const SPARE = 4096;

/** From so many numbers on, growing takes a while; and how many a slow machine copies, or finds a new place for, in a ms. */
const LARGE = 2 ** 20;
const COPIED_A_MS = 200_000;
const HASHED_A_MS = 10_000;

/** Longest prefixes to keep. */
const FURTHEST_MAX = 6;

/** A part is judged, or its turn is over, or a limit ended it. */
export type Outcome = 'pass' | 'fail' | 'turn over' | 'stopped';

/**
 * Fields of a configuration before its words: chain of its hash, parent, call placed last, state, the r
 * at which the state was overwritten last, r, and what the state counts as: one of its likes, or blind. Two that
 * agree from `NEXT` on end alike, but for what `HIDE` allows, and what one state allows more than its like.
 */
const CHAIN = 0;
const PARENT = 1;
const VIA = 2;
const STATE = 3;
const HIDE = 4;
const NEXT = 5;
const ALIAS = 6;
const FIELDS = 7;
const BLIND = -1;
/** In `VIA`: from here down, calls that were passed over, as hidden by one that overwrote the state. */
const PASSED = -2;
/** A step of a chain of unknown operations: on the way to a configuration, not one to come back to. */
const NOT_HASHED = -2;

/**
 * A depth-first search for an order of a part's calls, over configurations: the next call to return,
 * the state, which pending calls are placed, and how many unknown ones of each class took effect.
 * It can be interrupted after any configuration and goes on where it was.
 *
 * What it leaves out, and why that loses nothing, is said where it is left out; in each case an order
 * that ends well from here can be turned into another one that is looked at.
 */
export class Search {
  /** The furthest next return that was reached: every call before it could be placed. */
  reached = 0;
  /** Configurations looked at. */
  steps = 0;
  /** The states in which the furthest next return was awaited. */
  readonly statesAtReached = new Set<number>();
  readonly columns: Columns;
  readonly states: States;
  /** The configurations that got furthest, one for each state there, the last found first; for the longest prefixes. */
  furthest: readonly number[] = [0];
  readonly #meter: Meter;
  readonly #windows: Windows;
  readonly #viable: Viability<unknown> | undefined;
  readonly #hashMask: number;
  readonly #stride: number;
  readonly #counts: number;
  readonly #fields: readonly CountField[];
  readonly #guards: Int32Array;
  readonly #readOnly: Uint8Array;
  readonly #overwrites: Uint8Array;
  readonly #seen: Int32Array;
  readonly #remaining: { from: number; has: (index: number) => boolean };
  /** By call index, for unknown ones: which class, and the how manieth of it. */
  readonly #unknownAt: Int32Array;
  readonly #ordinal: Int32Array;
  #stamp = 0;
  #nodes: Int32Array;
  #table: Int32Array;
  #top = 0;
  #hashed = 0;
  #stack: number[] = [];
  #candidates: number[] = [];
  #base = 0;
  #final = -1;
  /** There was no room to grow. What was at hand is finished, and then the search ends. */
  #isCramped = false;

  constructor(
    model: AnyModel,
    history: { readonly operations: readonly Operation[]; readonly part: Part },
    meter: Meter,
    tuning: Tuning = {},
  ) {
    const columns = columnsOf(model, history, meter);
    this.columns = columns;
    this.#meter = meter;
    this.states = new States(model, columns.classes, meter);
    this.#windows = new Windows(columns, meter, tuning.windowEntries);
    this.#viable =
      columns.source.length > CALLS_AT_ONCE_MAX ? undefined : model.viable?.(partCalls(columns));
    const bits = tuning.hashBits ?? 32;
    this.#hashMask = bits >= 32 ? -1 : (1 << bits) - 1;
    this.#readOnly = Uint8Array.from(columns.classes, ({ readOnly }) => (readOnly ? 1 : 0));
    this.#overwrites = Uint8Array.from(columns.classes, ({ overwrites }) => (overwrites ? 1 : 0));
    this.#seen = new Int32Array(columns.classes.length);
    const layout = countLayout(columns.unknown);
    this.#fields = layout.fields;
    this.#guards = layout.guards;
    this.#counts = FIELDS + columns.words;
    this.#stride = this.#counts + layout.guards.length;
    const size = tuning.firstTable ?? FIRST_TABLE;
    this.#nodes = new Int32Array(this.#stride * size);
    this.#table = new Int32Array(2 * size).fill(-1);
    this.#unknownAt = new Int32Array(columns.source.length).fill(-1);
    this.#ordinal = new Int32Array(columns.source.length);
    columns.unknown.forEach(({ calls }, at) => {
      calls.forEach((call, ordinal) => {
        this.#unknownAt[call] = at;
        this.#ordinal[call] = ordinal;
      });
    });
    this.#remaining = { from: 0, has: (index) => this.#isLeft(index) };
    this.#start();
  }

  /** Looks at up to `turns` more configurations. */
  run(turns: number): Outcome {
    for (let left = turns; this.#final < 0; left--) {
      if (this.#stack.length === 0) return 'fail';
      if (left <= 0) return 'turn over';
      if (this.#isCramped || this.#meter.full() !== undefined) return 'stopped';
      // A configuration may have thousands of pending calls.
      if ((this.steps++ & 7) === 0 && this.#meter.over()) return 'stopped';
      if (this.#meter.stopped !== undefined) return 'stopped';
      const at = this.#stack.pop()!;
      if (at >= 0) this.#expand(at);
      else this.#expandUnknown(~at);
    }
    return 'pass';
  }

  /** Which limit ended the search. */
  get limit(): Limit {
    return this.#meter.stopped ?? (this.#isCramped ? 'memory' : (this.#meter.full() ?? 'memory'));
  }

  /** What the search holds is given back to the meter. */
  release(): void {
    this.#meter.bytes -= 4 * (this.#nodes.length + this.#table.length);
    this.#nodes = this.#table = new Int32Array(0);
    this.states.release();
  }

  /**
   * The calls as placed on the way to the end, or to the configuration that got furthest.
   * @param patience gives up in time; without it, a search that was stopped can still be asked
   */
  order(patience?: Meter): readonly number[] {
    return this.#orderTo(this.#final < 0 ? this.furthest[0]! : this.#final, patience);
  }

  /** The longest orders, one for each state that they end in. */
  orders(patience?: Meter): readonly (readonly number[])[] {
    return this.furthest.map((at) => this.#orderTo(at, patience));
  }

  #orderTo(end: number, patience: Meter | undefined): readonly number[] {
    const path: number[] = [];
    for (let at = end; at >= 0; at = this.#field(at, PARENT)) path.push(at);
    const placed = new Set<number>();
    // Calls that were passed over go before the one that overwrote the state last.
    const order: number[][] = [];
    let overwriting: number[] = [];
    const place = (index: number) => {
      if (placed.has(index)) return;
      placed.add(index);
      const entry = [index];
      order.push(entry);
      if (index < this.columns.certain && this.#overwrites[this.columns.cls[index]!] === 1) {
        overwriting = entry;
      }
    };
    let before = 0;
    for (const [stop, at] of path.reverse().entries()) {
      if ((stop & 255) === 255 && patience !== undefined) patience.check();
      const via = this.#field(at, VIA);
      if (via >= 0) place(via);
      if (via <= PASSED) {
        placed.add(PASSED - via);
        overwriting.unshift(PASSED - via);
      }
      const next = this.#field(at, NEXT);
      // Everything else that is placed now was a read that could be placed at once, in this state.
      for (let index = before; index < next; index++) place(index);
      before = next;
      if (next === this.columns.certain) continue;
      this.#windows.at(next);
      const { list, from, to } = this.#windows;
      for (let entry = from; entry < to; entry++) {
        const index = list[entry]!;
        if (this.#isPlaced(at * this.#stride, index)) place(index);
      }
    }
    return order.flat();
  }

  #start(): void {
    this.#meter.bytes += 4 * (this.#nodes.length + this.#table.length);
    this.#nodes.fill(0, 0, this.#stride);
    this.#nodes[PARENT] = this.#nodes[VIA] = this.#nodes[HIDE] = -1;
    this.#top = 1;
    this.#settle(0, true);
    this.#admit(0);
  }

  /** Pending calls that may come next after a configuration; unknown ones only once those are done. */
  #expand(at: number): void {
    const base = at * this.#stride;
    const state = this.#nodes[base + STATE]!;
    const next = this.#nodes[base + NEXT]!;
    const candidates = this.#pending(base, next);
    if (this.#fields.length > 0) this.#stack.push(~at);
    const anyUnknown = this.#isAnyUnknownLeft(base, next);
    // The first to return goes on top: looked at first.
    for (let entry = candidates.length - 1; entry >= 0; entry--) {
      const index = candidates[entry]!;
      const cls = this.columns.cls[index]!;
      const result = this.states.step(state, cls);
      if (result === ILLEGAL) continue;
      const mayWait = this.#overwrites[cls] === 1 && index !== next && !anyUnknown;
      if (mayWait && !this.#isObserved(result)) continue;
      this.#offerEach(at, index, result);
    }
    if (this.#isHidden(base, next)) this.#pass(at, next);
  }

  /**
   * Whether a pending call can tell that the state was overwritten. If none can, what comes next
   * overwrites it again, and hides this overwriting: it need not be placed before that.
   */
  #isObserved(result: number): boolean {
    if (result < 0) return true;
    for (const index of this.#candidates) {
      const cls = this.columns.cls[index]!;
      if (this.#overwrites[cls] === 0 && this.states.step(result, cls) !== ILLEGAL) return true;
    }
    return false;
  }

  #isAnyUnknownLeft(base: number, next: number): boolean {
    for (let v = 0; v < this.#fields.length; v++) {
      const { calls, since } = this.columns.unknown[v]!;
      const used = this.#used(base, v);
      if (used < calls.length && since[used]! <= next) return true;
    }
    return false;
  }

  /** Whether a call may have overwritten the state right before it was overwritten last. */
  #isHidden(base: number, index: number): boolean {
    return (
      this.#overwrites[this.columns.cls[index]!] === 1 &&
      this.columns.visibleFrom[index]! <= this.#nodes[base + HIDE]!
    );
  }

  /** Goes on as if the next call to return had been placed where nobody could see it. */
  #pass(at: number, next: number): void {
    const mark = this.#top;
    const base = this.#append(at, PASSED - next, this.#field(at, STATE)) * this.#stride;
    this.#place(base, next);
    this.#settle(base, false);
    if (!this.#admit(base)) this.#top = mark;
  }

  /** Pending calls that are not placed; of identical ones the first to return, for they can be exchanged. */
  #pending(base: number, next: number): number[] {
    const candidates = this.#candidates;
    candidates.length = 0;
    this.#stamp += 1;
    this.#windows.at(next);
    const { list, from, to } = this.#windows;
    for (let entry = from; entry < to; entry++) {
      const index = list[entry]!;
      if (this.#isPlaced(base, index)) continue;
      const cls = this.columns.cls[index]!;
      if (this.#seen[cls] === this.#stamp) continue;
      this.#seen[cls] = this.#stamp;
      candidates.push(index);
    }
    return candidates;
  }

  /**
   * Lets an unknown operation take effect, and after it a pending call, or another unknown one. Of all
   * orders that end well there is one with the fewest unknown operations, each as late as it can be,
   * neighbours among them in the order of their classes. So one that the next call does not need, or
   * that could as well come after it, is left out here.
   */
  #expandUnknown(at: number): void {
    const base = at * this.#stride;
    const next = this.#nodes[base + NEXT]!;
    const state = this.#nodes[base + STATE]!;
    const last = this.#isChainStep(at) ? this.#chainStep(at) : undefined;
    this.#pending(base, next);
    for (let v = this.#fields.length - 1; v >= 0; v--) {
      const { cls, calls, since } = this.columns.unknown[v]!;
      const used = this.#used(at * this.#stride, v);
      if (used === calls.length || since[used]! > next) continue;
      const result = this.states.step(state, cls);
      if (result === ILLEGAL) continue;
      for (const after of result >= 0 ? [result] : this.states.several(result)) {
        if (this.#isOnChain(at, after)) continue;
        if (last !== undefined && this.#isNeedless(last, { cls, state: after }, v < last.v))
          continue;
        this.#takeEffect(at, { v, call: calls[used]!, state: after });
      }
    }
  }

  /** Adds a step to a chain of unknown operations, and the pending calls that need it. */
  #takeEffect(
    at: number,
    step: { readonly v: number; readonly call: number; readonly state: number },
  ): void {
    const node = this.#append(at, step.call, step.state);
    const base = node * this.#stride;
    this.#nodes[base + CHAIN] = NOT_HASHED;
    this.#use(base, step.v);
    if (!this.#isViable(base)) {
      this.#top = node;
      return;
    }
    this.#stack.push(~node);
    const last = { before: this.#field(at, STATE), v: step.v };
    for (const index of this.#candidates) {
      const cls = this.columns.cls[index]!;
      const result = this.states.step(step.state, cls);
      if (result === ILLEGAL) continue;
      for (const end of result >= 0 ? [result] : this.states.several(result)) {
        if (!this.#isNeedless(last, { cls, state: end }, true)) this.#offer(node, index, end);
      }
    }
  }

  /** The unknown operation that a step of a chain is, and the state before it. */
  #chainStep(at: number): ChainStep {
    const v = this.#unknownAt[this.#field(at, VIA)]!;
    return { before: this.#field(this.#field(at, PARENT), STATE), v };
  }

  /** Whether the chain that ends here was in this state before, or one that allows more: what came between is not needed. */
  #isOnChain(at: number, state: number): boolean {
    for (let step = at; ; step = this.#field(step, PARENT)) {
      if (this.states.covers(this.#field(step, STATE), state)) return true;
      if (!this.#isChainStep(step)) return false;
    }
  }

  /**
   * Whether the last step of a chain can be dropped before this call, or (where `later`) moved behind
   * it, with the same state afterwards, or one that allows more.
   */
  #isNeedless(
    last: ChainStep,
    call: { readonly cls: number; readonly state: number },
    later: boolean,
  ): boolean {
    const without = this.states.step(last.before, call.cls);
    if (without === ILLEGAL) return false;
    if (this.states.resultCovers(without, call.state)) return true;
    if (!later) return false;
    const { cls } = this.columns.unknown[last.v]!;
    for (const middle of without >= 0 ? [without] : this.states.several(without)) {
      if (this.states.resultCovers(this.states.step(middle, cls), call.state)) return true;
    }
    return false;
  }

  #offerEach(at: number, index: number, result: number): void {
    if (result === ILLEGAL) return;
    if (result >= 0) this.#offer(at, index, result);
    else for (const state of this.states.several(result)) this.#offer(at, index, state);
  }

  /** Places a call and keeps the configuration, unless it is known or cannot end well. */
  #offer(at: number, index: number, state: number): void {
    const mark = this.#top;
    const changed = this.#nodes[at * this.#stride + STATE] !== state || this.#isChainStep(at);
    const base = this.#append(at, index, state) * this.#stride;
    this.#place(base, index);
    if (this.#overwrites[this.columns.cls[index]!] === 1) {
      this.#nodes[base + HIDE] = this.#nodes[base + NEXT]!;
    }
    this.#settle(base, changed);
    if (!this.#admit(base)) this.#top = mark;
  }

  #isChainStep(at: number): boolean {
    return this.#nodes[at * this.#stride + CHAIN] === NOT_HASHED;
  }

  #append(parent: number, via: number, state: number): number {
    const at = this.#top++;
    const base = at * this.#stride;
    if (base + this.#stride > this.#nodes.length) this.#growNodes();
    const nodes = this.#nodes;
    nodes.copyWithin(base, parent * this.#stride, (parent + 1) * this.#stride);
    nodes[base + CHAIN] = 0;
    nodes[base + PARENT] = parent;
    nodes[base + VIA] = via;
    nodes[base + STATE] = state;
    return at;
  }

  /**
   * Places every pending read that is right in this state, for it changes nothing and can only be
   * wrong later; then moves on over returned calls that are placed.
   */
  #settle(base: number, changed: boolean): void {
    const { certain, byInvocation, invokedAt } = this.columns;
    let next = this.#nodes[base + NEXT]!;
    if (changed && next < certain) {
      this.#windows.at(next);
      const { list, from, to } = this.#windows;
      for (let entry = from; entry < to; entry++) {
        this.#placeRead(base, list[entry]!);
      }
    }
    while (next < certain && this.#isPlaced(base, next)) {
      this.#unplace(base, next);
      next += 1;
      if (next === certain) break;
      const invoked = invokedAt[next]!;
      for (let at = invokedAt[next - 1]!; at < invoked; at++) {
        this.#placeRead(base, byInvocation[at]!);
      }
    }
    this.#nodes[base + NEXT] = next;
  }

  /** A write of the value that is there is no read: it may be needed later. */
  #placeRead(base: number, index: number): void {
    const cls = this.columns.cls[index]!;
    if (this.#readOnly[cls] === 0) return;
    const result = this.states.step(this.#nodes[base + STATE]!, cls);
    if (result !== ILLEGAL) this.#place(base, index);
  }

  /** Keeps a new configuration if it is worth looking at. */
  #admit(base: number): boolean {
    const next = this.#nodes[base + NEXT]!;
    if (next >= this.reached) {
      if (next > this.reached) this.statesAtReached.clear();
      this.reached = next;
      this.statesAtReached.add(this.#nodes[base + STATE]!);
    }
    if (next < this.columns.certain && !(this.#isViable(base) && this.#isNew(base))) return false;
    const at = base / this.#stride;
    this.#keepFurthest(at, next);
    if (next === this.columns.certain) this.#final = at;
    this.#stack.push(at);
    return true;
  }

  #keepFurthest(at: number, next: number): void {
    const best = this.#field(this.furthest[0]!, NEXT);
    if (next < best) return;
    const state = this.#field(at, STATE);
    const others =
      next > best ? [] : this.furthest.filter((other) => this.#field(other, STATE) !== state);
    this.furthest = [at, ...others.slice(0, FURTHEST_MAX - 1)];
  }

  #isViable(base: number): boolean {
    const state = this.#nodes[base + STATE]!;
    this.#nodes[base + ALIAS] = this.states.alike(state);
    if (this.#viable === undefined) return true;
    this.#base = base;
    this.#remaining.from = this.#nodes[base + NEXT]!;
    const viable = this.#viable(this.states.states[state], this.#remaining satisfies Remaining);
    if (viable === 'blind') this.#nodes[base + ALIAS] = BLIND;
    return viable !== false;
  }

  #isLeft(index: number): boolean {
    const { certain, visibleFrom } = this.columns;
    const next = this.#nodes[this.#base + NEXT]!;
    if (index < certain) {
      if (index < next) return false;
      return visibleFrom[index]! > next || !this.#isPlaced(this.#base, index);
    }
    const v = this.#unknownAt[index]!;
    return this.#ordinal[index]! >= this.#used(this.#base, v);
  }

  /**
   * Enters a configuration into the table, unless the same one, or one whose state allows more, is there with no more unknown
   * operations used, for whatever can still be done with fewer left can be done with more, and with
   * no call less hidden.
   */
  #isNew(base: number): boolean {
    if (this.#hashed * 2 > this.#table.length) this.#growTable();
    const nodes = this.#nodes;
    const bucket = this.#hash(base) & (this.#table.length - 1);
    const head = this.#table[bucket]!;
    for (let at = head; at >= 0; at = nodes[at * this.#stride + CHAIN]!) {
      if (this.#dominates(at * this.#stride, base)) return false;
    }
    nodes[base + CHAIN] = head;
    this.#table[bucket] = base / this.#stride;
    this.#hashed += 1;
    return true;
  }

  /** Whether a known configuration is the other one with as many or fewer unknown operations used. */
  #dominates(known: number, other: number): boolean {
    const nodes = this.#nodes;
    for (let field = NEXT; field < this.#counts; field++) {
      if (nodes[known + field] !== nodes[other + field]) return false;
    }
    const isBlind = nodes[known + ALIAS] === BLIND;
    if (!isBlind && !this.states.covers(nodes[known + STATE]!, nodes[other + STATE]!)) return false;
    for (let word = 0; word < this.#guards.length; word++) {
      const guard = this.#guards[word]!;
      const more = nodes[other + this.#counts + word]!;
      const fewer = nodes[known + this.#counts + word]!;
      // A field that is greater borrows from its guard bit.
      if ((((more | guard) - fewer) & guard) !== guard) return false;
    }
    const hides = nodes[known + HIDE]!;
    return hides >= nodes[other + HIDE]! || !this.#hidesMore(other, hides);
  }

  /** Whether a pending call is hidden here that is not where the state was overwritten last at `hides`. */
  #hidesMore(base: number, hides: number): boolean {
    this.#windows.at(this.#nodes[base + NEXT]!);
    const { list, from, to } = this.#windows;
    for (let entry = from; entry < to; entry++) {
      const index = list[entry]!;
      const more = this.columns.visibleFrom[index]! > hides && this.#isHidden(base, index);
      if (more && !this.#isPlaced(base, index)) return true;
    }
    return false;
  }

  #hash(base: number): number {
    let hash = 0x811c9dc5;
    for (let field = NEXT; field < this.#counts; field++) {
      hash = Math.imul(hash ^ this.#nodes[base + field]!, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    hash = Math.imul(hash, 0x85ebca6b);
    return (hash ^ (hash >>> 13)) & this.#hashMask;
  }

  #growNodes(): void {
    this.#isCramped ||= !this.#meter.hasRoom(8 * this.#nodes.length);
    const more = this.#isCramped ? SPARE * this.#stride : this.#nodes.length;
    if (this.#nodes.length > LARGE) this.#meter.expect(this.#nodes.length / COPIED_A_MS);
    const bigger = new Int32Array(this.#nodes.length + more);
    this.#meter.bytes += 4 * (bigger.length - this.#nodes.length);
    bigger.set(this.#nodes);
    this.#nodes = bigger;
  }

  #growTable(): void {
    this.#isCramped ||= !this.#meter.hasRoom(8 * this.#table.length);
    // A table that is too full is slow, and right.
    if (this.#isCramped) return;
    if (this.#table.length > LARGE) this.#meter.expect(this.#table.length / HASHED_A_MS);
    this.#meter.bytes += 4 * this.#table.length;
    this.#table = new Int32Array(this.#table.length * 2).fill(-1);
    for (let at = 0; at < this.#top - 1; at++) {
      const base = at * this.#stride;
      if (this.#nodes[base + CHAIN] === NOT_HASHED) continue;
      const bucket = this.#hash(base) & (this.#table.length - 1);
      this.#nodes[base + CHAIN] = this.#table[bucket]!;
      this.#table[bucket] = at;
    }
  }

  #field(at: number, field: number): number {
    return this.#nodes[at * this.#stride + field]!;
  }

  #isPlaced(base: number, index: number): boolean {
    const slot = this.columns.slot[index]!;
    return ((this.#nodes[base + FIELDS + (slot >> 5)]! >>> (slot & 31)) & 1) === 1;
  }

  #place(base: number, index: number): void {
    const slot = this.columns.slot[index]!;
    const word = base + FIELDS + (slot >> 5);
    this.#nodes[word] = this.#nodes[word]! | (1 << (slot & 31));
  }

  #unplace(base: number, index: number): void {
    const slot = this.columns.slot[index]!;
    const word = base + FIELDS + (slot >> 5);
    this.#nodes[word] = this.#nodes[word]! & ~(1 << (slot & 31));
  }

  #used(base: number, v: number): number {
    const { word, shift, mask } = this.#fields[v]!;
    return (this.#nodes[base + this.#counts + word]! >>> shift) & mask;
  }

  #use(base: number, v: number): void {
    const { word, shift } = this.#fields[v]!;
    const at = base + this.#counts + word;
    this.#nodes[at] = this.#nodes[at]! + (1 << shift);
  }
}

type ChainStep = { readonly before: number; readonly v: number };

/** Where the count of one class of unknown operations is: bits of a word, with a guard bit above. */
type CountField = { readonly word: number; readonly shift: number; readonly mask: number };

function countLayout(unknown: readonly UnknownClass[]) {
  const fields: CountField[] = [];
  const guards: number[] = [];
  let used = 32;
  for (const { calls } of unknown) {
    const bits = 32 - Math.clz32(calls.length);
    if (used + bits + 1 > 32) {
      guards.push(0);
      used = 0;
    }
    const word = guards.length - 1;
    fields.push({ word, shift: used, mask: (1 << bits) - 1 });
    guards[word] = guards[word]! | (1 << (used + bits));
    used += bits + 1;
  }
  return { fields, guards: Int32Array.from(guards) };
}
