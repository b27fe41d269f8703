/**
 * What a swarm's networks will be made of, which only its `init` can say. Texts are the engine's.
 * @source moby, daemon/cluster/swarm.go (Init: validateDefaultAddrPool, getDataPathPort)
 */
import { prefixBits } from '../cidr.ts';
import type { NetworkConfig } from '../store/objects.ts';
import { isList } from './body.ts';
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

/**
 * Why it cannot be had, or `undefined`. Of the engine's objections these alone come with code 500. Where no pool is given, the size of
 * subnets is not looked at. A pool may be of IPv6, although a prefix longer than the subnets' is too long for it as well.
 * @source moby, daemon/cluster/swarm.go (validateDefaultAddrPool, getDataPathPort); the answers of an engine 20.10.24
 */
export const networkProblem = (
  { fields }: BodyReader,
  config: NetworkConfig,
): string | undefined => {
  const { DefaultAddrPool, SubnetSize, DataPathPort } = config;
  if (isList(fields.DefaultAddrPool)) {
    if (SubnetSize > subnetSizeMax) return `subnet size is out of range: ${SubnetSize}`;
    for (const pool of fields.DefaultAddrPool.length === 0 ? [] : DefaultAddrPool) {
      const bits = prefixBits(pool);
      if (bits === undefined) return `invalid base pool ${pool}: invalid CIDR address: ${pool}`;
      if (SubnetSize < bits)
        return `invalid CIDR: "${pool}". Subnet size is too small for pool: ${SubnetSize}`;
    }
  }
  return DataPathPort < portMin || DataPathPort > portMax
    ? `Datapath port number is not in valid range (${portMin}-${portMax}) : ${DataPathPort}`
    : undefined;
};
