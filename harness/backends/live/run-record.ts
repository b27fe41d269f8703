import { readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import type { JsonObject } from '../../core/json.ts';
import { messageOf } from '../../core/thrown.ts';
import { LiveFailure } from './failure.ts';
import { makeFolder } from './make-folder.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** Every process of a run carries its id in this environment variable. */
export const runVariable = 'SCHISM_RUN';
/** Every process of a node carries `RUN/NODE` in this one. */
export const nodeVariable = 'SCHISM_RUN_NODE';
export const runRecordSchema = 'schism/live-run@1';

/** What a live run owns, written down while it lives, so that whoever comes after a dead owner can clean up. */
export type RunRecord = {
  readonly schema: typeof runRecordSchema;
  readonly run: string;
  readonly backend: 'process' | 'docker';
  readonly owner: ProcessIdentity;
  /** The machine's name: the folder for state may be shared by several, and processes of another one cannot be seen from here. */
  readonly host?: string;
  readonly guardian: ProcessIdentity | undefined;
  /** Removed with the run. */
  readonly folder: string;
  readonly processes: readonly (ProcessIdentity & { readonly name: string })[];
  /** What a backend needs besides, to find its own: labels, names. */
  readonly details: JsonObject;
};

/**
 * `SCHISM_STATE_DIR`, else `schism` in the user's folder for state. Absolute: who cleans up may run elsewhere. A variable that is empty
 * is as good as none; nor is one that is relative, for `XDG_STATE_HOME`, as its specification says.
 */
export const stateFolder = (): string => {
  const { SCHISM_STATE_DIR: own = '', XDG_STATE_HOME: common = '' } = process.env;
  if (own !== '') return resolve(own);
  return join(isAbsolute(common) ? common : join(homedir(), '.local', 'state'), 'schism');
};

/** Where a run is written down. */
export const recordFile = (state: string, run: string): string =>
  join(state, 'runs', `${run}.json`);

/** Replaces the record as a whole: a reader sees the old or the new one. Throws a `LiveFailure`. */
export const writeRecord = (state: string, record: RunRecord): void => {
  const file = recordFile(state, record.run);
  try {
    makeFolder(join(state, 'runs'));
    writeFileSync(`${file}.new`, `${JSON.stringify(record, null, 2)}\n`);
    renameSync(`${file}.new`, file);
  } catch (cause) {
    throw new LiveFailure(
      {
        place: `the folder for state, ${state}`,
        what: `it cannot be written (${messageOf(cause)})`,
        nextStep: 'name another in SCHISM_STATE_DIR',
      },
      { cause },
    );
  }
};

export const readRecord = (state: string, run: string): RunRecord | undefined => {
  try {
    const parsed = JSON.parse(readFileSync(recordFile(state, run), 'utf8')) as RunRecord;
    // A record of another version is left to the version that wrote it.
    return (parsed.schema as string) === runRecordSchema ? parsed : undefined;
  } catch {
    return undefined;
  }
};

/** Whether what it names can be seen, and so judged to be alive or dead, from here: also a container sees none of its machine's. */
export const isOfThisMachine = ({ host = hostname() }: Pick<RunRecord, 'host'>): boolean =>
  host === hostname();

export const removeRecord = (state: string, run: string): void => {
  rmSync(recordFile(state, run), { force: true });
  rmSync(`${recordFile(state, run)}.new`, { force: true });
};

export const listRecords = (state: string): readonly RunRecord[] => {
  let names: string[];
  try {
    names = readdirSync(join(state, 'runs'));
  } catch {
    return [];
  }
  return names
    .filter((name) => name.endsWith('.json'))
    .sort()
    .flatMap((name) => readRecord(state, name.slice(0, -'.json'.length)) ?? []);
};
