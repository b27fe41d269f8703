/**
 * The agent's files as they stand on disk: sealed under the newest data key, which a worker's key file shows to everybody; in the
 * clear where there is none, on a worker that never was to be a manager.
 */
import type { DiskOperation, Files } from '../ports.ts';
import type { Keyring } from './keyring.ts';
import { openFile, sealFile } from './sealed-file.ts';
import type { NodeWorld } from './world.ts';

const isWorkerFile = (file: string): boolean => file.startsWith('worker/');

export class WorkerFiles {
  readonly #world: NodeWorld;
  readonly #keyring: Keyring;
  /** What they hold, in the clear. */
  readonly #contents = new Map<string, Uint8Array>();
  /** Of the data key that they are sealed under. No two keys of a node share one. */
  #epoch: number | undefined;

  constructor(world: NodeWorld, keyring: Keyring, files: Files) {
    this.#world = world;
    this.#keyring = keyring;
    this.#epoch = this.#newest?.epoch;
    for (const [file, bytes] of files) {
      if (!isWorkerFile(file)) continue;
      const opened = openFile(bytes, keyring.secrets.dataKeys, world.cipher);
      if (opened === undefined) continue;
      this.#contents.set(file, opened.content);
      this.#epoch = opened.epoch;
    }
  }

  /** As the agent finds them at boot. */
  get contents(): Files {
    return this.#contents;
  }

  write(operations: readonly DiskOperation[], done: () => void): void {
    this.#world.pipeline.add(
      operations.map((operation) => this.#noted(operation)),
      done,
    );
  }

  /** To be called when the key file may have changed, before an older key is forgotten. */
  follow(): void {
    const epoch = this.#newest?.epoch;
    if (epoch === this.#epoch) return;
    this.#epoch = epoch;
    const operations: DiskOperation[] = [];
    for (const [file, content] of this.#contents)
      operations.push({ op: 'write', file, bytes: this.#sealed(content) });
    this.#world.pipeline.add(operations);
  }

  get #newest() {
    return this.#keyring.secrets.dataKeys[0];
  }

  #noted(operation: DiskOperation): DiskOperation {
    if (operation.op === 'remove') this.#contents.delete(operation.file);
    if (operation.op !== 'write') return operation;
    this.#contents.set(operation.file, operation.bytes);
    return { ...operation, bytes: this.#sealed(operation.bytes) };
  }

  #sealed(content: Uint8Array): Uint8Array {
    const key = this.#newest;
    return key === undefined ? content : sealFile(content, key, this.#world);
  }
}
