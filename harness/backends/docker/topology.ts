import { clientSide, type Node, type NodeName } from '../../core/cluster.ts';
import type { LinkProxy } from '../live/links.ts';
import type { Address, ContainerProgram, PortName } from '../live/target.ts';
import { addressIn, type Subnet } from './subnets.ts';

/** On every node's network: 1 is the bridge. */
const proxyPlace = 2;
const nodePlace = 3;
const peerPortFirst = 12_000;
const clientPortFirst = 20_000;
/** Toxiproxy's ports for probes: what comes in there is led through the link that is to be probed. */
export const probePorts: readonly number[] = [19_996, 19_997, 19_998, 19_999];

/**
 * Where everything is: each node alone on a network that only Toxiproxy shares. A peer is known by its name and one port of its
 * own, the same everywhere; on each network that name is Toxiproxy, so each directed link is a listener of its own.
 */
export type Topology = {
  /** Toxiproxy's address on a node's network. */
  proxyAddress(node: NodeName): string;
  nodeAddress(node: NodeName): string;
  /** What a node is told: `m2:12001`. */
  peerAddress(peer: NodeName, port: PortName): Address;
  place(proxy: LinkProxy): { readonly listen: Address; readonly upstream: Address };
  clientPort(node: NodeName): number;
};

export const topologyOf = (
  nodes: readonly Node[],
  subnets: readonly Subnet[],
  program: Pick<ContainerProgram, 'ports'>,
): Topology => {
  const places = new Map(nodes.map(({ name }, place) => [name, place]));
  const placeOf = (node: NodeName): number => {
    const place = places.get(node);
    if (place === undefined) throw new RangeError(`there is no node ${node}`);
    return place;
  };
  const address = (node: NodeName, host: number): string => {
    const subnet = subnets[placeOf(node)];
    if (subnet === undefined) throw new RangeError(`node ${node} has no network`);
    return addressIn(subnet, host);
  };
  const portNames = Object.keys(program.ports);
  const peerPort = (peer: NodeName, port: PortName): number =>
    peerPortFirst + placeOf(peer) * portNames.length + portNames.indexOf(port);
  const inside = (port: PortName): number => {
    const number = program.ports[port];
    if (number === undefined) {
      throw new RangeError(`the container names no port ${port}; it names ${portNames.join(', ')}`);
    }
    return number;
  };
  const clientPort = (node: NodeName): number => clientPortFirst + placeOf(node);
  return {
    proxyAddress: (node) => address(node, proxyPlace),
    nodeAddress: (node) => address(node, nodePlace),
    peerAddress: (peer, port) => `${peer}:${peerPort(peer, port)}`,
    clientPort,
    place({ link, port }) {
      const listen =
        link.from === clientSide
          ? `0.0.0.0:${clientPort(link.to)}`
          : `${address(link.from, proxyPlace)}:${peerPort(link.to, port)}`;
      return { listen, upstream: `${address(link.to, nodePlace)}:${inside(port)}` };
    },
  };
};
