import type { Procedure, ProcedureContext } from '../../../../harness/core/target.ts';
import { rememberExposed } from '../exposed-keys.ts';
import { readKeyFile } from './read-key-file.ts';
import { askCluster, type Part } from './steps.ts';

/** What a thief of the disks could have by now, and must not be of use from now on. */
function* noteKeysInTheClear({ managers, memory }: ProcedureContext): Part<void> {
  for (const node of managers()) {
    const file = yield* readKeyFile(node, []);
    if (file !== undefined) rememberExposed(memory, file);
  }
}

/** Turns autolock on or off where it is the other way; learns the key. */
export function* turnAutolock(on: boolean, context: ProcedureContext): Part<void> {
  const shown = yield* askCluster(context, 'swarm.inspect');
  if (shown.output.autolock !== on) {
    if (on) yield* noteKeysInTheClear(context);
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
