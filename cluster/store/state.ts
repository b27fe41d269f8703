/** The objects themselves, by id and by what they belong to. Changed by committed actions only. */
import type {
  ClusterObject,
  Kind,
  NodeObject,
  ObjectKinds,
  ServiceObject,
  TaskObject,
} from './objects.ts';
import { SortedList } from './sorted-list.ts';
import type { StoreEvent, View } from './types.ts';

type Identified = { readonly ID: string };

/** One kind of object, by id and in order. */
class Table<T extends Identified> {
  readonly #byId = new Map<string, T>();
  #sorted = new SortedList<T>();

  get(id: string): T | undefined {
    return this.#byId.get(id);
  }

  list(): readonly T[] {
    return this.#sorted.list();
  }

  put(object: T): T | undefined {
    const old = this.#byId.get(object.ID);
    this.#byId.set(object.ID, object);
    this.#sorted.put(object);
    return old;
  }

  delete(id: string): T | undefined {
    const old = this.#byId.get(id);
    if (old === undefined) return undefined;
    this.#byId.delete(id);
    this.#sorted.delete(id);
    return old;
  }
}

const none: readonly never[] = [];

/** Tasks by the id of what they belong to; no entry is kept for an empty list. */
class TaskIndex {
  readonly #lists = new Map<string, SortedList<TaskObject>>();

  list(key: string): readonly TaskObject[] {
    return this.#lists.get(key)?.list() ?? none;
  }

  put(key: string, task: TaskObject): void {
    let list = this.#lists.get(key);
    if (list === undefined) this.#lists.set(key, (list = new SortedList()));
    list.put(task);
  }

  delete(key: string, id: string): void {
    const list = this.#lists.get(key);
    list?.delete(id);
    if (list?.size === 0) this.#lists.delete(key);
  }
}

export class State implements View {
  #cluster: ClusterObject | undefined;
  readonly #nodes = new Table<NodeObject>();
  readonly #services = new Table<ServiceObject>();
  readonly #tasks = new Table<TaskObject>();
  readonly #serviceIds = new Map<string, string>();
  readonly #byService = new TaskIndex();
  readonly #byNode = new TaskIndex();

  get cluster(): ClusterObject | undefined {
    return this.#cluster;
  }
  node(id: string): NodeObject | undefined {
    return this.#nodes.get(id);
  }
  service(id: string): ServiceObject | undefined {
    return this.#services.get(id);
  }
  serviceByName(name: string): ServiceObject | undefined {
    const id = this.#serviceIds.get(name);
    return id === undefined ? undefined : this.#services.get(id);
  }
  task(id: string): TaskObject | undefined {
    return this.#tasks.get(id);
  }
  nodes(): readonly NodeObject[] {
    return this.#nodes.list();
  }
  services(): readonly ServiceObject[] {
    return this.#services.list();
  }
  tasks(): readonly TaskObject[] {
    return this.#tasks.list();
  }
  tasksOfService(serviceId: string): readonly TaskObject[] {
    return this.#byService.list(serviceId);
  }
  tasksOfNode(nodeId: string): readonly TaskObject[] {
    return this.#byNode.list(nodeId);
  }

  /** Writes an object, new or not, and says what that was to watchers. */
  put<K extends Kind>(kind: K, object: ObjectKinds[K]): StoreEvent {
    const old = this.#put(kind, object);
    return (
      old === undefined ? { op: 'create', kind, object } : { op: 'update', kind, object, old }
    ) as StoreEvent;
  }

  /** `undefined` where there is no such object. */
  remove(kind: Kind, id: string): StoreEvent | undefined {
    const old = this.#remove(kind, id);
    return old === undefined ? undefined : ({ op: 'remove', kind, old } as StoreEvent);
  }

  #put(kind: Kind, object: ObjectKinds[Kind]): ObjectKinds[Kind] | undefined {
    switch (kind) {
      case 'task':
        return this.#putTask(object as TaskObject);
      case 'service':
        return this.#putService(object as ServiceObject);
      case 'node':
        return this.#nodes.put(object as NodeObject);
      case 'cluster': {
        const old = this.#cluster;
        this.#cluster = object as ClusterObject;
        return old;
      }
    }
  }

  #putTask(task: TaskObject): TaskObject | undefined {
    const old = this.#tasks.put(task);
    if (old !== undefined && old.NodeID !== '' && old.NodeID !== task.NodeID) {
      this.#byNode.delete(old.NodeID, old.ID);
    }
    this.#byService.put(task.ServiceID, task);
    if (task.NodeID !== '') this.#byNode.put(task.NodeID, task);
    return old;
  }

  #putService(service: ServiceObject): ServiceObject | undefined {
    const old = this.#services.put(service);
    if (old !== undefined && old.Spec.Name !== service.Spec.Name) this.#forgetName(old);
    this.#serviceIds.set(service.Spec.Name, service.ID);
    return old;
  }

  #remove(kind: Kind, id: string): ObjectKinds[Kind] | undefined {
    switch (kind) {
      case 'task': {
        const old = this.#tasks.delete(id);
        if (old !== undefined) {
          this.#byService.delete(old.ServiceID, id);
          if (old.NodeID !== '') this.#byNode.delete(old.NodeID, id);
        }
        return old;
      }
      case 'service': {
        const old = this.#services.delete(id);
        if (old !== undefined) this.#forgetName(old);
        return old;
      }
      case 'node':
        return this.#nodes.delete(id);
      case 'cluster': {
        const old = this.#cluster;
        if (old?.ID !== id) return undefined;
        this.#cluster = undefined;
        return old;
      }
    }
  }

  #forgetName(service: ServiceObject): void {
    if (this.#serviceIds.get(service.Spec.Name) === service.ID) {
      this.#serviceIds.delete(service.Spec.Name);
    }
  }
}
