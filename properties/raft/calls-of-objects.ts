import type { History, Intent, Operation, Sighting } from '../../harness/core/history.ts';
import type {
  KeyedInput,
  Operation as Judged,
  RegisterInput,
  SwarmObjectInput,
  SwarmObjectOutput,
} from '../../models/index.ts';

/** What an operation of a run did to one object, as the checker takes it. */
export type Call<I = unknown, O = unknown> = Judged<I, O> & {
  readonly operation: Operation;
  readonly isRead: boolean;
};

type RegisterCall = Call<KeyedInput<RegisterInput<unknown>>>;
type ServiceCall = Call<SwarmObjectInput<unknown>, SwarmObjectOutput<unknown>>;

/**
 * A run's calls by object. An object that clients `put` to is a register; one that they create is versioned, and what was
 * never created by an operation of the run is not judged, for somebody else made it. A refusal says nothing here, but for
 * "not found"; what nobody saw end may have taken effect.
 */
export const callsOf = ({
  operations,
}: History): {
  readonly registers: readonly RegisterCall[];
  readonly services: readonly ServiceCall[];
} => {
  const kinds = kindsOf(operations);
  const registers: RegisterCall[] = [];
  const services: ServiceCall[] = [];
  const look = (operation: Operation, object: string, sighting: Sighting | undefined) => {
    const kind = kinds.get(object);
    if (kind === undefined) return;
    const common = { ...lookOf(operation), isRead: true };
    if (kind === 'put') {
      const output = sighting?.value ?? null;
      registers.push({ ...common, input: { key: object, call: { f: 'read' } }, output });
      return;
    }
    const output = outputOf(sighting);
    if (output !== undefined)
      services.push({ ...common, input: { f: 'read', name: object }, output });
  };
  for (const operation of operations) {
    const { intent, outcome, seen, complete } = operation;
    if (intent !== undefined && intent.act !== 'read' && outcome !== 'rejected') {
      const common = { ...callOf(operation), isRead: false };
      if (kinds.get(intent.object) === 'put') {
        registers.push({ ...common, input: { key: intent.object, call: putOf(intent) } });
      } else if (kinds.has(intent.object)) {
        const input = inputOf(intent);
        if (input !== undefined) services.push({ ...common, input, output: { is: 'done' } });
      }
    }
    if (!operation.decided || operation.endedAt === undefined || outcome === 'unknown') continue;
    for (const sighting of seen) look(operation, sighting.object, sighting);
    if (!complete) continue;
    const shown = new Set(seen.map(({ object }) => object));
    for (const object of kinds.keys()) if (!shown.has(object)) look(operation, object, undefined);
  }
  return { registers, services };
};

const kindsOf = (operations: readonly Operation[]): ReadonlyMap<string, 'put' | 'create'> => {
  const kinds = new Map<string, 'put' | 'create'>();
  for (const { intent } of operations) {
    if (intent?.act === 'put' || intent?.act === 'create') kinds.set(intent.object, intent.act);
  }
  return kinds;
};

const callOf = (operation: Operation) =>
  ({
    operation,
    process: operation.process,
    outcome: operation.outcome === 'ok' && operation.endedAt !== undefined ? 'ok' : 'unknown',
    invoked: operation.invokedAt,
    returned: operation.endedAt,
  }) as const;

/** What an answer shows was there, also where it is a refusal. */
const lookOf = (operation: Operation) => ({ ...callOf(operation), outcome: 'ok' }) as const;

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

/** Undefined: nothing can be said of it. */
const outputOf = (sighting: Sighting | undefined): SwarmObjectOutput<unknown> | undefined => {
  if (sighting?.value === undefined) return { is: 'absent' };
  const { value, version } = sighting;
  return version === undefined ? undefined : { is: 'found', version, value };
};
