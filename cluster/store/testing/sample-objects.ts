/** Objects for tests, complete and plain. */
import type { NodeObject, ServiceObject, TaskObject } from '../objects.ts';
import type { Unstamped } from '../types.ts';

export const sampleService = (
  name: string,
  change: Partial<ServiceObject['Spec']> = {},
): Unstamped<ServiceObject> => ({
  ID: `service-${name}`,
  Spec: {
    Name: name,
    TaskTemplate: { ContainerSpec: { Image: 'schism/echo' } },
    Mode: { Replicated: { Replicas: 1 } },
    ...change,
  },
});

export const sampleTask = (
  id: string,
  change: Partial<Unstamped<TaskObject>> = {},
): Unstamped<TaskObject> => ({
  ID: id,
  Spec: { ContainerSpec: { Image: 'schism/echo' } },
  ServiceID: 'service-web',
  ServiceName: 'web',
  Slot: 1,
  NodeID: '',
  Status: { Timestamp: '2026-01-01T00:00:00.000Z', State: 'new', Message: 'created' },
  DesiredState: 'running',
  specVersion: 1,
  endpoint: undefined,
  ...change,
});

export const sampleNode = (
  id: string,
  change: Partial<Unstamped<NodeObject>> = {},
): Unstamped<NodeObject> => ({
  ID: id,
  Spec: { Labels: {}, Role: 'worker', Availability: 'active' },
  Description: {
    Hostname: id,
    Platform: { Architecture: 'x86_64', OS: 'linux' },
    Resources: { NanoCPUs: 1e9, MemoryBytes: 8e9 },
    Engine: { EngineVersion: '0', Labels: {} },
  },
  Status: { State: 'ready', Message: '', Addr: '10.0.0.1' },
  role: 'worker',
  raftId: undefined,
  address: '10.0.0.1:2377',
  ...change,
});
