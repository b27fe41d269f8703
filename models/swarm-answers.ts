/**
 * The parts of the swarm's answers that clients remember and properties look at, in shapes of their own: whoever answers,
 * the reference cluster or Docker itself, is read by the same code. Secrets are never among them.
 */

/** A service as its answers show it. */
export type ServiceShown = {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  /** What its last writer wrote, as `serviceSpecText` says it. */
  readonly mark: string;
  /** What its tasks are made from, as far as another one replaces them. */
  readonly template?: string;
  /** How long an update of it waits after each lot of places, and how many places that is; left out where it takes all at once. */
  readonly updateWaits?: { readonly ms: number; readonly places: number };
  /** A new task ended early, so that the update of the others waits until somebody looks at it. */
  readonly paused?: true;
  /** An update of it is under way that stops no task before the one that takes its place runs. */
  readonly keepsOld?: true;
  /** `undefined`: one task on every node that may run it. */
  readonly replicas: number | undefined;
  readonly constraints: readonly string[];
  /** The label `lifetime`, milliseconds: its tasks end by themselves when they have run for so long. */
  readonly lifetimeMs?: number;
};

export type TaskShown = {
  readonly id: string;
  /** Ids. `node` is empty until the task is assigned. */
  readonly service: string;
  readonly node: string;
  /** 0 for tasks of global services. */
  readonly slot: number;
  readonly state: string;
  readonly desired: string;
  /** What it was made from, in the words of its service. */
  readonly template?: string;
};

export type NodeShown = {
  readonly id: string;
  /** The host name. */
  readonly name: string;
  readonly version: number;
  /** The desired role. */
  readonly role: string;
  readonly availability: string;
  readonly state: string;
  /** Empty for workers. */
  readonly reachability: string;
  readonly leads: boolean;
};

export type InfoShown = {
  readonly state: string;
  readonly control: boolean;
  readonly error: string;
  readonly nodeId: string;
};

export type Fields = { readonly [key: string]: unknown };

/** The fields of an object; none where it is something else. */
export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {};
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0);
export const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? (value as readonly unknown[]) : [];

/** The message of an error body, or the body where it is plain text. */
export const messageOf = (body: unknown): string =>
  typeof body === 'string' ? body : textOf(fieldsOf(body).message);

const versionOf = (object: Fields): number => numberOf(fieldsOf(object.Version).Index);

/** What an update is made from: the spec and the version of an object. `undefined` where the answer is no such object. */
export const versionedOf = (
  body: unknown,
): { readonly version: number; readonly spec: Fields } | undefined => {
  const object = fieldsOf(body);
  const version = fieldsOf(object.Version).Index;
  return typeof version === 'number' && typeof object.Spec === 'object'
    ? { version, spec: fieldsOf(object.Spec) }
    : undefined;
};

export const shownService = (body: unknown): ServiceShown => {
  const object = fieldsOf(body);
  const spec = fieldsOf(object.Spec);
  const replicated = fieldsOf(spec.Mode).Replicated;
  const { lifetime } = fieldsOf(spec.Labels);
  return {
    id: textOf(object.ID),
    name: textOf(spec.Name),
    version: versionOf(object),
    mark: serviceSpecText(spec),
    template: templateText(spec.TaskTemplate),
    replicas: replicated === undefined ? undefined : numberOf(fieldsOf(replicated).Replicas),
    constraints: constraintsOf(spec),
    ...updateWaitsOf(spec),
    ...updateOf(object),
    ...(typeof lifetime === 'string' && { lifetimeMs: Number(lifetime) }),
  };
};

const updateOf = (service: Fields): Pick<ServiceShown, 'paused' | 'keepsOld'> => {
  switch (fieldsOf(service.UpdateStatus).State) {
    case 'paused':
      return { paused: true };
    case 'updating':
      return startsFirst(fieldsOf(service.Spec).UpdateConfig) ? { keepsOld: true } : {};
    case 'rollback_started':
      return startsFirst(fieldsOf(service.Spec).RollbackConfig) ? { keepsOld: true } : {};
    default:
      return {};
  }
};

const startsFirst = (config: unknown): boolean => fieldsOf(config).Order === 'start-first';

/** A parallelism of 0 is all places at once, and then there is nothing to wait for. Without a configuration it is one after the other. */
const updateWaitsOf = ({ UpdateConfig }: Fields): Pick<ServiceShown, 'updateWaits'> => {
  const { Delay, Parallelism } = fieldsOf(UpdateConfig ?? { Parallelism: 1 });
  const places = numberOf(Parallelism);
  return places > 0 ? { updateWaits: { ms: numberOf(Delay) / 1e6, places } } : {};
};

export const shownTask = (body: unknown): TaskShown => {
  const object = fieldsOf(body);
  return {
    id: textOf(object.ID),
    service: textOf(object.ServiceID),
    node: textOf(object.NodeID),
    slot: numberOf(object.Slot),
    state: textOf(fieldsOf(object.Status).State),
    desired: textOf(object.DesiredState),
    template: templateText(object.Spec),
  };
};

export const shownNode = (body: unknown): NodeShown => {
  const object = fieldsOf(body);
  const spec = fieldsOf(object.Spec);
  const manager = fieldsOf(object.ManagerStatus);
  return {
    id: textOf(object.ID),
    name: textOf(fieldsOf(object.Description).Hostname),
    version: versionOf(object),
    role: textOf(spec.Role),
    availability: textOf(spec.Availability),
    state: textOf(fieldsOf(object.Status).State),
    reachability: textOf(manager.Reachability),
    leads: manager.Leader === true,
  };
};

const constraintsOf = (spec: Fields): readonly string[] =>
  listOf(fieldsOf(fieldsOf(spec.TaskTemplate).Placement).Constraints).map(textOf);

/** Who wrote a service last, and all that clients write of one: `12: schism/sleep ×3 on node.role==worker`. */
export const serviceSpecText = (value: unknown): string => {
  const spec = fieldsOf(value);
  const { Replicated: replicated } = fieldsOf(spec.Mode);
  const labels = fieldsOf(spec.Labels);
  const template = templateText(spec.TaskTemplate);
  const words = template === '' ? [] : [template];
  words.push(
    replicated === undefined ? 'everywhere' : `×${numberOf(fieldsOf(replicated).Replicas)}`,
  );
  for (const constraint of constraintsOf(spec)) words.push(`on ${constraint}`);
  if (spec.UpdateConfig !== undefined) words.push(updateText(fieldsOf(spec.UpdateConfig)));
  words.push(...labelTexts(labels));
  return `${textOf(labels.mark)}: ${words.join(' ')}`;
};

const updateText = ({ Parallelism, Delay, Monitor, FailureAction, Order }: Fields): string =>
  `updated: ${numberOf(Parallelism)} at once after ${numberOf(Delay) / 1e6} ms, ${textOf(Order)}, ${textOf(FailureAction)} within ${numberOf(Monitor) / 1e6} ms`;

/** All but the mark, which most services have alone. */
const labelTexts = (labels: Fields): readonly string[] =>
  Object.keys(labels)
    .filter((label) => label !== 'mark')
    .map((label) => `${label}=${textOf(labels[label])}`)
    .sort();

/** Its placement is left out: tasks that are where it allows are not replaced. */
const templateText = (value: unknown): string => {
  const { ContainerSpec, RestartPolicy } = fieldsOf(value);
  const { Image, Args, Env } = fieldsOf(ContainerSpec);
  const { Condition, Delay } = fieldsOf(RestartPolicy);
  let text = textOf(Image);
  for (const word of listOf(Args)) text += ` ${textOf(word)}`;
  for (const word of listOf(Env)) text += ` ${textOf(word)}`;
  if (Condition !== undefined)
    text += ` restarted: ${textOf(Condition)} after ${numberOf(Delay) / 1e6} ms`;
  return text;
};

const markOf = (spec: Fields): string => {
  const mark = textOf(fieldsOf(spec.Labels).mark);
  return mark === '' ? '' : `, by ${mark}`;
};

/** What clients write of a node, and who wrote it last: `drain worker, by own-3`. */
export const nodeSpecText = (spec: unknown): string => {
  const fields = fieldsOf(spec);
  return `${textOf(fields.Availability)} ${textOf(fields.Role)}${markOf(fields)}`;
};

/** The same of the swarm's own spec: `autolock on, by own-3`. */
export const swarmSpecText = (spec: unknown): string => {
  const fields = fieldsOf(spec);
  return `autolock ${isAutolocked(fields) ? 'on' : 'off'}${markOf(fields)}`;
};

export const isAutolocked = (spec: Fields): boolean =>
  fieldsOf(spec.EncryptionConfig).AutoLockManagers === true;

export const shownInfo = (body: unknown): InfoShown => {
  const swarm = fieldsOf(fieldsOf(body).Swarm);
  return {
    state: textOf(swarm.LocalNodeState),
    control: swarm.ControlAvailable === true,
    error: textOf(swarm.Error),
    nodeId: textOf(swarm.NodeID),
  };
};
