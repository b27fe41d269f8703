import { PassThrough, type Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type Docker from 'dockerode';
import { GenericContainer } from 'testcontainers';
import type { NodeName } from '../../core/cluster.ts';
import { LiveFailure, messageOf } from '../live/failure.ts';
import { lineSplitter } from '../live/lines.ts';
import type { ContainerProgram, NodePlace } from '../live/target.ts';
import type { WorldEvents } from '../live/world.ts';
import { labelsOf } from './labels.ts';
import { filesOfTar, type TarFile } from './tar.ts';
import { nothingToWaitFor } from './waiting.ts';

export type NodeContainerWorld = {
  readonly docker: Docker;
  readonly program: ContainerProgram;
  readonly run: string;
  readonly network: string;
  /** Its own address on that network. */
  readonly address: string;
  readonly place: NodePlace;
  readonly events: WorldEvents;
};

/** One node: created once, then killed and started again on what its disk kept. */
export class NodeContainer {
  readonly #world: NodeContainerWorld;
  #container: Docker.Container | undefined;
  #ended: Promise<void> = Promise.resolve();

  constructor(world: NodeContainerWorld) {
    this.#world = world;
  }

  /** Resolves when its process exists; `onLine` sees every line of this boot's standard output. */
  async start(onLine: (line: string) => void): Promise<void> {
    const known = this.#container;
    // Of a container that starts again the output is caught from its first byte on, by attaching before the start.
    const attached = known === undefined ? undefined : await this.#attach(known);
    const container = known ?? (await this.#create());
    if (known !== undefined) await known.start();
    const { node } = this.#world.place;
    const { State } = await container.inspect();
    this.#world.events.spawned(node, `container ${container.id.slice(0, 12)}, pid ${State.Pid}`);
    const read = this.#read(attached ?? (await this.#logs(container)), onLine);
    this.#ended = this.#watch(container, read);
  }

  /** Ends it without warning and waits for its end. */
  async kill(): Promise<string> {
    const container = this.#started();
    const { State } = await container.inspect();
    try {
      await container.kill({ signal: 'SIGKILL' });
    } catch (thrown) {
      // It has ended by itself meanwhile.
      if ((thrown as { readonly statusCode?: number }).statusCode !== 409) throw thrown;
    }
    await this.#ended;
    return `pid ${State.Pid}`;
  }

  async pause(): Promise<string> {
    const container = this.#started();
    await container.pause();
    const { State } = await container.inspect();
    if (!State.Paused)
      throw new Error(`container ${container.id.slice(0, 12)} does not stand still`);
    return `pid ${State.Pid}`;
  }

  async resume(): Promise<void> {
    await this.#started().unpause();
  }

  /** The files below a path inside, running or not; `undefined` where there is no such path. */
  async files(path: string): Promise<readonly TarFile[] | undefined> {
    try {
      const stream = await this.#started().getArchive({ path });
      return filesOfTar(await buffer(stream));
    } catch (thrown) {
      if ((thrown as { readonly statusCode?: number }).statusCode === 404) return undefined;
      throw thrown;
    }
  }

  #started(): Docker.Container {
    if (this.#container === undefined)
      throw new Error(`${this.#world.place.node} was never started`);
    return this.#container;
  }

  async #create(): Promise<Docker.Container> {
    const { docker, program, run, network, place, address } = this.#world;
    const command = program.command?.(place);
    let made = new GenericContainer(program.image)
      .withName(`schism-${run}-${place.node}`)
      .withLabels(labelsOf(run))
      .withNetworkMode(network)
      .withHostname(place.node)
      .withEnvironment(program.env?.(place) ?? {})
      .withWaitStrategy(nothingToWaitFor);
    if (command !== undefined) made = made.withCommand([...command]);
    if (program.user !== undefined) made = made.withUser(program.user);
    const container = await started(made, place.node, program.image);
    this.#container = docker.getContainer(container);
    await this.#checkAddress(this.#container, address);
    return this.#container;
  }

  /** The proxies lead to an address; a container that got another one would be cut off for ever. */
  async #checkAddress(container: Docker.Container, wanted: string): Promise<void> {
    const { NetworkSettings } = await container.inspect();
    const got = Object.values(NetworkSettings.Networks).map(({ IPAddress }) => IPAddress);
    if (got.includes(wanted)) return;
    throw new LiveFailure({
      place: this.#world.place.node,
      what: `its container is at ${got.join(', ')}, not at ${wanted}`,
      nextStep: 'see whether something else joined its network',
    });
  }

  async #attach(container: Docker.Container): Promise<Readable> {
    const stream = await container.attach({ stream: true, stdout: true, stderr: true });
    return stream as unknown as Readable;
  }

  async #logs(container: Docker.Container): Promise<Readable> {
    const stream = await container.logs({ follow: true, stdout: true, stderr: true });
    return stream as unknown as Readable;
  }

  /** Resolves when the output has ended. */
  #read(stream: Readable, onLine: (line: string) => void): Promise<void> {
    const { docker, events, place } = this.#world;
    const splitterOf = (name: 'out' | 'err') => {
      const splitter = lineSplitter((line) => {
        if (name === 'out') onLine(line);
        events.line(place.node, line, name);
      });
      const through = new PassThrough();
      through.on('data', (bytes: Buffer) => {
        splitter.write(bytes);
      });
      return { through, splitter };
    };
    const [out, err] = [splitterOf('out'), splitterOf('err')];
    docker.modem.demuxStream(stream, out.through, err.through);
    return new Promise((resolve) => {
      const end = (): void => {
        // What was demultiplexed in this turn is split in it as well.
        setImmediate(() => {
          out.splitter.end();
          err.splitter.end();
          resolve();
        });
      };
      stream.once('end', end);
      stream.once('close', end);
      stream.once('error', end);
    });
  }

  async #watch(container: Docker.Container, read: Promise<void>): Promise<void> {
    const { events, place } = this.#world;
    try {
      const { StatusCode } = (await container.wait()) as { readonly StatusCode: number };
      await read;
      events.exited(place.node, `exit code ${StatusCode}`);
    } catch (thrown) {
      // Removed under our hands: the run is being taken away.
      if ((thrown as { readonly statusCode?: number }).statusCode !== 404) {
        events.exited(place.node, messageOf(thrown));
      }
    }
  }
}

/** Starts it by testcontainers; its id. */
const started = async (made: GenericContainer, node: NodeName, image: string): Promise<string> => {
  try {
    return (await made.start()).getId();
  } catch (thrown) {
    throw new LiveFailure(
      {
        place: node,
        what: `image ${image} could not be started: ${messageOf(thrown)}`,
        nextStep: `see \`docker run ${image}\``,
      },
      { cause: thrown },
    );
  }
};
