/** What the parts of a node share: its world, the instant of the event being handled, and the ways out. */
import type { Cipher, Instant, Random } from '../ports.ts';
import type { PeerMessage } from '../wire/messages.ts';
import type { NodeConfig } from './config.ts';
import type { Effects } from './effects.ts';
import type { PersistPipeline } from './persist-pipeline.ts';

export type NodeWorld = {
  readonly config: NodeConfig;
  readonly random: Random;
  readonly cipher: Cipher;
  readonly effects: Effects;
  readonly pipeline: PersistPipeline;
  /** Of the event being handled. */
  now: Instant;
  /** To an advertised address; what a node says to itself comes back within the same event. */
  send(to: string, message: PeerMessage): void;
};

/** Stands for "no deadline" where the earliest of several is looked for. */
export const never = Infinity;
