import { canonical } from './canonical.ts';
import type { Model } from './model.ts';
import {
  swarmObjects,
  type SwarmObjectInput,
  type SwarmObjectOutput,
  type SwarmObjectState,
} from './swarm-objects.ts';

/**
 * Versioned objects that the swarm itself writes too, between the writes of its clients and without changing what
 * they wrote: an orchestrator notes on a service how its update proceeds. So a version may have moved on at any time,
 * and `state.version` is what the present one is greater than.
 * @source SwarmKit `manager/orchestrator/update/updater.go` (UpdateStatus); `manager/state/store/memory.go` touchMeta
 */
export function swarmServices<V = unknown>(): Model<
  SwarmObjectState<V>,
  SwarmObjectInput<V>,
  SwarmObjectOutput<V>
> {
  const { init, ...objects } = swarmObjects<V>();
  return {
    ...objects,
    name: 'swarm-services',
    init: { ...init, exact: false },
    looseness: ({ present, value, version }) => ({
      alike: `${present ? 'p' : 'a'} ${canonical(value)}`,
      rank: version,
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
          return [{ ...state, value: undefined, present: false, version: state.version + 1 }];
        case 'read':
          if (output === undefined) return [state];
          if (output.is === 'absent') return state.present ? [] : [state];
          if (output.is !== 'found' || !state.present || output.version <= state.version) return [];
          if (canonical(output.value) !== canonical(state.value)) return [];
          return [{ ...state, version: output.version - 1 }];
      }
    },
    answers(state, input) {
      const [least, next] = [state.version + 1, state.version + 2];
      switch (input.f) {
        case 'create':
          return [{ is: state.present ? 'conflict' : 'done' }];
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

/** The present version is at least this one. */
function written<V>(value: V, version: number): SwarmObjectState<V> {
  return { value, present: true, version: version - 1, exact: false, besides: [] };
}

function created<V>(
  { version }: SwarmObjectState<V>,
  value: V,
  at: number | undefined,
): readonly SwarmObjectState<V>[] {
  if (at === undefined) return [written(value, version + 1)];
  return at > version ? [written(value, at)] : [];
}

function atVersion<V>(output: SwarmObjectOutput<V> | undefined): number | undefined {
  return output?.is === 'done' ? output.version : undefined;
}

function updated<V>(
  state: SwarmObjectState<V>,
  input: { readonly version: number; readonly value: V },
  output: SwarmObjectOutput<V> | undefined,
): readonly SwarmObjectState<V>[] {
  if (output?.is === 'absent') return state.present ? [] : [state];
  if (output?.is === 'found') return [];
  if (!state.present) return output === undefined ? [state] : [];
  if (output?.is === 'conflict') return [state];
  const after = written(input.value, atVersion(output) ?? input.version + 1);
  const fits = input.version > state.version && after.version >= input.version;
  if (output !== undefined) return fits ? [after] : [];
  return fits ? [state, after] : [state];
}
