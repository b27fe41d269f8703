/**
 * A leader's answer on its way to the manager that handed the request on. One that has no room in a frame goes in parts; as any message
 * they may be lost, and then the request ends in its deadline.
 */
import { answerTooLarge } from '../api/texts.ts';
import type { ApiResponse } from '../api/seam.ts';
import { encodedSize } from '../encoded-size.ts';
import type { Random } from '../ports.ts';
import { newId } from '../store/identity.ts';
import { utf8Of } from '../utf8.ts';
import type { PeerMessage } from '../wire/messages.ts';

export type AnswerPart = PeerMessage & { readonly type: 'forward-answer-part' };

const partBytesMax = 1 << 20;

/** All parts of an answer wait at once for the connection, beside what else goes to that manager. */
const partsMax = 6;

/** A read that came twice is answered twice, and not alike. More than that is not kept apart. */
const answersMax = 2;

const decoder = new TextDecoder();

/** What carries an answer; as a rule one message. */
export const answerMessages = (
  id: string,
  response: ApiResponse,
  random: Random,
): readonly PeerMessage[] => {
  if (encodedSize(response) <= partBytesMax) return [{ type: 'forward-answer', id, response }];
  const text = utf8Of(JSON.stringify(response));
  const parts = Math.ceil(text.length / partBytesMax);
  if (parts > partsMax) {
    const refusal = answerTooLarge(text.length, partsMax * partBytesMax);
    return [{ type: 'forward-answer', id, response: refusal }];
  }
  const answer = newId(random, 'answer-id');
  return Array.from({ length: parts }, (_, part) => {
    const bytes = text.slice(part * partBytesMax, (part + 1) * partBytesMax);
    return { type: 'forward-answer-part', id, answer, part, parts, bytes };
  });
};

/** The parts of the answer to one request that have come so far. */
export class AnswerParts {
  readonly #answers = new Map<string, Map<number, Uint8Array>>();

  /** The answer, once all of it is there; in whatever order, and however often, its parts come. */
  take({ answer, part, parts, bytes }: AnswerPart): ApiResponse | undefined {
    const pieces = this.#answers.get(answer) ?? new Map<number, Uint8Array>();
    if (!this.#answers.has(answer) && this.#answers.size >= answersMax) return undefined;
    if (part >= parts || parts > partsMax) return undefined;
    this.#answers.set(answer, pieces);
    pieces.set(part, bytes);
    return pieces.size < parts ? undefined : joined(pieces);
  }
}

const joined = (pieces: ReadonlyMap<number, Uint8Array>): ApiResponse => {
  let text = '';
  for (let part = 0; part < pieces.size; part += 1) {
    text += decoder.decode(pieces.get(part), { stream: part + 1 < pieces.size });
  }
  return { body: undefined, ...(JSON.parse(text) as Omit<ApiResponse, 'body'>) };
};
