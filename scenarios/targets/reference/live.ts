import type { ApiRequest } from '../../../cluster/api/seam.ts';
import type { JsonObject } from '../../../harness/core/json.ts';
import type { LiveTarget, NodePlace, Said } from '../../../harness/backends/live/target.ts';
import { configurationOf } from './configuration.ts';
import { nodeSources } from './node-program.ts';
import { perform } from './perform.ts';
import { referenceSwarm } from './target.ts';

const peerPort = 2377;
const apiPort = 2375;

/** The address that a node advertises: a name that every other node reaches by its own link. */
const advertised = (node: string): string => `${node}:${peerPort}`;

/** Options of the node program that are the same in every live world. */
const variables = (place: NodePlace): Record<string, string> => ({
  SCHISM_NAME: place.node,
  SCHISM_DATA: place.dataFolder,
  SCHISM_API: place.listen.client ?? '',
  SCHISM_PEER: place.listen.peer ?? '',
  SCHISM_ADVERTISE: advertised(place.node),
  SCHISM_RESOLVE: place.peers
    .map((peer) => `${advertised(peer)}=${place.addressOf(peer)}`)
    .join(','),
  SCHISM_NODE_CONFIG: JSON.stringify(configurationOf(place.settings)),
});

const jsonOf = (line: string): JsonObject | undefined => {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as JsonObject;
  } catch {
    return undefined;
  }
};

/** Fields that the world adds by itself, and those of the log line. */
const own: ReadonlySet<string> = new Set([
  'schism',
  'level',
  'time',
  'node',
  'mono',
  'wall',
  'pid',
  'msg',
  'hostname',
]);

const observe = (line: string): Said | undefined => {
  const read = jsonOf(line);
  if (read?.schism !== 'observation') return undefined;
  return Object.fromEntries(
    Object.entries(read).filter(([key]) => !own.has(key)),
  ) as unknown as Said;
};

const stalled: NonNullable<LiveTarget['stalled']> = (line) => {
  if (!line.includes('"schism":"stalled"')) return undefined;
  const forMs = jsonOf(line)?.forMs;
  return typeof forMs === 'number' ? forMs : undefined;
};

const listening: NonNullable<LiveTarget['listening']> = (line) => {
  const read = jsonOf(line);
  return read?.schism === 'listening' &&
    typeof read.api === 'string' &&
    typeof read.peer === 'string'
    ? { client: read.api, peer: read.peer }
    : undefined;
};

const ping: ApiRequest = { method: 'GET', path: '/_ping', query: {}, headers: {}, body: undefined };

/** How a planted bug gets into a node process: options of Node, and what the preload reads. */
export type Planting = {
  readonly nodeOptions: readonly string[];
  readonly env: Readonly<Record<string, string>>;
};

export type LiveGiven = {
  readonly planting?: Planting;
  readonly image?: string;
  /** File of the node program; its sources unless given. */
  readonly program?: string;
};

/** The reference cluster as real processes, and in containers where its image's name is given. */
export const referenceLive = ({
  planting,
  image,
  program = nodeSources,
}: LiveGiven = {}): LiveTarget => ({
  name: referenceSwarm.name,
  nodes: (shape) => referenceSwarm.nodes(shape),
  talks: (from, to) => referenceSwarm.talks(from, to),
  ports: ['client', 'peer'],
  answers: 'own',
  process: {
    ports: 'announced',
    command: (place) => ({
      file: process.execPath,
      args: [...(planting?.nodeOptions ?? []), program, '--die-with-parent', '0'],
      env: { ...variables(place), ...planting?.env },
    }),
  },
  ...(image === undefined
    ? {}
    : {
        container: {
          image,
          ports: { client: apiPort, peer: peerPort },
          dataFolder: '/var/lib/schism',
          env: variables,
        },
      }),
  listening,
  async ready(endpoint) {
    const result = await perform(endpoint, ping, 1_000);
    if ('failed' in result) throw new Error(result.failed);
  },
  observe,
  stalled,
  perform: (endpoint, request, timeoutMs) =>
    perform(endpoint, request as unknown as ApiRequest, timeoutMs),
});
