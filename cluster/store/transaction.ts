/** Writes on top of the committed state, seen by nobody else until they come back as a committed entry. */
import { bytesOf } from './actions.ts';
import type { ReferringAction } from './actions.ts';
import type {
  ClusterObject,
  Kind,
  Meta,
  NodeObject,
  ObjectKinds,
  ServiceObject,
  TaskObject,
} from './objects.ts';
import { Overlay } from './overlay.ts';
import { stamp } from './stamp.ts';
import type { State } from './state.ts';
import { timestampOf } from './timestamp.ts';
import type { StoreAction, Transaction, Unstamped, WriteRefusal } from './types.ts';
import { sameValue } from './values.ts';

const always = (): boolean => true;

export class StateTransaction implements Transaction {
  readonly #state: State;
  readonly #version: { readonly Index: number };
  readonly #wall: number;
  readonly #actions: ReferringAction[] = [];
  /** How many of the actions are in `#bytes`. */
  #measured = 0;
  #bytes = 0;
  readonly #clusters = new Overlay<ClusterObject>();
  readonly #nodes = new Overlay<NodeObject>();
  readonly #services = new Overlay<ServiceObject>();
  readonly #tasks = new Overlay<TaskObject>();

  constructor(state: State, at: { readonly index: number; readonly wall: number }) {
    this.#state = state;
    this.#version = Object.freeze({ Index: at.index });
    this.#wall = at.wall;
  }

  get actions(): readonly StoreAction[] {
    return this.#actions;
  }

  get bytes(): number {
    for (; this.#measured < this.#actions.length; this.#measured += 1) {
      const action = this.#actions[this.#measured];
      if (action !== undefined) this.#bytes += bytesOf(action);
    }
    return this.#bytes;
  }

  get cluster(): ClusterObject | undefined {
    const committed = this.#state.cluster;
    return committed === undefined
      ? this.#clusters.find(always)
      : this.#clusters.get(committed.ID, committed);
  }
  node(id: string): NodeObject | undefined {
    return this.#nodes.get(id, this.#state.node(id));
  }
  service(id: string): ServiceObject | undefined {
    return this.#services.get(id, this.#state.service(id));
  }
  serviceByName(name: string): ServiceObject | undefined {
    const written = this.#services.find((service) => service.Spec.Name === name);
    if (written !== undefined) return written;
    const committed = this.#state.serviceByName(name);
    const current = committed && this.#services.get(committed.ID, committed);
    return current?.Spec.Name === name ? current : undefined;
  }
  task(id: string): TaskObject | undefined {
    return this.#tasks.get(id, this.#state.task(id));
  }
  nodes(): readonly NodeObject[] {
    return this.#nodes.list(this.#state.nodes(), (id) => this.#state.node(id), always);
  }
  services(): readonly ServiceObject[] {
    return this.#services.list(this.#state.services(), (id) => this.#state.service(id), always);
  }
  tasks(): readonly TaskObject[] {
    return this.#tasks.list(this.#state.tasks(), (id) => this.#state.task(id), always);
  }
  tasksOfService(serviceId: string): readonly TaskObject[] {
    if (this.#tasks.isEmpty) return this.#state.tasksOfService(serviceId);
    return this.#tasks.list(
      this.#state.tasksOfService(serviceId),
      (id) => this.#state.task(id),
      (task) => task.ServiceID === serviceId,
    );
  }
  tasksOfNode(nodeId: string): readonly TaskObject[] {
    if (this.#tasks.isEmpty) return this.#state.tasksOfNode(nodeId);
    return this.#tasks.list(
      this.#state.tasksOfNode(nodeId),
      (id) => this.#state.task(id),
      (task) => task.NodeID === nodeId,
    );
  }

  create<K extends Kind>(kind: K, object: Unstamped<ObjectKinds[K]>): WriteRefusal | undefined {
    if (this.#read(kind, object.ID) !== undefined) return 'exists';
    if (kind === 'cluster' && this.cluster !== undefined) return 'exists';
    if (this.#nameTaken(kind, object)) return 'name-conflict';
    const now = timestampOf(this.#wall);
    const meta: Meta = { Version: this.#version, CreatedAt: now, UpdatedAt: now };
    this.#write('create', kind, stamp(kind, object, meta), undefined);
    return undefined;
  }

  update<K extends Kind>(
    kind: K,
    object: Unstamped<ObjectKinds[K]>,
    version: number | undefined,
  ): WriteRefusal | undefined {
    const old = this.#read(kind, object.ID);
    if (old === undefined) return 'not-found';
    if (version !== undefined && version !== old.Version.Index) return 'out-of-sequence';
    if (this.#nameTaken(kind, object)) return 'name-conflict';
    const meta: Meta = {
      Version: this.#version,
      CreatedAt: old.CreatedAt,
      UpdatedAt: timestampOf(this.#wall),
    };
    const kept = kind === 'service' ? keepTemplate(object as never, old as never) : object;
    this.#write('update', kind, stamp(kind, kept as Unstamped<ObjectKinds[K]>, meta), old);
    return undefined;
  }

  remove(kind: Kind, id: string): WriteRefusal | undefined {
    const basis = this.#read(kind, id);
    if (basis === undefined) return 'not-found';
    this.#overlay(kind).set(id, undefined);
    this.#actions.push(Object.freeze({ op: 'remove', kind, id, basis }));
    return undefined;
  }

  #write<K extends Kind>(
    op: 'create' | 'update',
    kind: K,
    object: ObjectKinds[K],
    basis: ObjectKinds[K] | undefined,
  ): void {
    this.#overlay(kind).set(object.ID, object);
    const template =
      kind === 'task' && op === 'create'
        ? this.service((object as TaskObject).ServiceID)?.Spec.TaskTemplate
        : undefined;
    this.#actions.push(Object.freeze({ op, kind, object, basis, template } as ReferringAction));
  }

  #read<K extends Kind>(kind: K, id: string): ObjectKinds[K] | undefined {
    const read = (): ObjectKinds[Kind] | undefined => {
      switch (kind) {
        case 'task':
          return this.task(id);
        case 'service':
          return this.service(id);
        case 'node':
          return this.node(id);
        default:
          return this.cluster?.ID === id ? this.cluster : undefined;
      }
    };
    return read() as ObjectKinds[K] | undefined;
  }

  #overlay(kind: Kind): Overlay<ObjectKinds[Kind]> {
    return this.#overlayOf(kind) as unknown as Overlay<ObjectKinds[Kind]>;
  }

  #overlayOf(kind: Kind): object {
    switch (kind) {
      case 'task':
        return this.#tasks;
      case 'service':
        return this.#services;
      case 'node':
        return this.#nodes;
      case 'cluster':
        return this.#clusters;
    }
  }

  #nameTaken(kind: Kind, object: Unstamped<ObjectKinds[Kind]>): boolean {
    if (kind !== 'service') return false;
    const holder = this.serviceByName((object as ServiceObject).Spec.Name);
    return holder !== undefined && holder.ID !== object.ID;
  }
}

/**
 * A template that says the same as before stays the very same value, so that a task is compared with its service by
 * identity, and neither the log nor the store holds the same template twice. A new one ends what was said of the update
 * to the old one.
 */
const keepTemplate = (
  next: Unstamped<ServiceObject>,
  old: ServiceObject,
): Unstamped<ServiceObject> => {
  const template = old.Spec.TaskTemplate;
  if (next.Spec.TaskTemplate === template) return next;
  if (sameValue(next.Spec.TaskTemplate, template)) {
    return { ...next, Spec: { ...next.Spec, TaskTemplate: template } };
  }
  const { UpdateStatus, ...rest } = next;
  return UpdateStatus === undefined || UpdateStatus !== old.UpdateStatus ? next : rest;
};
