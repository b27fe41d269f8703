import type { History, Intent, Operation, Sighting } from '../../harness/core/history.ts';
import type {
  KeyedInput,
  Operation as Judged,
  RegisterInput,
  RenewedInput,
  SwarmObjectOutput,
  SwarmServiceInput,
} from '../../models/index.ts';
import { fieldsOf } from '../../models/swarm-answers.ts';
import { notOfItsKind } from '../../models/swarm-outcomes.ts';
import { remembered } from '../remembered.ts';

/** What an operation of a run did to one object, as the checker takes it. */
export type Call<I = unknown, O = unknown> = Judged<I, O> & {
  readonly operation: Operation;
  readonly isRead: boolean;
};

type RegisterCall = Call<KeyedInput<RegisterInput<unknown>>>;
type VersionedCall = Call<SwarmServiceInput<unknown>, SwarmObjectOutput<unknown>>;
type RenewedCall = Call<KeyedInput<RenewedInput>>;

/** A run's calls, by what the objects are that they are about. */
export type Calls = {
  readonly registers: readonly RegisterCall[];
  readonly services: readonly VersionedCall[];
  readonly standing: readonly VersionedCall[];
  readonly renewed: readonly RenewedCall[];
};

/**
 * What is known of an object by what operations of the run mean for it: clients `put` to a register; `create`d ones are versioned;
 * `standing` ones are versioned as well and were there before; `renewed` ones are written along with another one.
 */
export type ObjectKind = 'put' | 'create' | 'standing' | 'renewed';

/** Objects that are looked at only, or only removed, are none of them: somebody else writes them. */
export const kindsOf = remembered(({ operations }): ReadonlyMap<string, ObjectKind> => {
  const kinds = new Map<string, ObjectKind>();
  for (const { intent } of operations) {
    if (intent === undefined) continue;
    const { act, object, renews } = intent;
    if (act === 'put' || act === 'create') kinds.set(object, act);
    else if (act === 'update' && !kinds.has(object)) kinds.set(object, 'standing');
    if (renews !== undefined) kinds.set(renews.object, 'renewed');
  }
  return kinds;
});

/**
 * A run's calls by object. What nobody saw end may have taken effect. A refusal that rests on the objects is a look: what it shows
 * absent is that, and otherwise what it needs of an object was not so.
 */
export const callsOf = (history: History): Calls => {
  const { operations } = history;
  const kinds = kindsOf(history);
  const registers: RegisterCall[] = [];
  const versioned = { create: [] as VersionedCall[], standing: [] as VersionedCall[] };
  const renewed: RenewedCall[] = [];

  const look = (operation: Operation, object: string, sighting: Sighting | undefined) => {
    const kind = kinds.get(object);
    if (kind === undefined) return;
    if (kind === 'put' || kind === 'renewed') {
      const read = { key: object, call: { f: 'read' } } as const;
      const call = lookOf(operation, read, sighting?.value ?? null);
      if (kind === 'put') registers.push(call);
      else renewed.push(call);
      return;
    }
    const output = outputOf(sighting);
    if (output !== undefined)
      versioned[kind].push(lookOf(operation, { f: 'read', name: object }, output));
  };

  const write = (operation: Operation, intent: Intent) => {
    const { object, renews } = intent;
    const kind = kinds.get(object);
    if (kind === 'put') {
      registers.push(writeOf(operation, { key: object, call: putOf(intent) }, undefined));
    } else if (kind === 'create' || kind === 'standing') {
      const input = inputOf(intent);
      if (input !== undefined) versioned[kind].push(writeOf(operation, input, done));
    }
    if (renews === undefined) return;
    const f = renews.to === 'nothing' ? 'clear' : 'renew';
    renewed.push(writeOf(operation, { key: renews.object, call: { f } }, undefined));
  };

  const refusal = (operation: Operation, intent: Intent) => {
    const kind = kinds.get(intent.object);
    const input = refusedOf(intent, operation);
    if (input === undefined || (kind !== 'create' && kind !== 'standing')) return;
    versioned[kind].push(lookOf(operation, input, { is: 'conflict' }));
  };

  for (const operation of operations) {
    const { intent, outcome, seen, complete } = operation;
    if (intent !== undefined && intent.act !== 'read' && outcome !== 'rejected')
      write(operation, intent);
    if (!operation.decided || operation.endedAt === undefined || outcome === 'unknown') continue;
    if (outcome === 'rejected' && intent !== undefined && !showsAbsent(seen, intent.object))
      refusal(operation, intent);
    for (const sighting of seen) look(operation, sighting.object, sighting);
    if (!complete) continue;
    const shown = new Set(seen.map(({ object }) => object));
    for (const [object, kind] of kinds)
      if (isMade(kind) && !shown.has(object)) look(operation, object, undefined);
  }
  return { registers, services: versioned.create, standing: versioned.standing, renewed };
};

/** Whether a complete list of what operations create shows it, if it is there. */
export const isMade = (kind: ObjectKind | undefined): boolean =>
  kind === 'put' || kind === 'create';

const showsAbsent = (seen: readonly Sighting[], name: string): boolean =>
  seen.some(({ object, value }) => object === name && value === undefined);

const done = { is: 'done' } as const;

const writeOf = <I, O>(operation: Operation, input: I, output: O): Call<I, O> => ({
  operation,
  process: operation.process,
  outcome: operation.outcome === 'ok' && operation.endedAt !== undefined ? 'ok' : 'unknown',
  invoked: operation.invokedAt,
  returned: operation.endedAt,
  isRead: false,
  input,
  output,
});

/** What an answer shows was there, also where it is a refusal. */
const lookOf = <I, O>(operation: Operation, input: I, output: O): Call<I, O> => ({
  operation,
  process: operation.process,
  outcome: 'ok',
  invoked: operation.invokedAt,
  returned: operation.endedAt,
  isRead: true,
  input,
  output,
});

const putOf = ({ act, value }: Intent): RegisterInput<unknown> => ({
  f: 'write',
  value: act === 'remove' ? null : value,
});

const inputOf = ({ act, object: name, value, version }: Intent) => {
  switch (act) {
    case 'create':
      return { f: 'create', name, value } as const;
    case 'update':
      return version === undefined ? undefined : ({ f: 'update', name, version, value } as const);
    case 'remove':
      return { f: 'remove', name } as const;
    case 'put':
    case 'read':
      return undefined;
  }
};

/** Undefined: it needs nothing of the object that a refusal could say. */
const refusedOf = ({ act, object: name, value, version }: Intent, { output }: Operation) => {
  if (act === 'update' && fieldsOf(output).status === notOfItsKind)
    return { f: 'refused change', name, value } as const;
  if (act === 'create') return { f: 'refused create', name, value } as const;
  if (act !== 'update' || version === undefined) return undefined;
  return { f: 'refused update', name, version, value } as const;
};

/** Undefined: nothing can be said of it. */
const outputOf = (sighting: Sighting | undefined): SwarmObjectOutput<unknown> | undefined => {
  if (sighting?.value === undefined) return { is: 'absent' };
  const { value, version } = sighting;
  return version === undefined ? undefined : { is: 'found', version, value };
};
