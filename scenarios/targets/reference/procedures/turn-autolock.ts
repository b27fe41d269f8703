import type { Procedure, ProcedureContext } from '../../../../harness/core/target.ts';
import { askCluster, type Part } from './steps.ts';

/** Turns autolock on or off where it is the other way; learns the key. */
export function* turnAutolock(on: boolean, context: ProcedureContext): Part<void> {
  const shown = yield* askCluster(context, 'swarm.inspect');
  if (shown.output.autolock !== on) {
    yield* askCluster(context, 'swarm.update', {
      args: { autolock: on },
      before: ['swarm.inspect', {}],
    });
  }
  if (on) yield* askCluster(context, 'swarm.unlockkey');
}

/** Turns autolock on or off, as a fault of its own: it changes two keys at once, in the middle of everything else. */
export const setAutolock = (on: boolean) =>
  function* (context: ProcedureContext): Procedure {
    yield* turnAutolock(on, context);
  };
