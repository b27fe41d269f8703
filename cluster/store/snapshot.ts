/** The whole store as bytes. Equal states give equal bytes, however they came about. */
import { Decoder } from 'cbor-x';
import { CborWriter } from './cbor-writer.ts';
import type { Kind, ObjectKinds, ServiceObject } from './objects.ts';
import { stamp } from './stamp.ts';
import type { View } from './types.ts';
import { sameValue } from './values.ts';

const decoder = new Decoder({ useRecords: false, mapsAsObjects: true });

type Fields = Readonly<Record<string, unknown>>;
type Image = {
  readonly format: 1;
  readonly cluster: readonly Fields[];
  readonly nodes: readonly Fields[];
  readonly services: readonly Fields[];
  /** A task whose spec is its service's template says so with `null`. */
  readonly tasks: readonly Fields[];
};

export const encodeSnapshot = (view: View): Uint8Array => {
  const image: Image = {
    format: 1,
    cluster: view.cluster === undefined ? [] : [ordered(view.cluster)],
    nodes: view.nodes().map(ordered),
    services: view.services().map(ordered),
    tasks: view.tasks().map((task) => {
      const template = view.service(task.ServiceID)?.Spec.TaskTemplate;
      const fields = ordered(task);
      if (sameValue(task.Spec, template)) fields.Spec = null;
      return fields;
    }),
  };
  return new CborWriter().encode(image).slice();
};

/** The objects of a snapshot, services before their tasks. */
export const decodeSnapshot = (
  data: Uint8Array,
  put: <K extends Kind>(kind: K, object: ObjectKinds[K]) => void,
): void => {
  const image = decoder.decode(data) as Image;
  const templates = new Map<string, unknown>();
  for (const fields of image.cluster) put('cluster', whole('cluster', fields));
  for (const fields of image.nodes) put('node', whole('node', fields));
  for (const fields of image.services) {
    const service: ServiceObject = whole('service', fields);
    templates.set(service.ID, service.Spec.TaskTemplate);
    put('service', service);
  }
  for (const fields of image.tasks) {
    const { ServiceID, Spec } = fields as { readonly ServiceID: string; readonly Spec: unknown };
    put(
      'task',
      whole('task', Spec === null ? { ...fields, Spec: templates.get(ServiceID) } : fields),
    );
  }
};

/** Keys in one order, whatever order they were written in; absent and `undefined` are the same. */
const ordered = (object: object): Record<string, unknown> => {
  const fields = object as Fields;
  const sorted: Record<string, unknown> = {};
  for (const key of Object.keys(fields).sort()) {
    if (fields[key] !== undefined) sorted[key] = fields[key];
  }
  return sorted;
};

const whole = <K extends Kind>(kind: K, fields: Fields): ObjectKinds[K] => {
  const object = fields as unknown as ObjectKinds[K];
  return stamp(kind, object, object);
};
