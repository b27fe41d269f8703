import type { Stream } from '../../core/choices.ts';
import { unreachable } from '../../core/unreachable.ts';
import type { DiskOperation, Files } from './program.ts';

export type Persist = { readonly id: number; readonly operations: readonly DiskOperation[] };

/** Why a disk refuses to write. */
export type DiskTrouble = 'full' | 'io-error';

/** Appended parts are put together only when somebody looks. */
type File = { parts: Uint8Array[]; length: number };

const noPersists: readonly Persist[] = [];

/**
 * The data folder of one node. Persists that are asked for while a sync runs go into the next group; a group is durable as a whole
 * when its sync ends. A crash keeps a prefix of what is not durable yet, and may tear the first append that it does not keep.
 */
export class Disk {
  readonly #files = new Map<string, File>();
  #syncing: readonly Persist[] = noPersists;
  #waiting: Persist[] = [];
  trouble: DiskTrouble | undefined = undefined;

  /** `true`: a sync begins with it; `false`: it waits for the one that runs. */
  ask(persist: Persist): boolean {
    if (this.#syncing.length > 0) {
      this.#waiting.push(persist);
      return false;
    }
    this.#syncing = [persist];
    return true;
  }

  /** The sync that runs ends: its persists are durable and returned. */
  synced(): readonly Persist[] {
    const group = this.#syncing;
    this.#syncing = noPersists;
    for (const persist of group) this.#applyAll(persist);
    return group;
  }

  /** The sync that runs fails; nothing of its persists is kept. */
  failed(): readonly Persist[] {
    const group = this.#syncing;
    this.#syncing = noPersists;
    return group;
  }

  /** Begins the next group; `false` where nothing waits. */
  syncNext(): boolean {
    if (this.#waiting.length === 0) return false;
    this.#syncing = this.#waiting;
    this.#waiting = [];
    return true;
  }

  get busy(): boolean {
    return this.#syncing.length > 0;
  }

  /** What is left after the node ends here: says how many operations were kept, lost and torn. */
  crash(draws: Stream): { readonly kept: number; readonly lost: number; readonly torn: boolean } {
    const operations = [...this.#syncing, ...this.#waiting].flatMap((of) => of.operations);
    this.#syncing = noPersists;
    this.#waiting = [];
    if (operations.length === 0) return { kept: 0, lost: 0, torn: false };
    const kept = draws.next(operations.length + 1);
    for (const operation of operations.slice(0, kept)) apply(this.#files, operation);
    const next = operations[kept];
    let torn = false;
    if (next?.op === 'append' && next.bytes.length > 0) {
      const length = draws.next(next.bytes.length);
      torn = length > 0;
      if (torn) apply(this.#files, { ...next, bytes: next.bytes.subarray(0, length) });
    }
    return { kept, lost: operations.length - kept, torn };
  }

  /** Durable content, for a boot. Copies: nobody changes the folder but through `ask`. */
  read(): Files {
    return contentOf(this.#files);
  }

  /** What a look into the folder of a running node shows: writes that are not durable stand in the page cache. */
  view(): Files {
    const files = new Map<string, File>();
    for (const [name, file] of this.#files) files.set(name, { ...file, parts: [...file.parts] });
    for (const persist of [...this.#syncing, ...this.#waiting]) {
      for (const operation of persist.operations) apply(files, operation);
    }
    return contentOf(files);
  }

  #applyAll(persist: Persist): void {
    for (const operation of persist.operations) apply(this.#files, operation);
  }
}

const apply = (files: Map<string, File>, operation: DiskOperation): void => {
  switch (operation.op) {
    case 'append': {
      const file = files.get(operation.file);
      if (file === undefined) {
        files.set(operation.file, { parts: [operation.bytes], length: operation.bytes.length });
      } else {
        file.parts.push(operation.bytes);
        file.length += operation.bytes.length;
      }
      return;
    }
    case 'write':
      files.set(operation.file, { parts: [operation.bytes], length: operation.bytes.length });
      return;
    case 'truncate': {
      const file = files.get(operation.file);
      if (file === undefined || file.length <= operation.length) return;
      file.parts = [together(file).slice(0, operation.length)];
      file.length = operation.length;
      return;
    }
    case 'remove':
      files.delete(operation.file);
      return;
    default:
      unreachable(operation);
  }
};

const together = (file: File): Uint8Array => {
  const bytes = new Uint8Array(file.length);
  let at = 0;
  for (const part of file.parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
};

const contentOf = (files: ReadonlyMap<string, File>): Files => {
  const content = new Map<string, Uint8Array>();
  for (const [name, file] of files) content.set(name, together(file));
  return content;
};
