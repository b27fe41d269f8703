import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { resolve } from 'node:path';
import type { JsonObject } from '../../core/json.ts';
import { messageOf } from '../../core/thrown.ts';
import { LiveFailure } from './failure.ts';
import { makeFolder } from './make-folder.ts';
import { identityOf } from './process-identity.ts';
import { programBeside } from './program.ts';
import { folderPrefix } from './reclaim.ts';
import {
  removeRecord,
  runRecordSchema,
  stateFolder,
  writeRecord,
  type RunRecord,
} from './run-record.ts';

export type LiveRunOptions = {
  readonly backend: RunRecord['backend'];
  /** Where the run's folder is made; default: the machine's folder for temporary files. */
  readonly parentFolder?: string;
  readonly state?: string;
  /** URL of a module that exports `reap: Reaper`; the guardian loads it when it needs it. */
  readonly reaperUrl?: string;
  /** Given the run's id: what the reaper needs to know. */
  readonly details?: (run: string) => JsonObject;
};

/** What a live run owns: a folder, processes, a record of both, and the guardian that outlives the harness if it must. */
export class LiveRun implements AsyncDisposable {
  #record: RunRecord;
  /** Where the record is kept, and whatever outlives a run. */
  readonly state: string;
  readonly #guardian: ChildProcess;
  #over = false;

  private constructor(
    state: string,
    { record, guardian }: { record: RunRecord; guardian: ChildProcess },
  ) {
    this.state = state;
    this.#record = record;
    this.#guardian = guardian;
  }

  /** The guardian watches before there is anything to own, and the record is written before anything exists that it names. */
  static async open(options: LiveRunOptions): Promise<LiveRun> {
    const run = `${Date.now().toString(36)}-${randomBytes(4).toString('hex')}`;
    // The guardian and `clean` look from elsewhere.
    const state = resolve(options.state ?? stateFolder());
    const owner = identityOf(process.pid);
    if (owner === undefined)
      throw new LiveFailure({
        place: `process ${process.pid}`,
        what: 'this machine does not show us to ourselves, so nothing that we start would be found again',
        nextStep: 'on Linux: mount -t proc proc /proc; elsewhere: see that `ps` works',
      });
    const record: RunRecord = {
      schema: runRecordSchema,
      run,
      backend: options.backend,
      owner,
      host: hostname(),
      guardian: undefined,
      folder: resolve(options.parentFolder ?? tmpdir(), `${folderPrefix}${run}`),
      processes: [],
      details: options.details?.(run) ?? {},
    };
    let guardian: ChildProcess | undefined;
    try {
      guardian = await startGuardian([state, JSON.stringify(record), options.reaperUrl ?? '']);
      const opened = new LiveRun(state, { record, guardian });
      opened.#write({ guardian: identityOf(guardian.pid ?? 0) });
      makeFolder(record.folder);
      return opened;
    } catch (thrown) {
      guardian?.kill('SIGKILL');
      removeRecord(state, run);
      rmSync(record.folder, { recursive: true, force: true });
      throw new LiveFailure(
        {
          place: `run ${run}`,
          what: messageOf(thrown),
          nextStep: `see that ${state} and ${record.folder} can be written (SCHISM_STATE_DIR and TMPDIR choose others)`,
        },
        { cause: thrown },
      );
    }
  }

  get id(): string {
    return this.#record.run;
  }

  get folder(): string {
    return this.#record.folder;
  }

  get record(): RunRecord {
    return this.#record;
  }

  /** From now on this process ends with the run. */
  adopt(pid: number, name: string): void {
    const identity = identityOf(pid);
    if (identity === undefined) return;
    this.#write({ processes: [...this.#record.processes, { ...identity, name }] });
  }

  /** It has ended. Never throws: a record that still names it does no harm, and is written anew with the next change. */
  release(pid: number): void {
    try {
      this.#write({ processes: this.#record.processes.filter((one) => one.pid !== pid) });
    } catch {
      // The next process that is to be written down is told of it.
    }
  }

  /** To be called when everything that the run owned has ended: removes folder and record and lets the guardian go. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true;
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    removeRecord(this.state, this.id);
    const gone = new Promise<void>((resolve) => {
      this.#guardian.once('exit', () => {
        resolve();
      });
    });
    if (this.#guardian.exitCode !== null || this.#guardian.signalCode !== null) return;
    // It was let go of, so that it keeps no harness alive; its end is worth waiting for.
    this.#guardian.ref();
    this.#guardian.kill('SIGKILL');
    await gone;
  }

  #write(change: Partial<Pick<RunRecord, 'guardian' | 'processes'>>): void {
    if (this.#over) return;
    this.#record = { ...this.#record, ...change };
    writeRecord(this.state, this.#record);
  }
}

const startGuardian = (args: readonly string[]): Promise<ChildProcess> =>
  new Promise((resolve, reject) => {
    const program = programBeside(import.meta.url, 'guardian-main');
    // In a session of its own, so that Ctrl-C reaches the harness only.
    const guardian = spawn(process.execPath, [program, ...args], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      cwd: '/',
    });
    guardian.once('error', reject);
    guardian.once('spawn', () => {
      // A guardian that is gone already has nothing to be told.
      guardian.stdin.on('error', () => undefined);
      guardian.unref();
      resolve(guardian);
    });
  });
