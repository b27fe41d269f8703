/** What a live world needs to know of a system under test, beside what every world needs (`core/target.ts`). */
import type { Json, JsonObject } from '../../core/json.ts';
import type { Ms, NodeName } from '../../core/cluster.ts';
import type { Observation } from '../../core/history.ts';
import type { CallResult, Target } from '../../core/target.ts';

/** A protocol of the target: `client` is what clients call, each other one is what nodes call each other by, mostly `peer`. */
export type PortName = string;
export const clientPort: PortName = 'client';

/** `host:port`. */
export type Address = string;
export type Addresses = Readonly<Record<PortName, Address>>;

/** What one node is told of the world that it is about to start in. */
export type NodePlace = {
  readonly node: NodeName;
  /** All that it keeps goes here; it is there again after a restart. */
  readonly dataFolder: string;
  /** Where it is to listen, by port. `127.0.0.1:0` leaves the choice to the kernel: the node says what it got. */
  readonly listen: Addresses;
  /** The nodes that it talks to. */
  readonly peers: readonly NodeName[];
  /** Where it, and it alone, reaches a peer: the address of its own link. Without a port: the first that is not `client`. */
  addressOf(peer: NodeName, port?: PortName): Address;
  readonly settings: JsonObject;
};

export type ProcessProgram = {
  /**
   * `announced`: the node listens on ports of the kernel's choice and says which, in a line that `listening` reads.
   * `assigned`: it cannot, so the harness picks free ones for it.
   */
  readonly ports: 'announced' | 'assigned';
  command(place: NodePlace): {
    readonly file: string;
    readonly args: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
    /** Where it runs; default: where the harness does, so that relative names mean what they say. */
    readonly folder?: string;
  };
};

export type ContainerProgram = {
  readonly image: string;
  /** Where the node listens, inside; how peers name it: `NODE:PORT`. */
  readonly ports: Readonly<Record<PortName, number>>;
  /** Arguments after the image's entry point; without it, the image's own. */
  command?(place: NodePlace): readonly string[];
  env?(place: NodePlace): Readonly<Record<string, string>>;
  readonly user?: string;
  /** Where the node's volume is mounted: the data folder. */
  readonly dataFolder: string;
};

/** An observation before the world says whose it is and when it came. */
export type Said = Observation extends infer O
  ? O extends Observation
    ? Omit<O, 'node' | 'at' | 'boot' | 'seq'> & {
        /** Without them the world counts boots and lines itself. */
        readonly boot?: string;
        readonly seq?: number;
      }
    : never
  : never;

/** A target that can be started for real. At least one of `process` and `container` is given. */
export type LiveTarget = Pick<Target, 'name' | 'nodes' | 'talks'> & {
  /** All ports of a node; `client` is one of them. */
  readonly ports: readonly PortName[];
  /**
   * `own`: what a node says to another, answers too, travels only on connections that it dialled itself.
   * `same`: answers come back on the connection that asked, so a one-way cut must also stop the answers of the other way.
   */
  readonly answers: 'own' | 'same';
  readonly process?: ProcessProgram;
  readonly container?: ContainerProgram;
  /** Reads the line that says where a node listens. Needed for announced ports; elsewhere it means that the node is up. */
  listening?(line: string): Addresses | undefined;
  /** Rejects while the node is not ready for clients at `endpoint`; tried again until the start's deadline. */
  ready?(endpoint: Address, signal: AbortSignal): Promise<void>;
  /** Reads a line of a node's log. Must not throw: nodes may write anything. */
  observe(line: string): Said | undefined;
  /** For how long the machine kept the node from running, where the line says so: what comes late then is no fault of the node. */
  stalled?(line: string): Ms | undefined;
  /** Asks a node and tells how that ended, within the time given; never rejects for what the node or the network did. */
  perform(endpoint: Address, request: Json, timeoutMs: number): Promise<CallResult>;
};
