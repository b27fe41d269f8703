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
  /** Made when it is read for the first time: a manager that only follows reads few lists. */
  #sorted: SortedList<T> | undefined;

  get(id: string): T | undefined {
    return this.#byId.get(id);
  }

  forEach(visit: (object: T) => void): void {
    this.#byId.forEach(visit);
  }

  list(): readonly T[] {
    this.#sorted ??= SortedList.of(this.#byId.values());
    return this.#sorted.list();
  }

  put(object: T): T | undefined {
    const old = this.#byId.get(object.ID);
    this.#byId.set(object.ID, object);
    this.#sorted?.put(object);
    return old;
  }

  delete(id: string): T | undefined {
    const old = this.#byId.get(id);
    if (old === undefined) return undefined;
    this.#byId.delete(id);
    this.#sorted?.delete(id);
    return old;
  }
}

const none: readonly never[] = [];

/** Tasks by the id of what they belong to; no entry is kept for an empty list. Made when it is read for the first time, too. */
class TaskIndex {
  readonly #tasks: Table<TaskObject>;
  readonly #keyOf: (task: TaskObject) => string;
  #lists: Map<string, SortedList<TaskObject>> | undefined;

  constructor(tasks: Table<TaskObject>, keyOf: (task: TaskObject) => string) {
    this.#tasks = tasks;
    this.#keyOf = keyOf;
  }

  list(key: string): readonly TaskObject[] {
    this.#lists ??= this.#made();
    return this.#lists.get(key)?.list() ?? none;
  }

  /** After the table of tasks. */
  put(task: TaskObject, old: TaskObject | undefined): void {
    if (this.#lists === undefined) return;
    const key = this.#keyOf(task);
    if (old !== undefined && this.#keyOf(old) !== key) this.delete(old);
    addTo(this.#lists, key, task);
  }

  delete(task: TaskObject): void {
    const key = this.#keyOf(task);
    const list = this.#lists?.get(key);
    list?.delete(task.ID);
    if (list?.size === 0) this.#lists?.delete(key);
  }

  #made(): Map<string, SortedList<TaskObject>> {
    const lists = new Map<string, SortedList<TaskObject>>();
    for (const task of this.#tasks.list()) addTo(lists, this.#keyOf(task), task);
    return lists;
  }
}

/** The empty id is nobody's. */
const addTo = (lists: Map<string, SortedList<TaskObject>>, key: string, task: TaskObject): void => {
  if (key === '') return;
  let list = lists.get(key);
  if (list === undefined) lists.set(key, (list = new SortedList()));
  list.put(task);
};

export class State implements View {
  #cluster: ClusterObject | undefined;
  readonly #nodes = new Table<NodeObject>();
  readonly #services = new Table<ServiceObject>();
  readonly #tasks = new Table<TaskObject>();
  readonly #serviceIds = new Map<string, string>();
  readonly #byService = new TaskIndex(this.#tasks, (task) => task.ServiceID);
  readonly #byNode = new TaskIndex(this.#tasks, (task) => task.NodeID);

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

  forEach(visit: (object: ObjectKinds[Kind], kind: Kind) => void): void {
    if (this.#cluster !== undefined) visit(this.#cluster, 'cluster');
    this.#nodes.forEach((node) => {
      visit(node, 'node');
    });
    this.#services.forEach((service) => {
      visit(service, 'service');
    });
    this.#tasks.forEach((task) => {
      visit(task, 'task');
    });
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
    this.#byService.put(task, old);
    this.#byNode.put(task, old);
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
          this.#byService.delete(old);
          this.#byNode.delete(old);
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
