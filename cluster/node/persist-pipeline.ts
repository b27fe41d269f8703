/**
 * Everything that this node writes, in one order. One persist is under way at a time; what is asked for meanwhile goes out
 * together as the next one, so a slow disk makes batches larger instead of queues longer.
 */
import type { DiskOperation, Files } from '../ports.ts';
import type { Effects } from './effects.ts';

type Done = () => void;

export class PersistPipeline {
  readonly #effects: Effects;
  /** The names of all files, once everything asked for is done. */
  readonly #names: Set<string>;
  #waiting: DiskOperation[] = [];
  #waitingDone: Done[] = [];
  #flightDone: Done[] | undefined;
  #lastId = 0;
  #appended: string | undefined;

  constructor(effects: Effects, files: Files) {
    this.#effects = effects;
    this.#names = new Set(files.keys());
  }

  /** `done` is called once these operations, and everything asked for before them, are durable. */
  add(operations: readonly DiskOperation[], done?: Done): void {
    if (operations.length === 0) {
      if (done !== undefined) this.whenDurable(done);
      return;
    }
    for (const operation of operations) {
      this.#waiting.push(operation);
      this.#note(operation);
    }
    if (done !== undefined) this.#waitingDone.push(done);
  }

  /** Most operations append to the file that the last one appended to. */
  #note({ op, file }: DiskOperation): void {
    if (op === 'append' && file === this.#appended) return;
    if (op === 'remove') this.#names.delete(file);
    else this.#names.add(file);
    this.#appended = op === 'append' ? file : undefined;
  }

  /** Calls `done` once everything asked for so far is durable; at once where it is already. */
  whenDurable(done: Done): void {
    if (this.#waiting.length > 0) this.#waitingDone.push(done);
    else if (this.#flightDone !== undefined) this.#flightDone.push(done);
    else done();
  }

  /** Removes every file that `chosen` accepts, the ones named in `first` before all others. */
  remove(chosen: (file: string) => boolean, first?: string): void {
    const files = [...this.#names].filter(chosen).sort();
    const ordered = files.filter((file) => file === first);
    for (const file of files) if (file !== first) ordered.push(file);
    this.add(ordered.map((file) => ({ op: 'remove', file })));
  }

  /** To be called at the end of every event. */
  flush(): void {
    if (this.#flightDone !== undefined || this.#waiting.length === 0) return;
    const operations = this.#waiting;
    this.#flightDone = this.#waitingDone;
    this.#waiting = [];
    this.#waitingDone = [];
    this.#lastId += 1;
    this.#effects.push({ type: 'persist', id: this.#lastId, operations });
  }

  /** The persist under way is done. */
  persisted(id: number): void {
    const done = this.#flightDone;
    if (done === undefined || id !== this.#lastId) return;
    this.#flightDone = undefined;
    for (const call of done) call();
  }
}
