import { existsSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { messageOf } from '../../core/thrown.ts';
import { isAlive, killForSure, processesWith, type ProcessIdentity } from './process-identity.ts';
import {
  isOfThisMachine,
  listRecords,
  readRecord,
  removeRecord,
  runVariable,
  stateFolder,
  type RunRecord,
} from './run-record.ts';

/** Removes what a backend made outside of this machine's processes and folders: containers, networks, volumes. */
export type Reaper = (record: RunRecord) => Promise<void>;

export const folderPrefix = 'schism-';

/** Ends and removes everything that a run owns, then its record. A stopped process dies of it too. */
export const reclaim = async (
  state: string,
  record: RunRecord,
  reap: Reaper | undefined,
): Promise<void> => {
  const owned = (): readonly ProcessIdentity[] => [
    ...record.processes.filter(isAlive),
    ...processesWith(runVariable, record.run),
  ];
  await untilGone(owned);
  await reap?.(record);
  // A record that was tampered with must not make us remove a stranger's folder.
  if (basename(record.folder).startsWith(folderPrefix))
    rmSync(record.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  removeRecord(state, record.run);
};

const goneWithinMs = 5_000;

const untilGone = async (owned: () => readonly ProcessIdentity[]): Promise<void> => {
  const until = performance.now() + goneWithinMs;
  for (let left = owned(); left.length > 0; left = owned()) {
    if (performance.now() > until)
      throw new Error(
        `these processes do not end: ${left.map(({ pid }) => pid).join(', ')}; kill them by hand`,
      );
    for (const identity of left) killForSure(identity);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

export type Cleaned = {
  readonly removed: readonly RunRecord[];
  /** Their owners live. */
  readonly spared: readonly RunRecord[];
  /** Started by another machine that keeps its state in the same folder: to be cleaned there. */
  readonly elsewhere: readonly RunRecord[];
  readonly failed: readonly { readonly record: RunRecord; readonly why: string }[];
};

/**
 * Removes what runs of dead owners left behind; runs whose owner lives are spared. `reapers` by backend: a run of a
 * backend that has none keeps its record where it may own more than processes and folders.
 */
export const cleanLeftovers = async ({
  state = stateFolder(),
  reapers = {},
}: {
  readonly state?: string;
  readonly reapers?: Readonly<Partial<Record<RunRecord['backend'], Reaper>>>;
} = {}): Promise<Cleaned> => {
  const removed: RunRecord[] = [];
  const spared: RunRecord[] = [];
  const elsewhere: RunRecord[] = [];
  const failed: { record: RunRecord; why: string }[] = [];
  for (const record of listRecords(state)) {
    if (!isOfThisMachine(record)) {
      elsewhere.push(record);
      continue;
    }
    if (isAlive(record.owner)) {
      spared.push(record);
      continue;
    }
    try {
      if (record.backend === 'docker' && reapers.docker === undefined)
        throw new Error('no Docker engine answers that could remove its containers');
      await guardianDone(state, record);
      await reclaim(state, readRecord(state, record.run) ?? record, reapers[record.backend]);
      removed.push(record);
    } catch (thrown) {
      failed.push({ record, why: messageOf(thrown) });
    }
  }
  return { removed, spared, elsewhere, failed };
};

/** The guardian may be at it already: two that remove the same would trip over each other. */
const guardianDone = async (state: string, { run, guardian }: RunRecord): Promise<void> => {
  const until = performance.now() + goneWithinMs;
  while (
    guardian !== undefined &&
    isAlive(guardian) &&
    readRecord(state, run) !== undefined &&
    performance.now() < until
  )
    await new Promise((resolve) => setTimeout(resolve, 50));
};

/** Whether anything of a run is left: for tests, and for whoever wants to be sure. */
export const leftoversOf = (record: RunRecord): readonly string[] => [
  ...record.processes.filter(isAlive).map(({ name, pid }) => `process ${name} (${pid})`),
  ...processesWith(runVariable, record.run).map(({ pid }) => `process ${pid}`),
  ...(existsSync(record.folder) ? [`folder ${record.folder}`] : []),
];
