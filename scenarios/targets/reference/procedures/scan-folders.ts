import type { NodeName } from '../../../../harness/core/cluster.ts';
import type { ProcedureContext } from '../../../../harness/core/target.ts';
import { usesExposedKey } from '../exposed-keys.ts';
import { serviceName } from '../names.ts';
import { canariesOf, type OpenedKeyFile } from '../secrets.ts';
import { unlockKeysNewestFirst } from '../unlock-keys.ts';
import { readKeyFile } from './read-key-file.ts';
import { pause, until, type Part } from './steps.ts';
import { turnAutolock } from './turn-autolock.ts';

/** At 50 ms a try, until a manager's key file has followed the swarm. */
const followTriesMax = 60;

/** What every service of a run has in its name. */
const names = [serviceName('')];

/** Reads the key file of a manager once it is locked or open as the swarm is. */
function* opened(
  node: NodeName,
  autolock: boolean,
  unlockKeys: readonly string[],
): Part<OpenedKeyFile | undefined> {
  const { last } = yield* until(
    () => readKeyFile(node, unlockKeys),
    (file) => file?.inTheClear === !autolock,
    followTriesMax,
  );
  return last;
}

/** Looks through the folder of each live manager for everything that the run knows of its secrets. */
function* scanAll(context: ProcedureContext, autolock: boolean): Part<void> {
  const unlockKeys = unlockKeysNewestFirst(context.memory);
  for (const node of context.managers()) {
    const file = yield* opened(node, autolock, unlockKeys);
    const canaries = file === undefined ? [] : canariesOf(file, { unlockKeys, names });
    const kept = file !== undefined && usesExposedKey(context.memory, file);
    yield {
      step: 'scan',
      node,
      autolock,
      canaries,
      ...(file && { sealed: !file.inTheClear }),
      ...(kept && { exposed: ['data-key'] }),
    };
  }
}

/**
 * Scans all managers' folders as they are. Where autolock is on, turns it off and scans once more: the same scan must find the
 * data key then, so that finding nothing before means something.
 */
export function* scanFolders(context: ProcedureContext, autolock: boolean): Part<void> {
  if (autolock) {
    yield* scanAll(context, true);
    yield* turnAutolock(false, context);
    yield* pause(100);
  }
  yield* scanAll(context, false);
}
