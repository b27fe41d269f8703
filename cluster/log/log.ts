/** Opens the log that a boot finds, and turns what Raft wants durable into operations on its files. */
import type { DiskOperation, Files } from '../ports.ts';
import type { Entry, Snapshot } from '../raft/types.ts';
import { Damage } from './damage.ts';
import type { Journal } from './journal.ts';
import { Nonces } from './nonces.ts';
import { replay } from './replay.ts';
import { Run } from './run.ts';
import { decodeSnapshot, snapshotIndex, snapshotName } from './snapshot-file.ts';
import type { ReadSnapshot } from './snapshot-file.ts';
import type { DataKey, LogBoot, RecoveredLog } from './types.ts';
import { createWriter } from './writer.ts';

type Found = { readonly file: string; readonly index: number; readonly bytes: Uint8Array };

/** Newest first. A crash between writing one and removing the one before it leaves both. */
const snapshotsIn = (files: Files): Found[] => {
  const found: Found[] = [];
  for (const [file, bytes] of files) {
    const index = snapshotIndex(file);
    if (index !== undefined) found.push({ file, index, bytes });
  }
  return found.sort((left, right) => right.index - left.index);
};

const readNewest = (
  newest: Found | undefined,
  boot: LogBoot,
  keyOf: (epoch: number) => DataKey | undefined,
): ReadSnapshot | undefined => {
  if (newest === undefined) return undefined;
  const read = decodeSnapshot(newest.bytes, keyOf, boot.cipher);
  if (typeof read === 'string') throw new Damage(`${newest.file}, offset 0: ${read}`);
  const name = snapshotName(read.snapshot);
  if (name !== newest.file)
    throw new Damage(`${newest.file}, offset 0: its header belongs to ${name}`);
  return read;
};

/** What of the run follows the snapshot: all behind its index where the two meet, nothing where they do not. */
const meets = (run: Run, snapshot: Snapshot | undefined): boolean => {
  if (snapshot === undefined) {
    if (run.baseIndex > 0)
      throw new Damage(
        `raft/wal: the log begins at entry ${run.baseIndex + 1} and no snapshot holds what was before it`,
      );
    return true;
  }
  if (run.last < snapshot.index) return false;
  if (run.baseIndex > snapshot.index)
    throw new Damage(
      `raft/wal: entries ${snapshot.index + 1} to ${run.baseIndex} are missing between the snapshot and the log`,
    );
  return run.term(snapshot.index) === snapshot.term;
};

const open = (boot: LogBoot): RecoveredLog & { ok: true } => {
  const [current] = boot.keys;
  if (current === undefined) throw new Damage('raft: there is no key to write the log under');
  const keyOf = (epoch: number): DataKey | undefined =>
    boot.keys.find((key) => key.epoch === epoch);
  const journal: Journal = {
    segments: [],
    run: new Run(0, 0),
    nonces: new Nonces(boot.random),
    hardState: undefined,
    snapshot: undefined,
    nextSequence: 1,
  };
  const notes: string[] = [];
  const repairs: DiskOperation[] = [];
  const [newest, ...superseded] = snapshotsIn(boot.files);
  const read = readNewest(newest, boot, keyOf);
  const entries: Entry[] = [];
  const reading = { journal, entries, cipher: boot.cipher, keyOf, notes, repairs };
  replay(reading, boot.files);
  const snapshot = read?.snapshot;
  const met = meets(journal.run, snapshot);
  if (newest !== undefined && read !== undefined) {
    journal.nonces.seen(read.nonce);
    journal.snapshot = { file: newest.file, index: newest.index, epoch: read.epoch };
  }
  for (const { file } of superseded) {
    repairs.push({ op: 'remove', file });
    notes.push(`${file}: removed, a newer snapshot is there`);
  }
  if (!met && journal.run.last > journal.run.baseIndex)
    notes.push(
      `raft/wal: entries up to ${journal.run.last} dropped, the snapshot at ${snapshot?.index ?? 0} took their place`,
    );
  const base = snapshot?.index ?? 0;
  return {
    ok: true,
    hardState: journal.hardState,
    snapshot,
    entries: met ? entries.filter(({ index }) => index > base) : [],
    log: createWriter({ journal, boot, key: current, resetTo: met ? undefined : snapshot }),
    notes,
    repairs,
  };
};

/** Reads the folder. Whatever cannot have been written this way makes it refuse, with the file and the offset. */
export const openLog = (boot: LogBoot): RecoveredLog => {
  try {
    return open(boot);
  } catch (error) {
    if (error instanceof Damage) return { ok: false, message: error.message };
    throw error;
  }
};
