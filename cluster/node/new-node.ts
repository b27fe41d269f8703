/** A node as it enters the store: accepted, and not heard of yet. */
import { engine } from '../api/engine.ts';
import type { NodeObject } from '../store/objects.ts';
import type { Unstamped } from '../store/types.ts';

export type NewNode = {
  readonly id: string;
  readonly hostname: string;
  readonly role: 'manager' | 'worker';
  readonly availability: 'active' | 'pause' | 'drain';
  readonly raftId: string | undefined;
  /** `host:port`, as advertised. */
  readonly address: string;
};

/** Every node counts as equally large: what a task needs is not measured yet. */
const resources = { NanoCPUs: 1_000_000_000, MemoryBytes: 1 << 30 };

export const newNodeObject = (node: NewNode): Unstamped<NodeObject> => ({
  ID: node.id,
  Spec: { Labels: {}, Role: node.role, Availability: node.availability },
  Description: {
    Hostname: node.hostname,
    Platform: { Architecture: engine.architecture, OS: engine.os },
    Resources: resources,
    Engine: { EngineVersion: engine.version, Labels: {} },
  },
  Status: { State: 'unknown', Message: '', Addr: hostOf(node.address) },
  role: node.role,
  raftId: node.raftId,
  address: node.address,
});

/** The host of `host:port`. */
const hostOf = (address: string): string => address.slice(0, address.lastIndexOf(':'));
