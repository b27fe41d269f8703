/** How a call ended that was of no use to its client, in the words of the answer where there was one. */
import { seconds } from '../harness/core/figures.ts';
import type { Operation } from '../harness/core/history.ts';

/** How SwarmKit's errors begin on their way through gRPC; it says nothing of what is wrong. */
const envelope = /^rpc error: code = \w+ desc = /;

/** What came back, as `500, "The swarm does not have a leader."`; `undefined`: no answer of such a form. */
export const answerOf = ({ output }: Operation): string | undefined => {
  const { status, text } = (output ?? {}) as { readonly status?: unknown; readonly text?: unknown };
  if (typeof status !== 'number') return undefined;
  if (typeof text !== 'string' || text === '') return String(status);
  const [sentence] = /^.*?\.(?= |$)/.exec(text.replace(envelope, '')) ?? [];
  return `${status}, "${sentence ?? text.replace(envelope, '')}"`;
};

/** How it ended, said of its node: `answers 500, "…", after 0.001 s`. */
export const endingOf = (operation: Operation): string => ending(operation, 'answers', 'gives');

/** The same of what is past. */
export const pastEndingOf = (operation: Operation): string => ending(operation, 'answered', 'gave');

const ending = (operation: Operation, answers: string, gives: string): string => {
  const { invokedAt, endedAt } = operation;
  if (endedAt === undefined) return `${gives} no answer`;
  const after = seconds(endedAt - invokedAt);
  const answer = answerOf(operation);
  return answer === undefined
    ? `${gives} no answer within ${after}`
    : `${answers} ${answer}, after ${after}`;
};
