import { expect, test } from '@jest/globals';
import type { Json } from './seam.ts';
import { SmallLeader } from './testing/leader.ts';

/** Asked of an engine 20.10.24, which does not say `invalid JSON: ` yet. */
test.each<[unknown, string]>([
  [[], 'array into Go value of type swarm.ServiceSpec'],
  ['web', 'string into Go value of type swarm.ServiceSpec'],
  [{ Name: 5 }, 'number into Go struct field ServiceSpec.Name of type string'],
  [{ Labels: 5 }, 'number into Go struct field ServiceSpec.Labels of type map[string]string'],
  [{ Labels: { a: 1 } }, 'number into Go struct field ServiceSpec.Labels of type string'],
  [
    { Mode: { Replicated: { Replicas: -1 } } },
    'number -1 into Go struct field ReplicatedService.Mode.Replicated.Replicas of type uint64',
  ],
  [
    { Mode: { Replicated: { Replicas: '1' } } },
    'string into Go struct field ReplicatedService.Mode.Replicated.Replicas of type uint64',
  ],
  [{ Mode: 5 }, 'number into Go struct field ServiceSpec.Mode of type swarm.ServiceMode'],
  [
    { Mode: { Replicated: 5 } },
    'number into Go struct field ServiceMode.Mode.Replicated of type swarm.ReplicatedService',
  ],
  [
    { Mode: { Global: 5 } },
    'number into Go struct field ServiceMode.Mode.Global of type swarm.GlobalService',
  ],
  [
    { UpdateConfig: { Parallelism: -1 } },
    'number -1 into Go struct field UpdateConfig.UpdateConfig.Parallelism of type uint64',
  ],
  [
    { UpdateConfig: { MaxFailureRatio: 'a' } },
    'string into Go struct field UpdateConfig.UpdateConfig.MaxFailureRatio of type float32',
  ],
  [
    { RollbackConfig: { Order: 5 } },
    'number into Go struct field UpdateConfig.RollbackConfig.Order of type string',
  ],
  [
    { RollbackConfig: { Delay: 1.5 } },
    'number 1.5 into Go struct field UpdateConfig.RollbackConfig.Delay of type time.Duration',
  ],
  [
    { TaskTemplate: 5 },
    'number into Go struct field ServiceSpec.TaskTemplate of type swarm.TaskSpec',
  ],
  [
    { TaskTemplate: { Runtime: 5 } },
    'number into Go struct field TaskSpec.TaskTemplate.Runtime of type swarm.RuntimeType',
  ],
  [
    { TaskTemplate: { Resources: { Limits: 5 } } },
    'number into Go struct field ResourceRequirements.TaskTemplate.Resources.Limits of type swarm.Limit',
  ],
  [
    { TaskTemplate: { Resources: { Limits: { NanoCPUs: 'a' } } } },
    'string into Go struct field Limit.TaskTemplate.Resources.Limits.NanoCPUs of type int64',
  ],
  [
    { TaskTemplate: { RestartPolicy: { MaxAttempts: -1 } } },
    'number -1 into Go struct field RestartPolicy.TaskTemplate.RestartPolicy.MaxAttempts of type uint64',
  ],
  [
    { TaskTemplate: { RestartPolicy: { Condition: 5 } } },
    'number into Go struct field RestartPolicy.TaskTemplate.RestartPolicy.Condition of type swarm.RestartPolicyCondition',
  ],
  [
    { TaskTemplate: { RestartPolicy: { Window: true } } },
    'bool into Go struct field RestartPolicy.TaskTemplate.RestartPolicy.Window of type time.Duration',
  ],
  [
    { TaskTemplate: { Placement: { MaxReplicas: -1 } } },
    'number -1 into Go struct field Placement.TaskTemplate.Placement.MaxReplicas of type uint64',
  ],
  [
    { TaskTemplate: { Placement: { Constraints: 5 } } },
    'number into Go struct field Placement.TaskTemplate.Placement.Constraints of type []string',
  ],
  [
    { TaskTemplate: { Placement: { Constraints: [5] } } },
    'number into Go struct field Placement.TaskTemplate.Placement.Constraints of type string',
  ],
  [
    { TaskTemplate: { Placement: { Preferences: 5 } } },
    'number into Go struct field Placement.TaskTemplate.Placement.Preferences of type []swarm.PlacementPreference',
  ],
  [
    { TaskTemplate: { Placement: { Preferences: [5] } } },
    'number into Go struct field Placement.TaskTemplate.Placement.Preferences of type swarm.PlacementPreference',
  ],
  [
    { TaskTemplate: { Placement: { Preferences: [{ Spread: { SpreadDescriptor: 5 } }] } } },
    'number into Go struct field SpreadOver.TaskTemplate.Placement.Preferences.Spread.SpreadDescriptor of type string',
  ],
  [
    { TaskTemplate: { ContainerSpec: { Args: ['a', 1] } } },
    'number into Go struct field ContainerSpec.TaskTemplate.ContainerSpec.Args of type string',
  ],
  [
    { TaskTemplate: { ContainerSpec: { Mounts: [{ Target: 5 }] } } },
    'number into Go struct field Mount.TaskTemplate.ContainerSpec.Mounts.Target of type string',
  ],
  [
    { EndpointSpec: { Mode: 5 } },
    'number into Go struct field EndpointSpec.EndpointSpec.Mode of type swarm.ResolutionMode',
  ],
  [
    { EndpointSpec: { Ports: [5] } },
    'number into Go struct field EndpointSpec.EndpointSpec.Ports of type swarm.PortConfig',
  ],
  [
    { EndpointSpec: { Ports: [{ PublishedPort: -1 }] } },
    'number -1 into Go struct field PortConfig.EndpointSpec.Ports.PublishedPort of type uint32',
  ],
  [
    { EndpointSpec: { Ports: [{ PublishMode: 5 }] } },
    'number into Go struct field PortConfig.EndpointSpec.Ports.PublishMode of type swarm.PortConfigPublishMode',
  ],
])('the service %j is refused in the words of the engine’s decoder', (body, message) => {
  const leader = new SmallLeader();
  expect(leader.ask('POST', '/services/create', body as Json)).toMatchObject({
    status: 400,
    body: { message: `invalid JSON: json: cannot unmarshal ${message}` },
  });
});
