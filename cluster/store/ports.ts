/** The ports that a service publishes, and what a task takes of them on its node. */
import type { EndpointSpec, PortConfig } from './objects.ts';

export type PublishedPort = {
  readonly port: number;
  /** What can be held once: `8080/tcp`. */
  readonly key: string;
  /** Every node answers on it; a port of the other kind is bound on the nodes that run a task. */
  readonly ingress: boolean;
};

const none: readonly never[] = Object.freeze([]);

export const portKey = (port: number, { Protocol = 'tcp' }: PortConfig): string =>
  `${port}/${Protocol}`;

export const isIngress = ({ PublishMode }: PortConfig): boolean => PublishMode !== 'host';

/** Those with a number. */
export const publishedPorts = (ports: readonly PortConfig[] = none): readonly PublishedPort[] => {
  const published: PublishedPort[] = [];
  for (const config of ports) {
    const { PublishedPort: port = 0 } = config;
    if (port !== 0)
      published.push({ port, key: portKey(port, config), ingress: isIngress(config) });
  }
  return published;
};

/** What a task with this endpoint binds on its node. @source swarmkit, manager/scheduler/filter.go (HostPortFilter) */
export const hostPorts = (endpoint: EndpointSpec | undefined): readonly string[] =>
  endpoint === undefined
    ? none
    : publishedPorts(endpoint.Ports)
        .filter(({ ingress }) => !ingress)
        .map(({ key }) => key);
