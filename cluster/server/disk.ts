/**
 * The data folder. Operations take effect in the order in which they were asked for, and what is reported as done is on the
 * platter. Persists that arrive while the disk is busy are committed together: appends to one file share one fdatasync.
 * After the first failure nothing more is written, because what follows would stand behind a hole.
 */
import fs from 'node:fs';
import path from 'node:path';
import type { DiskOperation, Files } from '../ports.ts';
import { unreachable } from '../raft/unreachable.ts';
import { loadFolder, temporarySuffix } from './folder.ts';

/** `failure`: why it is not durable, in the system's words. */
export type Done = (failure: string | undefined) => void;

export type FileDisk = {
  /** What the folder held when it was opened. */
  readonly files: Files;
  /** `done` is called once, in the order of the calls. */
  persist(operations: readonly DiskOperation[], done: Done): void;
  /** Waits for what is under way. */
  close(): Promise<void>;
};

/** The calls that the disk is built on, so that a test can let one of them fail. */
export type FileSystem = Pick<
  typeof fs,
  'closeSync' | 'ftruncateSync' | 'mkdirSync' | 'openSync' | 'renameSync' | 'rmSync' | 'writeSync'
> & { readonly fdatasync: Sync; readonly fsync: Sync };

type Sync = (descriptor: number, done: (error: Error | null) => void) => void;

type Persist = { readonly operations: readonly DiskOperation[]; readonly done: Done };

/** Opens the folder, making it where there is none. Throws where it cannot be read. */
export const createFileDisk = (folder: string, system: FileSystem = fs): FileDisk => {
  const root = path.resolve(folder);
  const files = loadFolder(root);
  const writer = new FolderWriter(root, system, files.keys());
  let waiting: Persist[] = [];
  let running: Promise<void> | undefined;
  let broken: string | undefined;

  const work = async () => {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      const { durable, failure } =
        broken === undefined ? await commit(writer, batch) : refusal(broken);
      broken ??= failure;
      batch.forEach((persist, place) => {
        persist.done(place < durable ? undefined : broken);
      });
    }
    running = undefined;
  };

  return {
    files,
    persist(operations, done) {
      waiting.push({ operations, done });
      running ??= work();
    },
    async close() {
      await running;
      writer.close();
    },
  };
};

type Committed = { readonly durable: number; readonly failure: string | undefined };

const refusal = (failure: string): Committed => ({ durable: 0, failure });

/** Carries a batch out. The first `durable` persists of it are safe; the others are not, and `failure` says why. */
const commit = async (writer: FolderWriter, batch: readonly Persist[]): Promise<Committed> => {
  let written = 0;
  try {
    for (const { operations } of batch) {
      for (const operation of operations) await writer.apply(operation);
      written += 1;
    }
    await writer.settle();
    return { durable: batch.length, failure: undefined };
  } catch (error) {
    const failure = String(error);
    const safe = await writer.settle().then(
      () => written,
      () => 0,
    );
    return { durable: safe, failure };
  }
};

/** Does single operations, and remembers which file holds appended bytes that may still be lost. */
class FolderWriter {
  readonly #folder: string;
  readonly #system: FileSystem;
  readonly #known: Set<string>;
  #open: { readonly file: string; readonly descriptor: number } | undefined;
  #unsynced = false;
  #lost = false;

  constructor(folder: string, system: FileSystem, known: Iterable<string>) {
    this.#folder = folder;
    this.#system = system;
    this.#known = new Set(known);
  }

  async apply(operation: DiskOperation): Promise<void> {
    if (operation.op === 'append') {
      await this.#append(operation.file, operation.bytes);
      return;
    }
    // A crash must leave a prefix: what was appended before is made safe before anything else changes.
    await this.settle();
    this.#release();
    switch (operation.op) {
      case 'write':
        await this.#write(operation.file, operation.bytes);
        return;
      case 'truncate':
        await this.#truncate(operation.file, operation.length);
        return;
      case 'remove':
        await this.#remove(operation.file);
        return;
      default:
        unreachable(operation);
    }
  }

  /** Makes everything appended so far durable. Once a sync has failed, what it was to save counts as lost for good. */
  async settle(): Promise<void> {
    if (this.#lost) throw new Error('an earlier sync failed');
    if (!this.#unsynced || this.#open === undefined) return;
    this.#lost = true;
    await this.#call(this.#system.fdatasync, this.#open.descriptor);
    this.#lost = false;
    this.#unsynced = false;
  }

  close(): void {
    this.#release();
  }

  async #append(file: string, bytes: Uint8Array): Promise<void> {
    if (this.#open?.file !== file) {
      await this.settle();
      this.#release();
      this.#open = { file, descriptor: this.#system.openSync(await this.#home(file), 'a', 0o600) };
      if (!this.#known.has(file)) await this.#syncFolderOf(file);
      this.#known.add(file);
    }
    this.#unsynced = true;
    this.#fill(this.#open.descriptor, bytes);
  }

  async #write(file: string, bytes: Uint8Array): Promise<void> {
    const target = await this.#home(file);
    const temporary = target + temporarySuffix;
    await this.#with(temporary, 'w', async (descriptor) => {
      this.#fill(descriptor, bytes);
      await this.#call(this.#system.fsync, descriptor);
    });
    this.#system.renameSync(temporary, target);
    await this.#syncFolderOf(file);
    this.#known.add(file);
  }

  async #truncate(file: string, length: number): Promise<void> {
    await this.#with(this.#pathOf(file), 'r+', async (descriptor) => {
      this.#system.ftruncateSync(descriptor, length);
      await this.#call(this.#system.fsync, descriptor);
    });
  }

  async #remove(file: string): Promise<void> {
    this.#system.rmSync(this.#pathOf(file), { force: true });
    await this.#syncFolderOf(file);
    this.#known.delete(file);
  }

  #fill(descriptor: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) {
      done += this.#system.writeSync(descriptor, bytes, done, bytes.length - done);
    }
  }

  /** The file's path, once every folder above it exists and is durable. */
  async #home(file: string): Promise<string> {
    const parts = file.split('/').slice(0, -1);
    for (let depth = 1; depth <= parts.length; depth += 1) {
      const above = parts.slice(0, depth).join('/');
      if (this.#known.has(`${above}/`)) continue;
      const made = this.#system.mkdirSync(this.#pathOf(above), { recursive: true, mode: 0o700 });
      if (made !== undefined) await this.#syncFolderOf(above);
      this.#known.add(`${above}/`);
    }
    return this.#pathOf(file);
  }

  async #syncFolderOf(file: string): Promise<void> {
    await this.#with(path.dirname(this.#pathOf(file)), 'r', (descriptor) =>
      this.#call(this.#system.fsync, descriptor),
    );
  }

  async #with(target: string, flags: string, use: (descriptor: number) => Promise<void>) {
    const descriptor = this.#system.openSync(target, flags, 0o600);
    try {
      await use(descriptor);
    } finally {
      this.#system.closeSync(descriptor);
    }
  }

  #call(sync: Sync, descriptor: number): Promise<void> {
    return new Promise((resolve, reject) => {
      sync(descriptor, (error) => {
        if (error === null) resolve();
        else reject(error);
      });
    });
  }

  #pathOf(file: string): string {
    const target = path.join(this.#folder, file);
    if (!target.startsWith(this.#folder + path.sep))
      throw new Error(`${file} leaves the data folder`);
    return target;
  }

  #release(): void {
    if (this.#open !== undefined) this.#system.closeSync(this.#open.descriptor);
    this.#open = undefined;
  }
}
