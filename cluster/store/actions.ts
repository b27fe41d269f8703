/**
 * Actions as they stand in the log. An update says only what it changes of the object before it, and parts that the store
 * holds already (a service's template) are referred to: the store before an entry is the same on every manager.
 */
import { Decoder } from 'cbor-x';
import { encodedSize } from '../encoded-size.ts';
import { Recent } from '../recent.ts';
import { CborWriter } from './cbor-writer.ts';
import type { Kind, ObjectKinds, ServiceObject, TaskObject, TaskSpec } from './objects.ts';
import { stamp } from './stamp.ts';
import type { StoreAction, View } from './types.ts';
import { sameValue } from './values.ts';

/** An action together with what it may refer to; made by transactions. */
export type ReferringAction = StoreAction & {
  /** What an update or a removal replaces. */
  readonly basis?: ObjectKinds[Kind] | undefined;
  /** The template of a new task's service. */
  readonly template?: TaskSpec | undefined;
};

type Fields = Readonly<Record<string, unknown>>;
type Mutable = Record<string, unknown>;

/** `[version, time, …records]` */
type Logged = readonly [index: number, time: string, ...records: LoggedRecord[]];
type LoggedRecord =
  | readonly [op: typeof removed, kind: number, id: string]
  | readonly [op: typeof created | typeof updated, kind: number, fields: Fields, references: number]
  | readonly [
      op: typeof patched,
      kind: number,
      id: string,
      fields: Fields,
      references: number,
      gone: readonly string[],
    ];

/** No entry is larger. @source swarmkit, manager/state/store/memory.go (MaxTransactionBytes) */
export const entryBytesMax = 1.5 * 1024 * 1024;

const created = 0;
const updated = 1;
const removed = 2;
const patched = 3;

/** References, as bits: parts that are left out because the store has them. */
const templateOfService = 1;
const sameTemplate = 2;
const previousIsOldSpec = 4;

const kinds = ['cluster', 'node', 'service', 'task'] as const satisfies readonly Kind[];
const numberOf: Readonly<Record<Kind, number>> = { cluster: 0, node: 1, service: 2, task: 3 };

const writer = new CborWriter();
const decoder = new Decoder({ useRecords: false, mapsAsObjects: true });

/**
 * The same bytes reach every manager of a simulation, so what they say is worked out once. In its strict runs each gets bytes of its own,
 * and only who wrote them does not read them.
 */
const known = new Recent<Uint8Array, readonly StoreAction[]>(64);

/** Actions as an entry's data. */
export const encodeActions = (actions: readonly StoreAction[]): Uint8Array => {
  const header = headerOf(actions);
  const records = actions.map((action) => recordOf(action, header));
  const data = writer.encode([header.index, header.time, ...records]);
  known.set(data, actions);
  return data;
};

/** What an action adds to an entry at most. */
export const bytesOf = (action: ReferringAction): number =>
  encodedSize(recordOf(action, headerOf([action])));

/**
 * The actions of an entry, on the state that the entries before it have made. An update of an object that is not there says
 * nothing and is left out.
 */
export const decodeActions = (data: Uint8Array, view: View): readonly StoreAction[] => {
  const already = known.get(data);
  if (already !== undefined) return already;
  const [index, time, ...records] = decoder.decode(data) as Logged;
  const reader = new Reader(view, Object.freeze({ Index: index }), time);
  const actions = records
    .map((record) => reader.action(record))
    .filter((action) => action !== undefined);
  known.set(data, actions);
  return actions;
};

type Header = { readonly index: number; readonly time: string };

const headerOf = (actions: readonly StoreAction[]): Header => {
  for (const action of actions) {
    if (action.op !== 'remove') {
      return { index: action.object.Version.Index, time: action.object.UpdatedAt };
    }
  }
  return { index: 0, time: '' };
};

const recordOf = (action: ReferringAction, header: Header): LoggedRecord => {
  if (action.op === 'remove') return [removed, numberOf[action.kind], action.id];
  const object = action.object as unknown as Fields;
  const basis = action.basis as unknown as Fields | undefined;
  const references = referencesOf(action);
  const fields = fieldsOf(object, { header, basis, references });
  if (basis === undefined) {
    const op = action.op === 'create' ? created : updated;
    return [op, numberOf[action.kind], fields, references];
  }
  const gone: string[] = [];
  for (const key in basis) {
    if (basis[key] !== undefined && object[key] === undefined) gone.push(key);
  }
  return [patched, numberOf[action.kind], action.object.ID, fields, references, gone];
};

const referencesOf = (action: ReferringAction): number => {
  if (action.op === 'remove') return 0;
  if (action.kind === 'task') {
    return action.template !== undefined && sameValue(action.object.Spec, action.template)
      ? templateOfService
      : 0;
  }
  const { basis } = action;
  if (action.kind !== 'service' || basis === undefined) return 0;
  const old = basis as ServiceObject;
  const { Spec, PreviousSpec } = action.object;
  return (
    (Spec !== old.Spec && sameValue(Spec.TaskTemplate, old.Spec.TaskTemplate) ? sameTemplate : 0) |
    (PreviousSpec !== undefined && sameValue(PreviousSpec, old.Spec) ? previousIsOldSpec : 0)
  );
};

type Known = {
  readonly header: Header;
  readonly basis: Fields | undefined;
  readonly references: number;
};

/** The fields that have to be written out: neither what the header or the basis says, nor what is referred to. */
const fieldsOf = (object: Fields, { header, basis, references }: Known): Fields => {
  const fields: Mutable = {};
  for (const key in object) {
    const value = object[key];
    if (value === undefined || value === basis?.[key]) continue;
    if (key === 'Version' && (value as { Index: number }).Index === header.index) continue;
    if ((key === 'CreatedAt' || key === 'UpdatedAt') && value === header.time) continue;
    if (key === 'PreviousSpec' && (references & previousIsOldSpec) !== 0) continue;
    if (key === 'Spec' && (references & templateOfService) !== 0) continue;
    if (key === 'Spec' && (references & sameTemplate) !== 0) {
      // The key stays, so that the order of keys is the same after reading.
      fields[key] = { ...(value as Fields), TaskTemplate: 0 };
      continue;
    }
    fields[key] = value;
  }
  return fields;
};

class Reader {
  readonly #view: View;
  readonly #version: { readonly Index: number };
  readonly #time: string;
  /** What earlier records of this entry wrote, which later ones may refer to. */
  readonly #written = new Map<string, ObjectKinds[Kind] | undefined>();

  constructor(view: View, version: { readonly Index: number }, time: string) {
    this.#view = view;
    this.#version = version;
    this.#time = time;
  }

  action(record: LoggedRecord): StoreAction | undefined {
    const kind = kinds[record[1]];
    if (kind === undefined) throw new Error(`A log entry names the unknown kind ${record[1]}.`);
    switch (record[0]) {
      case removed:
        this.#written.set(record[2], undefined);
        return Object.freeze({ op: 'remove', kind, id: record[2] });
      case created:
      case updated: {
        const fields = this.#resolved(record[2], undefined, record[3]);
        return this.#write(record[0] === created ? 'create' : 'update', kind, {
          CreatedAt: this.#time,
          UpdatedAt: this.#time,
          Version: this.#version,
          ...fields,
        });
      }
      case patched: {
        const basis = this.#read(kind, record[2]) as Fields | undefined;
        if (basis === undefined) return undefined;
        const fields: Mutable = { ...basis, Version: this.#version, UpdatedAt: this.#time };
        Object.assign(fields, this.#resolved(record[3], basis, record[4]));
        for (const key of record[5]) Reflect.deleteProperty(fields, key);
        return this.#write('update', kind, fields);
      }
    }
  }

  #write(op: 'create' | 'update', kind: Kind, whole: Fields): StoreAction {
    const object = stamp(kind, whole as never, whole as never);
    this.#written.set(object.ID, object);
    return Object.freeze({ op, kind, object } as StoreAction);
  }

  /** Puts back what a record only refers to. */
  #resolved(fields: Fields, basis: Fields | undefined, references: number): Fields {
    if (references === 0) return fields;
    const whole: Mutable = { ...fields };
    const old = basis as ServiceObject | undefined;
    if ((references & templateOfService) !== 0) {
      const service = this.#read('service', (fields as Partial<TaskObject>).ServiceID ?? '');
      whole.Spec = (service as ServiceObject | undefined)?.Spec.TaskTemplate;
    }
    if ((references & sameTemplate) !== 0) {
      whole.Spec = { ...(fields.Spec as Fields), TaskTemplate: old?.Spec.TaskTemplate };
    }
    if ((references & previousIsOldSpec) !== 0) whole.PreviousSpec = old?.Spec;
    return whole;
  }

  #read(kind: Kind, id: string): ObjectKinds[Kind] | undefined {
    if (this.#written.has(id)) return this.#written.get(id);
    switch (kind) {
      case 'task':
        return this.#view.task(id);
      case 'service':
        return this.#view.service(id);
      case 'node':
        return this.#view.node(id);
      case 'cluster':
        return this.#view.cluster;
    }
  }
}
