/** The ports that a service publishes, as its spec says. */
import type { ServiceSpec } from './objects.ts';

export type PublishedPort = {
  readonly port: number;
  /** What can be held once: `8080/tcp`. */
  readonly key: string;
  /** Every node answers on it; a port of the other kind is bound on the nodes that run a task. */
  readonly ingress: boolean;
};

const none: readonly never[] = Object.freeze([]);

/** Those with a number. */
export const publishedPorts = ({ EndpointSpec }: ServiceSpec): readonly PublishedPort[] => {
  const ports: PublishedPort[] = [];
  for (const { PublishedPort = 0, Protocol = 'tcp', PublishMode } of EndpointSpec?.Ports ?? none) {
    if (PublishedPort === 0) continue;
    const key = `${PublishedPort}/${Protocol}`;
    ports.push({ port: PublishedPort, key, ingress: PublishMode !== 'host' });
  }
  return ports;
};

/** What each task of the service binds on its node. @source swarmkit, manager/scheduler/filter.go (HostPortFilter) */
export const hostPorts = (spec: ServiceSpec): readonly string[] =>
  publishedPorts(spec)
    .filter(({ ingress }) => !ingress)
    .map(({ key }) => key);
