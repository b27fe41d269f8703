import { GenericContainer, type StartedTestContainer } from 'testcontainers';
import { LiveFailure, messageOf } from '../live/failure.ts';
import { labelsOf } from './labels.ts';
import { nothingToWaitFor } from './waiting.ts';

export const toxiproxyImage = 'ghcr.io/shopify/toxiproxy:2.12.0';
export const controlPort = 8474;

/** The real Toxiproxy in a container of its own, on `network`; `ports` are published besides its own. */
export const startToxiproxy = async (given: {
  readonly run: string;
  readonly network: string;
  readonly ports: readonly number[];
  readonly image?: string;
}): Promise<StartedTestContainer> => {
  const { run, network, ports, image = toxiproxyImage } = given;
  try {
    return await new GenericContainer(image)
      .withNetworkMode(network)
      .withLabels(labelsOf(run))
      .withCommand(['-host=0.0.0.0', '-proxy-metrics'])
      .withExposedPorts(controlPort, ...ports)
      // Its image has no shell that the default could wait with; the control's first answer is waited for instead.
      .withWaitStrategy(nothingToWaitFor)
      .start();
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
