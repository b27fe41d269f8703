/** The replicated store: immutable objects, changed by committed entries only, the same on every manager. */
import { decodeActions } from './actions.ts';
import { decodeSnapshot, encodeSnapshot } from './snapshot.ts';
import { State } from './state.ts';
import { StateTransaction } from './transaction.ts';
import type {
  ClusterObject,
  Kind,
  NodeObject,
  ObjectKinds,
  ServiceObject,
  TaskObject,
} from './objects.ts';
import type { Store, StoreEvent, Transaction } from './types.ts';

/** An empty store. */
export const createStore = (): Store => new ReplicatedStore();

class ReplicatedStore implements Store {
  #state = new State();

  get cluster(): ClusterObject | undefined {
    return this.#state.cluster;
  }
  node(id: string): NodeObject | undefined {
    return this.#state.node(id);
  }
  service(id: string): ServiceObject | undefined {
    return this.#state.service(id);
  }
  serviceByName(name: string): ServiceObject | undefined {
    return this.#state.serviceByName(name);
  }
  task(id: string): TaskObject | undefined {
    return this.#state.task(id);
  }
  nodes(): readonly NodeObject[] {
    return this.#state.nodes();
  }
  services(): readonly ServiceObject[] {
    return this.#state.services();
  }
  tasks(): readonly TaskObject[] {
    return this.#state.tasks();
  }
  tasksOfService(serviceId: string): readonly TaskObject[] {
    return this.#state.tasksOfService(serviceId);
  }
  tasksOfNode(nodeId: string): readonly TaskObject[] {
    return this.#state.tasksOfNode(nodeId);
  }

  forEach(visit: (object: ObjectKinds[Kind], kind: Kind) => void): void {
    this.#state.forEach(visit);
  }

  begin(at: { readonly index: number; readonly wall: number }): Transaction {
    return new StateTransaction(this.#state, at);
  }

  apply(data: Uint8Array): readonly StoreEvent[] {
    const events: StoreEvent[] = [];
    for (const action of decodeActions(data, this.#state)) {
      if (action.op === 'remove') {
        const event = this.#state.remove(action.kind, action.id);
        if (event !== undefined) events.push(event);
      } else {
        events.push(this.#state.put(action.kind, action.object));
      }
    }
    return events;
  }

  snapshot(): Uint8Array {
    return encodeSnapshot(this.#state);
  }

  restore(data: Uint8Array): void {
    const state = new State();
    decodeSnapshot(data, (kind, object) => {
      state.put(kind, object);
    });
    this.#state = state;
  }
}
