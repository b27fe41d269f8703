import type { Model } from './model.ts';
import type { SwarmObjectOutput } from './swarm-objects.ts';
import { swarmServices, type SwarmServiceInput, type SwarmServiceState } from './swarm-services.ts';

/** What nobody has looked at yet. No value of a client is this one. */
const unseen: unique symbol = Symbol('unseen');

type StandingState<V> = SwarmServiceState<V | typeof unseen>;

/**
 * Versioned objects that nobody had to create, such as the nodes of a swarm and the swarm itself: as `swarmServices`, but the first
 * look may show any value that no write of the history wrote, at any version, or nothing at all.
 * @param isWritten whether a write of the history wrote the value, or may have
 */
export function standingObjects<V = unknown>(
  isWritten: (value: V) => boolean,
): Model<StandingState<V>, SwarmServiceInput<V>, SwarmObjectOutput<V>> {
  const objects = swarmServices<V | typeof unseen>();
  return {
    ...objects,
    name: 'standing-objects',
    // The version may be 0 as well.
    init: { ...objects.init, present: true, value: unseen, version: -1 },
    step(state, input, output) {
      if (state.value !== unseen) return objects.step(state, input, output);
      if (output?.is === 'absent') return [state];
      if (input.f !== 'read' || output?.is !== 'found') return objects.step(state, input, output);
      return isWritten(output.value)
        ? []
        : objects.step({ ...state, value: output.value }, input, output);
    },
    answers: (state, input) =>
      state.value === unseen
        ? []
        : (objects.answers?.(state, input) ?? []).filter(
            (output): output is SwarmObjectOutput<V> =>
              output.is !== 'found' || output.value !== unseen,
          ),
  };
}
