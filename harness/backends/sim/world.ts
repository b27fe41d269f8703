import type { Happening } from '../../core/backend.ts';
import type { Choices } from '../../core/choices.ts';
import type { NodeName } from '../../core/cluster.ts';
import type { EventQueue } from './event-queue.ts';
import type { Network } from './network.ts';
import type { SimNode } from './node.ts';
import type { NodeEvent, SimTarget, Vocabulary } from './program.ts';

/** What the parts of the simulator ask of its core. */
export type World = {
  readonly target: SimTarget;
  readonly queue: EventQueue;
  readonly network: Network;
  readonly choices: Choices;
  /** Now, in ticks. */
  readonly tick: number;
  readonly nodes: readonly SimNode[];
  named(name: NodeName): SimNode;
  /** Has a node handle an event and carries out what it answers. */
  deliver(node: SimNode, event: NodeEvent<Vocabulary>): void;
  /** To the conductor, now. */
  tell(happening: Happening): void;
  /** To the conductor, as an event of its own, this many ticks later. */
  tellLater(happening: Happening, ticks: number): void;
  /** Ends a node's process on the spot. */
  crash(node: SimNode, event: 'killed' | 'exited', text: string): void;
  /** Has a node start after its drawn time; `then` says whether it runs. */
  start(node: SimNode, then: (ok: boolean) => void): void;
  setWake(node: SimNode, tick: number): void;
  wakeOf(node: SimNode): number;
};
