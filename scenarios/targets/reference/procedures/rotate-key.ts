import type { Procedure, ProcedureContext } from '../../../../harness/core/target.ts';
import { knownUnlockKeys } from '../unlock-keys.ts';
import { askCluster, insist } from './steps.ts';
import { turnAutolock } from './turn-autolock.ts';

/** Gives the swarm a new unlock key; turns autolock on where it is off. */
export function* rotateKey(context: ProcedureContext): Procedure {
  if (knownUnlockKeys(context.memory) === 0) {
    yield* turnAutolock(true, context);
    return;
  }
  // Also where nobody saw how it ended: it may have made a key.
  try {
    yield* insist(context, 'swarm.rotate', { before: ['swarm.inspect', {}] });
  } finally {
    yield* askCluster(context, 'swarm.unlockkey');
  }
}
