import { temporarySuffix } from '../../../../cluster/server/folder.ts';
import type { NodeName } from '../../../../harness/core/cluster.ts';
import type { Procedure, ProcedureContext } from '../../../../harness/core/target.ts';
import { serviceName } from '../names.ts';
import {
  canariesOf,
  control,
  keyFileName,
  openKeyFile,
  opensWith,
  tasksFile,
  type Canary,
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
 * What a thief must not find. One that dies while it turns the lock off, or becomes a worker, leaves a file beside its locked one that holds
 * in the clear what it was to hold in the clear: a worker's are the key of its tasks and its own secret, not those of the log.
 */
const secretsOf = (
  file: OpenedKeyFile,
  {
    next,
    unlockKeys,
  }: { readonly next: OpenedKeyFile | undefined; readonly unlockKeys: readonly string[] },
): readonly Canary[] => {
  const all = canariesOf(file, { unlockKeys, names: [serviceName('')] });
  // In the clear they all stand there, but for the control nothing has to.
  if (file.inTheClear) return all.filter(({ name }) => name === control);
  if (next?.inTheClear !== true) return all;
  const open = new Set(
    canariesOf(next, { unlockKeys: [], names: [] }).map(({ bytes }) => bytes.join()),
  );
  return all.filter(({ name, bytes }) => name === control || !open.has(bytes.join()));
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
    const next = halfWritten(yield* read(node, `${keyFileName}${temporarySuffix}`));
    const canaries = secretsOf(file, { next, unlockKeys });
    const sealed = !file.inTheClear;
    yield { step: 'scan', node, autolock: sealed, canaries, sealed, unreadable };
  }
}
