import type { Procedure, ProcedureContext } from '../../../../harness/core/target.ts';
import { rememberExposed } from '../exposed-keys.ts';
import { readKeyFile } from './read-key-file.ts';
import { askCluster, insist, type Part } from './steps.ts';

/** What a thief of the disks could have by now, and must not be of use from now on. */
function* noteKeysInTheClear({ managers, memory }: ProcedureContext): Part<void> {
  for (const node of managers()) {
    const file = yield* readKeyFile(node, []);
    if (file !== undefined) rememberExposed(memory, file);
  }
}

/**
 * Turns autolock on or off where it is the other way; learns the key.
 * @returns whether it was the other way. Throws where nobody turned it.
 */
export function* turnAutolock(on: boolean, context: ProcedureContext): Part<boolean> {
  const shown = yield* insist(context, 'swarm.inspect');
  const turns = shown.output.autolock !== on;
  try {
    if (turns && on) yield* noteKeysInTheClear(context);
    if (turns)
      yield* insist(context, 'swarm.update', {
        args: { autolock: on },
        before: ['swarm.inspect', {}],
      });
  } finally {
    // Also where nobody saw how it ended.
    if (on) yield* askCluster(context, 'swarm.unlockkey');
  }
  return turns;
}

/** Turns autolock on or off, as a fault of its own: it changes two keys at once, in the middle of everything else. */
export const setAutolock = (on: boolean) =>
  function* (context: ProcedureContext): Procedure {
    if (!(yield* turnAutolock(on, context)))
      throw new Error(`autolock was ${on ? 'on' : 'off'} already`);
  };
