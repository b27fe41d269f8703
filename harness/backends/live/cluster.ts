import type { Command, Happening, LiveCluster } from '../../core/backend.ts';
import { clientSide, type Ms, type Node, type NodeName } from '../../core/cluster.ts';
import { isReserved, type Deed } from '../../core/fault.ts';
import type { CallResult } from '../../core/target.ts';
import { isError, messageOf } from '../../core/thrown.ts';
import { unreachable } from '../../core/unreachable.ts';
import { UsageError } from '../../core/usage-error.ts';
import { readyMsDefault, type StartOptions } from './backend.ts';
import { unlessAborted } from './deadline.ts';
import { LiveFailure } from './failure.ts';
import { LiveNodes } from './nodes.ts';
import { scanFiles } from './scan.ts';
import { watchStalls } from './stalls.ts';
import type { Address, LiveTarget } from './target.ts';
import type { World, WorldEvents } from './world.ts';

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
    options.signal?.throwIfAborted();
    await cluster.bootAll(await open(nodes, cluster.events));
  } catch (thrown) {
    // What cannot be removed now is the guardian's, once we have ended: what went wrong first is the one to tell.
    await cluster[Symbol.asyncDispose]().catch(() => undefined);
    throw thrown;
  }
  return cluster;
};

const nameRule = /^[A-Za-z0-9][A-Za-z0-9.-]*$/;

/** Names become parts of names of proxies, hosts and folders. */
const checkNames = (nodes: readonly Node[]): void => {
  const seen = new Set<NodeName>();
  for (const { name } of nodes) {
    if (!nameRule.test(name) || seen.has(name) || isReserved(name))
      throw new RangeError(
        `"${name}" cannot name a node: names are unique, made of letters, digits, "-" and ".", and none that faults have for others, such as "leader" or "${clientSide}"`,
      );
    seen.add(name);
  }
};

class RunningCluster implements LiveCluster {
  readonly nodes: readonly Node[];
  readonly #target: LiveTarget;
  readonly #options: StartOptions;
  readonly #zero = performance.now();
  readonly #nodes: LiveNodes;
  readonly #begun = new Map<number, { readonly deed: Deed; readonly begun: Promise<boolean> }>();
  readonly #stalls: Disposable;
  #world: World | undefined;
  #wake: NodeJS.Timeout | undefined;
  #disposal: Promise<void> | undefined;

  constructor(target: LiveTarget, nodes: readonly Node[], options: StartOptions) {
    this.nodes = nodes;
    this.#target = target;
    this.#options = options;
    this.#nodes = new LiveNodes(
      {
        target,
        nodes,
        readyMs: options.readyMs ?? readyMsDefault,
        world: () => this.#opened(),
      },
      {
        now: () => this.now(),
        observed: (observation) => {
          this.#happened({ type: 'observed', observation });
        },
        stalled: (forMs) => {
          this.#happened({ type: 'stalled', forMs });
        },
        lived: (node, event, text) => {
          this.#happened({ type: 'lifecycle', lifecycle: { at: this.now(), node, event, text } });
        },
        failed: this.#failed,
        over: () => this.#disposal !== undefined,
      },
    );
    this.#stalls = watchStalls((forMs) => {
      this.#happened({ type: 'stalled', forMs });
    });
  }

  get events(): WorldEvents {
    return {
      ...this.#nodes.events,
      stalled: (forMs) => {
        this.#happened({ type: 'stalled', forMs });
      },
      broken: (failure) => {
        this.#failed(failure);
      },
    };
  }

  async bootAll(world: World): Promise<void> {
    this.#world = world;
    const { signal } = this.#options;
    signal?.throwIfAborted();
    const booted = this.#nodes.bootAll();
    await (signal === undefined ? booted : unlessAborted(signal, () => booted));
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
    return this.#nodes.logs(node);
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
    const before = links.holding(link);
    const result = await this.#performed(node, { request, timeoutMs });
    // Where something before the link takes every connection first, a call that was refused looks as if it had been sent.
    if ('failed' in result) links.failed(link, { sent: result.sent, before });
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
      // What a cluster that is taken away had been asked keeps nobody from his end.
      timer.unref();
      const perform = async (): Promise<CallResult> =>
        this.#target.perform(this.endpoint(node), request, timeoutMs);
      perform()
        .catch((thrown: unknown): CallResult => {
          // Not the node is wrong, but what the user wrote of it.
          if (thrown instanceof UsageError) throw thrown;
          return { failed: messageOf(thrown), sent: true };
        })
        .then(resolve, (thrown: unknown) => {
          this.#failed(thrown);
          resolve({ failed: messageOf(thrown), sent: true });
        })
        .finally(() => {
          clearTimeout(timer);
        });
    });
  }

  #begin({ id, deed }: CommandOf<'begin'>): void {
    const begun = this.#carriedOut(id, deed).then(
      (text) => {
        this.#happened({ type: 'begun', id, ok: true, text });
        return true;
      },
      (thrown: unknown) => {
        // Not refused, but not known to be done or taken back: what comes of it is no fault of the cluster.
        if (thrown instanceof LiveFailure) this.#failed(thrown);
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
        return this.#nodes.kill(deed.node);
      case 'pause':
        return this.#nodes.pause(deed.node, id);
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
      // What we cannot take back is no fault of the cluster, and it is not to be judged by it. A node that does not start again may be.
      if (known.deed.deed !== 'kill') this.#failed(thrown);
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
        await this.#nodes.boot(deed.node);
        return {
          evidence: { bit: true, text: `${deed.node} was alive and its process ended` },
          healed: true,
        };
      case 'pause':
        await this.#nodes.resume(deed.node, id);
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
      await this.#nodes.boot(node);
      this.#happened({ type: 'started', id, ok: true, text: `${node} runs` });
    } catch (thrown) {
      this.#happened({ type: 'started', id, ok: false, text: messageOf(thrown) });
    }
  }

  async #kill({ id, node }: CommandOf<'kill'>): Promise<void> {
    // One that does not run is where it was wanted.
    await this.#nodes.kill(node).catch(() => undefined);
    this.#happened({ type: 'killed', id });
  }

  async #scan(command: CommandOf<'scan'>): Promise<void> {
    const { id, node, autolock } = command;
    const at = this.now();
    try {
      const seen = await scanFiles(command, this.#opened().files(node));
      this.#happened({
        type: 'scanned',
        id,
        scan: { at, node, autolock, ...seen },
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

  #happened(happening: Happening): void {
    if (this.#disposal === undefined) this.#options.onHappening(happening, this.now());
  }

  readonly #failed = (thrown: unknown): void => {
    if (this.#disposal !== undefined) return;
    this.#options.onFailure?.(isError(thrown) ? thrown : new Error(messageOf(thrown)));
  };

  #opened(): World {
    if (this.#world === undefined) throw new Error('the world is not open yet');
    return this.#world;
  }
}
