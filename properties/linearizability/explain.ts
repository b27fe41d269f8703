import { canonical } from '../../models/canonical.ts';
import type { AnyModel, Key } from '../../models/model.ts';
import { Attempts } from './attempts.ts';
import { prefixes, type Decision, type PartOf } from './decide.ts';
import { byReturn } from './columns.ts';
import { GaveUp, type Meter } from './limits.ts';
import { NEVER, type Part } from './part.ts';
import { relax, type Relaxation } from './relax.ts';
import { Search } from './search.ts';

/** To explain a failure may take as much as so many times finding it, besides what is given for it. */
const TIMES = 16;

/** Answers to try for "what would have been legal"; configurations to look for them in. */
const ANSWERS_MAX = 12;
const LOOK_MAX = 20_000;

/** Why a part is wrong. Numbers are positions in the history. */
export type Failure = {
  /** The object; undefined where the history is one. */
  readonly key: Key | undefined;
  /** The first return that no order explains, given all that returned before it. */
  readonly at: number;
  /** False where a limit ended the search for an earlier one. */
  readonly first: boolean;
  /** Other answers that would have been right there, as far as they were found. */
  readonly legal: readonly unknown[];
  /** The longest orders that were found of what returned before, one for each state they end in. */
  readonly prefixes: readonly (readonly number[])[];
  /** Only where asked for. */
  readonly relaxation: Relaxation | undefined;
};

/**
 * Explains a failing part. A part that was found wrong stays wrong: where the model throws on the way, or a
 * limit ends it, the explanation is shorter.
 * @param how `where` finds the return, `fully` also the minimal relaxation
 */
export function explain(...[model, of, asked]: Parameters<typeof explained>): Failure {
  try {
    return explained(model, of, asked);
  } catch {
    return explained(model, of, { ...asked, how: 'hint' });
  }
}

type Explanation = {
  readonly meter: Meter;
  readonly how: 'hint' | 'where' | 'fully';
  /** What it may look at; see {@link TIMES}. */
  readonly configurations: number;
};

function explained(
  model: AnyModel,
  of: PartOf & { readonly decision: Extract<Decision, { verdict: 'fail' }> },
  { meter, how, configurations }: Explanation,
): Failure {
  const { operations, part, decision } = of;
  decision.search?.release();
  const nothing = {
    key: part.key,
    at: hint(part, decision),
    first: false,
    legal: [],
    prefixes: [],
    relaxation: undefined,
  };
  if (how === 'hint') return nothing;
  const returns = byReturn(part, meter);
  const prefix = (at: number) => cutAfter(part, returnRank(part, returns, at));
  const attempts = new Attempts(
    model,
    meter,
    configurations + TIMES * (decision.search?.steps ?? 0),
  );
  const verdictOf = (k: number) => attempts.verdictOf({ operations, part: prefix(k) });
  const { at, first } = firstWrong(verdictOf, guess(part, returns, decision), returns.length - 1);
  const wrong = part.source[returns[at]!]!;
  if (attempts.spent) return { ...nothing, at: wrong, first };
  // With any answer there, the search shows in which states that return can be awaited.
  const open = operations.with(wrong, { ...operations[wrong]!, output: undefined });
  const search = new Search(model, { operations: open, part: prefix(at) }, meter);
  search.run(LOOK_MAX);
  const failure = {
    key: part.key,
    at: wrong,
    first,
    legal: legalAnswers(model, { operations, part: prefix(at), wrong, search }, attempts),
    prefixes: longest(model, { operations, part: prefix(at) }, meter),
  };
  search.release();
  return {
    ...failure,
    relaxation:
      how === 'fully'
        ? relax(model, { operations, part: prefix(at) }, { meter, attempts })
        : undefined,
  };
}

/** The operation at which a judge stopped; the last to return where none is known. */
function hint(part: Part, { by, search }: Extract<Decision, { verdict: 'fail' }>): number {
  if (search !== undefined) {
    const { source, certain } = search.columns;
    return source[Math.min(search.reached, certain - 1)]!;
  }
  let [found, last] = [-1, -1];
  const returned = (member: number) => (member === -1 ? NEVER : part.returned[member]!);
  for (let member = 0; member < part.source.length; member++) {
    const at = returned(member);
    if (at === NEVER) continue;
    if (last === -1 || at > returned(last)) last = member;
    if (by !== undefined && at >= by && at < returned(found)) found = member;
  }
  return part.source[found === -1 ? last : found]!;
}

function returnRank(part: Part, returns: Int32Array, at: number): number {
  return part.returned[returns[at]!]!;
}

/** What is known right after a return: later invocations are not there, later ends not seen. */
function cutAfter(part: Part, rank: number): Part {
  // Members are in the order of their invocations.
  let [size, above] = [0, part.source.length];
  while (size < above) {
    const middle = (size + above) >>> 1;
    if (part.invoked[middle]! < rank) size = middle + 1;
    else above = middle;
  }
  const returned = part.returned.slice(0, size);
  for (let member = 0; member < size; member++) {
    if (returned[member]! > rank) returned[member] = NEVER;
  }
  const { key, source, invoked } = part;
  return { key, source: source.subarray(0, size), invoked: invoked.subarray(0, size), returned };
}

/** Where it probably is: the return that a search could not get past, or that a monitor named. */
function guess(part: Part, returns: Int32Array, decision: Decision): number {
  if (decision.verdict !== 'fail') return returns.length - 1;
  if (decision.search !== undefined) return Math.min(decision.search.reached, returns.length - 1);
  const at = returns.findIndex((member) => part.returned[member]! >= (decision.by ?? NEVER));
  return at === -1 ? returns.length - 1 : at;
}

/** The least position that is wrong; a longer prefix of a wrong one is wrong. */
function firstWrong(
  verdictAt: (at: number) => Decision['verdict'],
  guessed: number,
  last: number,
): { at: number; first: boolean } {
  let high = last;
  let low = 0;
  const ask = (at: number): boolean | undefined => {
    const verdict = verdictAt(at);
    if (verdict === 'unknown') return undefined;
    if (verdict === 'fail') high = at;
    else low = at + 1;
    return true;
  };
  if (guessed < last && ask(guessed) === undefined) return { at: last, first: false };
  if (low < high && ask(high - 1) === undefined) return { at: high, first: false };
  while (low < high) {
    if (ask((low + high) >>> 1) === undefined) return { at: high, first: false };
  }
  return { at: high, first: true };
}

/** Of a search that cannot get past the wrong return, whatever it tries. */
function longest(model: AnyModel, of: PartOf, meter: Meter): readonly (readonly number[])[] {
  try {
    const search = new Search(model, of, meter);
    search.run(LOOK_MAX);
    const found = prefixes(search, meter);
    search.release();
    return found;
  } catch (error) {
    if (error instanceof GaveUp) return [];
    throw error;
  }
}

function legalAnswers(
  model: AnyModel,
  of: PartOf & { readonly wrong: number; readonly search: Search },
  attempts: Attempts,
): readonly unknown[] {
  const { operations, part, wrong, search } = of;
  if (model.answers === undefined) return [];
  const { input } = operations[wrong]!;
  const near = [...search.statesAtReached].map((id) => search.states.states[id]);
  const answers = new Map<Key, unknown>();
  for (const state of [...near, ...search.states.states]) {
    if (answers.size >= ANSWERS_MAX) break;
    for (const answer of model.answers(state, input)) answers.set(canonical(answer), answer);
  }
  return [...answers.values()].filter((output) => {
    const changed = operations.with(wrong, { ...operations[wrong]!, output });
    return attempts.verdictOf({ operations: changed, part }) === 'pass';
  });
}
