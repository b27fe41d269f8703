/**
 * Gives the published ports of services their numbers. A number is an ingress port of one service of the swarm; a port published on the
 * hosts of tasks is the scheduler's business.
 * @source SwarmKit, manager/allocator/portallocator.go. It takes the number after the one that it gave last, and remembers that in
 * the leader alone; here it is the lowest that is free, so that the next leader would have chosen the same.
 */
import type { PortConfig, ServiceObject } from '../store/objects.ts';
import { isIngress, portKey, publishedPorts } from '../store/ports.ts';
import type { View } from '../store/types.ts';
import { sameValue } from '../store/values.ts';

const dynamicFirst = 30_000;
const dynamicLast = 32_767;

/** Whether it has all the ports that its spec asks for, and no others. */
export const hasItsPorts = ({ Spec, ports = [] }: ServiceObject): boolean => {
  const wanted = Spec.EndpointSpec?.Ports ?? [];
  return (
    wanted.length === ports.length &&
    wanted.every((port, at) => sameValue(completed(port, ports[at]?.PublishedPort ?? 0), ports[at]))
  );
};

/**
 * The ports that the service gets, or `undefined` while another one holds one of them, or all numbers are taken. A port whose number is left
 * open keeps the one that it has as long as the same target port is published under the same name.
 */
export const portsFor = (view: View, service: ServiceObject): readonly PortConfig[] | undefined => {
  const wanted = service.Spec.EndpointSpec?.Ports ?? [];
  const others = takenByOthers(view, service);
  const named = wanted.filter(isIngress).flatMap((port) => numberOf(port));
  if (named.some((key) => others.held.has(key))) return undefined;
  const taken = new Set([...others.held, ...others.asked, ...named]);
  const had = (service.ports ?? []).filter(isIngress);
  const ports: PortConfig[] = [];
  for (const port of wanted) {
    if (!isIngress(port) || (port.PublishedPort ?? 0) !== 0) {
      ports.push(completed(port, 0));
      continue;
    }
    const kept = had.find(
      (old) => isSame(old, port) && !taken.has(portKey(old.PublishedPort ?? 0, old)),
    );
    const number = kept?.PublishedPort ?? lowestFree(port, taken);
    if (number === undefined) return undefined;
    taken.add(portKey(number, port));
    ports.push(completed(port, number));
  }
  return ports;
};

/** As it is shown; `number` is for an ingress port without one. */
const completed = (port: PortConfig, number: number): PortConfig => {
  const standard = { Protocol: 'tcp', PublishMode: 'ingress' };
  const open = isIngress(port) && (port.PublishedPort ?? 0) === 0 && number !== 0;
  return { ...standard, ...port, ...(open ? { PublishedPort: number } : {}) };
};

const isSame = (left: PortConfig, right: PortConfig): boolean =>
  (left.Name ?? '') === (right.Name ?? '') &&
  (left.Protocol ?? 'tcp') === (right.Protocol ?? 'tcp') &&
  (left.TargetPort ?? 0) === (right.TargetPort ?? 0);

const numberOf = (port: PortConfig): readonly string[] =>
  publishedPorts([port]).map(({ key }) => key);

type Taken = {
  /** Ingress ports that are another service's already. */
  readonly held: ReadonlySet<string>;
  /** All that other services' specs ask for by number: an open number is none of these. */
  readonly asked: ReadonlySet<string>;
};

const takenByOthers = (view: View, service: ServiceObject): Taken => {
  const held = new Set<string>();
  const asked = new Set<string>();
  for (const { ID, Spec, ports } of view.services()) {
    if (ID === service.ID) continue;
    for (const { key, ingress } of publishedPorts(ports)) if (ingress) held.add(key);
    for (const { key } of publishedPorts(Spec.EndpointSpec?.Ports)) asked.add(key);
  }
  return { held, asked };
};

const lowestFree = (port: PortConfig, taken: ReadonlySet<string>): number | undefined => {
  for (let number = dynamicFirst; number <= dynamicLast; number += 1) {
    if (!taken.has(portKey(number, port))) return number;
  }
  return undefined;
};
