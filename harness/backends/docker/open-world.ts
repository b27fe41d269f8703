import { pathToFileURL } from 'node:url';
import type Docker from 'dockerode';
import { LiveFailure } from '../live/failure.ts';
import { openLinks } from '../live/links.ts';
import { LiveRun, type LiveRunOptions } from '../live/live-run.ts';
import { programBeside } from '../live/program.ts';
import { toxiproxyControl } from '../live/toxiproxy/control.ts';
import type { World } from '../live/world.ts';
import { connectEngine } from './engine.ts';
import { createNetworks } from './networks.ts';
import { probing } from './probe.ts';
import { removeRun } from './reap.ts';
import { useRyukWhereItIs } from './ryuk.ts';
import { probePorts, topologyOf } from './topology.ts';
import { startToxiproxy } from './toxiproxy.ts';
import { controlPort } from './toxiproxy-image.ts';
import { DockerWorld, type DockerWorldParts } from './world.ts';

export type DockerOptions = Pick<LiveRunOptions, 'state' | 'parentFolder'> & {
  /** Default: the release that the conformance suite is about. */
  readonly toxiproxyImage?: string;
};

type Given = Pick<DockerWorldParts, 'target' | 'nodes' | 'settings' | 'events'> & {
  /** Looked at between the steps, each of which takes a second or so. */
  readonly signal: AbortSignal | undefined;
};
type Opened = Given & Pick<DockerWorldParts, 'docker' | 'program' | 'run'>;

/** Opens a run with its networks and proxies; no node runs yet. Whatever fails takes all of it away again. */
export const openDockerWorld = async (given: Given, options: DockerOptions): Promise<World> => {
  const { container: program } = given.target;
  if (program === undefined)
    throw new LiveFailure({
      place: `target ${given.target.name}`,
      what: 'it does not say how it is started in a container',
      nextStep: 'give it a container image, or choose another backend',
    });
  const docker = await connectEngine();
  await useRyukWhereItIs(docker);
  given.signal?.throwIfAborted();
  const { toxiproxyImage, ...runOptions } = options;
  const run = await LiveRun.open({
    ...runOptions,
    backend: 'docker',
    reaperUrl: pathToFileURL(programBeside(import.meta.url, 'reap')).href,
  });
  try {
    return await assembled({ ...given, program, docker, run }, toxiproxyImage);
  } catch (thrown) {
    // What cannot be removed now is the guardian's, once we have ended: what went wrong first is the one to tell.
    await takenAway(docker, run).catch(() => undefined);
    throw thrown;
  }
};

const takenAway = async (docker: Docker, run: LiveRun): Promise<void> => {
  await removeRun(docker, run.id);
  await run[Symbol.asyncDispose]();
};

/**
 * A proxy that dials a container which ended by itself waits for up to eight seconds, the five and three that Linux looks for a
 * neighbour that it knew, and is not changed meanwhile.
 */
const controlMs = 15_000;

const assembled = async (opened: Opened, image: string | undefined): Promise<World> => {
  const { docker, run, nodes, target, program, signal } = opened;
  const names = nodes.map(({ name }) => name);
  const networks = await createNetworks(docker, { record: run.record, nodes: names });
  signal?.throwIfAborted();
  const topology = topologyOf(nodes, networks.subnets, program);
  const toxiproxy = await startToxiproxy({
    docker,
    record: run.record,
    networks,
    topology,
    ports: [...probePorts, ...names.map((name) => topology.clientPort(name))],
    ...(image === undefined ? {} : { image }),
  });
  signal?.throwIfAborted();
  const published = (port: number): string => `127.0.0.1:${toxiproxy.getMappedPort(port)}`;
  const control = toxiproxyControl(`http://${published(controlPort)}`, { withinMs: controlMs });
  await control.version();
  const probe = probing(
    control,
    probePorts.map((inside) => ({ inside, published: published(inside) })),
  );
  const links = await openLinks({
    control,
    target,
    nodes,
    place: (proxy) => topology.place(proxy),
    atFirst: 'closed',
    counting: 'at-close',
    probe,
  });
  return new DockerWorld({ ...opened, networks, topology, toxiproxy, control, links });
};
