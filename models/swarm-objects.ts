import { alike, canonical, show } from './canonical.ts';
import type { Looseness, Model, PartCall, Viability } from './model.ts';

/**
 * What a client may ask of the objects of Docker Swarm's API (services, secrets, configs, networks),
 * each known by its name. An update names the version that its author saw last.
 */
export type SwarmObjectInput<V> =
  | { readonly f: 'create'; readonly name: string; readonly value: V }
  | { readonly f: 'update'; readonly name: string; readonly version: number; readonly value: V }
  | { readonly f: 'remove'; readonly name: string }
  | { readonly f: 'read'; readonly name: string };

/**
 * What the API answered. `conflict` is "name conflicts with an existing object" to a create and
 * "update out of sequence" to an update; `absent` is 404. `created`, `updated` and `removed` carry a
 * version where the client learnt it. A read answers the object and its `Version.Index`.
 */
export type SwarmObjectOutput<V> =
  | { readonly is: 'done'; readonly version?: number }
  | { readonly is: 'conflict' }
  | { readonly is: 'absent' }
  | { readonly is: 'found'; readonly version: number; readonly value: V };

/**
 * `version` is exact once a client has seen it; before, it is known only to be greater than that and
 * none of `besides`. An absent object keeps the last one, because the next of its name has a greater one.
 */
export type SwarmObjectState<V> = {
  readonly value: V | undefined;
  readonly present: boolean;
  readonly version: number;
  readonly exact: boolean;
  readonly besides: readonly number[];
};

/**
 * Versioned objects by name: created once, replaced only by whoever names the present version,
 * removed, read. Versions of one object strictly increase; nobody can tell by how much.
 * @source SwarmKit `manager/state/store/memory.go` touchMeta and ErrSequenceConflict;
 * Docker Engine API, "The version number of the object being updated. This is required to avoid
 * conflicting writes."
 */
export function swarmObjects<V = unknown>(): Model<
  SwarmObjectState<V>,
  SwarmObjectInput<V>,
  SwarmObjectOutput<V>
> {
  return {
    name: 'swarm-objects',
    init: { value: undefined, present: false, version: 0, exact: true, besides: [] },
    step(state, input, output) {
      switch (input.f) {
        case 'create':
          if (output?.is === 'conflict') return state.present ? [state] : [];
          if (output === undefined && state.present) return [state];
          return state.present || (output !== undefined && output.is !== 'done')
            ? []
            : written(state, input.value, output);
        case 'update':
          return updated(state, input, output);
        case 'remove':
          if (output?.is === 'absent') return state.present ? [] : [state];
          if (!state.present) return output === undefined ? [state] : [];
          return output === undefined || output.is === 'done'
            ? [
                {
                  ...state,
                  value: undefined,
                  present: false,
                  version: atLeast(state),
                  exact: true,
                  besides: [],
                },
              ]
            : [];
        case 'read':
          if (output === undefined) return [state];
          if (output.is === 'absent') return state.present ? [] : [state];
          if (output.is !== 'found' || !state.present) return [];
          return alike(output.value, state.value) ? seenAt(state, output.version) : [];
      }
    },
    key: (state) =>
      `${state.present ? 'p' : 'a'}${state.exact ? '=' : '>'}${state.version}-${state.besides.join()} ${canonical(state.value)}`,
    looseness,
    observes: ({ f }) => f === 'read',
    identify,
    partition: (input) => input.name,
    viable: versionsStayAhead,
    answers,
    describe(input, output) {
      const call =
        input.f === 'update'
          ? `update ${input.name} at version ${input.version} to ${show(input.value)}`
          : input.f === 'create'
            ? `create ${input.name} as ${show(input.value)}`
            : `${input.f} ${input.name}`;
      if (output === undefined) return call;
      if (output.is === 'found')
        return `${call} → ${show(output.value)} at version ${output.version}`;
      return output.is === 'done' ? call : `${call} → ${output.is}`;
    },
  };
}

/** A version that nobody has seen, or that is gone, only says what later ones are greater than. */
function looseness<V>(state: SwarmObjectState<V>): Looseness {
  const { present, exact, version, besides, value } = state;
  if (!present) return { alike: 'absent', rank: version };
  return {
    alike: `${exact ? `=${version}` : `>${besides.join()}`} ${canonical(value)}`,
    rank: exact ? 0 : version,
  };
}

/** Calls of one part share its name. */
function identify<V>(input: SwarmObjectInput<V>, output: SwarmObjectOutput<V> | undefined): string {
  const asked = 'value' in input ? canonical(input.value) : '';
  const at = input.f === 'update' ? input.version : '';
  const answered = output === undefined ? '' : said(output);
  return `${input.f}${at} ${answered.length}${answered}${typeof asked === 'number' ? '#' : ''}${asked}`;
}

function said<V>(output: SwarmObjectOutput<V>): string {
  const version = 'version' in output ? (output.version ?? '') : '';
  const value = output.is === 'found' ? canonical(output.value) : '';
  return `${output.is}${version} ${typeof value === 'number' ? '#' : ''}${value}`;
}

/** Where nobody has seen the version, the least two that it can be. */
function answers<V>(
  state: SwarmObjectState<V>,
  input: SwarmObjectInput<V>,
): SwarmObjectOutput<V>[] {
  if (input.f === 'create') return [{ is: state.present ? 'conflict' : 'done' }];
  if (!state.present) return [{ is: 'absent' }];
  if (input.f === 'remove') return [{ is: 'done' }];
  const can = state.exact
    ? [state.version]
    : [1, 2].map((more) => Math.max(state.version, ...state.besides) + more);
  if (input.f === 'read') {
    return can.map((version) => ({ is: 'found', version, value: state.value as V }));
  }
  return seenAt(state, input.version).length === 0
    ? [{ is: 'conflict' }]
    : state.exact
      ? [{ is: 'done' }]
      : [{ is: 'done' }, { is: 'conflict' }];
}

function updated<V>(
  state: SwarmObjectState<V>,
  input: { readonly version: number; readonly value: V },
  output: SwarmObjectOutput<V> | undefined,
): readonly SwarmObjectState<V>[] {
  const [current] = state.present ? seenAt(state, input.version) : [];
  switch (output?.is) {
    case 'absent':
      return state.present ? [] : [state];
    case 'conflict':
      // Out of sequence, unless the version is surely the present one.
      if (!state.present || (state.exact && current !== undefined)) return [];
      return [current === undefined ? state : notAt(state, input.version)];
    case 'done':
      return current === undefined ? [] : written(current, input.value, output);
    case undefined:
      // A version that nobody has seen may or may not be this one: both may follow.
      if (current === undefined) return [state];
      return state.exact
        ? written(current, input.value, undefined)
        : [...written(current, input.value, undefined), notAt(state, input.version)];
    case 'found':
      return [];
  }
}

/** The state once its version is known to be `version`, if it can be. */
function seenAt<V>(state: SwarmObjectState<V>, version: number): readonly SwarmObjectState<V>[] {
  if (state.exact) return version === state.version ? [state] : [];
  return version > state.version && !state.besides.includes(version)
    ? [{ ...state, version, exact: true, besides: [] }]
    : [];
}

/** The state once its version, which nobody has seen, is known not to be `version`. */
function notAt<V>(state: SwarmObjectState<V>, version: number): SwarmObjectState<V> {
  return { ...state, besides: [...state.besides, version].sort((a, b) => a - b) };
}

/** The least version that the object can have had last. */
function atLeast<V>(state: SwarmObjectState<V>): number {
  return state.exact ? state.version : state.version + 1;
}

function written<V>(
  state: SwarmObjectState<V>,
  value: V,
  output: SwarmObjectOutput<V> | undefined,
): readonly SwarmObjectState<V>[] {
  const version = output?.is === 'done' ? output.version : undefined;
  const after = atLeast(state);
  if (version === undefined) {
    return [{ value, present: true, version: after, exact: false, besides: [] }];
  }
  return version > after ? [{ value, present: true, version, exact: true, besides: [] }] : [];
}

/** The version that a call's answer proves to have been the present one, before or after it. */
function provenVersion<V>({ input, output }: PartCall<SwarmObjectInput<V>, SwarmObjectOutput<V>>) {
  if (output?.is === 'found') return output.version;
  if (output?.is !== 'done') return undefined;
  return input.f === 'update' ? input.version : output.version;
}

/** Returned versions fix the order of writes: a remaining call cannot be about a version gone by. */
function versionsStayAhead<V>(
  calls: readonly PartCall<SwarmObjectInput<V>, SwarmObjectOutput<V>>[],
): Viability<SwarmObjectState<V>> {
  const proofs: { index: number; version: number; latest: number }[] = [];
  calls.forEach((call, index) => {
    const version = call.certain ? provenVersion(call) : undefined;
    if (version !== undefined) proofs.push({ index, version, latest: index });
  });
  proofs.sort((a, b) => a.version - b.version);
  let latest = -1;
  for (const proof of proofs) {
    latest = Math.max(latest, proof.index);
    proof.latest = latest;
  }
  return (state, remaining) => {
    const bound = state.exact && state.present ? state.version : state.version + 0.5;
    // From the greatest version below the bound down: usually all of them are placed already.
    let low = 0;
    let high = proofs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((proofs[middle] as { version: number }).version < bound) low = middle + 1;
      else high = middle;
    }
    for (let at = low - 1; at >= 0; at--) {
      const proof = proofs[at] as { index: number; latest: number };
      if (proof.latest < remaining.from) return true;
      if (remaining.has(proof.index)) return false;
    }
    return true;
  };
}
