import { counted, seconds } from '../../harness/core/figures.ts';
import type { History, Operation } from '../../harness/core/history.ts';
import type { Moment, Property, Verdict } from '../../harness/core/property.ts';
import {
  keyed,
  register,
  renewedRegister,
  standingObjects,
  swarmServices,
  type AnyModel,
} from '../../models/index.ts';
import { chronicleOf } from '../chronicle.ts';
import { checkLinearizable, type Failure } from '../linearizability/index.ts';
import { broken, held, moment, unknown, untested } from '../verdicts.ts';
import { callsOf, type Call, type Calls } from './calls-of-objects.ts';

/** Half an hour at 40 operations a second is a quarter of it; beyond, nothing is said. */
const CALLS_MAX = 1_000_000;
/** What judging one run may hold. */
const LIMITS = { maxStates: 500_000, maxBytes: 256 * 1024 * 1024 };
/** What explaining a failure may look at: the same on every machine, about a second where it is all used. */
const EXPLAIN_CONFIGURATIONS = 400_000;
const MOMENTS_MAX = 4;
/** What nobody has put yet reads as null. */
const nothing: unknown = null;
const registersOfAnything: AnyModel = keyed(register(nothing));
const renewedRegisters = keyed(renewedRegister()) as AnyModel;

/**
 * Each operation appears to take effect instantaneously at some point between its invocation and its response. So a read
 * shows the latest write that was acknowledged before it was asked for, or a later one, whichever manager answers. A refusal that
 * rests on the objects is a read as well: a name that is taken is somebody's, and "update out of sequence" is true only where the
 * version is another one. Judged are services, the nodes of the swarm, the swarm's own spec, and the key that unlocks it: after a rotation
 * it is none that it ever was.
 * @source Herlihy & Wing, Linearizability: A Correctness Condition for Concurrent Objects, 1990, §1; Ongaro, Consensus:
 * Bridging Theory and Practice, §6.4: "each read must return a result that reflects the state of the system at some time
 * after the read was initiated".
 */
export const linearizable: Property = {
  name: 'linearizable',
  kind: 'safety',
  guarantee:
    'Every operation on an object appears to take effect at one instant between its invocation and its response: a read, or a refusal that rests on the object, reflects the state of the system at some time after it was asked for.',
  source:
    'Herlihy & Wing, Linearizability: A Correctness Condition for Concurrent Objects, 1990; Ongaro, Consensus: Bridging Theory and Practice, §6.4',
  judge(history) {
    const judged = modelled(callsOf(history));
    const calls = judged.flatMap(([, of]) => of);
    if (calls.length > CALLS_MAX) {
      return unknown(`${calls.length} calls are more than are judged (${CALLS_MAX})`);
    }
    let missing: string | undefined;
    for (const [model, of] of judged) {
      const verdict = checkLinearizable(model, of, LIMITS, { explain: 'hint' });
      if (verdict.verdict === 'fail') return explained(model, of, history);
      if (verdict.verdict === 'unknown') missing = verdict.why;
    }
    return missing === undefined ? tested(history, calls) : unknown(missing);
  },
};

const modelled = ({
  registers,
  services,
  standing,
  renewed,
}: Calls): readonly (readonly [AnyModel, readonly Call[]])[] => {
  const written = new Set(
    standing.map(({ input }) => ('value' in input ? input.value : undefined)),
  );
  return [
    [registersOfAnything, registers],
    [swarmServices() as AnyModel, services],
    [standingObjects((value) => written.has(value)) as AnyModel, standing],
    [renewedRegisters, renewed],
  ];
};

/** A read while all is well shows nothing: it has to come after a fault that bit. */
const tested = (history: History, calls: readonly Call[]): Verdict => {
  let from = Infinity;
  for (const { begunAt } of chronicleOf(history).bitten) from = Math.min(from, begunAt ?? Infinity);
  let reads = 0;
  for (const { isRead, invoked } of calls) if (isRead && invoked >= from) reads += 1;
  return reads > 0
    ? held(
        `${counted(reads, 'look')} at objects after a fault that bit, and ${counted(calls.length, 'call')} in all, fit one order`,
      )
    : untested('no object was looked at after a fault that bit');
};

/** Judged once more, for what a person wants to know: where it shows, what would have been right, what it takes. */
const explained = (model: AnyModel, calls: readonly Call[], history: History): Verdict => {
  const verdict = checkLinearizable(model, calls, LIMITS, {
    explainConfigurations: EXPLAIN_CONFIGURATIONS,
  });
  if (verdict.verdict !== 'fail') return unknown('what was found wrong could not be found again');
  const { failure } = verdict;
  const { relaxation } = failure;
  const wrong = calls[failure.at];
  if (wrong === undefined) return unknown('the operation that was found wrong is none of the run');
  const right = rightAnswers(model, wrong, failure.legal);
  const instead = right.length === 0 ? '' : `; right would have been ${right.join(' or ')}`;
  const unsure =
    relaxation?.minimal === true
      ? ''
      : '; the search for the operations that matter reached its bound, so not all that are named may be needed';
  return broken(
    `${said(model, wrong)} at ${seconds(wrong.operation.endedAt ?? wrong.invoked)}, which fits no order of what was asked and answered before${instead}${unsure}`,
    [...refusedSource(wrong, history), ...momentsOf(model, calls, failure)],
  );
};

/**
 * Of versions a model says no more than what they are above, as the swarm writes its objects too; the answers that it names are samples.
 */
const rightAnswers = (
  model: AnyModel,
  { input }: Call,
  legal: readonly unknown[],
): readonly string[] => {
  const texts = legal.map((answer) => model.describe?.(input, answer) ?? '');
  const versions = Map.groupBy(texts, (text) => text.replace(versionAtEnd, ''));
  return [...versions].map(([text, same]) => {
    const least = Math.min(...same.map((of) => Number(versionAtEnd.exec(of)?.[1])));
    if (same.length === 1) return same[0] ?? text;
    return `${text} at a version above ${least - 1}`;
  });
};

const versionAtEnd = / at version (\d+)$/;

const said = (model: AnyModel, { operation, input, output, outcome }: Call): string =>
  `${operation.node} answers ${model.describe?.(input, outcome === 'ok' ? output : undefined) ?? operation.operation}`;

/** What it shows was refused when somebody wanted to write it: such a write is none of the calls, and is half of the story. */
const refusedSource = ({ operation }: Call, { operations }: History): readonly Moment[] => {
  const shown = new Set(operation.seen.map(({ object, value }) => `${object} ${value ?? ''}`));
  const source = operations.findLast(
    ({ outcome, intent, endedAt, invokedAt }) =>
      outcome === 'rejected' &&
      intent?.value !== undefined &&
      shown.has(`${intent.object} ${intent.value}`) &&
      (endedAt ?? invokedAt) <= (operation.endedAt ?? Infinity),
  );
  if (source?.intent === undefined) return [];
  const { node, intent, invokedAt, endedAt = invokedAt } = source;
  const text = `${node} refuses to ${intent.act} ${intent.object} as "${intent.value ?? ''}"`;
  return [moment(endedAt, node, text)];
};

/** What matters to the failure, the latest of it, in the order of its answers. */
const momentsOf = (
  model: AnyModel,
  calls: readonly Call[],
  { at, relaxation }: Failure,
): readonly Moment[] => {
  const needed = new Set([at]);
  for (const { operation, ended, notBefore, notAfter } of relaxation?.demands ?? []) {
    if (ended || notBefore || notAfter) needed.add(operation);
  }
  const when = ({ endedAt, invokedAt }: Operation) => endedAt ?? invokedAt;
  return [...needed]
    .flatMap((index) => calls[index] ?? [])
    .sort((a, b) => when(a.operation) - when(b.operation))
    .slice(-MOMENTS_MAX)
    .map((call) => {
      const { node, invokedAt } = call.operation;
      const text =
        call.outcome === 'ok'
          ? `${said(model, call)}, asked at ${seconds(invokedAt)}`
          : `${node} is asked to ${model.describe?.(call.input, undefined) ?? call.operation.operation}, and nobody sees it end`;
      return moment(when(call.operation), node, text);
    });
};
