/** Collects what one step of an agent caused. A step that caused nothing costs nothing. */
import type { DiskOperation } from '../ports.ts';
import type { TaskOrder } from '../node/program.ts';
import type { AgentMessage } from './messages.ts';
import type { AgentOutput } from './types.ts';

/** What most steps cause, one object for all: whoever carries it out need not look into it. */
export const noOutput: AgentOutput = {
  messages: [],
  prepare: [],
  start: [],
  stop: [],
  persist: undefined,
  changes: [],
  left: false,
};

type Collected = { -readonly [K in keyof AgentOutput]: Mutable<AgentOutput[K]> };
type Mutable<T> = T extends readonly (infer Item)[] ? Item[] : T;

export class Outbox {
  #collected: Collected | undefined;

  send(to: string, message: AgentMessage): void {
    this.#open().messages.push({ to, message });
  }
  prepare(order: TaskOrder): void {
    this.#open().prepare.push(order);
  }
  start(order: TaskOrder): void {
    this.#open().start.push(order);
  }
  stop(taskId: string, graceMs: number): void {
    this.#open().stop.push({ taskId, graceMs });
  }
  persist(sequence: number, operations: readonly DiskOperation[]): void {
    this.#open().persist = { sequence, operations };
  }
  changed(id: string, state: string): void {
    this.#open().changes.push({ id, state });
  }
  left(): void {
    this.#open().left = true;
  }

  /** What was collected since the last time. */
  take(): AgentOutput {
    const collected = this.#collected;
    this.#collected = undefined;
    return collected ?? noOutput;
  }

  #open(): Collected {
    return (this.#collected ??= {
      messages: [],
      prepare: [],
      start: [],
      stop: [],
      persist: undefined,
      changes: [],
      left: false,
    });
  }
}
