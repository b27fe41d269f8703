import type Docker from 'dockerode';
import { GenericContainer, type StartedTestContainer } from 'testcontainers';
import type { NodeName } from '../../core/cluster.ts';
import { messageOf } from '../../core/thrown.ts';
import { LiveFailure } from '../live/failure.ts';
import type { RunRecord } from '../live/run-record.ts';
import { engineDoes } from './engine.ts';
import { labelsOf } from './labels.ts';
import type { Networks } from './networks.ts';
import type { Topology } from './topology.ts';
import { controlPort, toxiproxyImage } from './toxiproxy-image.ts';
import { nothingToWaitFor } from './waiting.ts';

/** A container that joins further networks before it starts: that is quicker than afterwards, and nothing sees it half-connected. */
class Connected extends GenericContainer {
  readonly #join: (container: string) => Promise<void>;

  constructor(image: string, join: (container: string) => Promise<void>) {
    super(image);
    this.#join = join;
  }

  protected override containerCreated = (id: string): Promise<void> => this.#join(id);
}

/**
 * The real Toxiproxy in a container of its own: on the edge network, through which its control and `ports` are published, and on
 * each node's network, where it goes by the names of all other nodes.
 */
export const startToxiproxy = async (given: {
  readonly docker: Docker;
  readonly record: Pick<RunRecord, 'run' | 'owner'>;
  readonly networks: Networks;
  readonly topology: Topology;
  readonly ports: readonly number[];
  readonly image?: string;
}): Promise<StartedTestContainer> => {
  const { docker, record, networks, topology, ports, image = toxiproxyImage } = given;
  const names: readonly NodeName[] = [...networks.names.keys()];
  const join = async (container: string): Promise<void> => {
    // One after the other: the engine changes one container's networks one at a time anyway.
    for (const [name, network] of networks.names) {
      await docker.getNetwork(network).connect({
        Container: container,
        EndpointConfig: {
          Aliases: names.filter((other) => other !== name),
          IPAMConfig: { IPv4Address: topology.proxyAddress(name) },
        },
      });
    }
  };
  try {
    return await engineDoes({ place: 'Toxiproxy', doing: 'starting its container' }, () =>
      new Connected(image, join)
        .withName(`schism-${record.run}-toxiproxy`)
        .withNetworkMode(networks.edge)
        .withLabels(labelsOf(record))
        .withCommand(['-host=0.0.0.0', '-proxy-metrics'])
        .withExposedPorts(controlPort, ...ports)
        // Its image has no shell that the default could wait with; the control's first answer is waited for instead.
        .withWaitStrategy(nothingToWaitFor)
        .start(),
    );
  } catch (thrown) {
    throw new LiveFailure(
      {
        place: 'Toxiproxy',
        what: `image ${image} could not be started: ${messageOf(thrown)}`,
        nextStep: `see \`docker run ${image}\`; where no registry can be reached, load the image first`,
      },
      { cause: thrown },
    );
  }
};
