/**
 * What one event causes, in order. Observations come first: an observer that hears of a message also has the line that
 * tells why it was sent.
 */
import type { NodeEffect } from './program.ts';
import type { NodeObservation } from './observation.ts';

const none: readonly NodeEffect[] = [];

export class Effects {
  #observations: NodeEffect[] | undefined;
  #deeds: NodeEffect[] | undefined;

  observe(observation: NodeObservation): void {
    (this.#observations ??= []).push({ type: 'observe', observation });
  }

  push(effect: Exclude<NodeEffect, { readonly type: 'observe' }>): void {
    if (this.#deeds === undefined) this.#deeds = [effect];
    else this.#deeds.push(effect);
  }

  /** Everything since the last time. */
  take(): readonly NodeEffect[] {
    const first = this.#observations;
    const rest = this.#deeds;
    this.#observations = undefined;
    this.#deeds = undefined;
    if (first === undefined) return rest ?? none;
    if (rest !== undefined) for (const deed of rest) first.push(deed);
    return first;
  }
}
