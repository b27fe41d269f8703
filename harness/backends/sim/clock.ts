import type { Choices } from '../../core/choices.ts';
import type { NodeName } from '../../core/cluster.ts';
import { ticksPerMs, type Profile } from './profile.ts';
import type { Instant } from './program.ts';

/** Wall clocks start around this moment: 2026-01-01, in milliseconds. */
const wallStart = 1_767_225_600_000;

/** What rounding may add to a whole number of ticks. */
const roundingTicks = 1e-3;

/**
 * A node's clocks. The monotonic one starts anew with every boot, at a drawn value, and goes a little too fast or too slow; the
 * wall clock is off by a constant, goes wrong at the same rate and jumps once, at a drawn time.
 */
export class Clock {
  readonly #rate: number;
  readonly #wallOff: number;
  readonly #jumpTick: number;
  readonly #jumpMs: number;
  #bootTick = 0;
  #bootMono = 0;
  #lastTick = -1;
  #last: Instant = { mono: 0, wall: 0 };

  constructor(
    node: NodeName,
    { profile, choices }: { readonly profile: Profile; readonly choices: Choices },
  ) {
    const within = (purpose: string, max: number): number =>
      choices.choose(purpose, node, 2 * max + 1) - max;
    this.#rate = 1 + within('clock-drift', profile.driftPpmMax) / 1_000_000;
    this.#wallOff = within('clock-off', profile.wallOffMsMax);
    this.#jumpTick = choices.choose('clock-jump-at', node, 60_000) * ticksPerMs;
    this.#jumpMs = within('clock-jump', profile.wallOffMsMax);
  }

  boot(tick: number, mono: number): void {
    this.#bootTick = tick;
    this.#bootMono = mono;
    this.#lastTick = -1;
  }

  /** Ticks never go back, and neither does `mono`. */
  at(tick: number): Instant {
    if (tick === this.#lastTick) return this.#last;
    const jumped = tick >= this.#jumpTick ? this.#jumpMs : 0;
    this.#lastTick = tick;
    this.#last = {
      mono: this.#mono(tick),
      wall: Math.floor(wallStart + this.#wallOff + jumped + (tick / ticksPerMs) * this.#rate),
    };
    return this.#last;
  }

  /** The first tick, from `now` on, at which `mono` has come. */
  tickOf(mono: number, now: number): number {
    const after = ((mono - this.#bootMono) / this.#rate) * ticksPerMs;
    let tick = Math.max(now, this.#bootTick + Math.ceil(after - roundingTicks));
    // A node that is woken a hair's breadth early asks for the same time again.
    while (this.#mono(tick) < mono) tick += 1;
    return tick;
  }

  #mono(tick: number): number {
    return this.#bootMono + ((tick - this.#bootTick) / ticksPerMs) * this.#rate;
  }
}
