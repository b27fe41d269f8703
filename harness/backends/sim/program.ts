/**
 * What the simulator needs to know of a node's program: the same shape as any event-driven, deterministic program has that
 * takes events and answers with effects. A target's own program fits it without conversion.
 */
import type { NodeName } from '../../core/cluster.ts';
import type { Observation } from '../../core/history.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import type { Target } from '../../core/target.ts';

/** Milliseconds. Deadlines use `mono`, which never jumps; `wall` is shown to people. */
export type Instant = { readonly mono: number; readonly wall: number };

/** Chance, asked for under a stable purpose. */
export type Random = {
  /** An integer of [0, below). */
  integer(purpose: string, below: number): number;
  bytes(purpose: string, length: number): Uint8Array;
};

/** Authenticated encryption with a 32-byte key and a 12-byte nonce that is never used twice under one key. */
export type Cipher = {
  /** The ciphertext followed by its 16-byte tag. */
  seal(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array): Uint8Array;
  /** The plaintext, or `undefined` where the key is wrong or the text was changed. */
  open(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Uint8Array | undefined;
};

/** `append` may be torn by a crash; `write` replaces the whole file or does nothing. A crash leaves a prefix of the operations. */
export type DiskOperation =
  | { readonly op: 'append'; readonly file: string; readonly bytes: Uint8Array }
  | { readonly op: 'write'; readonly file: string; readonly bytes: Uint8Array }
  | { readonly op: 'truncate'; readonly file: string; readonly length: number }
  | { readonly op: 'remove'; readonly file: string };

/** The data folder as a boot finds it: relative name → content. */
export type Files = ReadonlyMap<string, Uint8Array>;

/** What the transport of a node proves itself with. */
export type PeerIdentity = {
  readonly nodeId: string;
  readonly clusterId: string;
  readonly secret: Uint8Array;
};

/** Who sent a message, as the receiving transport could tell: the id only where both ends prove the same secret. */
export type Sender = { readonly nodeId: string | undefined; readonly address: string };

type Unsaid<Kind> = Kind extends Observation ? Omit<Kind, 'node' | 'boot' | 'seq' | 'at'> : never;

/** An observation before the harness adds who said it, when and in which order. */
export type Said = Unsaid<Observation>;

/** The types that are a target's own. */
export type Vocabulary = {
  readonly message: unknown;
  readonly request: unknown;
  readonly response: unknown;
  /** Effects for the target's devices, such as an executor of tasks; events that come back from them. */
  readonly deviceEffect: { readonly type: string };
  readonly deviceEvent: { readonly type: string };
};

export type NodeEvent<V extends Vocabulary> =
  | { readonly type: 'start' }
  | { readonly type: 'wake' }
  | { readonly type: 'message'; readonly from: Sender; readonly message: V['message'] }
  | { readonly type: 'persisted'; readonly id: number }
  | { readonly type: 'persist-failed'; readonly id: number; readonly error: string }
  | { readonly type: 'request'; readonly id: number; readonly request: V['request'] }
  | { readonly type: 'request-aborted'; readonly id: number }
  | V['deviceEvent'];

/** What the simulator carries out itself. */
export type WorldEffect<V extends Vocabulary> =
  | { readonly type: 'observe'; readonly observation: Said }
  | { readonly type: 'persist'; readonly id: number; readonly operations: readonly DiskOperation[] }
  | { readonly type: 'send'; readonly to: string; readonly message: V['message'] }
  | { readonly type: 'wake'; readonly at: number }
  | { readonly type: 'reply'; readonly id: number; readonly response: V['response'] }
  | { readonly type: 'identity'; readonly identity: PeerIdentity | undefined }
  | { readonly type: 'halt'; readonly reason: string };

export type SimProgram<V extends Vocabulary = Vocabulary> = {
  /** Handles one event; the effects are carried out in their order. */
  handle(event: NodeEvent<V>, now: Instant): readonly (WorldEffect<V> | V['deviceEffect'])[];
};

export type SimBoot = {
  readonly name: NodeName;
  /** As the scenario has them. */
  readonly settings: JsonObject;
  readonly random: Random;
  readonly cipher: Cipher;
  readonly files: Files;
};

/** Something that a node drives besides network and disk. A new one for each boot; it ends with its node, and all that it ran with it. */
export type Device<V extends Vocabulary = Vocabulary> = {
  /** Carries out an effect; what follows from it is announced to `later`, with a ticket of the device's own. */
  carryOut(effect: V['deviceEffect'], later: (afterMs: number, ticket: number) => void): void;
  /** A ticket's time has come: the event that the node gets, or `undefined` where it no longer matters. */
  due(ticket: number): V['deviceEvent'] | undefined;
};

/** A target as the simulator runs it. Worker threads receive it as a module's URL and the name of its export. */
export type SimTarget<V extends Vocabulary = Vocabulary> = {
  readonly target: Target;
  boot(boot: SimBoot): SimProgram<V>;
  /** What a node advertises and its peers send to. */
  addressOf(node: NodeName): string;
  /** A call's plain data as the request that the program gets, and the program's answer as plain data. */
  request(call: Json): V['request'];
  response(response: V['response']): Json;
  /** `tell` is for what the device sees itself: an observation of its node that does not rest on the node's word. */
  device(node: NodeName, random: Random, tell: (seen: Said) => void): Device<V>;
  encode(message: V['message']): Uint8Array;
  /** `undefined`: such bytes hold no message, which in a strict run breaks it. */
  decode(bytes: Uint8Array): V['message'] | undefined;
  /** A number that tells messages apart, as cheaply as possible: it goes into the digest of every delivery. */
  fingerprint(message: V['message']): number;
};
