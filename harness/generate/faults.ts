/** Faults, written short: `{ at: 2_000, fault: cut('leader', 'rest'), forMs: 5_000 }`. */
import type { Ms } from '../core/cluster.ts';
import type { CutMode, Fault, Selection } from '../core/fault.ts';
import type { JsonObject } from '../core/json.ts';

type CutOptions = { readonly direction?: 'both' | 'forth'; readonly mode?: CutMode };

/** Links between two sides, both ways unless `direction` says `forth`. */
export const cut = (
  from: Selection,
  to: Selection = 'rest',
  { direction = 'both', mode = 'drop' }: CutOptions = {},
): Fault => ({ kind: 'cut', from, to, direction, mode });

/** Groups that lose sight of each other; a node named in several is a bridge. */
export const partition = (groups: readonly Selection[], mode: CutMode = 'drop'): Fault => ({
  kind: 'partition',
  groups,
  mode,
});

/** Every manager sees only its two neighbours. */
export const ring = (mode: CutMode = 'drop'): Fault => ({ kind: 'ring', mode });

export const delay = (from: Selection, to: Selection, delayMs: Ms): Fault => ({
  kind: 'delay',
  from,
  to,
  delayMs,
});

/** Cut and healed again and again, once each `periodMs`. */
export const flap = (from: Selection, to: Selection, periodMs: Ms): Fault => ({
  kind: 'flap',
  from,
  to,
  periodMs,
});

/** Killed without warning, and started again when the lease ends. */
export const kill = (nodes: Selection): Fault => ({ kind: 'kill', nodes });

export const pause = (nodes: Selection): Fault => ({ kind: 'pause', nodes });

/** A deed of the target, such as `lock`, carried out through its own interface. */
export const procedure = (
  name: string,
  given: { readonly nodes?: Selection; readonly args?: JsonObject } = {},
): Fault => ({ kind: 'procedure', name, ...given });
