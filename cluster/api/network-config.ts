/**
 * What a swarm's networks will be made of, which only its `init` can say. Texts are the engine's.
 * @source moby, daemon/cluster/swarm.go (Init: validateDefaultAddrPool, getDataPathPort)
 */
import type { NetworkConfig } from '../store/objects.ts';
import type { BodyReader } from './body.ts';

export const standardNetworkConfig: NetworkConfig = Object.freeze({
  DefaultAddrPool: Object.freeze(['10.0.0.0/8']),
  SubnetSize: 24,
  DataPathPort: 4789,
});

const subnetSizeMax = 29;
const portMin = 1024;
const portMax = 49_151;

/** What is absent, empty or 0 takes its default. */
export const readNetworkConfig = (reader: BodyReader): NetworkConfig => {
  const { fields } = reader;
  const pools = reader.texts('DefaultAddrPool', fields.DefaultAddrPool) ?? [];
  const size = reader.count('SubnetSize', fields.SubnetSize, 'uint32') ?? 0;
  const port = reader.count('DataPathPort', fields.DataPathPort, 'uint32') ?? 0;
  const { DefaultAddrPool, SubnetSize, DataPathPort } = standardNetworkConfig;
  return {
    DefaultAddrPool: pools.length === 0 ? DefaultAddrPool : pools.map((pool) => pool.trim()),
    SubnetSize: size === 0 ? SubnetSize : size,
    DataPathPort: port === 0 ? DataPathPort : port,
  };
};

/** Why it cannot be had, or `undefined`. */
export const networkProblem = (config: NetworkConfig): string | undefined => {
  const { DefaultAddrPool, SubnetSize, DataPathPort } = config;
  if (SubnetSize > subnetSizeMax) return `subnet size is out of range: ${SubnetSize}`;
  for (const pool of DefaultAddrPool) {
    const bits = prefixBits(pool);
    if (bits === undefined) return `invalid base pool ${pool}: invalid CIDR address: ${pool}`;
    if (SubnetSize < bits)
      return `invalid CIDR: "${pool}". Subnet size is too small for pool: ${SubnetSize}`;
  }
  return DataPathPort < portMin || DataPathPort > portMax
    ? `Datapath port number is not in valid range (${portMin}-${portMax}) : ${DataPathPort}`
    : undefined;
};

/** The length of an IPv4 network's prefix; `undefined` where the text names none. */
const prefixBits = (pool: string): number | undefined => {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(pool);
  if (match === null) return undefined;
  const [bits = 0, ...bytes] = match.slice(1).map(Number).reverse();
  return bits <= 32 && bytes.every((byte) => byte <= 255) ? bits : undefined;
};
