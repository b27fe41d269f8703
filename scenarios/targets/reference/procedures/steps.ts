import type { NodeName } from '../../../../harness/core/cluster.ts';
import type { Outcome } from '../../../../harness/core/history.ts';
import type { JsonObject } from '../../../../harness/core/json.ts';
import type {
  ProcedureContext,
  ProcedureResult,
  ProcedureStep,
} from '../../../../harness/core/target.ts';
import { messageOf } from '../../../../harness/core/thrown.ts';

/** A part of a procedure that comes to a result. */
export type Part<Result> = Generator<ProcedureStep, Result, ProcedureResult>;

export type Asked = { readonly outcome: Outcome; readonly output: JsonObject };

const nothing: JsonObject = Object.freeze({});

/** Asks one node one thing, once. */
export function* call(node: NodeName, operation: string, args: JsonObject = {}): Part<Asked> {
  const result = yield { step: 'call', node, operation, args };
  if (result.step !== 'call') throw new Error(`a call was answered by ${result.step}`);
  return { outcome: result.outcome, output: (result.output ?? nothing) as JsonObject };
}

export function* pause(ms: number): Part<void> {
  yield { step: 'wait', ms };
}

/** Between two tries. */
const pollMs = 50;

/**
 * Tries until `done` says so, at most `tries` times, with pauses in between. Every try is an operation of the history.
 * @returns what the last try came to, and whether that was the end of it
 */
export function* until<Result>(
  attempt: () => Part<Result>,
  done: (result: Result) => boolean,
  tries: number,
): Part<{ readonly done: boolean; readonly last: Result }> {
  let last = yield* attempt();
  for (let tried = 1; !done(last) && tried < tries; tried += 1) {
    yield* pause(pollMs);
    last = yield* attempt();
  }
  return { done: done(last), last };
}

/** The manager to ask first, and the others after it. */
export const bestFirst = (context: ProcedureContext): readonly NodeName[] => {
  const leader = context.leader();
  const managers = context.managers();
  return leader === undefined
    ? managers
    : [leader, ...managers.filter((manager) => manager !== leader)];
};

/**
 * Asks the cluster: the leader, then the other live managers, until one says yes, or no in a way that is `final`. `before` is done at
 * the same manager first (an update needs the version of a moment ago).
 */
export function* askCluster(
  context: ProcedureContext,
  operation: string,
  given: {
    readonly args?: JsonObject;
    readonly before?: readonly [string, JsonObject];
    readonly final?: (asked: Asked) => boolean;
  } = {},
): Part<Asked> {
  let last: Asked = { outcome: 'rejected', output: nothing };
  for (let round = 0; round < roundsMax; round += 1) {
    for (const manager of bestFirst(context)) {
      if (given.before !== undefined) {
        const ready = yield* call(manager, ...given.before);
        if (ready.outcome !== 'ok') continue;
      }
      last = yield* call(manager, operation, given.args);
      if (last.outcome === 'ok' || given.final?.(last) === true) return last;
    }
    yield* pause(4 * pollMs);
  }
  return last;
}

const roundsMax = 8;

/** What kept one from a yes, in the cluster's words where it has any. */
export const whyNot = ({ outcome, output }: Asked): string => {
  if (outcome === 'unknown') return 'nobody saw how it ended';
  return typeof output.text === 'string' ? output.text : 'no manager took it';
};

/** The answer, where it is a yes; throws where nobody said so. */
export const accepted = (operation: string, asked: Asked): Asked => {
  if (asked.outcome !== 'ok') throw new Error(`${operation}: ${whyNot(asked)}`);
  return asked;
};

/** `askCluster` for what a procedure is there for: throws where nobody said yes. */
export function* insist(...asking: Parameters<typeof askCluster>): Part<Asked> {
  const [, operation] = asking;
  return accepted(operation, yield* askCluster(...asking));
}

/** Does the same to each of them, the others too where one fails. Throws where it had no effect on one, and why. */
export function* onEach(
  names: readonly NodeName[],
  deed: (name: NodeName) => Part<void>,
): Part<void> {
  const problems = names.length === 0 ? ['there was no node to do it to'] : [];
  for (const name of names) {
    try {
      yield* deed(name);
    } catch (error) {
      problems.push(`${name}: ${messageOf(error)}`);
    }
  }
  if (problems.length > 0) throw new Error(problems.join('; '));
}
