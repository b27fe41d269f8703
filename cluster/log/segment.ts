/** Segment files: `raft/wal/<sequence>-<first index>-<key epoch>.log`, three numbers of 16 hexadecimal digits, and their header. */
import { crc32 } from './crc32.ts';
import { hex16, putNumber, putWord, readNumber, viewOf } from './numbers.ts';

export type SegmentHeader = {
  /** Counts segments in the order of their making. */
  readonly sequence: number;
  /** The index that the next entry would have had when the segment was made, and the term of the entry before it. */
  readonly firstIndex: number;
  readonly prevTerm: number;
  readonly epoch: number;
};

const magic = 0x5357414c;
const version = 1;
export const headerBytes = 44;

export const segmentName = (header: SegmentHeader): string =>
  `raft/wal/${hex16(header.sequence)}-${hex16(header.firstIndex)}-${hex16(header.epoch)}.log`;

const pattern = /^raft\/wal\/([0-9a-f]{16})-[0-9a-f]{16}-[0-9a-f]{16}\.log$/;

/** The sequence that a file's name gives, or `undefined` for other files. */
export const segmentSequence = (file: string): number | undefined => {
  const digits = pattern.exec(file)?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 16);
};

export const encodeHeader = (header: SegmentHeader): Uint8Array => {
  const bytes = new Uint8Array(headerBytes);
  putWord(bytes, 0, magic);
  putWord(bytes, 4, version);
  putNumber(bytes, 8, header.sequence);
  putNumber(bytes, 16, header.firstIndex);
  putNumber(bytes, 24, header.prevTerm);
  putNumber(bytes, 32, header.epoch);
  putWord(bytes, 40, crc32(bytes, 0, 40));
  return bytes;
};

/** The header, or why there is none. The caller has made sure that the file is long enough. */
export const decodeHeader = (bytes: Uint8Array): SegmentHeader | string => {
  const view = viewOf(bytes);
  if (view.getUint32(0) !== magic) return 'it does not begin as a segment does';
  if (view.getUint32(40) !== crc32(bytes, 0, 40)) return 'its header has a wrong checksum';
  if (view.getUint32(4) !== version)
    return `it is of format ${view.getUint32(4)}, and this program reads ${version}`;
  return {
    sequence: readNumber(view, 8),
    firstIndex: readNumber(view, 16),
    prevTerm: readNumber(view, 24),
    epoch: readNumber(view, 32),
  };
};
