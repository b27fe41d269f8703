/** What a node process is told: flags, else environment, else a default, read once into one value. */
import { parseArgs } from 'node:util';
import { parseNodeConfig } from '../node/config.ts';
import type { NodeConfig } from '../node/config.ts';
import type { HostPort } from './address.ts';
import { defaultServerLimits } from './limits.ts';
import type { ServerLimits } from './limits.ts';
import {
  descriptor,
  dialable,
  hostPort,
  jsonObject,
  numbersOver,
  oneOf,
  resolutions,
  text,
} from './setting-readers.ts';
import type { Reader } from './setting-readers.ts';

export type ServerSettings = {
  readonly dataFolder: string;
  readonly api: HostPort;
  readonly peer: HostPort;
  /** `undefined`: what the peer address turns out to be. */
  readonly advertise: string | undefined;
  /** Advertised address → where to dial instead. */
  readonly resolve: ReadonlyMap<string, HostPort>;
  /** Where tasks listen. */
  readonly executorHost: string;
  /** A descriptor whose closing ends this process. */
  readonly dieWithParent: number | undefined;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  /** The advertised address is not known before the node listens. */
  readonly nodeConfig: Omit<NodeConfig, 'advertiseAddr'>;
  readonly limits: ServerLimits;
};

export type SettingsSource = {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly hostname: string;
};

export type SettingsRead =
  | { readonly ok: true; readonly settings: ServerSettings }
  /** Names the option and what was expected. */
  | { readonly ok: false; readonly problem: string };

/** Flag → variable, what stands behind the flag, what it means. In the order of the usage. */
const options = {
  name: ['SCHISM_NAME', 'NAME', 'the host name that the swarm shows'],
  data: ['SCHISM_DATA', 'FOLDER', 'the data folder (/var/lib/schism)'],
  api: ['SCHISM_API', 'HOST:PORT', 'listens here for the Engine API (127.0.0.1:2375)'],
  peer: ['SCHISM_PEER', 'HOST:PORT', 'listens here for other nodes (0.0.0.0:2377)'],
  advertise: ['SCHISM_ADVERTISE', 'HOST:PORT', 'other nodes reach this one here; may be a name'],
  resolve: [
    'SCHISM_RESOLVE',
    'HOST:PORT=HOST:PORT',
    'dials the second where the first is advertised; repeated, or several with commas',
  ],
  'executor-host': ['SCHISM_EXECUTOR_HOST', 'HOST', 'tasks listen here (the host of the API)'],
  'die-with-parent': ['SCHISM_DIE_WITH_PARENT', 'FD', 'ends when this inherited pipe closes'],
  'log-level': ['SCHISM_LOG_LEVEL', 'LEVEL', 'debug, info, warn or error (info)'],
  'node-config': ['SCHISM_NODE_CONFIG', 'JSON', 'times and limits, such as {"heartbeatMs":50}'],
  limits: ['SCHISM_LIMITS', 'JSON', 'times and limits of sockets, such as {"stallMs":1000}'],
} as const;
type Name = keyof typeof options;
export const flagNames: readonly string[] = Object.keys(options);

export const usage = [
  'Usage: node cluster/server/main.ts [options]; each may stand in the environment instead.',
  ...Object.entries(options).map(
    ([name, [variable, placeholder, meaning]]) =>
      `  --${name} ${placeholder}  (${variable})\n        ${meaning}`,
  ),
].join('\n');

export const readSettings = ({ argv, env, hostname }: SettingsSource): SettingsRead => {
  const problems: string[] = [];
  const flags = readFlags(argv, problems);
  const setting = <T>(name: Name, reader: Reader<T>): T | undefined => {
    const [variable] = options[name];
    const [from, given] = flags[name] ? [`--${name}`, flags[name]] : [variable, env[variable]];
    if (given === undefined || given === '') return undefined;
    const read = reader(given);
    if (read.ok) return read.value;
    problems.push(`${from}: expected ${read.expected}; got ${JSON.stringify(given)}`);
    return undefined;
  };
  const api = setting('api', hostPort) ?? { host: '127.0.0.1', port: 2375 };
  const nodeConfig = readNodeConfig(
    { ...setting('node-config', jsonObject), name: setting('name', text) ?? hostname },
    problems,
  );
  const settings = {
    dataFolder: setting('data', text) ?? '/var/lib/schism',
    api,
    peer: setting('peer', hostPort) ?? { host: '0.0.0.0', port: 2377 },
    advertise: setting('advertise', dialable),
    resolve: setting('resolve', resolutions) ?? new Map(),
    executorHost: setting('executor-host', text) ?? api.host,
    dieWithParent: setting('die-with-parent', descriptor),
    logLevel: setting('log-level', oneOf('debug', 'info', 'warn', 'error')) ?? 'info',
    limits: setting('limits', numbersOver(defaultServerLimits)) ?? defaultServerLimits,
  };
  return problems.length === 0 && nodeConfig !== undefined
    ? { ok: true, settings: { ...settings, nodeConfig } }
    : { ok: false, problem: problems.join('\n') };
};

/** Any address will do here: the real one is put in once it is known. */
const someAddress = { advertiseAddr: 'm1:2377' };

const readNodeConfig = (given: object, problems: string[]): NodeConfig | undefined => {
  try {
    return parseNodeConfig({ ...given, ...someAddress });
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
    return undefined;
  }
};

/** Of a flag that is given several times the last one counts; only resolutions add up. */
const readFlags = (
  argv: readonly string[],
  problems: string[],
): { readonly [K in Name]?: string } => {
  const repeated = { type: 'string', multiple: true } as const;
  const known = Object.fromEntries(Object.keys(options).map((name) => [name, repeated]));
  try {
    const { values } = parseArgs({ args: [...argv], options: known, strict: true });
    return Object.fromEntries(
      Object.entries(values).map(([name, given]) => [
        name,
        name === 'resolve' ? given?.join(',') : given?.at(-1),
      ]),
    );
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
    return {};
  }
};
