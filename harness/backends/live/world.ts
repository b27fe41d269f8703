/** What process and docker each do in their own way. `cluster.ts` makes a cluster of it. */
import type { Ms, NodeName } from '../../core/cluster.ts';
import type { Links } from './links.ts';
import type { Address, Addresses } from './target.ts';

/** What a world reports by itself, as it happens. */
export type WorldEvents = {
  /** A line of a node's output. Only those of `out` can be observations. */
  line(node: NodeName, line: string, stream: 'out' | 'err'): void;
  /** The node's process exists. */
  spawned(node: NodeName, text: string): void;
  /** The node's process has ended, whoever ended it. */
  exited(node: NodeName, text: string): void;
  /** The machine kept what carries the links from running: whatever came late then is no fault of the nodes. */
  stalled(forMs: Ms): void;
  /** What carries the cluster is gone, such as its proxies. */
  broken(failure: Error): void;
};

export type NodeFile = { readonly file: string; readonly bytes: Uint8Array };

export type World = AsyncDisposable & {
  readonly links: Links;
  /** Starts a node that does not run and waits until it listens, for `readyMs` at most. Where it listens, as its links reach it. */
  start(node: NodeName, readyMs: Ms): Promise<Addresses>;
  /** Ends it without warning and waits for its end. What was ended: `pid 4711`. */
  kill(node: NodeName): Promise<string>;
  /** Stops it, and confirms that it stands still. */
  pause(node: NodeName): Promise<string>;
  resume(node: NodeName): Promise<void>;
  /** Through the client's own link. */
  endpoint(node: NodeName): Address;
  /** The node's data folder, file by file. */
  files(node: NodeName): AsyncIterable<NodeFile>;
  /** One file of it, by its relative name; `undefined` where there is none. */
  readFile(node: NodeName, file: string): Promise<Uint8Array | undefined>;
};
