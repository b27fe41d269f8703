/** Faults as values. A backend turns the deeds that they resolve to into facts. */
import type { JsonObject } from './json.ts';
import { clientSide, type Link, type Ms, type NodeName } from './cluster.ts';

/**
 * Nodes by name, or by role at the moment the fault starts: `leader` is the live manager that claims the highest term;
 * `follower` one other live manager (the lowest name), `followers` all of them; `majority` the lowest-named majority of the managers without the
 * leader where that is possible, `minority` the rest; `rest` every node that the other side of a cut does not name;
 * `voter` the live manager that gave a vote away last; `promoted` and `demoted` the live node that became a manager, or ceased to be one, last;
 * `managers`, `workers`, `worker` (the lowest-named one), `busy-worker` (the one that says it runs most of what a manager wants to run; the fault
 * waits until there is one), `all`.
 *
 * `clients` is all clients together, who are no node: only links to them can be hit, and neither `rest` nor `all` means them.
 */
export type Selection = NodeName | readonly Selection[];

/** Selects the clients. */
export const clientsWord = 'clients';

/** Words that select; no node may bear one of them as its name. */
export const roleWords = [
  'leader',
  'follower',
  'followers',
  'voter',
  'promoted',
  'demoted',
  'majority',
  'minority',
  'rest',
  'managers',
  'workers',
  'worker',
  'busy-worker',
  'all',
  clientsWord,
] as const;

/** Whether a name already means something else where nodes are named: in faults, or in links. */
export const isReserved = (name: NodeName): boolean =>
  name === clientSide || roleWords.some((word) => word === name);

export const cutModes = [
  /** Bytes vanish. */
  'drop',
  /** Connections are refused, live ones closed. Where clients dial, whichever direction is cut. */
  'refuse',
  /** Connections are reset as soon as they carry something. */
  'reset',
] as const;
export type CutMode = (typeof cutModes)[number];

export type Fault =
  /** Both directions between two sets of nodes, or one. Clients keep reaching every node unless `clients` says so. */
  | {
      readonly kind: 'cut';
      readonly from: Selection;
      readonly to: Selection;
      readonly direction: 'both' | 'forth';
      readonly mode: CutMode;
    }
  /** Groups that lose sight of each other; a node named in several is a bridge between them. */
  | { readonly kind: 'partition'; readonly groups: readonly Selection[]; readonly mode: CutMode }
  /** Every manager sees only its two neighbours. */
  | { readonly kind: 'ring'; readonly mode: CutMode }
  | {
      readonly kind: 'delay';
      readonly from: Selection;
      readonly to: Selection;
      readonly delayMs: Ms;
    }
  /** Cut and healed again and again: `periodMs` for one cut and one heal. */
  | {
      readonly kind: 'flap';
      readonly from: Selection;
      readonly to: Selection;
      readonly periodMs: Ms;
    }
  /** Killed without warning; started again when the lease ends (never before the heal where there is no lease). */
  | { readonly kind: 'kill'; readonly nodes: Selection }
  | { readonly kind: 'pause'; readonly nodes: Selection }
  /** A deed of the target, `lock` or `rotate-key` for the reference cluster, carried out through its API. */
  | {
      readonly kind: 'procedure';
      readonly name: string;
      readonly nodes?: Selection;
      readonly args?: JsonObject;
    };

/** What a backend is asked to do, with names only. */
export type Deed =
  | { readonly deed: 'cut'; readonly links: readonly Link[]; readonly mode: CutMode }
  | { readonly deed: 'delay'; readonly links: readonly Link[]; readonly delayMs: Ms }
  /** Ends by starting the node again on what its disk kept. */
  | { readonly deed: 'kill'; readonly node: NodeName }
  | { readonly deed: 'pause'; readonly node: NodeName };

/** What shows that a deed bit, and that its end took. */
export type Evidence = {
  /** cut: traffic entered and did not leave; kill: the node was alive and its process ended; pause: it was running and stopped. */
  readonly bit: boolean;
  readonly text: string;
};
