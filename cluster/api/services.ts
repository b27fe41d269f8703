/** `/services`: list, create, inspect, update, remove. @source moby, daemon/cluster/services.go */
import type { Random } from '../ports.ts';
import { newId } from '../store/identity.ts';
import type { ServiceObject, ServiceSpec, UpdateStatus } from '../store/objects.ts';
import { timestampOf } from '../store/timestamp.ts';
import type { Transaction, View, WriteRefusal } from '../store/types.ts';
import { unreachable } from '../raft/unreachable.ts';
import { findService } from './lookup.ts';
import { portConflict } from './ports.ts';
import { exactMatches, filtersOf, flagOf, labelsMatch, prefixMatches, versionOf } from './query.ts';
import { randomName } from './random-name.ts';
import { created, done, refuse, refuseRpc, replyOf, show } from './respond.ts';
import type { ApiRequest, ApiResponse, Json } from './seam.ts';
import { withServiceDefaults } from './service-defaults.ts';
import { readServiceSpec } from './service-spec.ts';
import { serviceStatus, showService } from './show.ts';
import { outOfSequence } from './texts.ts';
import type { LeaderDecision } from './types.ts';

const reply = (response: ApiResponse): LeaderDecision => ({ type: 'reply', response });

export const listServices = (request: ApiRequest): LeaderDecision => {
  const filters = filtersOf(request.query, ['name', 'id', 'label', 'mode', 'runtime']);
  if (!filters.ok) return replyOf(filters);
  const status = flagOf(request.query, 'status');
  if (!status.ok) return replyOf(status);
  const wanted = filters.value;
  const fits = ({ ID, Spec }: ServiceObject): boolean =>
    prefixMatches(wanted, 'name', Spec.Name) &&
    prefixMatches(wanted, 'id', ID) &&
    labelsMatch(wanted, 'label', Spec.Labels ?? {}) &&
    exactMatches(wanted, 'mode', modeNameOf(Spec)) &&
    exactMatches(wanted, 'runtime', 'container');
  return {
    type: 'read',
    respond: ({ view }) => {
      const all = view.services();
      const services = wanted.size === 0 ? all : all.filter(fits);
      if (!status.value) return show(services.map(showService));
      return show(
        services.map((service) => ({
          ...(showService(service) as Readonly<Record<string, Json>>),
          ServiceStatus: serviceStatus(service, view),
        })),
      );
    },
  };
};

export const inspectService = (request: ApiRequest, id: string): LeaderDecision => {
  const insertDefaults = flagOf(request.query, 'insertDefaults');
  if (!insertDefaults.ok) return replyOf(insertDefaults);
  return {
    type: 'read',
    respond: ({ view, config }) => {
      const found = findService(view, id);
      if (!found.ok) return found.response;
      const shown = showService(found.value);
      return show(insertDefaults.value ? withServiceDefaults(shown, config) : shown);
    },
  };
};

export const createService = (request: ApiRequest): LeaderDecision => {
  const read = readServiceSpec(request.body);
  if (!read.ok) return replyOf(read);
  return {
    type: 'write',
    run: (transaction, { random }) => {
      const spec = named(read.spec, transaction, random);
      const conflict = portConflict(transaction, spec, undefined);
      if (conflict !== undefined) return conflict;
      const id = newId(random, 'service-id');
      const refusal = transaction.create('service', { ID: id, Spec: spec });
      return refusal === undefined
        ? created({ ID: id, Warnings: null })
        : refused(refusal, spec, id);
    },
  };
};

/** A service without a name gets one that nobody has. */
const named = (spec: ServiceSpec, view: View, random: Random): ServiceSpec => {
  if (spec.Name !== '') return spec;
  const isTaken = (name: string): boolean => view.serviceByName(name) !== undefined;
  return { ...spec, Name: randomName(random, isTaken) };
};

export const updateService = (request: ApiRequest, input: string): LeaderDecision => {
  const read = readServiceSpec(request.body);
  if (!read.ok && read.unread) return replyOf(read);
  const version = versionOf(request.query, 'service');
  if (!version.ok) return replyOf(version);
  if (!read.ok) return replyOf(read);
  const rollback = request.query.rollback ?? '';
  if (!['', 'none', 'previous'].includes(rollback))
    return reply(refuse(400, `unrecognized rollback option ${rollback}`));
  const change = { version: version.value, spec: read.spec, back: rollback === 'previous' };
  return {
    type: 'write',
    run: (transaction, { now }) => update(transaction, input, { ...change, wall: now.wall }),
  };
};

export const removeService = (input: string): LeaderDecision => ({
  type: 'write',
  run: (transaction) => {
    const found = findService(transaction, input);
    if (!found.ok) return found.response;
    transaction.remove('service', found.value.ID);
    return done;
  },
});

type Change = {
  readonly version: number;
  readonly spec: ServiceSpec;
  /** To the spec before instead. */
  readonly back: boolean;
  readonly wall: number;
};

const update = (transaction: Transaction, input: string, change: Change): ApiResponse => {
  const found = findService(transaction, input);
  if (!found.ok) return found.response;
  const service = found.value;
  const objection =
    portConflict(transaction, change.spec, service.ID) ?? changeObjection(service, change);
  if (objection !== undefined) return objection;
  const next = {
    ID: service.ID,
    Spec: change.back ? (service.PreviousSpec ?? service.Spec) : change.spec,
    PreviousSpec: service.Spec,
    ...(service.ports === undefined ? {} : { ports: service.ports }),
    ...(change.back ? { UpdateStatus: rollbackAt(change.wall) } : {}),
  };
  const refusal = transaction.update('service', next, change.version);
  return refusal === undefined ? show({ Warnings: null }) : refused(refusal, next.Spec, service.ID);
};

/**
 * Said along with the change itself: what goes on from here is a rollback, under its own configuration.
 * @source swarmkit, manager/controlapi/service.go (UpdateService)
 */
const rollbackAt = (wall: number): UpdateStatus => ({
  State: 'rollback_started',
  StartedAt: timestampOf(wall),
  Message: 'manually requested rollback',
});

const changeObjection = (service: ServiceObject, change: Change): ApiResponse | undefined => {
  if (modeNameOf(service.Spec) !== modeNameOf(change.spec))
    return refuseRpc('Unimplemented', 'service mode change is not allowed');
  if (service.Spec.Name !== change.spec.Name)
    return refuseRpc('Unimplemented', 'renaming services is not supported');
  if (change.back && service.PreviousSpec === undefined)
    return refuseRpc('FailedPrecondition', `service ${service.ID} does not have a previous spec`);
  return undefined;
};

const modeNameOf = ({ Mode }: ServiceSpec): 'replicated' | 'global' =>
  Mode !== undefined && 'Global' in Mode ? 'global' : 'replicated';

const refused = (refusal: WriteRefusal, spec: ServiceSpec, id: string): ApiResponse => {
  switch (refusal) {
    case 'name-conflict':
    case 'exists':
      return refuseRpc(
        'AlreadyExists',
        `name conflicts with an existing object: service ${spec.Name} already exists`,
      );
    case 'not-found':
      return refuse(404, `service ${id} not found`);
    case 'out-of-sequence':
      return outOfSequence;
    default:
      return unreachable(refusal);
  }
};
