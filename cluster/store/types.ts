/** The replicated store: read through a view, changed by transactions that Raft has committed. */
import type {
  ClusterObject,
  Kind,
  NodeObject,
  ObjectKinds,
  ServiceObject,
  TaskObject,
} from './objects.ts';

/** A view never changes under its reader's hands within one event. Lists are in order of id, unless said otherwise. */
export type View = {
  readonly cluster: ClusterObject | undefined;
  node(id: string): NodeObject | undefined;
  service(id: string): ServiceObject | undefined;
  serviceByName(name: string): ServiceObject | undefined;
  task(id: string): TaskObject | undefined;
  nodes(): readonly NodeObject[];
  services(): readonly ServiceObject[];
  tasks(): readonly TaskObject[];
  tasksOfService(serviceId: string): readonly TaskObject[];
  tasksOfNode(nodeId: string): readonly TaskObject[];
};

export type StoreAction = {
  readonly [K in Kind]:
    | { readonly op: 'create' | 'update'; readonly kind: K; readonly object: ObjectKinds[K] }
    | { readonly op: 'remove'; readonly kind: K; readonly id: string };
}[Kind];

/** What watchers are told, in commit order. */
export type StoreEvent = {
  readonly [K in Kind]:
    | { readonly op: 'create'; readonly kind: K; readonly object: ObjectKinds[K] }
    | {
        readonly op: 'update';
        readonly kind: K;
        readonly object: ObjectKinds[K];
        readonly old: ObjectKinds[K];
      }
    | { readonly op: 'remove'; readonly kind: K; readonly old: ObjectKinds[K] };
}[Kind];

/** Written objects lack their Meta: the transaction stamps version and times. */
export type Unstamped<T> = Omit<T, 'Version' | 'CreatedAt' | 'UpdatedAt'>;

export type WriteRefusal =
  | 'exists'
  | 'name-conflict'
  | 'not-found'
  /** The caller's version is not the object's: "update out of sequence". */
  | 'out-of-sequence';

/** A transaction sees its own writes. A refused write changes nothing. */
export type Transaction = View & {
  create<K extends Kind>(kind: K, object: Unstamped<ObjectKinds[K]>): WriteRefusal | undefined;
  /** `version`: what the caller believes the object's version to be; `undefined` does not check. */
  update<K extends Kind>(
    kind: K,
    object: Unstamped<ObjectKinds[K]>,
    version: number | undefined,
  ): WriteRefusal | undefined;
  remove(kind: Kind, id: string): WriteRefusal | undefined;
  /** The actions so far, in order; what goes into the log. */
  readonly actions: readonly StoreAction[];
  /** What an entry with them takes at most. */
  readonly bytes: number;
};

export type Store = View & {
  /** Opens a transaction on the state as it is now. `index`: the commit index; `wall`: milliseconds, the leader's clock. */
  begin(at: { readonly index: number; readonly wall: number }): Transaction;
  /** Applies a committed transaction; the same everywhere. Throws only on data that no `encodeActions` made. */
  apply(data: Uint8Array): readonly StoreEvent[];
  snapshot(): Uint8Array;
  restore(data: Uint8Array): void;
  /** All objects, in no order. */
  forEach(visit: (object: ObjectKinds[Kind], kind: Kind) => void): void;
};
