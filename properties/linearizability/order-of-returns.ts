import type { AnyModel, Operation } from '../../models/model.ts';
import { byReturn } from './columns.ts';
import type { Meter } from './limits.ts';
import type { Part } from './part.ts';

/**
 * The calls of a part in the order of their returns, as operations of the history, if the model allows every answer in it. It puts
 * nothing before what was over when it began, and is right wherever clients seldom meet: then there is nothing to search.
 * What nobody saw end is taken not to have happened. Undefined: this order is wrong, which says nothing of others.
 */
export function orderOfReturns(
  model: AnyModel,
  { operations, part }: { readonly operations: readonly Operation[]; readonly part: Part },
  meter: Meter,
): readonly number[] | undefined {
  const order: number[] = [];
  let state: unknown = model.init;
  for (const member of byReturn(part, meter)) {
    // A slow model is stopped here.
    meter.check();
    const at = part.source[member]!;
    const { input, output } = operations[at]!;
    const next = stepOf(model, state, { input, output });
    if (next.length === 0) return undefined;
    state = next[0];
    order.push(at);
  }
  return order;
}

/** The search meets what a model throws once more, and says at which operation. */
function stepOf(
  model: AnyModel,
  state: unknown,
  { input, output }: Pick<Operation, 'input' | 'output'>,
): readonly unknown[] {
  try {
    return model.step(state, input, output);
  } catch {
    return [];
  }
}
