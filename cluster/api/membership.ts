/** Requests that change this node's own membership, read from their bodies. @source moby, daemon/cluster/swarm.go */
import { parseUnlockKey } from '../keys/unlock-key.ts';
import { BodyReader } from './body.ts';
import { completeClusterSpec } from './cluster-spec.ts';
import {
  clusterSpecType,
  initRequestType,
  joinRequestType,
  unlockRequestType,
} from './go-types.ts';
import { isJoinToken } from './join-token.ts';
import { networkProblem, readNetworkConfig } from './network-config.ts';
import { looseFlagOf } from './query.ts';
import { refuse, refuseRpc } from './respond.ts';
import type { ApiRequest, ApiResponse, Json } from './seam.ts';
import {
  alreadyInSwarm,
  invalidJoinToken,
  leaveLocked,
  malformedUnlockKey,
  nowhereToListen,
} from './texts.ts';
import type { Decision, Local } from './types.ts';

const reply = (response: ApiResponse): Decision => ({ type: 'reply', response });

/** What cannot be read is told apart before all else, also where the node could not do what it asks. */
export const decideInit = (request: ApiRequest, { config, state }: Local): Decision => {
  const reader = new BodyReader(request.body, initRequestType);
  const { fields } = reader;
  const spec = reader.part('Spec', fields.Spec) ?? {};
  const autoLock = reader.flag('AutoLockManagers', fields.AutoLockManagers) ?? false;
  const forceNewCluster = reader.flag('ForceNewCluster', fields.ForceNewCluster) ?? false;
  const listenAddr = reader.text('ListenAddr', fields.ListenAddr) ?? '';
  const advertiseAddr = reader.text('AdvertiseAddr', fields.AdvertiseAddr) ?? '';
  const availability = readAvailability(reader, fields.Availability);
  const networkConfig = readNetworkConfig(reader);
  if (reader.problem !== undefined) return reply(refuse(400, reader.problem));
  const completed = completeClusterSpec(spec, config, { ...clusterSpecType, at: 'Spec' });
  if (!completed.ok && completed.unread) return reply(completed.response);
  if (state !== 'inactive' && !forceNewCluster) return reply(alreadyInSwarm);
  if (listenAddr === '') return reply(nowhereToListen);
  if (forceNewCluster)
    return reply(refuseRpc('Unimplemented', 'force-new-cluster is not implemented'));
  if (availability === undefined)
    return reply(refuse(400, `invalid Availability: ${JSON.stringify(fields.Availability)}`));
  const address = completeAddress(advertiseAddr, config.advertiseAddr);
  if (address === undefined)
    return reply(
      refuse(400, `invalid AdvertiseAddr "${advertiseAddr}": it must be host or host:port`),
    );
  const problem = networkProblem(reader, networkConfig);
  if (problem !== undefined) return reply(refuse(500, problem));
  if (!completed.ok) return reply(completed.response);
  return {
    type: 'init',
    request: {
      advertiseAddr: address,
      autoLock: autoLock || completed.spec.EncryptionConfig.AutoLockManagers,
      availability,
      spec,
      networkConfig,
    },
  };
};

export const decideJoin = (request: ApiRequest, { config, state }: Local): Decision => {
  const reader = new BodyReader(request.body, joinRequestType);
  const { fields } = reader;
  const remotes = reader.texts('RemoteAddrs', fields.RemoteAddrs) ?? [];
  const joinToken = reader.text('JoinToken', fields.JoinToken) ?? '';
  const listenAddr = reader.text('ListenAddr', fields.ListenAddr) ?? '';
  const advertiseAddr = reader.text('AdvertiseAddr', fields.AdvertiseAddr) ?? '';
  const availability = readAvailability(reader, fields.Availability);
  if (reader.problem !== undefined) return reply(refuse(400, reader.problem));
  if (state !== 'inactive') return reply(alreadyInSwarm);
  if (listenAddr === '') return reply(nowhereToListen);
  if (remotes.length === 0) return reply(refuse(400, 'at least 1 RemoteAddr is required to join'));
  if (availability === undefined)
    return reply(refuse(400, `invalid Availability: ${JSON.stringify(fields.Availability)}`));
  const remoteAddrs: string[] = [];
  for (const remote of remotes) {
    const address = completeAddress(remote, config.advertiseAddr);
    if (remote === '' || address === undefined)
      return reply(refuse(400, `invalid remoteAddr "${remote}": invalid empty address`));
    remoteAddrs.push(address);
  }
  const own = completeAddress(advertiseAddr, config.advertiseAddr);
  if (own === undefined)
    return reply(
      refuse(400, `invalid AdvertiseAddr "${advertiseAddr}": it must be host or host:port`),
    );
  if (!isJoinToken(joinToken)) return reply(invalidJoinToken);
  return {
    type: 'join',
    request: { remoteAddrs, joinToken, advertiseAddr: own, availability },
  };
};

export const decideLeave = (request: ApiRequest, { state }: Local): Decision => {
  const force = looseFlagOf(request.query, 'force');
  return state === 'locked' && !force ? reply(leaveLocked) : { type: 'leave', force };
};

/** `otherwise`: the answer where the node is not locked. */
export const decideUnlock = (
  request: ApiRequest,
  { state }: Local,
  otherwise: ApiResponse,
): Decision => {
  const reader = new BodyReader(request.body, unlockRequestType);
  const text = reader.text('UnlockKey', reader.fields.UnlockKey) ?? '';
  if (reader.problem !== undefined) return reply(refuse(400, reader.problem));
  if (state !== 'locked') return reply(otherwise);
  const key = parseUnlockKey(text);
  return key === undefined ? reply(malformedUnlockKey) : { type: 'unlock', key };
};

const availabilities = ['active', 'pause', 'drain'] as const;

const readAvailability = (reader: BodyReader, value: Json | undefined) => {
  const text = (reader.text('Availability', value) ?? '').toLowerCase();
  return text === '' ? 'active' : availabilities.find((known) => known === text);
};

/** `host:port`; a missing port is that of `standard`, an empty address is `standard` itself. */
const completeAddress = (address: string, standard: string): string | undefined => {
  const bare = address.startsWith('tcp://') ? address.slice('tcp://'.length) : address;
  if (bare === '') return standard;
  if (/^\[[^\]]+\]:\d+$|^[^:\s/]+:\d+$/.test(bare)) return bare;
  const port = standard.slice(standard.lastIndexOf(':'));
  return /^\[[^\]]+\]$|^[^:\s/]+$/.test(bare) ? bare + port : undefined;
};
