import { alike, canonical, show } from './canonical.ts';
import type { Model } from './model.ts';
import {
  swarmObjects,
  type SwarmObjectInput,
  type SwarmObjectOutput,
  type SwarmObjectState,
} from './swarm-objects.ts';

/** A write that surely had no effect, because what it needs was not so: the name free, the version the present one. */
export type Refused<V> =
  | { readonly f: 'refused create'; readonly name: string; readonly value: V }
  /** An update that asked for what an object of its kind cannot become. */
  | { readonly f: 'refused change'; readonly name: string; readonly value: V }
  | {
      readonly f: 'refused update';
      readonly name: string;
      readonly version: number;
      readonly value: V;
    };

export type SwarmServiceInput<V> = SwarmObjectInput<V> | Refused<V>;

/** `seen`: whether the object was looked at since it was written, so that what is committed later has a greater version. */
export type SwarmServiceState<V> = SwarmObjectState<V> & { readonly seen: boolean };

/**
 * Versioned objects that the swarm itself writes too, between the writes of its clients and without changing what
 * they wrote: an orchestrator notes on a service how its update proceeds. So a version may have moved on at any time,
 * and `state.version` is what the present one is greater than.
 *
 * Writes of several clients may be committed together, and then have one version: an object that nobody could look at may be removed, and
 * the next of its name have no greater one.
 *
 * A refusal is a look: that a name is taken, or that a change is not allowed, shows that the object is there, "update out of sequence"
 * that its version is another one.
 * @source SwarmKit `manager/orchestrator/update/updater.go` (UpdateStatus); `manager/state/store/memory.go` touchMeta,
 * ErrExist, ErrNameConflict and ErrSequenceConflict
 */
export function swarmServices<V = unknown>(): Model<
  SwarmServiceState<V>,
  SwarmServiceInput<V>,
  SwarmObjectOutput<V>
> {
  const { init, key, observes, identify, describe, ...objects } = swarmObjects<V>();
  return {
    ...objects,
    name: 'swarm-services',
    init: { ...init, exact: false, seen: false },
    key: (state) => `${state.seen ? '*' : ''}${key(state)}`,
    // Of all looks, only these never tell more of the version.
    readOnly: ({ f }) => f === 'refused create' || f === 'refused change',
    observes: (input) => isRefused(input) || observes?.(input) === true,
    identify: (input, output) =>
      isRefused(input)
        ? refusalOf(input, output)
        : (identify?.(input, output) ?? canonical([input, output])),
    describe: (input, output) =>
      isRefused(input) ? refusalInWords(input) : (describe?.(input, output) ?? show(input)),
    looseness: ({ present, value, version, seen }) => ({
      alike: `${present ? 'p' : 'a'} ${canonical(value)}`,
      rank: 2 * version + (seen ? 1 : 0),
    }),
    step(state, input, output) {
      switch (input.f) {
        case 'create':
          if (output?.is === 'conflict') return state.present ? [state] : [];
          if (state.present) return output === undefined ? [state] : [];
          if (output !== undefined && output.is !== 'done') return [];
          return created(state, input.value, atVersion(output));
        case 'update':
          return updated(state, input, output);
        case 'remove':
          if (output?.is === 'absent') return state.present ? [] : [state];
          if (!state.present) return output === undefined ? [state] : [];
          if (output !== undefined && output.is !== 'done') return [];
          return [removed(state)];
        case 'refused create':
        case 'refused change':
        case 'refused update':
          if (output === undefined) return [state];
          return output.is === 'conflict' ? refusing(state, input) : [];
        case 'read':
          if (output === undefined) return [state];
          if (output.is === 'absent') return state.present ? [] : [state];
          if (output.is !== 'found' || !state.present || output.version <= state.version) return [];
          if (!alike(output.value, state.value)) return [];
          return [{ ...state, version: output.version - 1, seen: true }];
      }
    },
    answers(state, input) {
      const [least, next] = [state.version + 1, state.version + 2];
      switch (input.f) {
        case 'create':
          return [{ is: state.present ? 'conflict' : 'done' }];
        case 'refused create':
        case 'refused change':
        case 'refused update':
          return refusing(state, input).length > 0 ? [{ is: 'conflict' }] : [];
        case 'read':
          return state.present
            ? [least, next].map((version) => ({ is: 'found', version, value: state.value as V }))
            : [{ is: 'absent' }];
        case 'remove':
          return [{ is: state.present ? 'done' : 'absent' }];
        case 'update':
          if (!state.present) return [{ is: 'absent' }];
          return input.version > state.version
            ? [{ is: 'done' }, { is: 'conflict' }]
            : [{ is: 'conflict' }];
      }
    },
  };
}

function isRefused<V>(input: SwarmServiceInput<V>): input is Refused<V> {
  return input.f.startsWith('refused ');
}

/** The states in which the refusal is right. */
function refusing<V>(
  state: SwarmServiceState<V>,
  input: Refused<V>,
): readonly SwarmServiceState<V>[] {
  if (input.f === 'refused update') return [state.present ? notAt(state, input.version) : state];
  return state.present ? [state] : [];
}

/** What they would have written tells no two of them apart. */
function refusalOf<V>(input: Refused<V>, output: SwarmObjectOutput<V> | undefined): string {
  const asked = input.f === 'refused update' ? `stale${input.version}` : 'there';
  return `${asked} ${canonical(output)}`;
}

function refusalInWords<V>(input: Refused<V>): string {
  const { name, value } = input;
  switch (input.f) {
    case 'refused create':
      return `create ${name} as ${show(value)} → refused, the name is taken`;
    case 'refused change':
      return `update ${name} to ${show(value)} → refused, it cannot become that`;
    case 'refused update':
      return `update ${name} at version ${input.version} to ${show(value)} → refused, out of sequence`;
  }
}

/**
 * The state once its version is known not to be this one. Where it may be less, nothing else is known of it: it may become this one
 * later. Otherwise it is greater.
 */
function notAt<V>(state: SwarmServiceState<V>, version: number): SwarmServiceState<V> {
  return version === state.version + 1 ? { ...state, version, seen: false } : state;
}

/** The present version is at least this one, or this one where its client was told. */
function written<V>(value: V, version: number, seen: boolean): SwarmServiceState<V> {
  return { value, present: true, version: version - 1, exact: false, besides: [], seen };
}

function removed<V>(state: SwarmServiceState<V>): SwarmServiceState<V> {
  const version = state.version + (state.seen ? 1 : 0);
  return { ...state, value: undefined, present: false, version, seen: false };
}

function created<V>(
  { version }: SwarmServiceState<V>,
  value: V,
  at: number | undefined,
): readonly SwarmServiceState<V>[] {
  if (at === undefined) return [written(value, version + 1, false)];
  return at > version ? [written(value, at, true)] : [];
}

function atVersion<V>(output: SwarmObjectOutput<V> | undefined): number | undefined {
  return output?.is === 'done' ? output.version : undefined;
}

function updated<V>(
  state: SwarmServiceState<V>,
  input: { readonly version: number; readonly value: V },
  output: SwarmObjectOutput<V> | undefined,
): readonly SwarmServiceState<V>[] {
  if (output?.is === 'absent') return state.present ? [] : [state];
  if (output?.is === 'found') return [];
  if (!state.present) return output === undefined ? [state] : [];
  if (output?.is === 'conflict') return [state];
  const at = atVersion(output);
  const after = written(input.value, at ?? input.version + 1, at !== undefined);
  const fits = input.version > state.version && after.version >= input.version;
  if (output !== undefined) return fits ? [after] : [];
  return fits ? [state, after] : [state];
}
