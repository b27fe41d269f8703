import { connect } from 'node:net';
import { posix } from 'node:path';
import type Docker from 'dockerode';
import type { StartedTestContainer } from 'testcontainers';
import { clientSide, type Ms, type Node, type NodeName } from '../../core/cluster.ts';
import { beforeDeadline } from '../live/deadline.ts';
import { LiveFailure } from '../live/failure.ts';
import { openLinks, type LinkProxy, type Links } from '../live/links.ts';
import { LiveRun } from '../live/live-run.ts';
import { programBeside } from '../live/program.ts';
import {
  clientPort,
  type Address,
  type Addresses,
  type ContainerProgram,
  type LiveTarget,
  type NodePlace,
} from '../live/target.ts';
import { toxiproxyControl, type ToxiproxyControl } from '../live/toxiproxy/control.ts';
import type { NodeFile, World, WorldEvents } from '../live/world.ts';
import { connectEngine } from './engine.ts';
import { createNetworks, type Networks } from './networks.ts';
import { NodeContainer } from './node-container.ts';
import { removeRun } from './reap.ts';
import { topologyOf, probePort, type Topology } from './topology.ts';
import { controlPort, startToxiproxy } from './toxiproxy.ts';

export type DockerWorldGiven = {
  readonly target: LiveTarget;
  readonly nodes: readonly Node[];
  readonly settings: NodePlace['settings'];
  readonly events: WorldEvents;
  readonly toxiproxyImage?: string;
  readonly state?: string;
  readonly parentFolder?: string;
};

/** Containers, each alone on a network that only Toxiproxy shares, so that no packet can go round the proxies. */
export const openDockerWorld = async (given: DockerWorldGiven): Promise<World> => {
  const program = given.target.container;
  if (program === undefined) {
    throw new LiveFailure({
      place: given.target.name,
      what: 'this target cannot run in containers',
      nextStep: 'give it a `docker` image, or run it on another backend',
    });
  }
  const docker = await connectEngine();
  const run = await LiveRun.open({
    backend: 'docker',
    reaperUrl: new URL(`file://${programBeside(import.meta.url, 'reap')}`).href,
    ...(given.state === undefined ? {} : { state: given.state }),
    ...(given.parentFolder === undefined ? {} : { parentFolder: given.parentFolder }),
  });
  try {
    return await assemble({ ...given, program, docker, run });
  } catch (thrown) {
    await removeRun(docker, run.id);
    await run[Symbol.asyncDispose]();
    throw thrown;
  }
};

type Parts = DockerWorldGiven & {
  readonly program: ContainerProgram;
  readonly docker: Docker;
  readonly run: LiveRun;
};

const assemble = async (parts: Parts): Promise<World> => {
  const { docker, run, nodes, target, program } = parts;
  const names = nodes.map(({ name }) => name);
  const salt = Number.parseInt(run.id.slice(-6), 16);
  const networks = await createNetworks(docker, { run: run.id, nodes: names, salt });
  const topology = topologyOf(nodes, networks.subnets, program);
  const toxiproxy = await startToxiproxy({
    run: run.id,
    network: networks.edge,
    ports: [probePort, ...names.map((name) => topology.clientPort(name))],
    ...(parts.toxiproxyImage === undefined ? {} : { image: parts.toxiproxyImage }),
  });
  await joinNetworks(docker, { toxiproxy, networks, topology, names });
  const control = toxiproxyControl(`http://127.0.0.1:${toxiproxy.getMappedPort(controlPort)}`);
  await control.version();
  const probe = probing(control, toxiproxy.getMappedPort(probePort));
  const links = await openLinks({
    control,
    target,
    nodes,
    place: (proxy) => topology.place(proxy),
    counting: 'at-close',
    atFirst: 'closed',
    probe: (proxy) => probe(proxy, topology.place(proxy).listen),
  });
  return new DockerWorld({ ...parts, networks, topology, toxiproxy, links });
};

/** On each node's network Toxiproxy goes by the names of all others. */
const joinNetworks = async (
  docker: Docker,
  given: {
    readonly toxiproxy: StartedTestContainer;
    readonly networks: Networks;
    readonly topology: Topology;
    readonly names: readonly NodeName[];
  },
): Promise<void> => {
  const { toxiproxy, networks, topology, names } = given;
  // One after the other: the engine changes one container's networks one at a time anyway.
  for (const name of names) {
    await docker.getNetwork(networks.names.get(name) ?? '').connect({
      Container: toxiproxy.getId(),
      EndpointConfig: {
        Aliases: names.filter((other) => other !== name),
        IPAMConfig: { IPv4Address: topology.proxyAddress(name) },
      },
    });
  }
};

const probeName = 'schism-probe';
const heldMs = 60;
const probeWithinMs = 3_000;

/**
 * Leads a connection of ours through Toxiproxy's own probe port into the link that is probed. Where nobody listens at the link's end,
 * Toxiproxy closes it at once; a connection that is held, or says something, has reached the node. One probe at a time:
 * they share the port.
 */
const probing = (
  control: ToxiproxyControl,
  port: number,
): ((proxy: LinkProxy, listen: Address) => Promise<void>) => {
  let queue: Promise<unknown> = Promise.resolve();
  let created = false;
  const lead = async (upstream: Address): Promise<void> => {
    const body = { name: probeName, listen: `0.0.0.0:${probePort}`, upstream, enabled: true };
    if (created) await control.update(body);
    else await control.populate([body]);
    created = true;
  };
  return (proxy, listen) => {
    const upstream =
      proxy.link.from === clientSide ? listen.replace('0.0.0.0', '127.0.0.1') : listen;
    const probe = queue.then(() =>
      beforeDeadline(
        {
          place: `link ${proxy.name}`,
          doing: 'carrying a probe',
          withinMs: probeWithinMs,
          nextStep: 'see Toxiproxy',
        },
        async () => {
          await lead(upstream);
          await held(port);
        },
      ),
    );
    queue = probe.catch(() => undefined);
    return probe;
  };
};

const held = (port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    const timer = setTimeout(() => {
      socket.destroy();
      resolve();
    }, heldMs);
    socket.once('data', () => {
      clearTimeout(timer);
      socket.destroy();
      resolve();
    });
    for (const end of ['end', 'error', 'close'] as const) {
      socket.once(end, () => {
        clearTimeout(timer);
        reject(new Error('nobody answers at its end'));
      });
    }
  });

class DockerWorld implements World {
  readonly links: Links;
  readonly #parts: Parts & {
    readonly networks: Networks;
    readonly topology: Topology;
    readonly toxiproxy: StartedTestContainer;
  };
  readonly #containers: ReadonlyMap<NodeName, NodeContainer>;

  constructor(
    parts: Parts & {
      readonly networks: Networks;
      readonly topology: Topology;
      readonly toxiproxy: StartedTestContainer;
      readonly links: Links;
    },
  ) {
    this.#parts = parts;
    this.links = parts.links;
    this.#containers = new Map(
      parts.nodes.map(({ name }) => [
        name,
        new NodeContainer({
          docker: parts.docker,
          program: parts.program,
          run: parts.run.id,
          network: parts.networks.names.get(name) ?? '',
          address: parts.topology.nodeAddress(name),
          place: this.#place(name),
          events: parts.events,
        }),
      ]),
    );
  }

  async start(node: NodeName, readyMs: Ms): Promise<Addresses> {
    const { target } = this.#parts;
    const { listening } = target;
    const up = Promise.withResolvers<undefined>();
    // Where it does not say that it listens, its readiness is asked for later.
    if (listening === undefined) up.resolve(undefined);
    await this.#container(node).start((line) => {
      if (listening?.(line) !== undefined) up.resolve(undefined);
    });
    await beforeDeadline(
      {
        place: node,
        doing: 'starting to listen',
        withinMs: readyMs,
        nextStep: 'see what its container wrote',
      },
      () => up.promise,
    );
    return this.#addresses(node);
  }

  /**
   * A killed container takes its network with it: who dials it then is not refused but left waiting, and Toxiproxy with it. So its
   * links are closed in the same moment.
   */
  async kill(node: NodeName): Promise<string> {
    const [what] = await Promise.all([this.#container(node).kill(), this.links.closeTo(node)]);
    return what;
  }

  pause(node: NodeName): Promise<string> {
    return this.#container(node).pause();
  }

  resume(node: NodeName): Promise<void> {
    return this.#container(node).resume();
  }

  endpoint(node: NodeName): Address {
    const { toxiproxy, topology } = this.#parts;
    return `127.0.0.1:${toxiproxy.getMappedPort(topology.clientPort(node))}`;
  }

  async *files(node: NodeName): AsyncIterable<NodeFile> {
    const folder = posix.basename(this.#parts.program.dataFolder);
    for (const { name, bytes } of (await this.#container(node).files(
      this.#parts.program.dataFolder,
    )) ?? []) {
      yield { file: posix.relative(folder, name), bytes };
    }
  }

  async readFile(node: NodeName, file: string): Promise<Uint8Array | undefined> {
    const path = posix.join(this.#parts.program.dataFolder, file);
    return (await this.#container(node).files(path))?.[0]?.bytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { docker, run } = this.#parts;
    await removeRun(docker, run.id);
    await run[Symbol.asyncDispose]();
  }

  #container(node: NodeName): NodeContainer {
    const container = this.#containers.get(node);
    if (container === undefined) throw new RangeError(`there is no node ${node}`);
    return container;
  }

  #addresses(node: NodeName): Addresses {
    const { program, topology } = this.#parts;
    const host = topology.nodeAddress(node);
    return Object.fromEntries(
      Object.entries(program.ports).map(([name, port]) => [name, `${host}:${port}`]),
    );
  }

  #place(node: NodeName): NodePlace {
    const { nodes, program, topology, target, settings } = this.#parts;
    const self = nodes.find(({ name }) => name === node);
    const first = target.ports.find((port) => port !== clientPort) ?? clientPort;
    return {
      node,
      dataFolder: program.dataFolder,
      listen: Object.fromEntries(
        Object.entries(program.ports).map(([name, port]) => [name, `0.0.0.0:${port}`]),
      ),
      peers: nodes
        .filter((peer) => self !== undefined && peer.name !== node && target.talks(self, peer))
        .map(({ name }) => name),
      addressOf: (peer, port = first) => topology.peerAddress(peer, port),
      settings,
    };
  }
}
