import {
  casRegister,
  counter,
  kvAppend,
  multiRegister,
  mutex,
  queue,
  register,
  renewedRegister,
  set,
  standingObjects,
  swarmObjects,
  swarmServices,
  type AnyModel,
} from '../../../models/index.ts';
import type { Random } from './random.ts';

/** A model and what to ask of it: `unique` values are counted up, for the conditions of the monitors. */
export type Kind = {
  readonly model: AnyModel;
  /** Set where some calls span the parts that others are about: the history has one state. */
  readonly whole?: true;
  input(random: Random, unique: () => number): unknown;
};

/** Erases types: a kind's inputs fit its own model. */
function kind(model: { readonly name: string }, input: Kind['input']): Kind {
  const whole = model.name === 'set' ? { whole: true as const } : {};
  return { model: model as AnyModel, input, ...whole };
}

function few(random: Random): number {
  return random.below(3);
}

/** Every model, with few values, so that reads are ambiguous; and each monitor's own conditions. */
export const kinds: Readonly<Record<string, Kind>> = {
  register: kind(register<number>(0), (r) =>
    r.chance(0.5) ? { f: 'read' } : { f: 'write', value: few(r) },
  ),
  'register, unique values': kind(register<number>(0), (r, unique) =>
    r.chance(0.6) ? { f: 'read' } : { f: 'write', value: unique() },
  ),
  'cas-register': kind(casRegister<number>(0), (r) =>
    r.chance(0.4)
      ? { f: 'read' }
      : r.chance(0.4)
        ? { f: 'write', value: few(r) }
        : { f: 'cas', from: few(r), to: few(r) },
  ),
  'cas-register, unique values': kind(casRegister<number>(0), (r, unique) => {
    if (r.chance(0.4)) return { f: 'read' };
    const to = unique();
    return r.chance(0.3) ? { f: 'write', value: to } : { f: 'cas', from: r.below(to), to };
  }),
  'multi-register': kind(multiRegister<number>(0), (r) => ({
    steps: Array.from({ length: 1 + r.below(2) }, () =>
      r.chance(0.5) ? { f: 'r', key: r.below(2) } : { f: 'w', key: r.below(2), value: few(r) },
    ),
  })),
  // A register whose writes are not known to overwrite: other reductions have to do.
  'multi-register, one key': kind(multiRegister<number>(0), (r) => ({
    steps: [r.chance(0.4) ? { f: 'r', key: 0 } : { f: 'w', key: 0, value: 1 + r.below(2) }],
  })),
  mutex: kind(mutex(), (r) => ({ f: r.chance(0.5) ? 'acquire' : 'release' })),
  'kv-append': kind(kvAppend(), (r) => {
    const key = r.pick(['x', 'x', 'y']);
    if (r.chance(0.5)) return { f: 'get', key };
    return { f: r.chance(0.2) ? 'put' : 'append', key, value: r.pick(['a', 'b', 'c', 'ab']) };
  }),
  // Pieces that can be told apart in every text, and now and then some that cannot.
  'kv-append, unique pieces': kind(kvAppend(), (r, unique) => {
    const key = r.pick(['x', 'x', 'y']);
    if (r.chance(0.45)) return { f: 'get', key };
    const value = r.chance(0.03) ? r.pick(['1', '11', '']) : `${unique()}.`;
    return { f: r.chance(0.2) ? 'put' : 'append', key, value };
  }),
  'kv-append, unique pieces, not empty at first': kind(kvAppend('1'), (r, unique) => {
    if (r.chance(0.45)) return { f: 'get', key: 'x' };
    return { f: r.chance(0.2) ? 'put' : 'append', key: 'x', value: `${unique()}.` };
  }),
  set: kind(set<number>(), (r) => {
    if (r.chance(0.3)) return { f: 'read' };
    return { f: r.pick(['add', 'add', 'remove', 'contains']), value: few(r) };
  }),
  'set, growing': kind(set<number>(), (r, unique) =>
    r.chance(0.4) ? { f: 'read' } : { f: 'add', value: unique() },
  ),
  'set, by element': kind(set<number>(), (r, unique) =>
    r.chance(0.3)
      ? { f: 'add', value: unique() }
      : { f: r.pick(['remove', 'contains', 'contains', 'contains']), value: 1 + few(r) },
  ),
  counter: kind(counter(), (r) =>
    r.chance(0.4) ? { f: 'read' } : { f: 'add', by: r.pick([1, 1, 2, -1]) },
  ),
  queue: kind(queue<number>(), (r) =>
    r.chance(0.5) ? { f: 'dequeue' } : { f: 'enqueue', value: few(r) },
  ),
  'queue, unique values': kind(queue<number>(), (r, unique) =>
    r.chance(0.55) ? { f: 'dequeue' } : { f: 'enqueue', value: unique() },
  ),
  'swarm-objects': kind(swarmObjects<number>(), versioned),
  'swarm-services': kind(swarmServices<number>(), versioned),
  'swarm-objects, one object': kind(swarmObjects<number>(), ofOneObject),
  'swarm-services, one object': kind(swarmServices<number>(), ofOneObject),
  'swarm-services, with refusals': kind(swarmServices<number>(), (r) =>
    r.chance(0.4) ? refused(r) : versioned(r),
  ),
  'standing-objects': kind(standing(), (r) => {
    if (r.chance(0.3)) return refused(r);
    return { ...(versioned(r) as object), ...(r.chance(0.5) && { name: 'web' }) };
  }),
  'renewed-register': kind(renewed(), (r) => ({
    f: r.pick(['read', 'read', 'read', 'renew', 'renew', 'clear']),
  })),
};

function refused(r: Random) {
  const name = r.pick(['web', 'web', 'db']);
  return r.chance(0.4)
    ? { f: r.pick(['refused create', 'refused change']), name, value: few(r) }
    : { f: 'refused update', name, version: 1 + r.below(4), value: few(r) };
}

/** What may be seen first is anything: here one of few things. */
function standing() {
  const model = standingObjects<number>((value) => value < 3);
  const first = [5, 6].map((value) => ({ is: 'found', version: 1, value }) as const);
  const answers: typeof model.answers = (state, input) =>
    state === model.init && input.f === 'read' ? first : (model.answers?.(state, input) ?? []);
  return { ...model, answers };
}

/** What is new is none of what was there: here the next of few things. */
function renewed() {
  const model = renewedRegister<number>();
  const answers: typeof model.answers = (state, input) => {
    const fresh = input.f === 'read' && (state.is === 'new' || state.is === 'unseen');
    return fresh
      ? [state.gone.length, state.gone.length + 1]
      : (model.answers?.(state, input) ?? []);
  };
  return { ...model, answers };
}

/** Most orders of its writes leave the same value: only versions tell them apart. */
function ofOneObject(r: Random) {
  const name = 'web';
  if (r.chance(0.3)) return { f: 'read', name };
  if (r.chance(0.4)) return { f: 'create', name, value: 1 };
  return r.chance(0.4)
    ? { f: 'remove', name }
    : { f: 'update', name, version: 1 + r.below(8), value: r.chance(0.7) ? 1 : 2 };
}

function versioned(r: Random) {
  const name = r.pick(['web', 'web', 'db']);
  if (r.chance(0.4)) return { f: 'read', name };
  if (r.chance(0.35)) return { f: 'create', name, value: few(r) };
  return r.chance(0.25)
    ? { f: 'remove', name }
    : { f: 'update', name, version: 1 + r.below(4), value: few(r) };
}
