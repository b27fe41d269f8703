import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type Docker from 'dockerode';
import { isError, messageOf } from '../../core/thrown.ts';
import { beforeDeadline, hopeless } from '../live/deadline.ts';
import { LiveFailure } from '../live/failure.ts';
import type { RunRecord } from '../live/run-record.ts';
import type { ContainerProgram, NodePlace } from '../live/target.ts';
import { within } from '../live/within.ts';
import type { WorldEvents } from '../live/world.ts';
import { engineDoes, statusOf } from './engine.ts';
import { labelsOf } from './labels.ts';
import { OnVolume } from './on-volume.ts';
import { readOutput, type OutputEnd } from './output.ts';
import { filesOfTar, type TarFile } from './tar.ts';
import { nothingToWaitFor } from './waiting.ts';

export type NodeContainerWorld = {
  readonly docker: Docker;
  readonly program: ContainerProgram;
  readonly record: Pick<RunRecord, 'run' | 'owner'>;
  readonly network: string;
  /** Its own address on that network. */
  readonly address: string;
  readonly place: NodePlace;
  readonly events: WorldEvents;
};

/** A container whose output has ended has ended itself, or does so in a moment. */
const endsWithinMs = 5_000;

/** One node: created once, then killed and started again on what its disk kept. */
export class NodeContainer {
  readonly #world: NodeContainerWorld;
  #container: Docker.Container | undefined;
  #ended: Promise<string> = Promise.resolve('it was never started');

  constructor(world: NodeContainerWorld) {
    this.#world = world;
  }

  /**
   * Resolves when its process exists, with its end to come: how it ended, after its last line. `onLine` sees every line of this
   * boot's output.
   */
  async start(
    onLine: (line: string, stream: 'out' | 'err') => void,
  ): Promise<{ readonly ended: Promise<string> }> {
    const known = this.#container;
    // Of a container that starts again the output is caught from its first byte on, by attaching before the start.
    const attached = known === undefined ? undefined : await this.#attach(known);
    const container = known ?? (await this.#create());
    if (known !== undefined) await this.#does('starting again', () => known.start());
    const { node } = this.#world.place;
    const seen = await this.#inspect(container);
    this.#world.events.spawned(
      node,
      `container ${container.id.slice(0, 12)}, pid ${seen.State.Pid}`,
    );
    const read = readOutput(
      this.#world.docker,
      attached ?? (await this.#logs(container)),
      (line, stream) => {
        onLine(line, stream);
        this.#world.events.line(node, line, stream);
      },
    );
    this.#ended = this.#watch(container, { read, attached: attached !== undefined });
    this.#checkAddress(seen);
    return { ended: this.#ended };
  }

  /** Ends it without warning and waits for its end. */
  async kill(): Promise<string> {
    const container = this.#started();
    const { State } = await this.#inspect(container);
    try {
      await this.#does('killing', () => container.kill({ signal: 'SIGKILL' }));
    } catch (thrown) {
      // It has ended by itself meanwhile.
      if (statusOf(thrown) !== 409) throw thrown;
    }
    await this.#ended;
    return `pid ${State.Pid}`;
  }

  async pause(): Promise<string> {
    const container = this.#started();
    await this.#does('pausing', () => container.pause());
    const { State } = await this.#inspect(container);
    if (!State.Paused)
      throw new Error(`container ${container.id.slice(0, 12)} does not stand still`);
    return `pid ${State.Pid}`;
  }

  async resume(): Promise<void> {
    const container = this.#started();
    await this.#does('going on', () => container.unpause());
  }

  /** The files below a path inside, running or not; `undefined` where there is no such path. */
  async files(path: string): Promise<readonly TarFile[] | undefined> {
    const container = this.#started();
    try {
      return filesOfTar(
        await this.#does(`reading ${path}`, async () =>
          buffer(await container.getArchive({ path })),
        ),
      );
    } catch (thrown) {
      if (statusOf(thrown) === 404) return undefined;
      throw thrown;
    }
  }

  #does<T>(doing: string, ask: () => Promise<T>): Promise<T> {
    return engineDoes({ place: this.#world.place.node, doing }, ask);
  }

  #inspect(container: Docker.Container): Promise<Docker.ContainerInspectInfo> {
    return this.#does('looking at its container', () => container.inspect());
  }

  #started(): Docker.Container {
    if (this.#container === undefined)
      throw new Error(`${this.#world.place.node} was never started`);
    return this.#container;
  }

  async #create(): Promise<Docker.Container> {
    const { docker, program, record, network, place } = this.#world;
    const command = program.command?.(place);
    const labels = labelsOf(record);
    let made = new OnVolume(program.image, { at: program.dataFolder, labels })
      .withName(`schism-${record.run}-${place.node}`)
      .withLabels(labels)
      .withNetworkMode(network)
      .withHostname(place.node)
      .withEnvironment(program.env?.(place) ?? {})
      .withWaitStrategy(nothingToWaitFor);
    if (command !== undefined) made = made.withCommand([...command]);
    if (program.user !== undefined) made = made.withUser(program.user);
    try {
      const started = await this.#does('starting its container', () => made.start());
      this.#container = docker.getContainer(started.getId());
      return this.#container;
    } catch (thrown) {
      throw new LiveFailure(
        {
          place: place.node,
          what: `image ${program.image} could not be started: ${messageOf(thrown)}`,
          nextStep: `see \`docker run ${program.image}\``,
        },
        { cause: thrown },
      );
    }
  }

  /** The proxies lead to an address; a container that got another one would be cut off for ever. */
  #checkAddress({ State, NetworkSettings }: Docker.ContainerInspectInfo): void {
    const { place, address } = this.#world;
    const got = Object.values(NetworkSettings.Networks).map(({ IPAddress }) => IPAddress);
    // One that has ended already has no address any more; its end says more.
    if (!State.Running || got.includes(address)) return;
    throw new LiveFailure({
      place: place.node,
      what: `its container is at ${got.join(', ')}, not at ${address}`,
      nextStep: 'see whether something else joined its network',
    });
  }

  #attach(container: Docker.Container): Promise<Readable> {
    return this.#does('attaching', async () => {
      const stream = await container.attach({ stream: true, stdout: true, stderr: true });
      return stream as unknown as Readable;
    });
  }

  #logs(container: Docker.Container): Promise<Readable> {
    return this.#does('reading its output', async () => {
      const stream = await container.logs({ follow: true, stdout: true, stderr: true });
      return stream as unknown as Readable;
    });
  }

  /**
   * Whoever waits for an end over a connection that breaks is never told, neither of the end nor of the break; so the end of the
   * output is looked into as well.
   */
  async #watch(
    container: Docker.Container,
    { read, attached }: { readonly read: Promise<OutputEnd>; readonly attached: boolean },
  ): Promise<string> {
    const { events, place } = this.#world;
    const how = await Promise.race([
      ending(container),
      read.then((end) => this.#afterOutput(container, { end, attached })),
    ]);
    await within(read, endsWithinMs);
    events.exited(place.node, how);
    return how;
  }

  /**
   * How it ended, since nothing more comes from it. Where it runs on, everything after would be judged without what it observed: that
   * is the end of the run, at once where the output broke off; unless its program may have closed its output itself.
   */
  async #afterOutput(
    container: Docker.Container,
    { end, attached }: { readonly end: OutputEnd; readonly attached: boolean },
  ): Promise<string> {
    const { events, place } = this.#world;
    const nextStep =
      'see whether the Docker engine still answers; nothing of this run can be trusted';
    const brokeOff = end === 'broken-off';
    const runsOn = new Error('its container runs on');
    try {
      return await beforeDeadline(
        { place: place.node, doing: 'ending after its output', withinMs: endsWithinMs, nextStep },
        async () => {
          const { State } = await inspected(container, { once: brokeOff });
          if (State.Running) throw brokeOff ? hopeless(runsOn) : runsOn;
          return `exit code ${State.ExitCode}`;
        },
      );
    } catch (thrown) {
      const why = thrown instanceof LiveFailure ? thrown.cause : thrown;
      if (attached && !brokeOff && why === runsOn) return ending(container);
      if (statusOf(thrown) !== 404)
        events.broken(
          new LiveFailure(
            { place: place.node, what: `its output broke off (${messageOf(why)})`, nextStep },
            { cause: thrown },
          ),
        );
      return messageOf(why);
    }
  }
}

/** One that was removed under our hands will not come back. */
const inspected = async (
  container: Docker.Container,
  { once }: { readonly once: boolean },
): Promise<Docker.ContainerInspectInfo> => {
  try {
    return await container.inspect();
  } catch (thrown) {
    throw (once || statusOf(thrown) === 404) && isError(thrown) ? hopeless(thrown) : thrown;
  }
};

const ending = async (container: Docker.Container): Promise<string> => {
  try {
    const { StatusCode } = (await container.wait()) as { readonly StatusCode: number };
    return `exit code ${StatusCode}`;
  } catch (thrown) {
    // Removed under our hands, or the engine has gone.
    return messageOf(thrown);
  }
};
