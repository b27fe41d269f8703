/** A follower's side of the log (paper §5.3, figure 2): takes what fits, refuses what does not, cuts only on a conflict. */
import { append, cutFrom } from './appending.ts';
import { sendWhenDurable } from './outbox.ts';
import type { State } from './state.ts';
import type { LogIndex, RaftMessage, Term } from './types.ts';

type Append = Extract<RaftMessage, { type: 'append' }>;

const accept = (state: State, request: Append, index: LogIndex): void => {
  sendWhenDurable(state, {
    type: 'append-response',
    from: state.id,
    to: request.from,
    term: state.term,
    ok: true,
    index,
    conflictTerm: 0,
    round: request.round,
  });
};

/** Also the answer to a leader of the past, which learns the term from it. */
export const refuseAppend = (
  state: State,
  request: { readonly from: string; readonly round: number },
  hint: { readonly index: LogIndex; readonly term: Term },
): void => {
  sendWhenDurable(state, {
    type: 'append-response',
    from: state.id,
    to: request.from,
    term: state.term,
    ok: false,
    index: hint.index,
    conflictTerm: hint.term,
    round: request.round,
  });
};

/** Where the logs may meet: the last entry before the conflict whose term the leader's entry does not precede. */
const hintFor = (state: State, request: Append): { index: LogIndex; term: Term } => {
  const { log } = state;
  let index = Math.min(request.prevIndex - 1, log.lastIndex);
  while (index > state.commit && (log.term(index) ?? 0) > request.prevTerm) index -= 1;
  index = Math.max(index, state.commit);
  return { index, term: log.term(index) ?? 0 };
};

/** Indexes follow each other and terms do not fall, as in every log; anything else comes from no leader. */
const wellOrdered = (request: Append): boolean => {
  let index = request.prevIndex;
  let term = request.prevTerm;
  for (const entry of request.entries) {
    index += 1;
    if (entry.index !== index || entry.term < term) return false;
    term = entry.term;
  }
  return term <= request.term;
};

/** The caller has made sure that the request comes from the leader of this term. */
export const handleAppend = (state: State, request: Append): void => {
  const { log } = state;
  const { prevIndex, entries } = request;
  const last = prevIndex + entries.length;
  if (!wellOrdered(request)) return;
  if (last <= state.commit) {
    // All of it is committed here, so the leader has the same up to there.
    accept(state, request, state.commit);
    return;
  }
  // What is committed is the same in every later leader's log; only what follows needs a look.
  if (prevIndex >= state.commit && log.term(prevIndex) !== request.prevTerm) {
    refuseAppend(state, request, hintFor(state, request));
    return;
  }
  for (const entry of entries) {
    if (entry.index <= state.commit) continue;
    const known = log.term(entry.index);
    if (known === entry.term) continue;
    if (known !== undefined) cutFrom(state, entry.index);
    append(state, entry);
  }
  state.commit = Math.max(state.commit, Math.min(request.commit, last));
  accept(state, request, last);
};
