/**
 * What the engine's own types are called: its decoder names them where a value does not fit. Listed is what has a type of its own;
 * all else has the plain one that its reader asks for.
 * @source moby, api/types/swarm; the texts of an engine 20.10.24, asked field by field
 */

export type GoType = {
  /** With its package, as `swarm.ServiceSpec`. */
  readonly name: string;
  /** By path. A list stands for what it holds. */
  readonly fields: Readonly<Record<string, string>>;
  /** Where this is a part of a larger body: its path there. */
  readonly at?: string;
};

const duration = 'time.Duration';

const updateConfig = (path: string): Readonly<Record<string, string>> => ({
  [path]: 'swarm.UpdateConfig',
  [`${path}.Delay`]: duration,
  [`${path}.Monitor`]: duration,
});

export const serviceSpecType: GoType = {
  name: 'swarm.ServiceSpec',
  fields: {
    TaskTemplate: 'swarm.TaskSpec',
    'TaskTemplate.Runtime': 'swarm.RuntimeType',
    'TaskTemplate.ContainerSpec': 'swarm.ContainerSpec',
    'TaskTemplate.ContainerSpec.Mounts': 'mount.Mount',
    'TaskTemplate.ContainerSpec.StopGracePeriod': duration,
    'TaskTemplate.Resources': 'swarm.ResourceRequirements',
    'TaskTemplate.Resources.Limits': 'swarm.Limit',
    'TaskTemplate.Resources.Reservations': 'swarm.Resources',
    'TaskTemplate.RestartPolicy': 'swarm.RestartPolicy',
    'TaskTemplate.RestartPolicy.Condition': 'swarm.RestartPolicyCondition',
    'TaskTemplate.RestartPolicy.Delay': duration,
    'TaskTemplate.RestartPolicy.Window': duration,
    'TaskTemplate.Placement': 'swarm.Placement',
    'TaskTemplate.Placement.Preferences': 'swarm.PlacementPreference',
    'TaskTemplate.Placement.Preferences.Spread': 'swarm.SpreadOver',
    Mode: 'swarm.ServiceMode',
    'Mode.Replicated': 'swarm.ReplicatedService',
    'Mode.Global': 'swarm.GlobalService',
    ...updateConfig('UpdateConfig'),
    ...updateConfig('RollbackConfig'),
    EndpointSpec: 'swarm.EndpointSpec',
    'EndpointSpec.Mode': 'swarm.ResolutionMode',
    'EndpointSpec.Ports': 'swarm.PortConfig',
    'EndpointSpec.Ports.Protocol': 'swarm.PortConfigProtocol',
    'EndpointSpec.Ports.PublishMode': 'swarm.PortConfigPublishMode',
  },
};

export const clusterSpecType: GoType = {
  name: 'swarm.Spec',
  fields: {
    Orchestration: 'swarm.OrchestrationConfig',
    Raft: 'swarm.RaftConfig',
    Dispatcher: 'swarm.DispatcherConfig',
    'Dispatcher.HeartbeatPeriod': duration,
    CAConfig: 'swarm.CAConfig',
    'CAConfig.NodeCertExpiry': duration,
    TaskDefaults: 'swarm.TaskDefaults',
    EncryptionConfig: 'swarm.EncryptionConfig',
  },
};

export const nodeSpecType: GoType = {
  name: 'swarm.NodeSpec',
  fields: { Role: 'swarm.NodeRole', Availability: 'swarm.NodeAvailability' },
};

export const initRequestType: GoType = {
  name: 'swarm.InitRequest',
  fields: { Spec: 'swarm.Spec', Availability: 'swarm.NodeAvailability' },
};

export const joinRequestType: GoType = {
  name: 'swarm.JoinRequest',
  fields: { Availability: 'swarm.NodeAvailability' },
};

export const unlockRequestType: GoType = { name: 'swarm.UnlockRequest', fields: {} };

/** What the decoder says it cannot put where: the struct that holds the field, the way to it, the type that it has. */
export const placeOf = (root: GoType, path: string, plain: string): string => {
  const holder = root.fields[path.slice(0, Math.max(0, path.lastIndexOf('.')))] ?? root.name;
  const whole = root.at === undefined ? path : `${root.at}.${path}`;
  return `Go struct field ${withoutPackage(holder)}.${whole} of type ${typeOf(root, path, plain)}`;
};

/** The type of a field, where its reader would have taken `plain`. */
export const typeOf = ({ fields }: GoType, path: string, plain: string): string => {
  const own = fields[path];
  if (own === undefined) return plain;
  return plain === '[]' ? `[]${own}` : own;
};

const withoutPackage = (name: string): string => name.slice(name.indexOf('.') + 1);
