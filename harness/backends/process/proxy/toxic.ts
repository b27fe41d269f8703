import type { GoType } from './go-struct.ts';
import type { Flow } from './stage.ts';
import { bandwidth } from './toxics/bandwidth.ts';
import { latency } from './toxics/latency.ts';
import { limitData } from './toxics/limit-data.ts';
import { noop } from './toxics/noop.ts';
import { resetPeer } from './toxics/reset-peer.ts';
import { slicer } from './toxics/slicer.ts';
import { slowClose } from './toxics/slow-close.ts';
import { timeout } from './toxics/timeout.ts';

/** Numbers by name, as the API shows them. */
export type Attributes = Readonly<Record<string, number>>;

/** One sort of toxic: what it can be told, and what it does to a stream. */
export type ToxicKind = {
  readonly type: string;
  /** As Go names it, for messages. */
  readonly goName: string;
  readonly fields: Readonly<Record<string, Extract<GoType, 'int' | 'int64'>>>;
  /** Chunks that may wait in front of it. */
  readonly capacity?: number;
  /** What it remembers of one connection, as long as it is there. */
  newState?(): unknown;
  /** Its removal ends the connections that it held. */
  readonly closesOnRemoval?: boolean;
  /** Connections that begin under it are reset when they end. */
  readonly resets?: boolean;
  pipe(flow: Flow, attributes: Attributes, state: unknown): Promise<void>;
};

export type Direction = 'upstream' | 'downstream';

export type RunningToxic = {
  readonly kind: ToxicKind;
  readonly attributes: Attributes;
  readonly toxicity: number;
};

export type Toxic = RunningToxic & {
  readonly name: string;
  /** As it was written: case is kept. */
  readonly stream: string;
  readonly direction: Direction;
};

export const toxicKinds: ReadonlyMap<string, ToxicKind> = new Map(
  [noop, latency, bandwidth, slowClose, timeout, resetPeer, slicer, limitData].map((kind) => [
    kind.type,
    kind,
  ]),
);
