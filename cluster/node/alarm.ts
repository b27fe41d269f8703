/**
 * The one timer of a node. A later time than the one asked for is not asked for again: the timer rings early, and is set anew
 * then. So a leader's heartbeat, which puts off every election, costs no timer.
 */
import type { Effects } from './effects.ts';
import { never } from './world.ts';

export class Alarm {
  readonly #effects: Effects;
  #armedFor = never;

  constructor(effects: Effects) {
    this.#effects = effects;
  }

  rang(): void {
    this.#armedFor = never;
  }

  /** Makes sure that it rings at `deadline` or before. */
  set(deadline: number): void {
    if (deadline >= this.#armedFor) return;
    this.#armedFor = deadline;
    this.#effects.push({ type: 'wake', at: deadline });
  }
}
