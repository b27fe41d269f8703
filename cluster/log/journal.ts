/** What the log remembers of its files between boots and persists; shared by recovery and by writing. */
import type { HardState } from '../raft/types.ts';
import type { Nonces } from './nonces.ts';
import type { Run } from './run.ts';
import type { SegmentHeader } from './segment.ts';

export type Segment = {
  readonly file: string;
  readonly header: SegmentHeader;
  size: number;
  /** The highest index of an entry in it that was not cut off later; 0 where there is none. */
  lastLive: number;
};

export type Journal = {
  /** In the order of their making, without gaps; the last one is written to. */
  readonly segments: Segment[];
  readonly run: Run;
  readonly nonces: Nonces;
  hardState: HardState | undefined;
  snapshot: { readonly file: string; readonly index: number; readonly epoch: number } | undefined;
  nextSequence: number;
};

/** Entries from `index` on are gone: no segment is needed for them. */
export const cutLive = (segments: readonly Segment[], index: number): void => {
  for (const segment of segments) segment.lastLive = Math.min(segment.lastLive, index - 1);
};

/** Takes out the segments that hold nothing which the snapshot at `index` does not hold; never the one written to. */
export const takeSuperseded = (journal: Journal, index: number): Segment[] => {
  let count = 0;
  for (const segment of journal.segments.slice(0, -1)) {
    if (segment.lastLive > index) break;
    count += 1;
  }
  return journal.segments.splice(0, count);
};
