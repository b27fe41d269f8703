import type { AnyModel, Operation } from '../../../models/index.ts';
import type { HistoryEvent, Problem, Value } from './event.ts';
import {
  vocabularyOf,
  wordProblem,
  WRONG,
  type ModelName,
  type Reading,
  type Vocabulary,
} from './vocabulary.ts';

/** A history ready to be judged; `lines` says where each operation was invoked. */
export type ReadHistory = {
  readonly model: AnyModel;
  readonly operations: readonly Operation[];
  readonly lines: Int32Array;
};

type Pending = { index: number; event: HistoryEvent; input: unknown };
type Written = { -readonly [Field in keyof Operation]: Operation[Field] };

/**
 * Pairs invocations with completions, in the order of the file. Arguments come from the invocation, or
 * from an `:info` that says other ones; answers come from `:ok`. What is never completed is unknown.
 */
export function operationsOf(
  events: readonly HistoryEvent[],
  name: ModelName,
  reading: Reading,
): ReadHistory | Problem {
  const vocabulary = vocabularyOf(name, reading);
  if (typeof vocabulary === 'string') return { line: 1, reason: vocabulary };
  const operations: Written[] = [];
  const lines: number[] = [];
  const open = new Map<number | string, Pending>();
  for (let at = 0; at < events.length; at++) {
    const event = events[at]!;
    const { process, type, line } = event;
    if (process === ':nemesis' || process === 'nemesis') continue;
    const reason = wordProblem(vocabulary, event);
    if (reason !== undefined) return { line, reason };
    const pending = open.get(process);
    if (type === 'invoke') {
      if (pending !== undefined) {
        const since = `it has one open since line ${pending.event.line}`;
        return { line, reason: `process ${process} invokes a second operation at once; ${since}` };
      }
      const input = vocabulary.input(event.f, event.value, event.key);
      if (input === undefined) return { line, reason: wrongShape(vocabulary, event) };
      open.set(process, { index: operations.length, event, input });
      // All fields from the start: objects that grow are slow to make and to read.
      operations.push({
        process,
        input,
        output: undefined,
        outcome: 'unknown',
        invoked: at,
        returned: undefined,
      });
      lines.push(line);
      continue;
    }
    const problem = pending === undefined ? 'its invocation is missing' : mismatch(pending, event);
    if (problem !== undefined)
      return { line, reason: `process ${process} completes :${event.f}, but ${problem}` };
    open.delete(process);
    const wrong = complete(operations, { vocabulary, reading, at }, pending!, event);
    if (wrong !== undefined) return { line, reason: wrong };
  }
  return { model: vocabulary.model, operations, lines: Int32Array.from(lines) };
}

function mismatch({ event }: Pending, completion: HistoryEvent): string | undefined {
  return event.f === completion.f ? undefined : `it invoked :${event.f} on line ${event.line}`;
}

/** Writes down how an operation ended; a text where its answer has the wrong shape. */
function complete(
  operations: Written[],
  { vocabulary, reading, at }: { vocabulary: Vocabulary; reading: Reading; at: number },
  { index, input, event }: Pending,
  completion: HistoryEvent,
): string | undefined {
  const operation = operations[index]!;
  const { f, value, type } = completion;
  switch (type) {
    case 'ok': {
      const output = vocabulary.output(f, value, input);
      if (output === WRONG) return wrongShape(vocabulary, completion);
      operation.outcome = 'ok';
      operation.returned = at;
      operation.output = output;
      return undefined;
    }
    case 'fail':
      if (f === 'cas' && reading.failedCas === 'constrains') {
        operation.outcome = 'ok';
        operation.returned = at;
        operation.output = false;
      } else operation.outcome = 'rejected';
      return undefined;
    case 'info': {
      // A keyword is an error's name, not an argument.
      const says = value !== null && !(typeof value === 'string' && value.startsWith(':'));
      const other = says ? vocabulary.input(f, value, completion.key ?? event.key) : undefined;
      if (other !== undefined) operation.input = other;
      return undefined;
    }
    case 'invoke':
      return undefined;
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
