import { posix } from 'node:path';
import type Docker from 'dockerode';
import type { StartedTestContainer } from 'testcontainers';
import type { Ms, Node, NodeName } from '../../core/cluster.ts';
import { isError, messageOf } from '../../core/thrown.ts';
import { beforeDeadline, hopeless } from '../live/deadline.ts';
import { LiveFailure } from '../live/failure.ts';
import type { Links } from '../live/links.ts';
import type { LiveRun } from '../live/live-run.ts';
import {
  clientPort,
  type Address,
  type Addresses,
  type ContainerProgram,
  type LiveTarget,
  type NodePlace,
} from '../live/target.ts';
import type { ToxiproxyControl } from '../live/toxiproxy/control.ts';
import { watchAnswers } from '../live/toxiproxy/watch-answers.ts';
import type { NodeFile, World, WorldEvents } from '../live/world.ts';
import type { Networks } from './networks.ts';
import { NodeContainer } from './node-container.ts';
import { removeRun } from './reap.ts';
import type { Topology } from './topology.ts';

export type DockerWorldParts = {
  readonly target: LiveTarget;
  readonly program: ContainerProgram;
  readonly nodes: readonly Node[];
  readonly settings: NodePlace['settings'];
  readonly events: WorldEvents;
  readonly docker: Docker;
  readonly run: LiveRun;
  readonly networks: Networks;
  readonly topology: Topology;
  readonly toxiproxy: StartedTestContainer;
  readonly control: Pick<ToxiproxyControl, 'version'>;
  readonly links: Links;
};

/** What a program that does not come up said last is part of the error. */
const lastWordsMax = 3;

/** Containers, each alone on a network that only Toxiproxy shares, so that no packet can go round the proxies. */
export class DockerWorld implements World {
  readonly links: Links;
  readonly #parts: DockerWorldParts;
  readonly #containers: ReadonlyMap<NodeName, NodeContainer>;
  readonly #starting = new Set<Promise<unknown>>();
  readonly #watch: Disposable;
  #disposing = false;

  constructor(parts: DockerWorldParts) {
    this.#parts = parts;
    this.links = parts.links;
    this.#containers = new Map(
      parts.nodes.map(({ name }) => [
        name,
        new NodeContainer({
          docker: parts.docker,
          program: parts.program,
          record: parts.run.record,
          network: parts.networks.names.get(name) ?? '',
          address: parts.topology.nodeAddress(name),
          place: this.#place(name),
          events: parts.events,
        }),
      ]),
    );
    void this.#watchToxiproxy();
    const { control, events } = parts;
    this.#watch = watchAnswers((signal) => control.version(signal), {
      stalled: events.stalled,
      broken: (thrown) => {
        this.#broken(thrown);
      },
    });
  }

  start(node: NodeName, readyMs: Ms): Promise<Addresses> {
    const starting = this.#start(node, readyMs);
    const ended = starting.catch(() => undefined);
    this.#starting.add(ended);
    void ended.then(() => this.#starting.delete(ended));
    return starting;
  }

  async #start(node: NodeName, readyMs: Ms): Promise<Addresses> {
    if (this.#disposing) throw new Error('the cluster is being taken away');
    const { target, program } = this.#parts;
    const { listening } = target;
    const up = Promise.withResolvers<undefined>();
    // Where it does not say that it listens, its readiness is asked for later.
    if (listening === undefined) up.resolve(undefined);
    const words: string[] = [];
    const container = this.#container(node);
    const { ended } = await container.start((line, stream) => {
      words.splice(0, words.length - lastWordsMax + 1);
      words.push(line);
      if (stream === 'out' && listening?.(line) !== undefined) up.resolve(undefined);
    });
    const nextStep = `see what \`docker run ${program.image}\` says, with ${JSON.stringify(program.env?.(this.#place(node)) ?? {})}`;
    const early = ended.then((how) => {
      const what = `its program ended before it listened (${how}), saying: ${words.join(' | ')}`;
      throw hopeless(new LiveFailure({ place: node, what, nextStep }));
    });
    early.catch(() => undefined);
    try {
      await beforeDeadline({ place: node, doing: 'listening', withinMs: readyMs, nextStep }, () =>
        Promise.race([up.promise, early]),
      );
    } catch (thrown) {
      await container.kill();
      throw thrown;
    }
    return this.#addresses(node);
  }

  /**
   * A killed container takes its network with it: who dials it then is not refused but left waiting, for up to eight seconds, and
   * Toxiproxy with it, which closes no proxy meanwhile. So its links are closed first.
   */
  async kill(node: NodeName): Promise<string> {
    try {
      await this.links.closeTo(node);
    } catch (thrown) {
      this.#broken(thrown);
    }
    return this.#container(node).kill();
  }

  pause(node: NodeName): Promise<string> {
    return this.#container(node).pause();
  }

  resume(node: NodeName): Promise<void> {
    return this.#container(node).resume();
  }

  endpoint(node: NodeName): Address {
    const { toxiproxy, topology } = this.#parts;
    return `127.0.0.1:${toxiproxy.getMappedPort(topology.clientPort(node))}`;
  }

  async *files(node: NodeName): AsyncIterable<NodeFile> {
    const { dataFolder } = this.#parts.program;
    const files = (await this.#container(node).files(dataFolder)) ?? [];
    for (const { name, bytes } of files)
      yield { file: posix.relative(posix.basename(dataFolder), name), bytes };
  }

  async readFile(node: NodeName, file: string): Promise<Uint8Array | undefined> {
    const path = posix.join(this.#parts.program.dataFolder, file);
    const files = await this.#container(node).files(path);
    return files?.find(({ name }) => name === posix.basename(path))?.bytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposing = true;
    this.#watch[Symbol.dispose]();
    const { docker, run } = this.#parts;
    const wereStarting = [...this.#starting];
    await removeRun(docker, run.id);
    if (wereStarting.length > 0) {
      // One may have been created meanwhile.
      await Promise.all(wereStarting);
      await removeRun(docker, run.id);
    }
    await run[Symbol.asyncDispose]();
  }

  async #watchToxiproxy(): Promise<void> {
    const { docker, toxiproxy } = this.#parts;
    const how = await docker
      .getContainer(toxiproxy.getId())
      .wait()
      .then(
        ({ StatusCode }: { readonly StatusCode: number }) => `exit code ${StatusCode}`,
        (thrown: unknown) => String(thrown),
      );
    this.#broken(
      new LiveFailure({
        place: 'Toxiproxy',
        what: `it ended in the middle of the run: ${how}`,
        nextStep: 'run it again; nothing of this run can be trusted',
      }),
    );
  }

  #broken(thrown: unknown): void {
    if (this.#disposing) return;
    this.#parts.events.broken(isError(thrown) ? thrown : new Error(messageOf(thrown)));
  }

  #container(node: NodeName): NodeContainer {
    const container = this.#containers.get(node);
    if (container === undefined) throw new RangeError(`there is no node ${node}`);
    return container;
  }

  #addresses(node: NodeName): Addresses {
    const { program, topology } = this.#parts;
    const host = topology.nodeAddress(node);
    return Object.fromEntries(
      Object.entries(program.ports).map(([name, port]) => [name, `${host}:${port}`]),
    );
  }

  #place(node: NodeName): NodePlace {
    const { nodes, program, topology, target, settings } = this.#parts;
    const self = nodes.find(({ name }) => name === node);
    const first = target.ports.find((port) => port !== clientPort) ?? clientPort;
    return {
      node,
      dataFolder: program.dataFolder,
      listen: Object.fromEntries(
        Object.entries(program.ports).map(([name, port]) => [name, `0.0.0.0:${port}`]),
      ),
      peers: nodes
        .filter((peer) => self !== undefined && peer.name !== node && target.talks(self, peer))
        .map(({ name }) => name),
      addressOf: (peer, port = first) => topology.peerAddress(peer, port),
      settings,
    };
  }
}
