/**
 * One record of a segment: length, a checksum of the length, a checksum of the rest; then kind, index, term, nonce, ciphertext.
 * The length has a checksum of its own, so that damage to it is not taken for a record that a crash cut short.
 */
import { crc32 } from './crc32.ts';
import { nonceBytes } from './nonces.ts';
import { putNumber, putWord, readNumber, viewOf } from './numbers.ts';

/** What index and term mean differs by kind. */
export type RecordKind =
  /** An entry, its index and term; `config` holds a membership. */
  | 'data'
  | 'noop'
  | 'config'
  /** index: the commit hint; term: the current term; text: the vote. */
  | 'hard-state'
  /** index: the first entry that is gone; term: that of the entry before it. */
  | 'truncate'
  /** The log begins anew behind a snapshot of this index and term. */
  | 'reset';

const codes: readonly RecordKind[] = ['data', 'noop', 'config', 'hard-state', 'truncate', 'reset'];

export type LogRecord = {
  readonly kind: RecordKind;
  readonly index: number;
  readonly term: number;
  readonly nonce: Uint8Array;
  readonly sealed: Uint8Array;
};

const preludeBytes = 12;
const fieldsBytes = 1 + 8 + 8 + nonceBytes;

export const recordBytes = (record: LogRecord): number =>
  preludeBytes + fieldsBytes + record.sealed.length;

/** Writes `record` at `at`; answers where it ends. */
export const writeRecord = (bytes: Uint8Array, at: number, record: LogRecord): number => {
  const body = at + preludeBytes;
  const end = at + recordBytes(record);
  bytes[body] = codes.indexOf(record.kind);
  putNumber(bytes, body + 1, record.index);
  putNumber(bytes, body + 9, record.term);
  bytes.set(record.nonce, body + 17);
  bytes.set(record.sealed, body + fieldsBytes);
  putWord(bytes, at, end - body);
  putWord(bytes, at + 4, crc32(bytes, at, at + 4));
  putWord(bytes, at + 8, crc32(bytes, body, end));
  return end;
};

export type ReadRecord =
  | { readonly state: 'complete'; readonly record: LogRecord; readonly end: number }
  /** The bytes end before the record does. */
  | { readonly state: 'incomplete' }
  | { readonly state: 'damaged'; readonly why: string };

export const readRecord = (bytes: Uint8Array, at: number): ReadRecord => {
  if (at + preludeBytes > bytes.length) return { state: 'incomplete' };
  const view = viewOf(bytes);
  const body = at + preludeBytes;
  if (view.getUint32(at + 4) !== crc32(bytes, at, at + 4))
    return { state: 'damaged', why: 'its length has a wrong checksum' };
  const end = body + view.getUint32(at);
  if (end > bytes.length) return { state: 'incomplete' };
  if (view.getUint32(at + 8) !== crc32(bytes, body, end))
    return { state: 'damaged', why: 'it has a wrong checksum' };
  const kind = codes[bytes[body] ?? codes.length];
  if (kind === undefined || end - body < fieldsBytes)
    return { state: 'damaged', why: 'it is of no known kind' };
  const record: LogRecord = {
    kind,
    index: readNumber(view, body + 1),
    term: readNumber(view, body + 9),
    nonce: bytes.slice(body + 17, body + fieldsBytes),
    sealed: bytes.slice(body + fieldsBytes, end),
  };
  return { state: 'complete', record, end };
};
