import type { Command, Happening, LiveCluster } from '../../core/backend.ts';
import { clientSide, type Ms, type Node, type NodeName } from '../../core/cluster.ts';
import type { Deed } from '../../core/fault.ts';
import type { Lifecycle, Observation } from '../../core/history.ts';
import type { CallResult } from '../../core/target.ts';
import { unreachable } from '../../core/unreachable.ts';
import { readyMsDefault, type StartOptions } from './backend.ts';
import { beforeDeadline } from './deadline.ts';
import { isError, LiveFailure, messageOf } from './failure.ts';
import { NodeLog } from './node-log.ts';
import { scanFiles } from './scan.ts';
import { watchStalls } from './stalls.ts';
import type { Address, LiveTarget } from './target.ts';
import type { World, WorldEvents } from './world.ts';

/** What the harness knows of one node. */
type NodeState = {
  readonly log: NodeLog;
  running: boolean;
  /** An end that we asked for. */
  killing: boolean;
  paused: boolean;
  boots: number;
  lines: number;
  /** Starts, kills and pauses of one node follow one another. */
  queue: Promise<unknown>;
};

type CommandOf<T extends Command['type']> = Extract<Command, { readonly type: T }>;

/** Opens a world, starts every node in it, and takes everything away again where one of them does not come up. */
export const startCluster = async (
  target: LiveTarget,
  options: StartOptions,
  open: (nodes: readonly Node[], events: WorldEvents) => Promise<World>,
): Promise<LiveCluster> => {
  const nodes = target.nodes(options.shape);
  checkNames(nodes);
  const cluster = new RunningCluster(target, nodes, options);
  try {
    await cluster.bootAll(await open(nodes, cluster.events));
  } catch (thrown) {
    await cluster[Symbol.asyncDispose]();
    throw thrown;
  }
  return cluster;
};

const nameRule = /^[A-Za-z0-9][A-Za-z0-9.-]*$/;

/** Names become parts of names of proxies, hosts and folders. */
const checkNames = (nodes: readonly Node[]): void => {
  const seen = new Set<NodeName>([clientSide]);
  for (const { name } of nodes) {
    if (!nameRule.test(name) || seen.has(name))
      throw new RangeError(
        `"${name}" cannot name a node: names are unique, made of letters, digits, "-" and ".", and not "${clientSide}"`,
      );
    seen.add(name);
  }
};

class RunningCluster implements LiveCluster {
  readonly nodes: readonly Node[];
  readonly #target: LiveTarget;
  readonly #options: StartOptions;
  readonly #readyMs: Ms;
  readonly #zero = performance.now();
  readonly #states: ReadonlyMap<NodeName, NodeState>;
  readonly #begun = new Map<number, { readonly deed: Deed; readonly begun: Promise<boolean> }>();
  readonly #stalls: Disposable;
  #world: World | undefined;
  #wake: NodeJS.Timeout | undefined;
  #disposal: Promise<void> | undefined;

  constructor(target: LiveTarget, nodes: readonly Node[], options: StartOptions) {
    this.nodes = nodes;
    this.#target = target;
    this.#options = options;
    this.#readyMs = options.readyMs ?? readyMsDefault;
    this.#states = new Map(
      nodes.map(({ name }) => [
        name,
        {
          log: new NodeLog(),
          running: false,
          killing: false,
          paused: false,
          boots: 0,
          lines: 0,
          queue: Promise.resolve(),
        },
      ]),
    );
    this.#stalls = watchStalls((forMs) => {
      this.#happened({ type: 'stalled', forMs });
    });
  }

  readonly events: WorldEvents = {
    line: (node, line, stream) => {
      this.#line(node, line, stream);
    },
    spawned: (node, text) => {
      const state = this.#state(node);
      state.running = true;
      state.killing = false;
      state.boots += 1;
      state.lines = 0;
      this.#lived(node, 'started', text);
    },
    exited: (node, text) => {
      const state = this.#state(node);
      const wanted = state.killing;
      state.running = false;
      state.paused = false;
      this.#lived(node, wanted ? 'killed' : 'exited', text);
      // Nobody waits for this one: whoever dials the dead node until then is closed on, as by a node that is just dying.
      if (!wanted && this.#disposal === undefined)
        this.#world?.links.closeTo(node).catch((thrown: unknown) => {
          this.#failed(thrown);
        });
    },
    broken: (failure) => {
      this.#failed(failure);
    },
  };

  async bootAll(world: World): Promise<void> {
    this.#world = world;
    const boots = await Promise.allSettled(this.nodes.map(({ name }) => this.#boot(name)));
    const failed = boots.find((boot) => boot.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  carryOut(command: Command): void {
    switch (command.type) {
      case 'call':
        void this.#call(command);
        return;
      case 'begin':
        this.#begin(command);
        return;
      case 'end':
        void this.#end(command);
        return;
      case 'start':
        void this.#start(command);
        return;
      case 'kill':
        void this.#kill(command);
        return;
      case 'scan':
        void this.#scan(command);
        return;
      case 'read-file':
        void this.#readFile(command);
        return;
      case 'wake':
        this.#wakeAt(command.at);
        return;
      default:
        unreachable(command);
    }
  }

  now(): Ms {
    return performance.now() - this.#zero;
  }

  logs(node: NodeName): readonly string[] {
    return this.#state(node).log.lines;
  }

  endpoint(node: NodeName): Address {
    return this.#opened().endpoint(node);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= this.#dispose();
    return this.#disposal;
  }

  async #dispose(): Promise<void> {
    clearTimeout(this.#wake);
    this.#stalls[Symbol.dispose]();
    await this.#world?.[Symbol.asyncDispose]();
  }

  /** Timers count whole milliseconds and may fire a little early: then there is still something to wait. */
  #wakeAt(at: Ms): void {
    clearTimeout(this.#wake);
    this.#wake = setTimeout(
      () => {
        if (this.now() < at) this.#wakeAt(at);
        else this.#happened({ type: 'wake' });
      },
      Math.max(0, Math.ceil(at - this.now())),
    );
  }

  async #call({ id, node, request, timeoutMs }: CommandOf<'call'>): Promise<void> {
    const { links } = this.#opened();
    const link = { from: clientSide, to: node };
    const held = links.holding(link);
    const result = await this.#performed(node, { request, timeoutMs });
    // Where something before the link takes every connection first, a call that was refused looks as if it had been sent. One
    // that began and failed while the link was closed cannot have met anything else.
    if ('failed' in result) links.refused(link, result.sent ? held : undefined);
    this.#happened({ type: 'called', id, result });
  }

  /** A target that forgets its own time limit is held to it here. */
  #performed(
    node: NodeName,
    { request, timeoutMs }: Pick<CommandOf<'call'>, 'request' | 'timeoutMs'>,
  ): Promise<CallResult> {
    return new Promise((resolve) => {
      const graceMs = 500;
      const timer = setTimeout(() => {
        resolve({ failed: `no end within ${timeoutMs} ms`, sent: true });
      }, timeoutMs + graceMs);
      this.#target
        .perform(this.endpoint(node), request, timeoutMs)
        .catch((thrown: unknown): CallResult => ({ failed: messageOf(thrown), sent: true }))
        .then((result) => {
          clearTimeout(timer);
          resolve(result);
        }, this.#failed);
    });
  }

  #begin({ id, deed }: CommandOf<'begin'>): void {
    const begun = this.#carriedOut(id, deed).then(
      (text) => {
        this.#happened({ type: 'begun', id, ok: true, text });
        return true;
      },
      (thrown: unknown) => {
        this.#happened({ type: 'begun', id, ok: false, text: messageOf(thrown) });
        return false;
      },
    );
    this.#begun.set(id, { deed, begun });
  }

  /** Rejects with why it could not be done. */
  #carriedOut(id: number, deed: Deed): Promise<string> {
    switch (deed.deed) {
      case 'cut':
      case 'delay':
        return this.#opened().links.begin(id, deed);
      case 'kill':
        return this.#queued(deed.node, () => this.#killed(deed.node));
      case 'pause':
        return this.#queued(deed.node, () => this.#paused(deed.node));
      default:
        return unreachable(deed);
    }
  }

  async #end({ id }: CommandOf<'end'>): Promise<void> {
    const known = this.#begun.get(id);
    this.#begun.delete(id);
    if (known === undefined || !(await known.begun)) {
      const evidence = { bit: false, text: 'it had not begun' };
      this.#happened({ type: 'ended', id, evidence, healed: true });
      return;
    }
    try {
      this.#happened({ type: 'ended', id, ...(await this.#undone(id, known.deed)) });
    } catch (thrown) {
      const evidence = { bit: true, text: `its end failed: ${messageOf(thrown)}` };
      this.#happened({ type: 'ended', id, evidence, healed: false });
    }
  }

  async #undone(
    id: number,
    deed: Deed,
  ): Promise<{ readonly evidence: { bit: boolean; text: string }; readonly healed: boolean }> {
    switch (deed.deed) {
      case 'cut':
      case 'delay':
        return this.#opened().links.end(id);
      case 'kill':
        await this.#queued(deed.node, () => this.#boot(deed.node));
        return {
          evidence: { bit: true, text: `${deed.node} was alive and its process ended` },
          healed: true,
        };
      case 'pause':
        await this.#queued(deed.node, () => this.#resumed(deed.node));
        return {
          evidence: { bit: true, text: `${deed.node} was running and stood still` },
          healed: true,
        };
      default:
        return unreachable(deed);
    }
  }

  async #start({ id, node }: CommandOf<'start'>): Promise<void> {
    try {
      await this.#queued(node, () => this.#boot(node));
      this.#happened({ type: 'started', id, ok: true, text: `${node} runs` });
    } catch (thrown) {
      this.#happened({ type: 'started', id, ok: false, text: messageOf(thrown) });
    }
  }

  async #kill({ id, node }: CommandOf<'kill'>): Promise<void> {
    // One that does not run is where it was wanted.
    await this.#queued(node, () => this.#killed(node)).catch(() => undefined);
    this.#happened({ type: 'killed', id });
  }

  async #scan(command: CommandOf<'scan'>): Promise<void> {
    const { id, node, autolock } = command;
    try {
      const seen = await scanFiles(command, this.#opened().files(node));
      this.#happened({
        type: 'scanned',
        id,
        scan: { at: this.now(), node, autolock, ...seen },
      });
    } catch (thrown) {
      this.#failed(thrown);
    }
  }

  async #readFile({ id, node, file }: CommandOf<'read-file'>): Promise<void> {
    try {
      const bytes = await this.#opened().readFile(node, file);
      this.#happened({ type: 'file-read', id, bytes });
    } catch (thrown) {
      this.#failed(thrown);
    }
  }

  /** Starts a node unless it runs; it is up when it listens, its links lead to it, and it says that it is ready. */
  async #boot(node: NodeName): Promise<void> {
    if (this.#state(node).running) return;
    const world = this.#opened();
    const addresses = await world.start(node, this.#readyMs);
    await world.links.leadTo(node, addresses);
    const { ready } = this.#target;
    if (ready === undefined) return;
    await beforeDeadline(
      {
        place: node,
        doing: 'becoming ready',
        withinMs: this.#readyMs,
        nextStep: `see what it wrote: ${this.logs(node).slice(-3).join(' | ')}`,
      },
      (signal) => ready(world.endpoint(node), signal),
    );
  }

  async #killed(node: NodeName): Promise<string> {
    const state = this.#state(node);
    if (!state.running) throw new Error(`${node} does not run`);
    state.killing = true;
    const world = this.#opened();
    const what = await world.kill(node);
    await world.links.closeTo(node);
    return `${what} of ${node} was alive and has ended`;
  }

  async #paused(node: NodeName): Promise<string> {
    const state = this.#state(node);
    if (!state.running) throw new Error(`${node} does not run`);
    if (state.paused) throw new Error(`${node} stands still already`);
    const what = await this.#opened().pause(node);
    state.paused = true;
    this.#lived(node, 'paused', what);
    return `${what} of ${node} was running and stands still`;
  }

  async #resumed(node: NodeName): Promise<void> {
    const state = this.#state(node);
    // Killed meanwhile: nothing stands still any more.
    if (!state.paused) return;
    await this.#opened().resume(node);
    state.paused = false;
    this.#lived(node, 'resumed', '');
  }

  #line(node: NodeName, line: string, stream: 'out' | 'err'): void {
    const state = this.#state(node);
    state.log.add(line);
    if (stream === 'err') return;
    state.lines += 1;
    try {
      const said = this.#target.observe(line);
      if (said === undefined) return;
      const observation: Observation = {
        boot: `${node}-${state.boots}`,
        seq: state.lines,
        ...said,
        node,
        at: this.now(),
      };
      this.#happened({ type: 'observed', observation });
    } catch (thrown) {
      this.#failed(
        new LiveFailure(
          {
            place: node,
            what: `target ${this.#target.name} could not read the line ${JSON.stringify(line.slice(0, 200))}: ${messageOf(thrown)}`,
            nextStep: 'let its observe() answer undefined for lines that it does not know',
          },
          { cause: thrown },
        ),
      );
    }
  }

  #lived(node: NodeName, event: Lifecycle['event'], text: string): void {
    this.#happened({ type: 'lifecycle', lifecycle: { at: this.now(), node, event, text } });
  }

  #happened(happening: Happening): void {
    if (this.#disposal === undefined) this.#options.onHappening(happening, this.now());
  }

  readonly #failed = (thrown: unknown): void => {
    if (this.#disposal !== undefined) return;
    this.#options.onFailure?.(isError(thrown) ? thrown : new Error(messageOf(thrown)));
  };

  #queued<T>(node: NodeName, change: () => Promise<T>): Promise<T> {
    const state = this.#state(node);
    const done = state.queue.then(change);
    state.queue = done.catch(() => undefined);
    return done;
  }

  #state(node: NodeName): NodeState {
    const state = this.#states.get(node);
    if (state === undefined)
      throw new RangeError(
        `there is no node ${node}; there are ${[...this.#states.keys()].join(', ')}`,
      );
    return state;
  }

  #opened(): World {
    if (this.#world === undefined) throw new Error('the world is not open yet');
    return this.#world;
  }
}
