import type { NodeName } from '../../../../harness/core/cluster.ts';
import type { Procedure, ProcedureContext } from '../../../../harness/core/target.ts';
import { serviceName } from '../names.ts';
import { temporarySuffix } from '../../../../cluster/server/folder.ts';
import {
  canariesOf,
  keyFileName,
  openKeyFile,
  opensWith,
  tasksFile,
  type OpenedKeyFile,
} from '../secrets.ts';
import { unlockKeysNewestFirst } from '../unlock-keys.ts';
import type { Part } from './steps.ts';

function* read(node: NodeName, file: string): Part<Uint8Array | undefined> {
  const result = yield { step: 'read-file', node, file };
  return result.step === 'file' ? result.bytes : undefined;
}

/** The key file that the node was about to put in the place of its own, if it came so far. */
const halfWritten = (bytes: Uint8Array | undefined): OpenedKeyFile | undefined => {
  try {
    return bytes && openKeyFile(bytes, []);
  } catch {
    return undefined;
  }
};

/**
 * What has to be a secret still: one that dies while it turns the lock off, or becomes a worker, leaves a file beside its locked one that
 * holds in the clear what it was to hold in the clear. A worker's are the key of its tasks and its own secret, not those of the log.
 */
const stillSecret = (file: OpenedKeyFile, next: OpenedKeyFile | undefined): OpenedKeyFile => {
  if (next?.inTheClear !== true) return file;
  const open = new Set(next.secrets.dataKeys.map(({ key }) => key.join()));
  const dataKeys = file.secrets.dataKeys.filter(({ key }) => !open.has(key.join()));
  return { ...file, secrets: { ...file.secrets, dataKeys } };
};

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
    const next = halfWritten(yield* read(node, `${keyFileName}${temporarySuffix}`));
    const all = canariesOf(stillSecret(file, next), { unlockKeys, names });
    const canaries = all.filter(
      ({ name }) =>
        // In the clear they all stand there, but for the control nothing has to.
        name === 'node-id' ||
        (!file.inTheClear && !(next?.inTheClear === true && name.startsWith('peer-secret'))),
    );
    yield { step: 'scan', node, autolock: !file.inTheClear, canaries, unreadable };
  }
}
