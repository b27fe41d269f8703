import type { AnyModel, Operation } from '../../../models/model.ts';
import { CALLS_AT_ONCE_MAX, type Meter } from '../limits.ts';
import { NEVER, type Part } from '../part.ts';
import type { Finding } from './finding.ts';
import { monitorQueue } from './queue.ts';
import { monitorRegister } from './register.ts';
import { monitorSet } from './set.ts';

/** Judges a part without a search where a monitor's conditions hold; undefined where none does. */
export function monitored(
  model: AnyModel,
  history: { readonly operations: readonly Operation[]; readonly part: Part },
  meter: Meter,
): Finding | undefined {
  const { family } = model;
  if (family === undefined) return undefined;
  const { operations, part } = history;
  const call = (member: number) => {
    const { input, output } = operations[part.source[member]!]!;
    const certain = part.returned[member] !== NEVER;
    return { input, output: certain ? output : undefined, certain };
  };
  switch (family.kind) {
    case 'register':
      return monitorRegister(
        part,
        { initial: family.initial, role: (member) => family.role(call(member)) },
        meter,
      );
    case 'text': {
      if (part.source.length > CALLS_AT_ONCE_MAX) return undefined;
      const calls = Array.from(part.source, (_, member) => call(member));
      const roles = family.roles(calls);
      if (roles === undefined) return undefined;
      return monitorRegister(
        part,
        { initial: family.initial, role: (member) => roles[member] },
        meter,
      );
    }
    case 'set':
      return family.emptyAtFirst
        ? monitorSet(part, { call, role: (of) => family.role(of) }, meter)
        : undefined;
    case 'queue':
      return family.emptyAtFirst
        ? monitorQueue(part, { call, role: (of) => family.role(of) }, meter)
        : undefined;
  }
}
