import { counted } from '../../harness/core/figures.ts';
import type { Property } from '../../harness/core/property.ts';
import { broken, held, moment, untested } from '../verdicts.ts';

/**
 * A node's files are sealed under keys that its key file holds, and both change: when the lock is turned, when a worker becomes a manager
 * and when a manager becomes a worker. Wherever a crash falls, what lies there opens with the key file that lies beside it.
 * @source swarmkit design/raft_encryption.md (the key file keeps the key that the data is under, and the next one, until all is
 * re-encrypted).
 */
export const folderOpensWithItsKey: Property = {
  name: 'folder-opens-with-its-key',
  kind: 'safety',
  guarantee:
    'Whatever a node has written opens with its own key file, once that is unlocked, wherever it was interrupted: no change of a key, a lock or a role leaves behind what nobody can read.',
  source: 'swarmkit design/raft_encryption.md',
  judge({ scans }) {
    let opened = 0;
    for (const { at, node, unreadable } of scans) {
      if (unreadable === undefined) continue;
      const [file] = unreadable;
      if (file !== undefined)
        return broken(`nobody can read ${file} of ${node}: no key of its key file opens it`, [
          moment(at, node, `${node} is down, and ${file} on its disk does not open`),
        ]);
      opened += 1;
    }
    return opened > 0
      ? held(
          `${counted(opened, 'folder')} of nodes that had died opened with the key file beside it`,
        )
      : untested('no folder was looked into after a death');
  },
};
