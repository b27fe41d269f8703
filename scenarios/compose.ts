import { stringify } from 'yaml';
import { topologyOf } from '../harness/backends/docker/topology.ts';
import { controlPort, toxiproxyImage } from '../harness/backends/docker/toxiproxy-image.ts';
import {
  parseSubnet,
  addressIn,
  subnetText,
  type Subnet,
} from '../harness/backends/docker/subnets.ts';
import { linkProxies } from '../harness/backends/live/links.ts';
import type { NodePlace } from '../harness/backends/live/target.ts';
import type { Shape } from '../harness/core/cluster.ts';
import { referenceLive } from './targets/reference/live.ts';

/** Subnets of compose clusters, apart from those that runs take. Their first two parts can be chosen, for a second cluster. */
const net = '10.202';
const netVariable = `\${SCHISM_COMPOSE_NET:-${net}}`;
const range = parseSubnet(`${net}.0.0/16`) ?? { base: 0, bits: 16 };
const subnetAt = (place: number): Subnet => ({ base: range.base + place * 16, bits: 28 });
const nodeImageVariable = '${SCHISM_NODE_IMAGE:-schism/node:latest}';
const helperImage = 'node:24-bookworm-slim';

const header = `# The topology of the docker backend for \`docker compose\`: every node alone on a network that only Toxiproxy shares, one
# proxy per directed link (m1__m2) and one for the clients of each node (client__m1). Written by \`schism compose\`; a test
# fails when the two differ. The nodes form no swarm by themselves:
#   docker -H tcp://127.0.0.1:20000 swarm init --advertise-addr m1:2377
# For a second cluster beside it: SCHISM_COMPOSE_NET=10.203, and ports by SCHISM_PORT_TOXIPROXY, SCHISM_PORT_M1 and so on.
`;

/** A port of 127.0.0.1 that the environment can change. */
const published = (what: string, port: number): string =>
  `127.0.0.1:\${SCHISM_PORT_${what.toUpperCase()}:-${port}}:${port}`;

/** The reference cluster as a compose file, from the code that the docker backend runs on. */
export const compose = (shape: Shape): string => {
  const live = referenceLive({ image: nodeImageVariable });
  const { container } = live;
  if (container === undefined) throw new Error('the reference target names no container');
  const nodes = live.nodes(shape);
  const subnets = nodes.map((_, place) => subnetAt(place + 1));
  const topology = topologyOf(nodes, subnets, container);
  const proxies = linkProxies(live, nodes).map((proxy) => ({
    name: proxy.name,
    ...topology.place(proxy),
    enabled: true,
  }));
  const names = nodes.map(({ name }) => name);
  const networkOf = (name: string): string => `node-${name}`;

  const services: Record<string, unknown> = {
    toxiproxy: {
      image: toxiproxyImage,
      command: ['-host=0.0.0.0', '-proxy-metrics'],
      ports: [
        published('toxiproxy', controlPort),
        ...names.map((name) => published(name, topology.clientPort(name))),
      ],
      networks: {
        edge: {},
        ...Object.fromEntries(
          names.map((name) => [
            networkOf(name),
            {
              ipv4_address: topology.proxyAddress(name),
              aliases: names.filter((other) => other !== name),
            },
          ]),
        ),
      },
    },
    // Creates the proxies of all links, once Toxiproxy answers, and ends.
    links: {
      image: helperImage,
      command: ['node', '-e', populate],
      environment: { PROXIES: JSON.stringify(proxies) },
      networks: ['edge'],
      depends_on: ['toxiproxy'],
    },
  };
  nodes.forEach((node) => {
    const place: NodePlace = {
      node: node.name,
      dataFolder: container.dataFolder,
      listen: Object.fromEntries(
        Object.entries(container.ports).map(([port, number]) => [port, `0.0.0.0:${number}`]),
      ),
      peers: nodes
        .filter((peer) => peer.name !== node.name && live.talks(node, peer))
        .map(({ name }) => name),
      addressOf: (peer, port = 'peer') => topology.peerAddress(peer, port),
      settings: {},
    };
    services[node.name] = {
      image: container.image,
      hostname: node.name,
      environment: container.env?.(place) ?? {},
      networks: { [networkOf(node.name)]: { ipv4_address: topology.nodeAddress(node.name) } },
      volumes: [`data-${node.name}:${container.dataFolder}`],
      depends_on: ['toxiproxy'],
    };
  });
  const networks = {
    edge: { driver: 'bridge', ipam: { config: [{ subnet: subnetText(subnetAt(0)) }] } },
    ...Object.fromEntries(
      nodes.map((node, place) => [
        networkOf(node.name),
        {
          driver: 'bridge',
          internal: true,
          ipam: {
            config: [
              {
                subnet: subnetText(subnetAt(place + 1)),
                gateway: addressIn(subnetAt(place + 1), 1),
              },
            ],
          },
        },
      ]),
    ),
  };
  const volumes = Object.fromEntries(names.map((name) => [`data-${name}`, {}]));
  const written = stringify({ services, networks, volumes }, { lineWidth: 0 });
  return header + written.replaceAll(`${net}.`, `${netVariable}.`);
};

/** Runs in the helper's Node; Toxiproxy may need a moment until it answers. */
const populate = `const until = Date.now() + 20000;
(async function attempt() {
  try {
    const answer = await fetch("http://toxiproxy:8474/populate", { method: "POST", headers: { "Content-Type": "application/json" }, body: process.env.PROXIES });
    if (!answer.ok) throw new Error(await answer.text());
    console.log("links are up");
  } catch (error) {
    if (Date.now() > until) throw error;
    setTimeout(attempt, 200);
  }
})();`;
