import { canonical, show } from './canonical.ts';
import type { Key, Model } from './model.ts';

/** What a client may ask of a register whose values others make up. */
export type RenewedInput =
  | { readonly f: 'read' }
  /** Gives it a value that it never had; whoever asks for that does not learn it. */
  | { readonly f: 'renew' }
  /** Takes its value away: it reads as null from then on. */
  | { readonly f: 'clear' };

/** `unseen`: nobody has looked yet, so it is anything; `new`: a value, and none of those that are gone. */
export type RenewedState<V> = {
  readonly is: 'unseen' | 'new' | 'seen' | 'nothing';
  readonly value: V | undefined;
  /** Values that it had, in the order of their keys; none of them ever returns. */
  readonly gone: readonly V[];
};

/**
 * One value that is replaced by a new one or taken away, such as the key that unlocks a swarm: each is made at random, so that it
 * comes once.
 * @source swarmkit, manager/controlapi/cluster.go (UpdateCluster, rotateManagerUnlockKey) and manager/encryption (GenerateSecretKey)
 */
export function renewedRegister<V = unknown>(): Model<RenewedState<V>, RenewedInput, V | null> {
  return {
    name: 'renewed-register',
    init: { is: 'unseen', value: undefined, gone: [] },
    step(state, input, output) {
      switch (input.f) {
        case 'renew':
          return [{ is: 'new', value: undefined, gone: goneAfter(state) }];
        case 'clear':
          return [{ is: 'nothing', value: undefined, gone: goneAfter(state) }];
        case 'read':
          return output === undefined ? [state] : seen(state, output);
      }
    },
    key: ({ is, value, gone }) => canonical([is, value, gone]),
    observes: ({ f }) => f === 'read',
    answers: ({ is, value }, { f }) => {
      if (f !== 'read' || is === 'unseen' || is === 'new') return [];
      return [is === 'seen' ? (value as V) : null];
    },
    describe: ({ f }, output) =>
      f === 'read' && output !== undefined ? `read → ${show(output)}` : f,
  };
}

function goneAfter<V>({ is, value, gone }: RenewedState<V>): readonly V[] {
  if (is !== 'seen') return gone;
  return [...gone, value as V].sort((a, b) => byKey(canonical(a), canonical(b)));
}

function byKey(a: Key, b: Key): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function seen<V>(state: RenewedState<V>, output: V | null): readonly RenewedState<V>[] {
  const { is, value, gone } = state;
  if (output === null) {
    if (is === 'unseen') return [{ ...state, is: 'nothing' }];
    return is === 'nothing' ? [state] : [];
  }
  if (is === 'seen') return canonical(value) === canonical(output) ? [state] : [];
  if (is === 'nothing' || gone.some((each) => canonical(each) === canonical(output))) return [];
  return [{ is: 'seen', value: output, gone }];
}
