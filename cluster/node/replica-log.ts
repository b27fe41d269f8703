/**
 * A manager's log: as it begins with a membership, and as a boot finds it. A membership's first record is on disk before the key
 * file that makes the node a member, and every segment made later begins with what the node voted. So a key file of a manager
 * without such a record means that the folder was lost: started anew under the same id, the node could vote a second time in a
 * term and forget what it acknowledged.
 */
import { keyFileName } from '../keys/key-file.ts';
import type { NodeFacts, NodeSecrets } from '../keys/types.ts';
import { openLog } from '../log/log.ts';
import type { RecoveredLog } from '../log/types.ts';
import type { Files } from '../ports.ts';
import type { HardState } from '../raft/types.ts';
import type { NodeWorld } from './world.ts';

const noFiles: Files = new Map();
const untouched: HardState = { term: 0, votedFor: undefined, commit: 0 };

/** Begins an empty log: to be asked of the disk before the key file that it belongs to. */
export const beginLog = (world: NodeWorld, secrets: NodeSecrets): RecoveredLog => {
  const opened = open(world, secrets, noFiles);
  if (!opened.ok) return opened;
  const first = { sequence: 0, hardState: untouched, snapshot: undefined, entries: [] };
  world.pipeline.add(opened.log.persist(first));
  return { ...opened, hardState: untouched };
};

/** The log of a manager that has been one before. */
export const findLog = (
  world: NodeWorld,
  { facts, secrets }: { readonly facts: NodeFacts; readonly secrets: NodeSecrets },
  files: Files,
): RecoveredLog => {
  const opened = open(world, secrets, files);
  if (!opened.ok || opened.hardState !== undefined) return opened;
  return { ok: false, message: logIsLost(facts) };
};

const open = ({ cipher, random, config }: NodeWorld, secrets: NodeSecrets, files: Files) =>
  openLog({
    files,
    keys: secrets.dataKeys,
    cipher,
    random,
    segmentBytesMax: config.segmentBytesMax,
  });

const logIsLost = ({ nodeId, raftId }: NodeFacts): string =>
  `raft/wal in the data folder does not hold the log of this manager, ${raftId ?? 'of no id'}, which ${keyFileName} speaks of; ` +
  `without it the manager could vote twice and forget what it acknowledged. ${wayBack(nodeId)}`;

/** `index`: up to where the leader has its word that it holds the log. */
export const logIsOld = ({ nodeId, raftId }: NodeFacts, index: number): string =>
  `manager stopped: raft/wal in the data folder is an older copy of the log of this manager, ${raftId ?? 'of no id'}, ` +
  `which acknowledged everything up to index ${index} and does not hold it any more; it may have forgotten votes as well. ${wayBack(nodeId)}`;

const wayBack = (nodeId: string): string =>
  `Run "docker swarm leave --force" here, "docker node demote ${nodeId}" and "docker node rm ${nodeId}" on another manager, ` +
  'then let this node join again';
