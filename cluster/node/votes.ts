/**
 * The votes that this member gives away: seen where they leave, because until then nobody can count them. A candidate's own vote
 * leaves with its requests, which wait for it to be durable.
 */
import type { RaftMessage } from '../raft/types.ts';

export type Vote = { readonly term: number; readonly candidate: string };

export class Votes {
  #last: Vote | undefined;

  /** The vote in a message, where it is another one than before: requests go to many, and answers may be repeated. */
  leaving(message: RaftMessage): Vote | undefined {
    const candidate = candidateOf(message);
    if (candidate === undefined) return undefined;
    const { term } = message;
    if (this.#last?.term === term && this.#last.candidate === candidate) return undefined;
    this.#last = { term, candidate };
    return this.#last;
  }
}

/** PreVotes promise nothing. */
const candidateOf = (message: RaftMessage): string | undefined => {
  switch (message.type) {
    case 'vote-request':
      return message.pre ? undefined : message.from;
    case 'vote-response':
      return message.granted && !message.pre ? message.to : undefined;
    default:
      return undefined;
  }
};
