import type { NodeName } from '../../../../harness/core/cluster.ts';
import type { JsonObject } from '../../../../harness/core/json.ts';
import type { Procedure, ProcedureContext } from '../../../../harness/core/target.ts';
import { ownValue } from '../own-values.ts';
import { knownUnlockKeys } from '../unlock-keys.ts';
import { stateOf, unlock } from './revive.ts';
import { call, onEach, pause, until, type Part } from './steps.ts';
import { turnAutolock } from './turn-autolock.ts';

/** A locked manager stays locked so long that it would have voted, had it been able to. */
const lockedMs = 400;
/** At 50 ms a try, until the unlocked manager serves again. */
const servesTriesMax = 60;

/** What a locked manager must refuse. */
function* knock(node: NodeName, context: ProcedureContext): Part<void> {
  const value = ownValue(context.memory);
  const attempts: readonly (readonly [string, JsonObject])[] = [
    ['service.list', {}],
    ['node.list', {}],
    ['service.create', { key: `locked-${value}`, value }],
    ['swarm.inspect', {}],
    ['swarm.unlock', { key: 'wrong' }],
  ];
  for (const [operation, args] of attempts) yield* call(node, operation, args);
}

/**
 * Restarts managers of an autolocked swarm: each must come back locked, refuse everything but `_ping`, `info` and `unlock`,
 * refuse a wrong key, and serve again after the right one.
 */
export function* lock(context: ProcedureContext): Procedure {
  if (knownUnlockKeys(context.memory) === 0) yield* turnAutolock(true, context);
  yield* onEach(context.selected, function* (node) {
    yield { step: 'kill', node };
    yield* pause(100);
    yield { step: 'start', node };
    if ((yield* stateOf(node)) !== 'locked') throw new Error('it did not come back locked');
    yield* knock(node, context);
    yield* pause(lockedMs);
    yield* call(node, 'service.list');
    if (!(yield* unlock(node, context))) throw new Error('no known key opened it');
    yield* until(
      () => call(node, 'service.list'),
      ({ outcome }) => outcome === 'ok',
      servesTriesMax,
    );
  });
}
