/**
 * Who may say what to whom on a connection between nodes. All of it is in this file, because mutual TLS with certificates
 * will take its place.
 *
 * The accepting side sends a nonce. The dialling side answers with a hello: its ids and its address, proven by an HMAC of
 * nonce and hello under the cluster's peer secret. That makes it a `member`, and it may send everything.
 *
 * A node that wants in has no secret yet. It says hello without a proof and is a `stranger`, who may send `join` and nothing else.
 *
 * Its answer comes on a connection that a manager dials, proven under a secret that the joining node cannot check yet. It
 * takes a `join-answer`, and nothing else, from such an `unproven` sender. That is safe as far as it goes: the answer must repeat the
 * nonce of the request, 128 bits of chance or more, which only those know whom the request reached; whoever reads along could
 * also have taken the join token. The hello is kept and judged again once the node has its identity, so the connection goes
 * on as a member's without being dialled anew, and one with a wrong proof is closed then.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { PeerIdentity } from '../node/program.ts';
import type { PeerMessage } from '../wire/messages.ts';

export type Hello = {
  readonly nodeId: string | undefined;
  readonly clusterId: string | undefined;
  readonly address: string;
  readonly proof: Uint8Array;
};

export type Standing = 'member' | 'stranger' | 'unproven';
export type Judgement = { readonly standing: Standing } | { readonly refused: string };

/** A hello and what the frames before it may hold: ids and an address are short. */
export const helloBytesMax = 2_048;
/** A join request is short as well. */
export const strangerBytesMax = 16_384;

const textMax = 256;

const noIdentity = { nodeId: undefined, clusterId: undefined, secret: undefined };

export const createNonce = (): Uint8Array => new Uint8Array(randomBytes(32));

/** The bytes of this node's hello. A node without an identity is a stranger, known by its address only. */
export const encodeHello = (
  own: PeerIdentity | Pick<PeerIdentity, 'address'>,
  nonce: Uint8Array,
): Uint8Array => {
  const { nodeId, clusterId, address, secret } = { ...noIdentity, ...own };
  const claims = { nodeId, clusterId, address };
  const proof = secret === undefined ? '' : prove(secret, nonce, claims).toString('base64');
  return Buffer.from(JSON.stringify({ ...claims, proof }));
};

/** `undefined`: these bytes are no hello. */
export const decodeHello = (payload: Uint8Array): Hello | undefined => {
  const value = parse(payload);
  if (typeof value !== 'object' || value === null) return undefined;
  const { nodeId, clusterId, address, proof }: Readonly<Record<string, unknown>> = { ...value };
  if (!isShortText(address) || !isShortText(proof)) return undefined;
  if (nodeId === undefined && clusterId === undefined) {
    return { nodeId, clusterId, address, proof: new Uint8Array(0) };
  }
  if (!isShortText(nodeId) || !isShortText(clusterId)) return undefined;
  return { nodeId, clusterId, address, proof: Buffer.from(proof, 'base64') };
};

/** What the sender of this hello is to a node with this identity. */
export const judge = (
  hello: Hello,
  nonce: Uint8Array,
  own: PeerIdentity | undefined,
): Judgement => {
  if (hello.nodeId === undefined) return { standing: 'stranger' };
  if (own === undefined) return { standing: 'unproven' };
  if (hello.clusterId !== own.clusterId) return { refused: 'it belongs to another swarm' };
  const expected = prove(own.secret, nonce, hello);
  const proven = hello.proof.length === expected.length && timingSafeEqual(hello.proof, expected);
  return proven ? { standing: 'member' } : { refused: 'its proof is wrong' };
};

/** Whether a node may hear this kind of message from a sender of this standing. */
export const admits = (
  standing: Standing,
  own: PeerIdentity | undefined,
  type: PeerMessage['type'],
): boolean => {
  switch (standing) {
    case 'member':
      return true;
    case 'stranger':
      return own !== undefined && type === 'join';
    case 'unproven':
      return own === undefined && type === 'join-answer';
  }
};

export const sameIdentity = (a: PeerIdentity | undefined, b: PeerIdentity | undefined): boolean => {
  if (a === undefined || b === undefined) return a === b;
  const sameIds = a.nodeId === b.nodeId && a.clusterId === b.clusterId && a.address === b.address;
  return sameIds && Buffer.compare(a.secret, b.secret) === 0;
};

type Claims = Pick<Hello, 'nodeId' | 'clusterId' | 'address'>;

const prove = (secret: Uint8Array, nonce: Uint8Array, claims: Claims): Buffer =>
  createHmac('sha256', secret)
    .update('schism peer hello 1\n')
    .update(nonce)
    .update(JSON.stringify([claims.nodeId, claims.clusterId, claims.address]))
    .digest();

const isShortText = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= textMax;

const parse = (payload: Uint8Array): unknown => {
  try {
    return JSON.parse(Buffer.from(payload).toString('utf8'));
  } catch {
    return undefined;
  }
};
