import type Docker from 'dockerode';
import type { NodeName } from '../../core/cluster.ts';
import { messageOf } from '../../core/thrown.ts';
import { LiveFailure } from '../live/failure.ts';
import type { RunRecord } from '../live/run-record.ts';
import { engineDoes } from './engine.ts';
import { labelsOf } from './labels.ts';
import {
  freeSubnets,
  parseSubnet,
  subnetText,
  subnetsDefault,
  subnetsVariable,
  type Subnet,
} from './subnets.ts';

export type Networks = {
  readonly names: ReadonlyMap<NodeName, string>;
  readonly subnets: readonly Subnet[];
  /** Toxiproxy's own, through which its ports are published on 127.0.0.1. */
  readonly edge: string;
};

const takenIn = async (docker: Docker): Promise<readonly Subnet[]> => {
  const networks = await engineDoes({ place: 'Docker', doing: 'listing its networks' }, () =>
    docker.listNetworks(),
  );
  return networks
    .flatMap(({ IPAM }) => IPAM?.Config ?? [])
    .flatMap(({ Subnet: text }) => parseSubnet(text ?? '') ?? []);
};

const attemptsMax = 5;

/**
 * A network for each node, closed to the outside, and one for Toxiproxy's published ports. The engine chooses no subnets: its own pools
 * end at about thirty. Where another run takes one of ours at the same moment, others are tried.
 */
export const createNetworks = async (
  docker: Docker,
  {
    record,
    nodes,
  }: {
    readonly record: Pick<RunRecord, 'run' | 'owner'>;
    readonly nodes: readonly NodeName[];
  },
): Promise<Networks> => {
  const { run } = record;
  const range = process.env[subnetsVariable] ?? subnetsDefault;
  // The end of a run's id is chance.
  const salt = Number.parseInt(run.slice(-6), 16);
  for (let attempt = 1; ; attempt += 1) {
    const start = salt + attempt * 97;
    const subnets = freeSubnets(nodes.length + 1, { range, taken: await takenIn(docker), start });
    const made = await Promise.allSettled(
      subnets.map((subnet, place) =>
        engineDoes({ place: 'Docker', doing: 'creating a network' }, () =>
          docker.createNetwork({
            Name: `schism-${run}-${nodes[place] ?? 'edge'}${attempt === 1 ? '' : `-${attempt}`}`,
            Labels: labelsOf(record),
            CheckDuplicate: true,
            Internal: place < nodes.length,
            IPAM: { Driver: 'default', Config: [{ Subnet: subnetText(subnet) }] },
            Options: { 'com.docker.network.bridge.host_binding_ipv4': '127.0.0.1' },
          }),
        ),
      ),
    );
    const failed = made.find((end) => end.status === 'rejected');
    const networks = made.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
    if (failed === undefined) {
      const ids = networks.map(({ id }) => id);
      return {
        names: new Map(nodes.map((node, place) => [node, ids[place] ?? ''])),
        subnets,
        edge: ids[nodes.length] ?? '',
      };
    }
    await Promise.all(networks.map((network) => network.remove()));
    const why = messageOf(failed.reason);
    if (attempt === attemptsMax || !/overlap|conflict|already exists/i.test(why)) {
      throw new LiveFailure(
        {
          place: 'Docker networks',
          what: why,
          nextStep: `remove leftovers with \`schism clean\`, or name another range in ${subnetsVariable}`,
        },
        { cause: failed.reason },
      );
    }
  }
};
