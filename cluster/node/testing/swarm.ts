/** Words for the tests: what a swarm of a small world is asked, and what it shows. */
import type { ApiResponse, Json } from '../../api/seam.ts';
import { decodeKeyFile, keyFileName } from '../../keys/key-file.ts';
import type { KeyFile } from '../../keys/types.ts';
import type { NodeConfig } from '../config.ts';
import { toyCipher } from './chance.ts';
import { SmallWorld } from './small-world.ts';

type Fields = { readonly [key: string]: Json | undefined };

/** The value at a path of keys; throws where there is none, so that a test does not compare nothing with nothing. */
export const at = (value: Json | undefined, ...path: readonly (string | number)[]): Json => {
  let found = value;
  for (const key of path)
    found =
      typeof found === 'object' && found !== null ? (found as Fields)[String(key)] : undefined;
  if (found === undefined)
    throw new Error(`nothing at ${path.join('.')}: ${JSON.stringify(value)}`);
  return found;
};

export const textAt = (value: Json | undefined, ...path: readonly (string | number)[]): string => {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : JSON.stringify(found);
};

export const messageOf = (response: ApiResponse): string => textAt(response.body, 'message');

export const init = (world: SmallWorld, name: string, autoLock = false): void => {
  world.start(name);
  const body = { ListenAddr: '0.0.0.0:2377', AutoLockManagers: autoLock };
  expectOk(world.call(name, 'POST', '/swarm/init', body));
};

export const join = (
  world: SmallWorld,
  name: string,
  role: 'Manager' | 'Worker',
  by: string,
): void => {
  world.start(name);
  const token = textAt(world.call(by, 'GET', '/swarm').body, 'JoinTokens', role);
  const body = {
    ListenAddr: '0.0.0.0:2377',
    RemoteAddrs: [`${by}:2377`],
    JoinToken: token,
  };
  expectOk(world.call(name, 'POST', '/swarm/join', body));
};

export const expectOk = (response: ApiResponse): ApiResponse => {
  if (response.status >= 300)
    throw new Error(`${response.status}: ${JSON.stringify(response.body)}`);
  return response;
};

/** `m1` begins a swarm, the others join it. */
export const swarmOf = (
  managers: number,
  workers: number,
  options: {
    readonly seed?: number;
    readonly autoLock?: boolean;
    readonly config?: Partial<NodeConfig>;
  } = {},
): SmallWorld => {
  const world = new SmallWorld(options.seed ?? 1, options.config);
  init(world, 'm1', options.autoLock);
  for (let number = 2; number <= managers; number += 1) join(world, `m${number}`, 'Manager', 'm1');
  for (let number = 1; number <= workers; number += 1) join(world, `w${number}`, 'Worker', 'm1');
  return world;
};

/** Who leads, by its own word, among the nodes that run. */
export const leaderOf = (world: SmallWorld): string | undefined => {
  let leader: { readonly name: string; readonly term: number } | undefined;
  for (const { name, observations, program } of world.nodes.values()) {
    const role = observations.findLast((one) => one.kind === 'role');
    if (program === undefined || role?.kind !== 'role' || role.role !== 'leader') continue;
    if (leader === undefined || role.term > leader.term) leader = { name, term: role.term };
  }
  return leader?.name;
};

export const serviceBody = (name: string, replicas = 1): Json => ({
  Name: name,
  TaskTemplate: { ContainerSpec: { Image: 'schism/sleep' } },
  Mode: { Replicated: { Replicas: replicas } },
});

export const serviceNames = (world: SmallWorld, name: string): readonly string[] => {
  const { body } = expectOk(world.call(name, 'GET', '/services'));
  return (body as readonly Json[]).map((service) => textAt(service, 'Spec', 'Name'));
};

/** The node objects by host name. */
export const nodesOf = (world: SmallWorld, by: string): ReadonlyMap<string, Json> => {
  const { body } = expectOk(world.call(by, 'GET', '/nodes'));
  return new Map(
    (body as readonly Json[]).map((node) => [textAt(node, 'Description', 'Hostname'), node]),
  );
};

export const stateOf = (world: SmallWorld, name: string): string =>
  textAt(world.call(name, 'GET', '/info').body, 'Swarm', 'LocalNodeState');

/** Sends the node's present spec back with this change. */
export const changeNode = (
  world: SmallWorld,
  by: string,
  name: string,
  change: Readonly<Record<string, Json>>,
): ApiResponse => {
  const node = nodesOf(world, by).get(name);
  const version = textAt(node, 'Version', 'Index');
  const spec = { ...(at(node, 'Spec') as Fields), ...change };
  return world.call(by, 'POST', `/nodes/${textAt(node, 'ID')}/update?version=${version}`, spec);
};

export const unlockKey = (world: SmallWorld, by: string): string =>
  textAt(world.call(by, 'GET', '/swarm/unlockkey').body, 'UnlockKey');

export const keyFileOf = (world: SmallWorld, name: string): KeyFile => {
  const bytes = world.node(name).files.get(keyFileName);
  if (bytes === undefined) throw new Error(`${name} has no key file`);
  return decodeKeyFile(bytes, toyCipher);
};

/** Whether some file of the folder holds these bytes. */
export const holds = (world: SmallWorld, name: string, bytes: Uint8Array): boolean => {
  const wanted = Buffer.from(bytes);
  return [...world.node(name).files.values()].some((file) => Buffer.from(file).includes(wanted));
};
