/** Writes: a snapshot as a file, hard state and entries as records, then removes what the snapshot made superfluous. */
import type { Cipher, DiskOperation } from '../ports.ts';
import { roomFor } from '../room.ts';
import type { Entry, HardState, RaftPersist, Snapshot } from '../raft/types.ts';
import { utf8Of } from '../utf8.ts';
import { cutLive, takeSuperseded } from './journal.ts';
import type { Journal, Segment } from './journal.ts';
import { recordBytes, writeRecord } from './record.ts';
import type { LogRecord, RecordKind } from './record.ts';
import { encodeHeader, headerBytes, segmentName } from './segment.ts';
import { encodeSnapshot, snapshotName } from './snapshot-file.ts';
import { membershipToBytes } from './text.ts';
import type { DataKey, Log, LogBoot } from './types.ts';

const noPayload = new Uint8Array(0);

const payloadOf = (entry: Entry): Uint8Array => {
  if (entry.kind === 'data') return entry.data;
  return entry.kind === 'config' ? membershipToBytes(entry.membership) : noPayload;
};

/** One `append` in the making. */
type Batch = { readonly segment: Segment; readonly made: boolean; readonly records: LogRecord[] };

class Writer implements Log {
  readonly #journal: Journal;
  readonly #cipher: Cipher;
  readonly #segmentBytesMax: number;
  #key: DataKey;
  /** The next records must first say that the log begins anew behind this snapshot. */
  #resetTo: { readonly index: number; readonly term: number } | undefined;
  #batches: Batch[] = [];

  constructor(from: WriterStart) {
    this.#journal = from.journal;
    this.#cipher = from.boot.cipher;
    this.#segmentBytesMax = from.boot.segmentBytesMax;
    this.#key = from.key;
    this.#resetTo = from.resetTo;
  }

  get oldestEpoch(): number {
    const { segments, snapshot } = this.#journal;
    let oldest = Math.min(this.#key.epoch, snapshot?.epoch ?? this.#key.epoch);
    for (const { header } of segments) oldest = Math.min(oldest, header.epoch);
    return oldest;
  }

  rotate(key: DataKey): void {
    this.#key = key;
  }

  persist({ hardState, snapshot, entries }: RaftPersist): readonly DiskOperation[] {
    const operations: DiskOperation[] = [];
    const { run } = this.#journal;
    const superseded = this.#journal.snapshot?.file;
    if (snapshot !== undefined) this.#writeSnapshot(snapshot, operations);
    // With a snapshot always: the segment that holds the last one may go.
    const current = hardState ?? (snapshot === undefined ? undefined : this.#journal.hardState);
    if (current !== undefined) this.#writeHardState(current);
    if (this.#resetTo !== undefined) this.#reset(this.#resetTo);
    const first = entries[0];
    if (first !== undefined && first.index <= run.last) this.#truncateFrom(first.index);
    for (const entry of entries) this.#writeEntry(entry);
    if (snapshot !== undefined) this.#leaveSuperseded(snapshot.index);
    this.#flush(operations);
    if (snapshot !== undefined) this.#clear(snapshot, superseded, operations);
    return operations;
  }

  #writeSnapshot(snapshot: Snapshot, operations: DiskOperation[]): void {
    const { run, nonces } = this.#journal;
    const file = snapshotName(snapshot);
    const sealing = { cipher: this.#cipher, key: this.#key, nonce: nonces.next() };
    operations.push({ op: 'write', file, bytes: encodeSnapshot(snapshot, sealing) });
    this.#journal.snapshot = { file, index: snapshot.index, epoch: this.#key.epoch };
    const met = this.#resetTo === undefined && run.term(snapshot.index) === snapshot.term;
    if (!met) this.#resetTo = snapshot;
  }

  #writeHardState(hardState: HardState): void {
    this.#journal.hardState = hardState;
    this.#record('hard-state', hardState.commit, {
      term: hardState.term,
      payload: utf8Of(hardState.votedFor ?? ''),
    });
  }

  #reset({ index, term }: { readonly index: number; readonly term: number }): void {
    this.#resetTo = undefined;
    this.#record('reset', index, { term, payload: noPayload });
    this.#journal.run.reset(index, term);
    cutLive(this.#journal.segments, 1);
  }

  #truncateFrom(index: number): void {
    const { run, segments } = this.#journal;
    const term = run.term(index - 1);
    if (term === undefined)
      throw new Error(`the log would be cut at ${index}, before its first entry`);
    this.#record('truncate', index, { term, payload: noPayload });
    run.truncateFrom(index);
    cutLive(segments, index);
  }

  #writeEntry(entry: Entry): void {
    const { run } = this.#journal;
    if (entry.index !== run.last + 1)
      throw new Error(`entry ${entry.index} does not follow the log, which ends at ${run.last}`);
    const segment = this.#record(entry.kind, entry.index, {
      term: entry.term,
      payload: payloadOf(entry),
    });
    run.push(entry.term);
    segment.lastLive = entry.index;
  }

  #record(
    kind: RecordKind,
    index: number,
    rest: { readonly term: number; readonly payload: Uint8Array },
  ): Segment {
    const nonce = this.#journal.nonces.next();
    const sealed = this.#cipher.seal(this.#key.key, nonce, rest.payload);
    const record: LogRecord = { kind, index, term: rest.term, nonce, sealed };
    const bytes = recordBytes(record);
    const batch = this.#batchFor(bytes);
    batch.records.push(record);
    batch.segment.size += bytes;
    return batch.segment;
  }

  /** The batch of the segment written to; of a new one where that is full or under another key. */
  #batchFor(bytes: number): Batch {
    const segment = this.#journal.segments.at(-1);
    const fits =
      segment?.header.epoch === this.#key.epoch &&
      (segment.size + bytes <= this.#segmentBytesMax || segment.size === headerBytes);
    if (!fits) return this.#beginSegment();
    const batch = this.#batches.at(-1);
    if (batch?.segment === segment) return batch;
    const fresh: Batch = { segment, made: false, records: [] };
    this.#batches.push(fresh);
    return fresh;
  }

  /** A segment begins with the hard state, so that older ones can go. */
  #beginSegment(): Batch {
    const journal = this.#journal;
    const header = {
      sequence: journal.nextSequence,
      firstIndex: journal.run.last + 1,
      prevTerm: journal.run.lastTerm,
      epoch: this.#key.epoch,
    };
    journal.nextSequence += 1;
    const segment = { file: segmentName(header), header, size: headerBytes, lastLive: 0 };
    journal.segments.push(segment);
    const batch: Batch = { segment, made: true, records: [] };
    this.#batches.push(batch);
    if (journal.hardState !== undefined) this.#writeHardState(journal.hardState);
    return batch;
  }

  /** Moves on to a new segment where the one written to holds nothing that the snapshot does not hold. */
  #leaveSuperseded(index: number): void {
    const segment = this.#journal.segments.at(-1);
    if (segment === undefined || segment.lastLive > index) return;
    const batch = this.#batches.at(-1);
    if (batch?.made === true && batch.segment === segment) return;
    this.#beginSegment();
  }

  #flush(operations: DiskOperation[]): void {
    for (const { segment, made, records } of this.#batches) {
      let length = made ? headerBytes : 0;
      for (const record of records) length += recordBytes(record);
      const bytes = roomFor(length);
      let at = 0;
      if (made) {
        bytes.set(encodeHeader(segment.header));
        at = headerBytes;
      }
      for (const record of records) at = writeRecord(bytes, at, record);
      operations.push({ op: 'append', file: segment.file, bytes });
    }
    this.#batches = [];
  }

  #clear(snapshot: Snapshot, superseded: string | undefined, operations: DiskOperation[]): void {
    for (const { file } of takeSuperseded(this.#journal, snapshot.index))
      operations.push({ op: 'remove', file });
    if (superseded !== undefined && superseded !== this.#journal.snapshot?.file)
      operations.push({ op: 'remove', file: superseded });
  }
}

type WriterStart = {
  readonly journal: Journal;
  readonly boot: LogBoot;
  readonly key: DataKey;
  readonly resetTo: { readonly index: number; readonly term: number } | undefined;
};

export const createWriter = (start: WriterStart): Log => new Writer(start);
