import { telling } from './telling.ts';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { clientSide, type Ms, type Node, type NodeName } from '../../core/cluster.ts';
import type { StartOptions } from '../live/backend.ts';
import { beforeDeadline, hopeless } from '../live/deadline.ts';
import { LiveFailure } from '../live/failure.ts';
import { fileOf, filesOf } from '../live/folder.ts';
import { openLinks, type Links } from '../live/links.ts';
import { LiveRun, type LiveRunOptions } from '../live/live-run.ts';
import { killForSure, processesWith } from '../live/process-identity.ts';
import { runVariable } from '../live/run-record.ts';
import {
  clientPort,
  type Address,
  type Addresses,
  type LiveTarget,
  type NodePlace,
  type ProcessProgram,
} from '../live/target.ts';
import { toxiproxyControl } from '../live/toxiproxy/control.ts';
import type { NodeFile, World, WorldEvents } from '../live/world.ts';
import { NodeProcess } from './node-process.ts';
import { freeAddresses, reach } from './ports.ts';
import { environmentOf, hostEnvironment, markOf, written } from './environment.ts';
import { probing } from './probe.ts';
import { startEmbeddedProxy, type EmbeddedProxy } from './proxy/start.ts';
import { watchRoom } from './room.ts';
import { messageOf } from '../../core/thrown.ts';

export type ProcessOptions = Pick<LiveRunOptions, 'parentFolder' | 'state'>;

type Given = {
  readonly target: LiveTarget;
  readonly program: ProcessProgram;
  readonly nodes: readonly Node[];
  readonly settings: StartOptions['settings'];
  readonly events: WorldEvents;
};

/** Where a link leads before its node listens: nobody does there. */
const nowhere: Address = '127.0.0.1:1';
/** What a program that does not come up said is part of the error. */
const firstWordsMax = 100;

/** Opens a run with its proxies; no node runs yet. Whatever fails takes all of it away again. */
export const openProcessWorld = async (given: Given, options: ProcessOptions): Promise<World> => {
  const run = await LiveRun.open({ backend: 'process', ...options });
  let proxy: EmbeddedProxy | undefined;
  try {
    proxy = await startEmbeddedProxy(environmentOf(run), (forMs) => {
      given.events.stalled(forMs);
    });
    run.adopt(proxy.pid, 'proxies');
    const links = await openLinks({
      control: toxiproxyControl(proxy.url),
      target: given.target,
      nodes: given.nodes,
      counting: 'live',
      atFirst: 'listening',
      place: () => ({ listen: '127.0.0.1:0', upstream: nowhere }),
      probe: probing(proxy.url),
    });
    return new ProcessWorld(given, { run, proxy, links });
  } catch (thrown) {
    await proxy?.[Symbol.asyncDispose]();
    await run[Symbol.asyncDispose]();
    throw thrown;
  }
};

/** All of its ports take connections. */
const reached = async (listen: Addresses, signal: AbortSignal): Promise<Addresses> => {
  for (const address of Object.values(listen)) await reach(address, signal);
  return listen;
};

class ProcessWorld implements World {
  readonly links: Links;
  readonly #given: Given;
  readonly #run: LiveRun;
  readonly #proxy: EmbeddedProxy;
  readonly #processes = new Map<NodeName, NodeProcess>();
  readonly #starting = new Set<Promise<void>>();
  readonly #room: ReturnType<typeof watchRoom>;
  #disposing = false;

  constructor(
    given: Given,
    {
      run,
      proxy,
      links,
    }: { readonly run: LiveRun; readonly proxy: EmbeddedProxy; readonly links: Links },
  ) {
    this.links = links;
    this.#given = given;
    this.#run = run;
    this.#proxy = proxy;
    this.#room = watchRoom(run.folder, (failure) => {
      given.events.broken(failure);
    });
    void proxy.ended.then((how) => {
      if (this.#disposing) return;
      given.events.broken(
        new LiveFailure({
          place: 'the embedded proxy',
          what: `it ended in the middle of the run: ${how}`,
          nextStep: 'run it again; nothing of this run can be trusted',
        }),
      );
    });
  }

  start(node: NodeName, readyMs: Ms): Promise<Addresses> {
    const starting = this.#start(node, readyMs);
    const ended = starting.then(
      () => undefined,
      () => undefined,
    );
    this.#starting.add(ended);
    void ended.then(() => this.#starting.delete(ended));
    return starting;
  }

  async #start(node: NodeName, readyMs: Ms): Promise<Addresses> {
    const { program, events } = this.#given;
    const place = await this.#place(node);
    const { file, args, env, folder = process.cwd() } = program.command(place);
    if (this.#disposing) throw new Error('the cluster is being taken away');
    const announced = Promise.withResolvers<Addresses>();
    let listens = false;
    const words: string[] = [];
    const started = await NodeProcess.start(
      node,
      {
        file,
        args,
        folder,
        env: { ...hostEnvironment(), ...environmentOf(this.#run, env) },
        mark: markOf(this.#run, node),
      },
      {
        line: (line, stream) => {
          const addresses = listens || stream === 'err' ? undefined : this.#listening(node, line);
          if (addresses !== undefined) {
            listens = true;
            announced.resolve(addresses);
          }
          if (words.length < firstWordsMax) words.push(line);
          events.line(node, line, stream);
        },
        exited: (how) => {
          this.#run.release(started.pid);
          if (this.#processes.get(node) === started) this.#processes.delete(node);
          this.#room.look();
          events.exited(node, `pid ${started.pid}: ${how}`);
        },
      },
    );
    this.#processes.set(node, started);
    events.spawned(node, `pid ${started.pid}`);
    const nextStep = `start it by hand: ${written({ file, args, env })}`;
    const ended = started.ended.then((how) => {
      const what = `its program ended before it listened (${how}), saying: ${telling(words).join(' | ')}`;
      throw hopeless(new LiveFailure({ place: node, what, nextStep }));
    });
    ended.catch(() => undefined);
    try {
      this.#run.adopt(started.pid, node);
      return await beforeDeadline(
        { place: node, doing: 'listening', withinMs: readyMs, nextStep },
        (signal) =>
          Promise.race([
            announced.promise,
            ended,
            ...(program.ports === 'assigned' ? [reached(place.listen, signal)] : []),
          ]),
      );
    } catch (thrown) {
      await started.kill();
      throw thrown;
    }
  }

  /** A parser that throws must not end the harness. */
  #listening(node: NodeName, line: string): Addresses | undefined {
    const { target, events } = this.#given;
    try {
      return target.listening?.(line);
    } catch (thrown) {
      events.broken(
        new LiveFailure(
          {
            place: node,
            what: `target ${target.name} could not read a line: ${messageOf(thrown)}`,
            nextStep: 'let its listening() answer undefined for lines that it does not know',
          },
          { cause: thrown },
        ),
      );
      return undefined;
    }
  }

  async kill(node: NodeName): Promise<string> {
    const running = this.#running(node);
    await running.kill();
    return `pid ${running.pid}`;
  }

  async pause(node: NodeName): Promise<string> {
    const running = this.#running(node);
    await running.pause();
    return `pid ${running.pid}`;
  }

  async resume(node: NodeName): Promise<void> {
    await this.#running(node).resume();
  }

  endpoint(node: NodeName): Address {
    return this.links.addressOf({ from: clientSide, to: node }, clientPort);
  }

  files(node: NodeName): AsyncIterable<NodeFile> {
    return filesOf(this.#folder(node));
  }

  readFile(node: NodeName, file: string): Promise<Uint8Array | undefined> {
    return fileOf(this.#folder(node), file);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposing = true;
    this.#room[Symbol.dispose]();
    const endAll = (): Promise<unknown> =>
      Promise.all([...this.#processes.values()].map((running) => running.end()));
    await endAll();
    // One may have been about to be started.
    await Promise.all([...this.#starting]);
    await endAll();
    // What left its node's group on its own still carries the run's mark.
    for (const stray of processesWith(runVariable, this.#run.id)) killForSure(stray);
    await this.#proxy[Symbol.asyncDispose]();
    await this.#run[Symbol.asyncDispose]();
  }

  async #place(node: NodeName): Promise<NodePlace> {
    const { target, program, nodes, settings } = this.#given;
    const dataFolder = this.#folder(node);
    mkdirSync(dataFolder, { recursive: true });
    const own = program.ports === 'assigned' ? await freeAddresses(target.ports.length) : [];
    const self = nodes.find(({ name }) => name === node);
    const [firstPort = clientPort] = target.ports.filter((port) => port !== clientPort);
    return {
      node,
      dataFolder,
      listen: Object.fromEntries(
        target.ports.map((port, index) => [port, own[index] ?? '127.0.0.1:0']),
      ),
      peers: nodes
        .filter((peer) => self !== undefined && peer !== self && target.talks(self, peer))
        .map(({ name }) => name),
      addressOf: (peer, port = firstPort) => this.links.addressOf({ from: node, to: peer }, port),
      settings: settings ?? {},
    };
  }

  #folder(node: NodeName): string {
    return join(this.#run.folder, node);
  }

  #running(node: NodeName): NodeProcess {
    const running = this.#processes.get(node);
    if (running === undefined) throw new Error(`${node} does not run`);
    return running;
  }
}
