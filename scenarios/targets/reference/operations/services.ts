import type { ApiRequest } from '../../../../cluster/api/seam.ts';
import type { Intent, Sighting } from '../../../../harness/core/history.ts';
import type { JsonObject } from '../../../../harness/core/json.ts';
import type { Memory } from '../../../../harness/core/target.ts';
import {
  fieldsOf,
  listOf,
  serviceSpecText,
  shownService,
  textOf,
  versionedOf,
  type ServiceShown,
} from '../../../../models/swarm-answers.ts';
import { serviceName } from '../names.ts';
import { apiRequest, textArgument, type ApiKind } from './api-kind.ts';
import { readOnce } from './read-once.ts';

/** A service as a client saw it last: what an update is made from. */
type Remembered = { readonly version: number; readonly spec: JsonObject };

const memoryOf = (name: string): string => `service ${name}`;
/** The name of the service that the client saw last. */
const lastSeen = 'last service';

const forget = (memory: Memory, name: string): void => {
  memory.delete(memoryOf(name));
};

const nameOf = (args: JsonObject, memory: Memory): string | undefined => {
  if (args.key !== undefined) return serviceName(textArgument(args, 'key'));
  const last = memory.get(lastSeen);
  return typeof last === 'string' ? last : undefined;
};

const collection = '/services/';

const nameInPath = ({ path }: ApiRequest): string => {
  const end = path.indexOf('/', collection.length);
  return path.slice(collection.length, end < 0 ? undefined : end);
};

const sighting = ({ name, mark, version }: ServiceShown): Sighting => ({
  object: name,
  value: mark,
  version,
});

/** A service as an answer shows it, and what the client keeps of it. */
const serviceOf = readOnce((body) => {
  const shown = shownService(body);
  const seen = versionedOf(body) as Remembered | undefined;
  return { shown, seen, sighting: sighting(shown), memoryName: memoryOf(shown.name) };
});

type Service = ReturnType<typeof serviceOf>;

const remember = (memory: Memory, { seen }: Service, memoryName: string): void => {
  if (seen !== undefined) memory.set(memoryName, seen);
};

const absent = (object: string): readonly Sighting[] => [{ object, value: undefined }];

/** One that runs without a network: what matters is that tasks run, and where. */
const image = 'schism/sleep';
/** One that fails. */
const failing = 'schism/crash';
const restartDelayNs = 200e6;

/** Tasks that run until they are stopped, or that end by themselves, with success or not, and are to be started again. */
const templateOf = ({ endsAfterMs, fails }: JsonObject): JsonObject =>
  typeof endsAfterMs === 'number'
    ? {
        ContainerSpec: { Image: fails === true ? failing : image, Args: [String(endsAfterMs)] },
        RestartPolicy: {
          Condition: fails === true ? 'on-failure' : 'any',
          Delay: restartDelayNs,
        },
      }
    : { ContainerSpec: { Image: image } };

/** What tells those who judge that tasks end by themselves. */
const lifetimeOf = ({ endsAfterMs }: JsonObject): JsonObject =>
  typeof endsAfterMs === 'number' ? { lifetime: String(endsAfterMs) } : {};

/** How its tasks are replaced by others, where that is said. */
const updateOf = (args: JsonObject): JsonObject =>
  typeof args.parallelism === 'number'
    ? {
        UpdateConfig: {
          Parallelism: args.parallelism,
          Delay: Number(args.updateDelayMs ?? 0) * 1e6,
          Monitor: Number(args.monitorMs ?? 0) * 1e6,
          FailureAction: args.continues === true ? 'continue' : 'pause',
          Order: args.startFirst === true ? 'start-first' : 'stop-first',
        },
      }
    : {};

const create: ApiKind = {
  name: 'service.create',
  effect: 'write',
  request(args) {
    const mark = textArgument(args, 'value');
    const constraints = args.constraint === undefined ? [] : [textArgument(args, 'constraint')];
    return apiRequest('POST', '/services/create', {
      body: {
        Name: serviceName(textArgument(args, 'key')),
        Labels: {
          mark,
          ...lifetimeOf(args),
        },
        TaskTemplate: {
          ...templateOf(args),
          ...(constraints.length > 0 && { Placement: { Constraints: constraints } }),
        },
        Mode:
          args.global === true ? { Global: {} } : { Replicated: { Replicas: args.replicas ?? 1 } },
        ...updateOf(args),
      },
    });
  },
  intent: (args, request): Intent => ({
    object: serviceName(textArgument(args, 'key')),
    act: 'create',
    value: serviceSpecText(request.body),
  }),
  read({ body, outcome }) {
    return outcome === 'ok' ? { output: { id: textOf(fieldsOf(body).ID) } } : {};
  },
};

const inspect: ApiKind = {
  name: 'service.inspect',
  effect: 'read',
  request: (args) => apiRequest('GET', `/services/${serviceName(textArgument(args, 'key'))}`),
  intent: (_args, request) => ({ object: nameInPath(request), act: 'read' }),
  read({ body, outcome, status }, { request }, memory) {
    const name = nameInPath(request);
    if (outcome !== 'ok' || body === undefined) {
      if (status !== 404) return {};
      forget(memory, name);
      return { seen: absent(name) };
    }
    const service = serviceOf(body);
    remember(memory, service, memoryOf(name));
    memory.set(lastSeen, name);
    return { seen: [service.sighting], output: { service: service.shown } };
  },
};

const list: ApiKind = {
  name: 'service.list',
  effect: 'read',
  request: () => apiRequest('GET', '/services'),
  read({ body, outcome }, _asked, memory) {
    if (outcome !== 'ok') return {};
    const seen: Sighting[] = [];
    const services: ServiceShown[] = [];
    for (const object of listOf(body)) {
      const service = serviceOf(object);
      remember(memory, service, service.memoryName);
      seen.push(service.sighting);
      services.push(service.shown);
    }
    return { seen, complete: true, output: { services } };
  },
};

/** What an update writes, given the spec that the client saw. */
type Change = (args: JsonObject, spec: JsonObject) => JsonObject;

const marked = (args: JsonObject, spec: JsonObject): JsonObject => ({
  ...spec,
  Labels: { ...(spec.Labels as JsonObject), mark: textArgument(args, 'value') },
});

/**
 * A change of the environment replaces every task; one of the label alone replaces none. With `fails` it replaces them by tasks that fail
 * after a while, or by such as run until they are stopped.
 */
const relabelled: Change = (args, spec) => {
  if (args.environment !== true) return marked(args, spec);
  const fresh = typeof args.fails === 'boolean' ? remade(args, spec) : marked(args, spec);
  const template = fresh.TaskTemplate as JsonObject;
  const container = template.ContainerSpec as JsonObject;
  const Env = [`MARK=${textArgument(args, 'value')}`];
  return { ...fresh, TaskTemplate: { ...template, ContainerSpec: { ...container, Env } } };
};

const remade: Change = (args, spec) => {
  const { Labels, TaskTemplate, ...others } = marked(args, spec);
  return {
    ...others,
    Labels: { ...without('lifetime', Labels as JsonObject), ...lifetimeOf(args) },
    TaskTemplate: { ...without('RestartPolicy', TaskTemplate as JsonObject), ...templateOf(args) },
  };
};

const without = (name: string, fields: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(fields).filter(([field]) => field !== name));

const scaled: Change = (args, spec) => ({
  ...marked(args, spec),
  Mode: { Replicated: { Replicas: args.replicas } },
});

/** Writes on the version that the client saw last; a client that saw none, or wrote since, skips it. */
const updateKind = (name: string, change: Change): ApiKind => ({
  name,
  effect: 'write',
  request(args, memory) {
    const service = nameOf(args, memory);
    const seen = service === undefined ? undefined : memory.get(memoryOf(service));
    if (service === undefined || seen === undefined) return undefined;
    const { version, spec } = seen as Remembered;
    if (name === 'service.scale' && !('Replicated' in (spec.Mode as JsonObject))) {
      return undefined;
    }
    return apiRequest('POST', `/services/${service}/update`, {
      query: { version: String(version) },
      body: change(args, spec),
    });
  },
  intent: (_args, request) => ({
    object: nameInPath(request),
    act: 'update',
    value: serviceSpecText(request.body),
    version: Number(request.query.version),
  }),
  read({ outcome, decided, status }, { request }, memory) {
    const service = nameInPath(request);
    // Its version has moved on, or may have.
    if (outcome !== 'rejected' || decided) forget(memory, service);
    return status === 404 ? { seen: absent(service) } : {};
  },
});

const remove: ApiKind = {
  name: 'service.remove',
  effect: 'write',
  request: (args) => apiRequest('DELETE', `/services/${serviceName(textArgument(args, 'key'))}`),
  intent: (_args, request) => ({ object: nameInPath(request), act: 'remove' }),
  read({ status }, { request }, memory) {
    const service = nameInPath(request);
    forget(memory, service);
    return status === 404 ? { seen: absent(service) } : {};
  },
};

/** Operations on services, by a symbolic key; `value` is its own, so that the write can be told from all others. */
export const serviceKinds: readonly ApiKind[] = [
  create,
  inspect,
  list,
  updateKind('service.update', relabelled),
  updateKind('service.scale', scaled),
  remove,
];
