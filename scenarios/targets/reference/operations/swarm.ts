import type { ApiRequest } from '../../../../cluster/api/seam.ts';
import type { Intent } from '../../../../harness/core/history.ts';
import type { Json, JsonObject } from '../../../../harness/core/json.ts';
import {
  fieldsOf,
  isAutolocked,
  shownInfo,
  swarmSpecText,
  textOf,
  versionedOf,
  type Fields,
} from '../../../../models/swarm-answers.ts';
import { joinOutcome, unlockOutcome } from '../../../../models/swarm-outcomes.ts';
import { peerAddress } from '../names.ts';
import { learnUnlockKey, unlockKeyMark, unlockKeyOf } from '../unlock-keys.ts';
import { apiRequest, marked, textArgument, versionIn, type ApiKind } from './api-kind.ts';

const tokensMemory = 'join tokens';
/** The swarm's own spec, among the objects of a run and in a client's memory. */
const clusterMemory = 'swarm';
/** What opens locked managers: another object of a run, since it is shown without a version. */
const unlockKeyObject = 'unlock key';

/** The same request with its secrets replaced, for the history. */
const without = (request: ApiRequest, ...fields: readonly string[]): Json => {
  const body = { ...(request.body as JsonObject) };
  for (const field of fields) body[field] = '(left out)';
  return { ...request, body };
};

const ping: ApiKind = {
  name: 'ping',
  effect: 'local',
  request: () => apiRequest('GET', '/_ping'),
};

const info: ApiKind = {
  name: 'info',
  effect: 'local',
  request: () => apiRequest('GET', '/info'),
  read: ({ body, outcome }) => (outcome === 'ok' ? { output: { info: shownInfo(body) } } : {}),
};

const init: ApiKind = {
  name: 'swarm.init',
  effect: 'write',
  request: (args) =>
    apiRequest('POST', '/swarm/init', {
      body: {
        ListenAddr: '0.0.0.0:2377',
        AdvertiseAddr: peerAddress(textArgument(args, 'name')),
        AutoLockManagers: args.autolock === true,
        Spec: {},
      },
    }),
};

const join: ApiKind = {
  name: 'swarm.join',
  effect: 'write',
  outcome: joinOutcome,
  request(args, memory) {
    const tokens = memory.get(tokensMemory) as { Manager: string; Worker: string } | undefined;
    if (tokens === undefined) return undefined;
    return apiRequest('POST', '/swarm/join', {
      body: {
        ListenAddr: '0.0.0.0:2377',
        AdvertiseAddr: peerAddress(textArgument(args, 'name')),
        RemoteAddrs: [peerAddress(textArgument(args, 'through'))],
        JoinToken: args.role === 'manager' ? tokens.Manager : tokens.Worker,
      },
    });
  },
  shown: (request) => without(request, 'JoinToken'),
};

/** By force: a manager that was demoted before may not know it yet, and others leave without that. */
const leave: ApiKind = {
  name: 'swarm.leave',
  effect: 'local',
  request: () => apiRequest('POST', '/swarm/leave', { query: { force: 'true' } }),
};

/** Remembers the tokens, and the spec and version that an update of the swarm needs. */
const inspect: ApiKind = {
  name: 'swarm.inspect',
  effect: 'read',
  request: () => apiRequest('GET', '/swarm'),
  read({ body, outcome }, _asked, memory) {
    if (outcome !== 'ok') return {};
    const seen = versionedOf(body);
    if (seen === undefined) return {};
    memory.set(tokensMemory, fieldsOf(fieldsOf(body).JoinTokens) as JsonObject);
    memory.set(clusterMemory, seen as { version: number; spec: JsonObject });
    const { spec, version } = seen;
    return {
      seen: [{ object: clusterMemory, value: swarmSpecText(spec), version }],
      output: { autolock: isAutolocked(spec) },
    };
  },
};

/** Turning the lock on makes a key, and so does a rotation while it is on. */
const keyAfter = (was: Fields, { body, query }: ApiRequest): Pick<Intent, 'renews'> => {
  const on = isAutolocked(fieldsOf(body));
  if (on && isAutolocked(was) && query.rotateManagerUnlockKey === undefined) return {};
  return { renews: { object: unlockKeyObject, to: on ? 'a new value' : 'nothing' } };
};

const updateKind = (
  name: string,
  change: (args: JsonObject, spec: JsonObject) => JsonObject,
  query: ApiRequest['query'],
): ApiKind => ({
  name,
  effect: 'write',
  request(args, memory) {
    const seen = memory.get(clusterMemory);
    if (seen === undefined) return undefined;
    const { version, spec } = seen as { version: number; spec: JsonObject };
    return apiRequest('POST', '/swarm/update', {
      query: { version: String(version), ...query },
      body: marked(change(args, spec), args, memory),
    });
  },
  intent(_args, request, memory) {
    const { spec } = memory.get(clusterMemory) as { readonly spec: JsonObject };
    return {
      object: clusterMemory,
      act: 'update',
      value: swarmSpecText(request.body),
      version: versionIn(request),
      ...keyAfter(spec, request),
    };
  },
  read(_answered, _asked, memory) {
    memory.delete(clusterMemory);
    return {};
  },
});

const update = updateKind(
  'swarm.update',
  (args, spec) => ({ ...spec, EncryptionConfig: { AutoLockManagers: args.autolock === true } }),
  {},
);

const rotate = updateKind('swarm.rotate', (_args, spec) => spec, {
  rotateManagerUnlockKey: 'true',
});

/** Remembers the key; the history shows only which one it is, counted from 0 in the order in which they were learnt. */
const unlockKey: ApiKind = {
  name: 'swarm.unlockkey',
  effect: 'read',
  request: () => apiRequest('GET', '/swarm/unlockkey'),
  read({ body, outcome }, _asked, memory) {
    if (outcome !== 'ok') return {};
    const key = textOf(fieldsOf(body).UnlockKey);
    const value = key === '' ? undefined : unlockKeyMark(key);
    return {
      seen: [{ object: unlockKeyObject, value }],
      output: { key: key === '' ? null : learnUnlockKey(memory, key) },
    };
  },
};

/** `key`: the number of a known key, or `wrong` for one that opens nothing. */
const unlock: ApiKind = {
  name: 'swarm.unlock',
  effect: 'local',
  outcome: unlockOutcome,
  request(args, memory) {
    const key = unlockKeyOf(memory, args.key);
    return key === undefined
      ? undefined
      : apiRequest('POST', '/swarm/unlock', { body: { UnlockKey: key } });
  },
  shown: (request) => without(request, 'UnlockKey'),
};

/** Operations on the swarm as a whole and on the node that is asked. */
export const swarmKinds: readonly ApiKind[] = [
  ping,
  info,
  init,
  join,
  leave,
  inspect,
  update,
  rotate,
  unlockKey,
  unlock,
];
