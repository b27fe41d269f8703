import { createHash } from 'node:crypto';

import { canonical, show, type AnyModel, type Key, type Operation } from '../../models/index.ts';
import type { Drawing, DrawnOperation, DrawnPart, DrawnStep } from '../../reports/check/drawing.ts';
import { page } from '../../reports/check/page.ts';
import type { Verdict } from '../../properties/linearizability/index.ts';
import type { Judged } from './judge-file.ts';

/** The page of a judged file. */
export function drawn({ result, history, verdict }: Judged): string {
  if (history === undefined) return '';
  const { model, operations, lines } = history;
  const drawing: Drawing = {
    file: result.file,
    model: model.name,
    verdict: verdict?.verdict ?? 'unknown',
    why: result.why,
    operations: operations.map((operation, at) => bar(model, operation, lines[at] ?? 0)),
    part: verdict === undefined ? undefined : shownFirst(model, operations, verdict),
  };
  return page(drawing, (text) => createHash('sha256').update(text).digest('base64'));
}

function bar(model: AnyModel, operation: Operation, line: number): DrawnOperation {
  const { process, input, output, outcome, invoked, returned } = operation;
  return {
    process: String(process),
    text: model.describe?.(input, outcome === 'ok' ? output : undefined) ?? show(input),
    line,
    from: invoked,
    to: outcome === 'ok' ? returned : undefined,
    rejected: outcome === 'rejected',
  };
}

/** The part that fails; where none does, the one that was not judged and came furthest. */
function shownFirst(
  model: AnyModel,
  operations: readonly Operation[],
  verdict: Verdict,
): DrawnPart | undefined {
  switch (verdict.verdict) {
    case 'pass':
      return undefined;
    case 'unknown': {
      const open = verdict.progress
        .filter((part) => part.verdict === 'unknown')
        .reduce<(typeof verdict.progress)[number] | undefined>(
          (best, part) => (best === undefined || lengthOf(part) > lengthOf(best) ? part : best),
          undefined,
        );
      if (open === undefined) return undefined;
      return {
        ...common(model, operations, open),
        wrong: undefined,
        legal: [],
        demands: [],
        minimal: false,
      };
    }
    case 'fail': {
      const { failure } = verdict;
      const input = operations[failure.at]?.input;
      return {
        ...common(model, operations, failure),
        wrong: failure.at,
        legal: failure.legal.map((answer) => model.describe?.(input, answer) ?? show(answer)),
        demands: failure.relaxation?.demands ?? [],
        minimal: failure.relaxation?.minimal ?? false,
      };
    }
  }
}

type Reached = {
  readonly key: Key | undefined;
  readonly prefixes: readonly (readonly number[])[];
};

function common(
  model: AnyModel,
  operations: readonly Operation[],
  { key, prefixes }: Reached,
): Pick<DrawnPart, 'key' | 'members' | 'prefixes'> {
  const members = operations.flatMap(({ input }, at) =>
    key === undefined || model.partition?.(input) === key ? [at] : [],
  );
  return {
    key: key === undefined ? undefined : String(key).replace(/^'/, ''),
    members,
    prefixes: prefixes.map((prefix) => stepsOf(model, operations, prefix)),
  };
}

/** States are shown of the steps that are, and a text that grows is not written down at each of a million. */
const STATES_MAX = 2_000;

function stepsOf(
  model: AnyModel,
  operations: readonly Operation[],
  prefix: readonly number[],
): readonly DrawnStep[] {
  let state = model.init;
  return prefix.map((operation, at) => {
    const of = operations[operation];
    if (of === undefined)
      throw new RangeError(`the prefix names operation ${operation}, which is none`);
    const { input, output, outcome } = of;
    state = model.step(state, input, outcome === 'ok' ? output : undefined)[0] ?? state;
    const isShown = at >= prefix.length - STATES_MAX;
    return { operation, state: isShown ? short(String(canonical(state))) : '' };
  });
}

function lengthOf({ prefixes: [longest] }: Reached): number {
  return longest?.length ?? 0;
}

function short(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
