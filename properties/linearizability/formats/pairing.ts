import type { AnyModel, Operation } from '../../../models/index.ts';
import { Unreadable, type HistoryEvent, type Value } from './event.ts';
import { wordProblem, WRONG, type Reading, type Vocabulary } from './vocabulary.ts';

/** A history ready to be judged; `lines` says where each operation was invoked. */
export type ReadHistory = {
  readonly model: AnyModel;
  readonly operations: readonly Operation[];
  readonly lines: Int32Array;
};

type Pending = { readonly index: number; readonly event: HistoryEvent };
type Written = { -readonly [Field in keyof Operation]: Operation[Field] };

/**
 * Pairs invocations with completions as they come, in the order of the file. Arguments come from the invocation, or
 * from an `:info` that says other ones; answers come from `:ok`. What is never completed is unknown.
 */
export class Pairing {
  readonly #vocabulary: Vocabulary;
  readonly #failedCas: Reading['failedCas'];
  readonly #operations: Written[] = [];
  readonly #lines: number[] = [];
  readonly #open = new Map<number | string, Pending>();
  #at = -1;

  constructor(vocabulary: Vocabulary, { failedCas }: Reading) {
    this.#vocabulary = vocabulary;
    this.#failedCas = failedCas;
  }

  history(): ReadHistory {
    const { model } = this.#vocabulary;
    return { model, operations: this.#operations, lines: Int32Array.from(this.#lines) };
  }

  /** Throws {@link Unreadable} where the event does not fit what came before. */
  add(event: HistoryEvent): void {
    this.#at += 1;
    const { process, type, line } = event;
    if (process === ':nemesis' || process === 'nemesis') return;
    const reason = wordProblem(this.#vocabulary, event);
    if (reason !== undefined) throw new Unreadable(line, reason);
    const pending = this.#open.get(process);
    if (type === 'invoke') this.#invoke(event, pending);
    else if (pending?.event.f === event.f) {
      this.#open.delete(process);
      this.#complete(pending, event);
    } else {
      const why =
        pending === undefined
          ? 'its invocation is missing'
          : `it invoked :${pending.event.f} on line ${pending.event.line}`;
      throw new Unreadable(line, `process ${process} completes :${event.f}, but ${why}`);
    }
  }

  #invoke(event: HistoryEvent, pending: Pending | undefined): void {
    const { process, line } = event;
    if (pending !== undefined) {
      const since = `it has one open since line ${pending.event.line}`;
      const reason = `process ${process} invokes a second operation at once; ${since}`;
      throw new Unreadable(line, reason);
    }
    const input = this.#vocabulary.input(event.f, event.value, event.key);
    if (input === undefined) throw new Unreadable(line, wrongShape(this.#vocabulary, event));
    this.#open.set(process, { index: this.#operations.length, event });
    // All fields from the start: objects that grow are slow to make and to read.
    this.#operations.push({
      process,
      input,
      output: undefined,
      outcome: 'unknown',
      invoked: this.#at,
      returned: undefined,
    });
    this.#lines.push(line);
  }

  /** Writes down how an operation ended. */
  #complete({ index, event }: Pending, completion: HistoryEvent): void {
    const operation = this.#operations[index]!;
    const { f, value, type, line } = completion;
    switch (type) {
      case 'ok': {
        const output = this.#vocabulary.output(f, value, operation.input);
        if (output === WRONG) throw new Unreadable(line, wrongShape(this.#vocabulary, completion));
        operation.outcome = 'ok';
        operation.returned = this.#at;
        operation.output = output;
        return;
      }
      case 'fail':
        if (f === 'cas' && this.#failedCas === 'constrains') {
          operation.outcome = 'ok';
          operation.returned = this.#at;
          operation.output = false;
        } else operation.outcome = 'rejected';
        return;
      case 'info': {
        // A keyword is an error's name, not an argument.
        const says = value !== null && !(typeof value === 'string' && value.startsWith(':'));
        const key = completion.key ?? event.key;
        const other = says ? this.#vocabulary.input(f, value, key) : undefined;
        if (other !== undefined) operation.input = other;
        return;
      }
      case 'invoke':
        return;
    }
  }
}

function wrongShape({ shapes }: Vocabulary, { f, value }: HistoryEvent): string {
  const expected = shapes[f] ?? 'a value; with --independent, [key value]';
  return `:${f} has ${brief(value)}, expected ${expected}`;
}

/** Enough of a value to find it in the file. */
function brief(value: Value): string {
  const text =
    typeof value === 'bigint'
      ? `${value}`
      : JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? `${each}` : each));
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
