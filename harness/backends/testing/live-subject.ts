import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import type { Happening } from '../../core/backend.ts';
import type { Ms } from '../../core/cluster.ts';
import type { JsonObject } from '../../core/json.ts';
import { isError } from '../../core/thrown.ts';
import type { ContractCluster, ContractSubject } from './contract.ts';
import { contractNodes } from './contract-nodes.ts';
import type { LiveBackend, StartOptions } from '../live/backend.ts';
import type { LiveTarget } from '../live/target.ts';
import { leftoversOf } from '../live/reclaim.ts';
import { listRecords, type RunRecord } from '../live/run-record.ts';

export type LiveContractGiven = {
  readonly target: LiveTarget;
  readonly closedPort: ContractSubject['closedPort'];
  /** A backend that keeps its state and its runs' folders in these folders. */
  backend(folders: { readonly state: string; readonly parentFolder: string }): LiveBackend;
  /** What a run left outside of this machine's processes and folders. */
  leftovers?(record: RunRecord): Promise<readonly string[]>;
};

const pollMs = 5;

type Told = {
  readonly happenings: { at: Ms; happening: Happening }[];
  readonly onFailure: (failure: Error) => void;
};

/** The contract's subject for a live backend: real time passes by itself. To be made in a test file, once. */
export const liveSubject = (given: LiveContractGiven): ContractSubject => {
  const base = mkdtempSync(join(tmpdir(), 'schism-contract-'));
  afterAll(() => {
    rmSync(base, { recursive: true, force: true });
  });
  const folders = { state: join(base, 'state'), parentFolder: join(base, 'runs') };
  const backend = given.backend(folders);

  const leftovers = async (
    records: readonly RunRecord[],
    endpoints: readonly string[],
  ): Promise<readonly string[]> => {
    const left: string[] = listRecords(folders.state).map(({ run }) => `record of ${run}`);
    for (const record of records) {
      left.push(...leftoversOf(record));
      left.push(...((await given.leftovers?.(record)) ?? []));
    }
    left.push(...filesIn(folders.parentFolder).map((name) => `folder ${name}`));
    for (const endpoint of endpoints) if (await answers(endpoint)) left.push(`port ${endpoint}`);
    return left;
  };

  const options = (settings: JsonObject, { happenings, onFailure }: Told): StartOptions => ({
    shape: { managers: contractNodes.length, workers: 0 },
    settings,
    onHappening: (happening, at) => {
      happenings.push({ at, happening });
    },
    onFailure,
  });

  return {
    name: backend.name,
    closedPort: given.closedPort,
    async start(settings = {}): Promise<ContractCluster> {
      const happenings: Told['happenings'] = [];
      let failure: Error | undefined;
      const cluster = await backend.start(
        given.target,
        options(settings, {
          happenings,
          onFailure: (broken) => {
            failure ??= broken;
          },
        }),
      );
      const records = listRecords(folders.state);
      const endpoints = contractNodes.map((node) => cluster.endpoint(node));
      return {
        happenings,
        carryOut: (command) => {
          cluster.carryOut(command);
        },
        now: () => cluster.now(),
        logs: (node) => cluster.logs(node),
        async until(what, condition, withinMs) {
          const limit = cluster.now() + withinMs;
          while (!condition()) {
            if (failure !== undefined) throw failure;
            if (cluster.now() > limit)
              throw new Error(`within ${withinMs} ms it never was so: ${what}`);
            await new Promise((resolve) => setTimeout(resolve, pollMs));
          }
        },
        leftovers: () => leftovers(records, endpoints),
        [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
      };
    },
    async startBroken(node) {
      const records = new Map<string, RunRecord>();
      try {
        const starting = backend.start(given.target, {
          ...options({ broken: node }, { happenings: [], onFailure: () => undefined }),
          onHappening: () => {
            for (const record of listRecords(folders.state)) records.set(record.run, record);
          },
        });
        await (await starting)[Symbol.asyncDispose]();
        return { error: undefined, leftovers: [] };
      } catch (thrown) {
        const error = isError(thrown) ? thrown : new Error(String(thrown));
        return { error, leftovers: await leftovers([...records.values()], []) };
      }
    },
  };
};

const filesIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

const answers = (endpoint: string): Promise<boolean> =>
  new Promise((resolve) => {
    const [host = '', port = ''] = endpoint.split(':');
    const socket = connect({ host, port: Number(port) });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
