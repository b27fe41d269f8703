/**
 * A published port belongs to one service of the whole swarm.
 * @source swarmkit, manager/controlapi/service.go (checkPortConflicts)
 */
import type { ServiceObject, ServiceSpec } from '../store/objects.ts';
import { publishedPorts } from '../store/ports.ts';
import type { PublishedPort } from '../store/ports.ts';
import type { View } from '../store/types.ts';
import { refuseRpc } from './respond.ts';
import type { ApiResponse } from './seam.ts';

/** Why the spec's ports cannot be had, or `undefined`. `serviceId`: the service that is updated. */
export const portConflict = (
  view: View,
  spec: ServiceSpec,
  serviceId: string | undefined,
): ApiResponse | undefined => {
  const wanted = publishedPorts(spec.EndpointSpec?.Ports);
  if (wanted.length === 0) return undefined;
  for (const service of view.services()) {
    if (service.ID === serviceId) continue;
    for (const taken of portsOf(service)) {
      const clash = wanted.find(({ key }) => key === taken.key);
      // Any number of services may publish one port on their hosts: the scheduler keeps them apart.
      if (clash === undefined || (!taken.ingress && !clash.ingress)) continue;
      const as = taken.ingress ? 'an ingress port' : 'a host-published port';
      return refuseRpc(
        'InvalidArgument',
        `port '${taken.port}' is already in use by service '${service.Spec.Name}' (${service.ID}) as ${as}`,
      );
    }
  }
  return undefined;
};

/** What its spec says, and what it holds besides because that left the number open. */
const portsOf = ({ Spec, ports }: ServiceObject): readonly PublishedPort[] => [
  ...publishedPorts(Spec.EndpointSpec?.Ports),
  ...publishedPorts(ports),
];
