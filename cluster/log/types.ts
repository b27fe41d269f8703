/** Raft's log and hard state on a disk: encrypted records in segments, one snapshot. */
import type { Cipher, DiskOperation, Files, Random } from '../ports.ts';
import type { Entry, HardState, RaftPersist, Snapshot } from '../raft/types.ts';

/** A key of the data folder, 32 bytes. Segments and snapshots name the epoch that they were written under. */
export type DataKey = { readonly epoch: number; readonly key: Uint8Array };

export type LogBoot = {
  readonly files: Files;
  /** The newest key first; older ones as long as a segment needs them. */
  readonly keys: readonly DataKey[];
  readonly cipher: Cipher;
  readonly random: Random;
  readonly segmentBytesMax: number;
};

export type RecoveredLog =
  | {
      readonly ok: true;
      readonly hardState: HardState | undefined;
      readonly snapshot: Snapshot | undefined;
      readonly entries: readonly Entry[];
      readonly log: Log;
      /** What was cut off or cleared away, a sentence each, with segment and offset. */
      readonly notes: readonly string[];
      /** To be persisted before anything else. */
      readonly repairs: readonly DiskOperation[];
    }
  /** A complete record that is damaged, or a key that does not fit: fatal, and never repaired by cutting. */
  | { readonly ok: false; readonly message: string };

export type Log = {
  /** Turns what Raft wants durable into operations on the folder. A snapshot removes what it made superfluous. */
  persist(persist: RaftPersist): readonly DiskOperation[];
  /** Everything from now on is written under this key, in a segment of its own. */
  rotate(key: DataKey): void;
  /** The oldest epoch that some file still needs; keys before it may be forgotten. */
  readonly oldestEpoch: number;
};
