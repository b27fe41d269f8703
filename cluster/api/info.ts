/** What a node says of itself: `_ping`, `version`, `info`. @source moby, daemon/cluster/swarm.go (Info), client/ping.go */
import { engine } from './engine.ts';
import { isFields } from './body.ts';
import { plainHeaders, show } from './respond.ts';
import type { ApiResponse, Json } from './seam.ts';
import { showClusterInfo } from './show.ts';
import { messageOf, twoManagers } from './texts.ts';
import type { LeaderDecision, Local } from './types.ts';

/** `active/manager`, `locked` …, as clients read it from a ping. */
const swarmState = ({ state, role }: Local): string =>
  state === 'active' && role !== undefined ? `active/${role}` : state;

export const ping = (local: Local, withBody: boolean): ApiResponse => ({
  status: 200,
  headers: {
    ...plainHeaders,
    'Cache-Control': 'no-cache, no-store, must-revalidate',
    Pragma: 'no-cache',
    'Builder-Version': '',
    'Docker-Experimental': 'false',
    Swarm: swarmState(local),
  },
  body: withBody ? 'OK' : undefined,
});

export const version: ApiResponse = show({
  Platform: { Name: 'schism reference cluster' },
  Components: [
    {
      Name: 'Engine',
      Version: engine.version,
      Details: {
        ApiVersion: engine.apiVersion,
        MinAPIVersion: engine.apiVersionMin,
        Os: engine.os,
        Arch: engine.goArchitecture,
        KernelVersion: engine.kernel,
        Experimental: 'false',
      },
    },
  ],
  Version: engine.version,
  ApiVersion: engine.apiVersion,
  MinAPIVersion: engine.apiVersionMin,
  Os: engine.os,
  Arch: engine.goArchitecture,
  KernelVersion: engine.kernel,
});

/** The part of `info` that only the leader can give: it answers a `GET /info` that reaches it with this. */
export const clusterPart: LeaderDecision = {
  type: 'read',
  respond: ({ view, raft }) =>
    show({
      Nodes: view.nodes().length,
      Managers: raft.membership.members.length,
      Cluster: view.cluster === undefined ? {} : showClusterInfo(view.cluster),
    }),
};

/**
 * Always 200. `fromLeader`: what the leader answered to a manager that asked it, also where that is a refusal; `undefined` on
 * every other node.
 */
export const info = (local: Local, fromLeader: ApiResponse | undefined): ApiResponse =>
  show({
    ID: local.nodeId ?? local.config.name,
    Name: local.config.name,
    ServerVersion: engine.version,
    OperatingSystem: 'schism reference cluster',
    OSType: engine.os,
    OSVersion: '',
    Architecture: engine.architecture,
    KernelVersion: engine.kernel,
    NCPU: 1,
    MemTotal: 0,
    Containers: 0,
    ContainersRunning: 0,
    ContainersPaused: 0,
    ContainersStopped: 0,
    Images: 0,
    Driver: 'none',
    DriverStatus: [],
    Plugins: { Volume: [], Network: [], Authorization: null, Log: [] },
    Labels: [],
    Warnings: [],
    SecurityOptions: [],
    DefaultRuntime: 'builtin',
    Runtimes: {},
    ExperimentalBuild: false,
    LiveRestoreEnabled: false,
    SystemTime: new Date(local.now.wall).toISOString(),
    Swarm: { ...localPart(local), ...leaderPart(fromLeader) },
  });

const localPart = (local: Local): Readonly<Record<string, Json>> => ({
  NodeID: local.state === 'locked' ? '' : (local.nodeId ?? ''),
  NodeAddr: local.nodeId === undefined ? '' : hostOf(local.address),
  LocalNodeState: local.state,
  ControlAvailable: false,
  Error: local.error,
  RemoteManagers:
    local.managers.length === 0 || local.state === 'locked'
      ? null
      : local.managers.map(({ nodeId, address }) => ({ NodeID: nodeId, Addr: address })),
});

const leaderPart = (response: ApiResponse | undefined): Readonly<Record<string, Json>> => {
  if (response === undefined) return {};
  const { status, body } = response;
  if (status !== 200 || !isFields(body))
    return {
      ControlAvailable: true,
      Error: messageOf(response),
      Nodes: 0,
      Managers: 0,
      Cluster: {},
    };
  const part = {
    ControlAvailable: true,
    Nodes: body.Nodes ?? 0,
    Managers: body.Managers ?? 0,
    Cluster: body.Cluster ?? {},
  };
  return part.Managers === 2 ? { ...part, Warnings: [twoManagers] } : part;
};

/** The host of `host:port`. */
const hostOf = (address: string): string => {
  const at = address.lastIndexOf(':');
  return at < 0 ? address : address.slice(0, at);
};
