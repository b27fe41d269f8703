/** Reads segments back, record by record, and follows what they did to the log. Anything that could not have been written is damage. */
import type { Cipher, DiskOperation, Files } from '../ports.ts';
import type { Entry } from '../raft/types.ts';
import { unreachable } from '../raft/unreachable.ts';
import { Damage } from './damage.ts';
import { cutLive } from './journal.ts';
import type { Journal, Segment } from './journal.ts';
import { readRecord } from './record.ts';
import type { LogRecord } from './record.ts';
import { decodeHeader, headerBytes, segmentName, segmentSequence } from './segment.ts';
import type { SegmentHeader } from './segment.ts';
import { bytesToText, membershipFromBytes } from './text.ts';
import type { DataKey } from './types.ts';

type Reading = {
  readonly journal: Journal;
  /** Those of the run, in order. */
  readonly entries: Entry[];
  readonly cipher: Cipher;
  keyOf(epoch: number): DataKey | undefined;
  readonly notes: string[];
  readonly repairs: DiskOperation[];
};

const openRecord = (reading: Reading, record: LogRecord, epoch: number): Uint8Array | string => {
  const key = reading.keyOf(epoch);
  if (key === undefined) return `its key, of epoch ${epoch}, is not known`;
  reading.journal.nonces.seen(record.nonce);
  return (
    reading.cipher.open(key.key, record.nonce, record.sealed) ??
    `the key of epoch ${epoch} does not open it`
  );
};

const entryOf = (record: LogRecord, payload: Uint8Array): Entry => {
  const { index, term } = record;
  if (record.kind === 'noop') return { index, term, kind: 'noop' };
  if (record.kind === 'data') return { index, term, kind: 'data', data: payload };
  return { index, term, kind: 'config', membership: membershipFromBytes(payload) };
};

const followEntry = (
  reading: Reading,
  record: LogRecord,
  payload: Uint8Array,
): string | undefined => {
  const { journal, entries } = reading;
  const { run } = journal;
  if (record.index !== run.last + 1)
    return `it holds entry ${record.index} where ${run.last + 1} must follow`;
  if (record.term < run.lastTerm)
    return `its term ${record.term} is before that of the entry before it, ${run.lastTerm}`;
  run.push(record.term);
  entries.push(entryOf(record, payload));
  const segment = journal.segments.at(-1);
  if (segment !== undefined) segment.lastLive = record.index;
  return undefined;
};

const followTruncate = (reading: Reading, { index, term }: LogRecord): string | undefined => {
  const { run, segments } = reading.journal;
  if (index > run.last + 1 || index < 1)
    return `it cuts the log from ${index} on, which ends at ${run.last}`;
  if (index > run.baseIndex) {
    if (run.term(index - 1) !== term)
      return `it cuts behind an entry of term ${term} that is not there`;
    reading.entries.length = index - 1 - run.baseIndex;
    run.truncateFrom(index);
  } else {
    // Older segments are gone with what a snapshot holds; the log begins here now.
    reading.entries.length = 0;
    run.reset(index - 1, term);
  }
  cutLive(segments, index);
  return undefined;
};

const followHardState = (reading: Reading, record: LogRecord, vote: string): string | undefined => {
  const { journal } = reading;
  const before = journal.hardState?.term ?? 0;
  if (record.term < before)
    return `its term ${record.term} is before the term ${before} known already`;
  journal.hardState = {
    term: record.term,
    votedFor: vote === '' ? undefined : vote,
    commit: record.index,
  };
  return undefined;
};

/** Answers what is impossible about the record, or `undefined`. */
const follow = (reading: Reading, record: LogRecord, payload: Uint8Array): string | undefined => {
  switch (record.kind) {
    case 'data':
    case 'noop':
    case 'config':
      return followEntry(reading, record, payload);
    case 'hard-state':
      return followHardState(reading, record, bytesToText(payload));
    case 'truncate':
      return followTruncate(reading, record);
    case 'reset':
      reading.entries.length = 0;
      reading.journal.run.reset(record.index, record.term);
      cutLive(reading.journal.segments, 1);
      return undefined;
    default:
      return unreachable(record.kind);
  }
};

/** Reads the records of one segment; answers where the last complete one ends. */
const readRecords = (reading: Reading, segment: Segment, bytes: Uint8Array): number => {
  let at = headerBytes;
  while (at < bytes.length) {
    const read = readRecord(bytes, at);
    if (read.state === 'incomplete') return at;
    const where = `${segment.file}, offset ${at}`;
    if (read.state === 'damaged') throw new Damage(`${where}: a record is damaged: ${read.why}`);
    const payload = openRecord(reading, read.record, segment.header.epoch);
    if (typeof payload === 'string')
      throw new Damage(`${where}: a record cannot be read: ${payload}`);
    const impossible = follow(reading, read.record, payload);
    if (impossible !== undefined)
      throw new Damage(`${where}: a record does not belong there: ${impossible}`);
    at = read.end;
  }
  return at;
};

const checkPlace = (reading: Reading, file: string, header: SegmentHeader): void => {
  const { run, segments } = reading.journal;
  if (segmentName(header) !== file)
    throw new Damage(`${file}, offset 0: its header belongs to ${segmentName(header)}`);
  const before = segments.at(-1);
  if (before === undefined) {
    run.reset(header.firstIndex - 1, header.prevTerm);
    return;
  }
  if (header.sequence !== before.header.sequence + 1)
    throw new Damage(
      `${file}, offset 0: the segment before it is missing; ${before.file} was found`,
    );
  if (header.firstIndex !== run.last + 1 || header.prevTerm !== run.lastTerm)
    throw new Damage(
      `${file}, offset 0: it begins behind entry ${header.firstIndex - 1} of term ${header.prevTerm}, ` +
        `and the log before it ends at ${run.last} of term ${run.lastTerm}, in ${before.file}`,
    );
};

const cutShort = (
  reading: Reading,
  file: string,
  tail: { readonly from: number; readonly length: number; readonly last: boolean },
): void => {
  const { from, length, last } = tail;
  if (!last)
    throw new Damage(
      `${file}, offset ${from}: a record is incomplete, and another segment follows`,
    );
  const bytes = length - from;
  const what = `${bytes} ${bytes === 1 ? 'byte' : 'bytes'} of an incomplete record`;
  reading.notes.push(`${file}, offset ${from}: ${what} cut off`);
};

const readSegment = (reading: Reading, file: string, bytes: Uint8Array, last: boolean): void => {
  if (bytes.length < headerBytes) {
    cutShort(reading, file, { from: 0, length: bytes.length, last });
    reading.repairs.push({ op: 'remove', file });
    return;
  }
  const header = decodeHeader(bytes);
  if (typeof header === 'string') throw new Damage(`${file}, offset 0: ${header}`);
  checkPlace(reading, file, header);
  const segment: Segment = { file, header, size: bytes.length, lastLive: 0 };
  reading.journal.segments.push(segment);
  const end = readRecords(reading, segment, bytes);
  if (end === bytes.length) return;
  cutShort(reading, file, { from: end, length: bytes.length, last });
  reading.repairs.push({ op: 'truncate', file, length: end });
  segment.size = end;
};

/** Follows all segments among `files`, in the order of their making. Throws `Damage`. */
export const replay = (reading: Reading, files: Files): void => {
  const found: { file: string; sequence: number; bytes: Uint8Array }[] = [];
  for (const [file, bytes] of files) {
    const sequence = segmentSequence(file);
    if (sequence !== undefined) found.push({ file, sequence, bytes });
  }
  found.sort((left, right) => left.sequence - right.sequence);
  const newest = found.at(-1);
  for (const segment of found)
    readSegment(reading, segment.file, segment.bytes, segment === newest);
  reading.journal.nextSequence = (reading.journal.segments.at(-1)?.header.sequence ?? 0) + 1;
};
