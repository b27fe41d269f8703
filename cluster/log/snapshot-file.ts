/** Snapshot files: `raft/snap/<term>-<index>.snap`, written as a whole, so that one is either there and right or damaged. */
import type { Cipher } from '../ports.ts';
import type { Snapshot } from '../raft/types.ts';
import { crc32 } from './crc32.ts';
import { nonceBytes } from './nonces.ts';
import { hex16, putNumber, putWord, readNumber, viewOf } from './numbers.ts';
import { membershipFromBytes, membershipToBytes } from './text.ts';
import type { DataKey } from './types.ts';

const magic = 0x53534e50;
const version = 1;
/** Magic, version, checksum; epoch, index, term; nonce. */
const headerBytes = 12 + 24 + nonceBytes;
/** Hash, length of the membership. */
const bodyHeadBytes = 8;

export const snapshotName = (snapshot: { readonly index: number; readonly term: number }): string =>
  `raft/snap/${hex16(snapshot.term)}-${hex16(snapshot.index)}.snap`;

const pattern = /^raft\/snap\/[0-9a-f]{16}-([0-9a-f]{16})\.snap$/;

/** The index that a file's name gives, or `undefined` for other files. */
export const snapshotIndex = (file: string): number | undefined => {
  const digits = pattern.exec(file)?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 16);
};

const encodeBody = (snapshot: Snapshot): Uint8Array => {
  const membership = membershipToBytes(snapshot.membership);
  const body = new Uint8Array(bodyHeadBytes + membership.length + snapshot.data.length);
  putWord(body, 0, snapshot.hash);
  putWord(body, 4, membership.length);
  body.set(membership, bodyHeadBytes);
  body.set(snapshot.data, bodyHeadBytes + membership.length);
  return body;
};

type Sealing = { readonly cipher: Cipher; readonly key: DataKey; readonly nonce: Uint8Array };

export const encodeSnapshot = (snapshot: Snapshot, { cipher, key, nonce }: Sealing): Uint8Array => {
  const sealed = cipher.seal(key.key, nonce, encodeBody(snapshot));
  const bytes = new Uint8Array(headerBytes + sealed.length);
  putWord(bytes, 0, magic);
  putWord(bytes, 4, version);
  putNumber(bytes, 12, key.epoch);
  putNumber(bytes, 20, snapshot.index);
  putNumber(bytes, 28, snapshot.term);
  bytes.set(nonce, 36);
  bytes.set(sealed, headerBytes);
  putWord(bytes, 8, crc32(bytes, 12));
  return bytes;
};

export type ReadSnapshot = {
  readonly snapshot: Snapshot;
  readonly epoch: number;
  readonly nonce: Uint8Array;
};

/** The snapshot, or what is wrong with it. */
export const decodeSnapshot = (
  bytes: Uint8Array,
  keyOf: (epoch: number) => DataKey | undefined,
  cipher: Cipher,
): ReadSnapshot | string => {
  const view = viewOf(bytes);
  if (bytes.length < headerBytes || view.getUint32(0) !== magic)
    return 'it does not begin as a snapshot does';
  if (view.getUint32(4) !== version)
    return `it is of format ${view.getUint32(4)}, and this program reads ${version}`;
  if (view.getUint32(8) !== crc32(bytes, 12)) return 'it has a wrong checksum';
  const epoch = readNumber(view, 12);
  const key = keyOf(epoch);
  if (key === undefined) return `its key, of epoch ${epoch}, is not known`;
  const nonce = bytes.slice(36, headerBytes);
  const body = cipher.open(key.key, nonce, bytes.slice(headerBytes));
  if (body === undefined) return `the key of epoch ${epoch} does not open it`;
  const bodyView = viewOf(body);
  const dataAt = bodyHeadBytes + bodyView.getUint32(4);
  const snapshot: Snapshot = {
    index: readNumber(view, 20),
    term: readNumber(view, 28),
    membership: membershipFromBytes(body.subarray(bodyHeadBytes, dataAt)),
    hash: bodyView.getUint32(0),
    data: body.slice(dataAt),
  };
  return { snapshot, epoch, nonce };
};
