/** What a node is given of the world. The core has no clock, chance, disk or cipher of its own. */

/** A point in time, in milliseconds. Deadlines use `mono`, which never jumps; `wall` is only ever shown to people. */
export type Instant = { readonly mono: number; readonly wall: number };

/** Chance, asked for under a stable purpose, so that a new draw here leaves draws elsewhere alone. */
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

/**
 * One change of the data folder. File names are relative, with `/` between parts.
 * `append` may be torn by a crash; `write` replaces the whole file atomically (temporary file, fsync, rename, fsync of the
 * folder); every operation of one persist takes effect in order, and a crash leaves a prefix of them.
 */
export type DiskOperation =
  | { readonly op: 'append'; readonly file: string; readonly bytes: Uint8Array }
  | { readonly op: 'write'; readonly file: string; readonly bytes: Uint8Array }
  | { readonly op: 'truncate'; readonly file: string; readonly length: number }
  | { readonly op: 'remove'; readonly file: string };

/** The data folder as a boot finds it: relative name → content. */
export type Files = ReadonlyMap<string, Uint8Array>;
