import type { ApiRequest } from '../../../../cluster/api/seam.ts';
import type { Json, JsonObject } from '../../../../harness/core/json.ts';
import { fieldsOf, shownInfo, textOf, versionedOf } from '../../../../models/swarm-answers.ts';
import { joinOutcome } from '../../../../models/swarm-outcomes.ts';
import { peerAddress } from '../names.ts';
import { learnUnlockKey, unlockKeyOf } from '../unlock-keys.ts';
import { apiRequest, textArgument, type ApiKind } from './api-kind.ts';

const tokensMemory = 'join tokens';
const clusterMemory = 'swarm';

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
    return { output: { autolock: fieldsOf(seen.spec.EncryptionConfig).AutoLockManagers === true } };
  },
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
      body: change(args, spec),
    });
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
    return { output: { key: key === '' ? null : learnUnlockKey(memory, key) } };
  },
};

/** `key`: the number of a known key, or `wrong` for one that opens nothing. */
const unlock: ApiKind = {
  name: 'swarm.unlock',
  effect: 'local',
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
  inspect,
  update,
  rotate,
  unlockKey,
  unlock,
];
