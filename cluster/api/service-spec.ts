/**
 * What a service may look like. The checks come in SwarmKit's order, so that of several mistakes the same one is named.
 * @source swarmkit, manager/controlapi/service.go (validateServiceSpec); moby, daemon/cluster/convert/service.go
 */
import type { EndpointSpec, PortConfig, ServiceSpec } from '../store/objects.ts';
import { BodyReader, withoutNulls } from './body.ts';
import type { Fields } from './body.ts';
import { constraintProblem } from './constraint.ts';
import { serviceSpecType } from './go-types.ts';
import { objectionable, refuse, refuseRpc, unreadable } from './respond.ts';
import type { Failed } from './respond.ts';
import type { ApiResponse, Json } from './seam.ts';

export type ServiceSpecResult = { readonly ok: true; readonly spec: ServiceSpec } | Failed;

/** The same names as SwarmKit's own pattern, without its backtracking. */
const nameShape = /^[a-zA-Z0-9]+(?:[-_]+[a-zA-Z0-9]+)*$/;
const nameLengthMax = 63;
const nanoCpusMin = 1_000_000;
const memoryBytesMin = 4 << 20;

const domain = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const pathPart = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const imageShape = new RegExp(
  `^(?:${domain}(?:\\.${domain})*(?::[0-9]+)?/)?${pathPart}(?:/${pathPart})*` +
    `(?::[\\w][\\w.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?$`,
);

/** The spec of a request's body, as it will be stored: without `null`, with its mode filled in. No name is the empty text. */
export const readServiceSpec = (body: Json | undefined): ServiceSpecResult => {
  const reader = new BodyReader(body === undefined ? body : withoutNulls(body), serviceSpecType);
  const parts = readParts(reader);
  if (reader.problem !== undefined) return unreadable(reader.problem);
  const response =
    conversionObjection(parts) ??
    unsupported(parts) ??
    nameObjection(parts.name) ??
    taskObjection(parts) ??
    updateObjection(parts) ??
    endpointObjection(parts);
  if (response !== undefined) return objectionable(response);
  const { name, labels } = parts;
  const spec = {
    ...reader.fields,
    Name: name,
    Labels: labels,
    Mode: modeOf(parts),
    ...endpointOf(reader.fields, parts),
  };
  return { ok: true, spec: spec as unknown as ServiceSpec };
};

type Parts = ReturnType<typeof readParts>;

/** Everything that this implementation acts on, with its type checked. The rest is kept and shown as it was given. */
const readParts = (reader: BodyReader) => {
  const { fields } = reader;
  const part = (path: string, value: Json | undefined): Fields => reader.part(path, value) ?? {};
  const task = part('TaskTemplate', fields.TaskTemplate);
  const container = reader.part('TaskTemplate.ContainerSpec', task.ContainerSpec);
  const inContainer = container ?? {};
  const resources = part('TaskTemplate.Resources', task.Resources);
  const restart = part('TaskTemplate.RestartPolicy', task.RestartPolicy);
  const placement = part('TaskTemplate.Placement', task.Placement);
  const mode = part('Mode', fields.Mode);
  const replicated = reader.part('Mode.Replicated', mode.Replicated);
  reader.part('Mode.Global', mode.Global);
  const endpoint = part('EndpointSpec', fields.EndpointSpec);
  reader.texts('TaskTemplate.ContainerSpec.Args', inContainer.Args);
  reader.texts('TaskTemplate.ContainerSpec.Command', inContainer.Command);
  reader.texts('TaskTemplate.ContainerSpec.Env', inContainer.Env);
  reader.whole('TaskTemplate.ContainerSpec.StopGracePeriod', inContainer.StopGracePeriod);
  reader.count('TaskTemplate.RestartPolicy.MaxAttempts', restart.MaxAttempts, 'uint64');
  reader.count('TaskTemplate.Placement.MaxReplicas', placement.MaxReplicas, 'uint64');
  readPreferences(reader, placement.Preferences);
  reader.count('TaskTemplate.ForceUpdate', task.ForceUpdate, 'uint64');
  return {
    name: reader.text('Name', fields.Name) ?? '',
    labels: reader.table('Labels', fields.Labels) ?? {},
    hasContainer: container !== undefined,
    hasPlugin: task.PluginSpec !== undefined,
    runtime: reader.text('TaskTemplate.Runtime', task.Runtime) ?? '',
    image: reader.text('TaskTemplate.ContainerSpec.Image', inContainer.Image) ?? '',
    mountTargets: (reader.list('TaskTemplate.ContainerSpec.Mounts', inContainer.Mounts) ?? []).map(
      (mount) => readMountTarget(reader, mount),
    ),
    limits: readResources(reader, 'Limits', resources.Limits),
    reservations: readResources(reader, 'Reservations', resources.Reservations),
    restartCondition: reader.text('TaskTemplate.RestartPolicy.Condition', restart.Condition) ?? '',
    restartDelay: reader.whole('TaskTemplate.RestartPolicy.Delay', restart.Delay) ?? 0,
    restartWindow: reader.whole('TaskTemplate.RestartPolicy.Window', restart.Window) ?? 0,
    constraints: reader.texts('TaskTemplate.Placement.Constraints', placement.Constraints) ?? [],
    modes: Object.keys(mode),
    replicas: reader.count('Mode.Replicated.Replicas', replicated?.Replicas, 'uint64') ?? 1,
    update: readUpdate(reader, 'UpdateConfig', fields.UpdateConfig),
    rollback: readUpdate(reader, 'RollbackConfig', fields.RollbackConfig),
    endpointMode: reader.text('EndpointSpec.Mode', endpoint.Mode) ?? '',
    ports: (reader.list('EndpointSpec.Ports', endpoint.Ports) ?? []).map((port) =>
      readPort(reader, port),
    ),
  };
};

const readUpdate = (reader: BodyReader, path: string, value: Json | undefined) => {
  const part = reader.part(path, value) ?? {};
  reader.count(`${path}.Parallelism`, part.Parallelism, 'uint64');
  return {
    delay: reader.whole(`${path}.Delay`, part.Delay) ?? 0,
    failureAction: reader.text(`${path}.FailureAction`, part.FailureAction) ?? '',
    monitor: reader.whole(`${path}.Monitor`, part.Monitor) ?? 0,
    failureRatio: reader.number(`${path}.MaxFailureRatio`, part.MaxFailureRatio) ?? 0,
    order: reader.text(`${path}.Order`, part.Order) ?? '',
  };
};

const readPreferences = (reader: BodyReader, value: Json | undefined): void => {
  const path = 'TaskTemplate.Placement.Preferences';
  for (const item of reader.list(path, value) ?? []) {
    const spread = reader.part(`${path}.Spread`, reader.part(path, item)?.Spread);
    reader.text(`${path}.Spread.SpreadDescriptor`, spread?.SpreadDescriptor);
  }
};

const readResources = (reader: BodyReader, name: string, value: Json | undefined) => {
  const path = `TaskTemplate.Resources.${name}`;
  const part = reader.part(path, value) ?? {};
  return {
    nanoCpus: reader.whole(`${path}.NanoCPUs`, part.NanoCPUs) ?? 0,
    memoryBytes: reader.whole(`${path}.MemoryBytes`, part.MemoryBytes) ?? 0,
  };
};

const readMountTarget = (reader: BodyReader, value: Json): string => {
  const path = 'TaskTemplate.ContainerSpec.Mounts';
  const mount = reader.part(path, value) ?? {};
  return reader.text(`${path}.Target`, mount.Target) ?? '';
};

const readPort = (reader: BodyReader, value: Json) => {
  const path = 'EndpointSpec.Ports';
  const port = reader.part(path, value) ?? {};
  return {
    name: reader.text(`${path}.Name`, port.Name) ?? '',
    protocol: known(protocols, reader.text(`${path}.Protocol`, port.Protocol)),
    target: reader.count(`${path}.TargetPort`, port.TargetPort, 'uint32') ?? 0,
    published: reader.count(`${path}.PublishedPort`, port.PublishedPort, 'uint32') ?? 0,
    mode: known(publishModes, reader.text(`${path}.PublishMode`, port.PublishMode)),
  };
};

const protocols = ['tcp', 'udp', 'sctp'] as const;
const publishModes = ['ingress', 'host'] as const;

/** In lower case; what the engine does not know is the first that it knows. */
const known = <T extends string>(words: readonly [T, ...T[]], text = ''): T =>
  words.find((word) => word === text.toLowerCase()) ?? words[0];

const invalid = (text: string): ApiResponse => refuseRpc('InvalidArgument', text);

/** What the engine would do, and this implementation does not. */
const unsupported = (parts: Parts): ApiResponse | undefined => {
  if (parts.modes.includes('ReplicatedJob') || parts.modes.includes('GlobalJob'))
    return refuseRpc('Unimplemented', 'jobs are not implemented');
  if (parts.runtime === 'plugin')
    return refuseRpc('Unimplemented', 'RuntimeSpec: unimplemented runtime in service spec');
  return undefined;
};

/** What the engine has no words for when it hands the spec on. @source moby, daemon/cluster/convert/service.go (ServiceSpecToGRPC) */
const conversionObjection = (parts: Parts): ApiResponse | undefined => {
  if (!['', 'container', 'plugin'].includes(parts.runtime))
    return refuse(400, 'unsupported runtime');
  if (parts.runtime === 'plugin' ? !parts.hasPlugin : !parts.hasContainer)
    return refuse(400, 'mismatched Runtime and *Spec fields');
  if (!['', 'none', 'on-failure', 'any'].includes(parts.restartCondition))
    return refuse(400, `invalid RestartCondition: "${parts.restartCondition}"`);
  for (const { failureAction, order } of [parts.update, parts.rollback]) {
    if (!['', 'pause', 'continue', 'rollback'].includes(failureAction))
      return refuse(400, `unrecognized update failure action ${failureAction}`);
    if (!['', 'stop-first', 'start-first'].includes(order))
      return refuse(400, `unrecognized update order ${order}`);
  }
  if (!['', 'vip', 'dnsrr'].includes(parts.endpointMode))
    return refuse(400, `invalid resolution mode: "${parts.endpointMode}"`);
  if (parts.modes.length > 1) return refuse(400, 'must specify only one service mode');
  return undefined;
};

const nameObjection = (name: string): ApiResponse | undefined => {
  if (name === '') return undefined;
  if (!nameShape.test(name)) return invalid('name must be valid as a DNS name component');
  if (name.length > nameLengthMax) return invalid('name must be 63 characters or fewer');
  return undefined;
};

const resourcesObjection = ({
  nanoCpus,
  memoryBytes,
}: Parts['limits']): ApiResponse | undefined => {
  if (nanoCpus !== 0 && nanoCpus < nanoCpusMin)
    return invalid(`invalid cpu value ${nanoCpus / 1e9}: Must be at least 0.001`);
  if (memoryBytes !== 0 && memoryBytes < memoryBytesMin)
    return invalid(`invalid memory value ${memoryBytes}: Must be at least 4MiB`);
  return undefined;
};

const restartObjection = (parts: Parts): ApiResponse | undefined => {
  if (parts.restartDelay < 0) return invalid('TaskSpec: restart-delay cannot be negative');
  if (parts.restartWindow < 0) return invalid('TaskSpec: restart-window cannot be negative');
  return undefined;
};

const placementObjection = ({ constraints }: Parts): ApiResponse | undefined => {
  for (const expression of constraints) {
    const problem = constraintProblem(expression);
    if (problem !== undefined) return invalid(problem);
  }
  return undefined;
};

const containerObjection = (parts: Parts): ApiResponse | undefined => {
  if (parts.image === '') return invalid('ContainerSpec: image reference must be provided');
  if (!imageShape.test(parts.image))
    return invalid(`ContainerSpec: "${parts.image}" is not a valid repository/tag`);
  const targets = new Set<string>();
  for (const target of parts.mountTargets) {
    if (targets.has(target)) return invalid(`ContainerSpec: duplicate mount point: ${target}`);
    targets.add(target);
  }
  return undefined;
};

const taskObjection = (parts: Parts): ApiResponse | undefined =>
  resourcesObjection(parts.limits) ??
  resourcesObjection(parts.reservations) ??
  restartObjection(parts) ??
  placementObjection(parts) ??
  containerObjection(parts);

const updateObjection = ({ update }: Parts): ApiResponse | undefined => {
  if (update.delay < 0) return invalid('TaskSpec: update-delay cannot be negative');
  if (update.monitor < 0) return invalid('TaskSpec: update-monitor cannot be negative');
  if (update.failureRatio < 0 || update.failureRatio > 1)
    return invalid('TaskSpec: update-maxfailureratio cannot be less than 0 or bigger than 1');
  return undefined;
};

const endpointObjection = ({ endpointMode, ports }: Parts): ApiResponse | undefined => {
  const seen = new Set<string>();
  for (const { published, protocol, mode } of ports) {
    if (endpointMode === 'dnsrr' && mode === 'ingress')
      return invalid(
        "EndpointSpec: port published with ingress mode can't be used with dnsrr mode",
      );
    if (published === 0) continue;
    const key = `${published}/${protocol}`;
    if (seen.has(key)) return invalid('EndpointSpec: duplicate published ports provided');
    seen.add(key);
  }
  return undefined;
};

const modeOf = ({ modes, replicas }: Parts): NonNullable<ServiceSpec['Mode']> =>
  modes.includes('Global') ? { Global: {} } : { Replicated: { Replicas: replicas } };

/**
 * As the engine reads it and shows it again: every port with its protocol and mode, without what is empty.
 * @source moby, daemon/cluster/convert/service.go (ServiceSpecToGRPC, endpointSpecFromGRPC)
 */
const endpointOf = (
  { EndpointSpec }: Fields,
  { endpointMode, ports }: Parts,
): { readonly EndpointSpec?: EndpointSpec } => {
  if (EndpointSpec === undefined) return {};
  const Mode = endpointMode === '' ? 'vip' : endpointMode;
  return { EndpointSpec: ports.length === 0 ? { Mode } : { Mode, Ports: ports.map(portOf) } };
};

const portOf = ({
  name,
  protocol,
  target,
  published,
  mode,
}: Parts['ports'][number]): PortConfig => ({
  ...(name === '' ? {} : { Name: name }),
  Protocol: protocol,
  ...(target === 0 ? {} : { TargetPort: target }),
  ...(published === 0 ? {} : { PublishedPort: published }),
  PublishMode: mode,
});
