import { z } from 'zod';
import { suggestion } from './core/did-you-mean.ts';
import { UsageError } from './core/usage-error.ts';
import { inWords, placeOf } from './shape-words.ts';
import { saidKinds } from './tellable.ts';
import type { Answer } from './define-target.ts';

const sighting = z.strictObject({
  object: z.string(),
  value: z.string().optional(),
  version: z.number().optional(),
});
const answerSchema = z.strictObject({
  outcome: z.enum(['ok', 'rejected', 'unknown']),
  output: z.json().optional(),
  seen: z.array(sighting).optional(),
  decided: z.boolean().optional(),
});

const hint = (message: string): string =>
  message.includes('value is null')
    ? `${message}; leave it out, or say undefined, where the object is not there`
    : message;

/** What a user's `call` answered, at once: later nobody could say where a wrong verdict came from. Throws a `UsageError`. */
export function checkAnswer(answer: unknown, where: string): asserts answer is Answer {
  if (typeof answer !== 'object' || answer === null) {
    const what = answer === undefined ? 'nothing' : JSON.stringify(answer);
    throw new UsageError(
      `${where}: its call answered ${what}, expected { outcome: 'ok' | 'rejected' | 'unknown', … }`,
    );
  }
  const [first] = answerSchema.safeParse(answer, inWords).error?.issues ?? [];
  if (first === undefined) return;
  const flaw = hint(`${placeOf(first.path)} ${first.message}`.trim());
  throw new UsageError(
    `${where}: its call answered ${JSON.stringify(answer).slice(0, 200)}: ${flaw}`,
  );
}

/** The final reads name operations that there are; found before a run rather than after all of it. Throws a `UsageError`. */
export const checkFinish = (
  finish: readonly { readonly operation: string }[],
  { name, operations }: { readonly name: string; readonly operations: readonly string[] },
): void => {
  for (const [place, { operation }] of finish.entries())
    refuseUnknown(operation, operations, `target ${name}: finish[${place}] names no operation`);
};

/** A kind of words that nobody knows would leave out what is to be judged by those that were meant. Throws a `UsageError`. */
export const checkSays = (says: readonly string[], name: string): void => {
  for (const [place, kind] of says.entries())
    refuseUnknown(kind, saidKinds, `target ${name}: says[${place}] is no kind of what nodes say`);
};

const refuseUnknown = (word: string, known: readonly string[], what: string): void => {
  if (known.includes(word)) return;
  const there = `there are ${known.join(', ')}.${suggestion(word, known)}`;
  throw new UsageError(`${what}, "${word}"; ${there}`);
};
