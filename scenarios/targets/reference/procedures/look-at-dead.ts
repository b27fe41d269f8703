import type { NodeName } from '../../../../harness/core/cluster.ts';
import type { Procedure, ProcedureContext } from '../../../../harness/core/target.ts';
import { serviceName } from '../names.ts';
import { canariesOf, keyFileName, openKeyFile, opensWith, tasksFile } from '../secrets.ts';
import { unlockKeysNewestFirst } from '../unlock-keys.ts';
import type { Part } from './steps.ts';

function* read(node: NodeName, file: string): Part<Uint8Array | undefined> {
  const result = yield { step: 'read-file', node, file };
  return result.step === 'file' ? result.bytes : undefined;
}

/**
 * What a node's death left on its disk, before it starts again and tidies up: whether its own key file opens what lies beside it, and
 * what of its secrets a thief could see where it is locked.
 */
export function* lookAtDead(context: ProcedureContext): Procedure {
  if (context.settings.scanFolders !== true) return;
  const unlockKeys = unlockKeysNewestFirst(context.memory);
  for (const node of context.selected) {
    const bytes = yield* read(node, keyFileName);
    const file = bytes && openKeyFile(bytes, unlockKeys);
    if (file === undefined) continue;
    const tasks = yield* read(node, tasksFile);
    const unreadable = tasks === undefined || opensWith(file, tasks) ? [] : [tasksFile];
    const names = [serviceName('')];
    const all = canariesOf(file, { unlockKeys, names });
    // In the clear they all stand there, but for the control nothing has to.
    const canaries = file.inTheClear ? all.filter(({ name }) => name === 'node-id') : all;
    yield { step: 'scan', node, autolock: !file.inTheClear, canaries, unreadable };
  }
}
