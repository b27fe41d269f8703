/**
 * A swarm for tests of the control plane alone: one store, whoever leads, agents with an executor that is a table of
 * delays, and a network that loses, doubles and delays. Consensus is a line of code: an entry commits, or is lost with its
 * leader. Everything is a function of the seed.
 */
import { createAgent } from '../../agent/agent.ts';
import type { AgentMessage, DispatcherMessage } from '../../agent/messages.ts';
import type { Agent, AgentInput } from '../../agent/types.ts';
import { defaultNodeConfig, type NodeConfig } from '../../node/config.ts';
import type { TaskOrder, TaskReport } from '../../node/program.ts';
import type { Instant, Random } from '../../ports.ts';
import { encodeActions } from '../../store/actions.ts';
import type {
  ClusterObject,
  NodeObject,
  ServiceObject,
  ServiceSpec,
  TaskObject,
} from '../../store/objects.ts';
import { createStore } from '../../store/store.ts';
import type { StoreEvent, Transaction, Unstamped } from '../../store/types.ts';
import { createManager } from '../manager.ts';
import type { Manager, ManagerInput, ManagerTransaction } from '../types.ts';

export type SmallSwarmOptions = {
  readonly seed: number;
  readonly nodes: number;
  /** Of all messages, per cent. */
  readonly lossPercent?: number;
  readonly duplicationPercent?: number;
  readonly delayMsMax?: number;
  readonly config?: Partial<NodeConfig>;
  /** Whether another store reads every entry from its bytes. */
  readonly follower?: boolean;
};

/** What an image does, by its name: how long until it ends, and how; one that is not here runs for ever. */
type Ending = { readonly afterMs: number; readonly state: 'complete' | 'failed' | 'rejected' };

type Executed = { stopped: boolean };

type SwarmNode = {
  readonly id: string;
  readonly address: string;
  agent: Agent | undefined;
  boot: number;
  files: Map<string, Uint8Array>;
  diskBusyUntil: number;
  cut: boolean;
  /** The executor's: what runs here now, and what was told to stop, maybe before it ran. */
  running: Map<string, Executed>;
  stopped: Set<string>;
  /** The tick that is under way, if any. */
  wakeAt: number;
};

/** So much at one instant means that somebody asks to be woken at once, again and again. */
const eventsAtOnceMax = 10_000;

const epochMs = Date.UTC(2026, 0, 1);

/** Draws of one stream; names are not told apart here. */
export const seeded = (seed: number): Random => {
  let state = (seed ^ 0x9e3779b9) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return {
    integer: (_purpose, below) => Math.floor((next() / 2 ** 32) * below),
    bytes: (_purpose, length) => Uint8Array.from({ length }, () => next() & 0xff),
  };
};

export class SmallSwarm {
  readonly store = createStore();
  /** Reads every entry from its bytes, as a manager on another machine does. */
  readonly follower = createStore();
  readonly random: Random;
  readonly endings = new Map<string, Ending>();
  /** How far the wall clock of whoever leads is off. */
  wallOffMs = 0;
  readonly nodes: SwarmNode[] = [];
  now = 0;
  commits = 0;
  /** Told every committed change. */
  onCommit: (event: StoreEvent) => void = () => undefined;
  /** Told what the executors do: `true` when a task begins to run on a node, `false` when it no longer does. */
  onExecution: (taskId: string, nodeId: string, runs: boolean) => void = () => undefined;

  /** Whether an entry of the loops is given up, as one that is too large is. */
  isGivenUp: (transaction: Transaction) => boolean = () => false;

  /** The network neither loses nor doubles any more. */
  reliable = false;

  readonly #options: Required<SmallSwarmOptions>;
  readonly #config: NodeConfig;
  readonly #queue: { readonly at: number; readonly order: number; readonly act: () => void }[] = [];
  #order = 0;
  #index = 1;
  #manager: Manager | undefined;
  #leader = 0;
  #leadership = 0;
  #wakeAt = Infinity;
  #waiting: ManagerTransaction[] = [];
  #inFlight = false;
  /** What the leader has been sent while it stands still; `undefined`: it does not. */
  #unread: ManagerInput[] | undefined;

  constructor(options: SmallSwarmOptions) {
    this.#options = {
      lossPercent: 0,
      duplicationPercent: 0,
      delayMsMax: 5,
      config: {},
      follower: true,
      ...options,
    };
    this.random = seeded(options.seed);
    this.#config = {
      ...defaultNodeConfig,
      name: 'node',
      advertiseAddr: '10.0.0.1:2377',
      ...options.config,
    };
    this.endings.set('schism/crash', { afterMs: 100, state: 'failed' });
    this.endings.set('schism/sleep', { afterMs: 300, state: 'complete' });
    this.endings.set('schism/missing', { afterMs: 0, state: 'rejected' });
    this.#commit((transaction) => {
      transaction.create('cluster', clusterObject());
    });
    for (let number = 1; number <= options.nodes; number += 1) this.addNode();
    this.#lead();
  }

  get time(): Instant {
    return { mono: this.now, wall: epochMs + this.now + this.wallOffMs };
  }

  /** A worker; the first three nodes are managers besides. */
  addNode(): SwarmNode {
    const number = this.nodes.length + 1;
    const node: SwarmNode = {
      id: `node${String(number)}`,
      address: `10.0.0.${String(number)}:2377`,
      agent: undefined,
      boot: 0,
      files: new Map(),
      diskBusyUntil: 0,
      cut: false,
      running: new Map(),
      stopped: new Set(),
      wakeAt: Infinity,
    };
    this.nodes.push(node);
    this.write((transaction) => transaction.create('node', nodeObject(node, number <= 3)));
    this.startAgent(node);
    return node;
  }

  node(id: string): SwarmNode {
    const node = this.nodes.find((each) => each.id === id);
    if (node === undefined) throw new Error(`No node ${id}`);
    return node;
  }

  /** Runs until `untilMs` more have passed. */
  run(untilMs: number): void {
    const end = this.now + untilMs;
    for (let eventsAtOnce = 0; ;) {
      const next = this.#queue[0];
      if (next === undefined || next.at > end) break;
      this.#pop();
      eventsAtOnce = next.at > this.now ? 0 : eventsAtOnce + 1;
      if (eventsAtOnce > eventsAtOnceMax) throw new Error('Time stands still');
      this.now = Math.max(this.now, next.at);
      next.act();
    }
    this.now = end;
  }

  /** What a client writes, at once. */
  write<T>(run: (transaction: Transaction) => T): T {
    const result = this.#commit(run);
    return result;
  }

  createService(name: string, spec: Partial<ServiceSpec> = {}): string {
    const ID = `service-${name}`;
    const refusal = this.write((transaction) =>
      transaction.create('service', { ID, Spec: serviceSpec(name, spec) }),
    );
    if (refusal !== undefined) throw new Error(`Service ${name} was not created: ${refusal}`);
    return ID;
  }

  updateService(name: string, change: (spec: ServiceSpec) => ServiceSpec): void {
    this.write((transaction) => {
      const service = transaction.serviceByName(name);
      if (service === undefined) return;
      const Spec = change(service.Spec);
      transaction.update('service', { ...service, Spec, PreviousSpec: service.Spec }, undefined);
    });
  }

  removeService(name: string): void {
    this.write((transaction) => {
      const service = transaction.serviceByName(name);
      if (service !== undefined) transaction.remove('service', service.ID);
    });
  }

  updateNode(id: string, spec: Partial<NodeObject['Spec']>): void {
    this.write((transaction) => {
      const node = transaction.node(id);
      if (node === undefined) return;
      transaction.update('node', { ...node, Spec: { ...node.Spec, ...spec } }, undefined);
    });
  }

  removeNode(id: string): void {
    this.write((transaction) => {
      const { cluster } = transaction;
      if (cluster === undefined || transaction.remove('node', id) !== undefined) return;
      const removedNodes = [...cluster.removedNodes, id];
      transaction.update('cluster', { ...cluster, removedNodes }, undefined);
    });
  }

  service(name: string): ServiceObject {
    const service = this.store.serviceByName(name);
    if (service === undefined) throw new Error(`No service ${name}`);
    return service;
  }

  tasks(name: string): readonly TaskObject[] {
    return this.store.tasksOfService(this.service(name).ID);
  }

  /** Tasks that are desired and running. */
  running(name: string): readonly TaskObject[] {
    return this.tasks(name).filter(
      (task) => task.DesiredState === 'running' && task.Status.State === 'running',
    );
  }

  /** The leader stops leading; what it had under way may be lost. Another one leads after a while. */
  changeLeader(lost = this.random.integer('lost', 2) === 0): void {
    this.#leadership += 1;
    this.#manager = undefined;
    this.#waiting = [];
    if (lost) this.#inFlight = false;
    this.#wakeAt = Infinity;
    this.#leader = (this.#leader + 1) % Math.min(3, this.nodes.length);
    this.#later(150 + this.random.integer('election', 300), () => {
      this.#inFlight = false;
      this.#lead();
    });
  }

  /** The leader's process is stopped for so long. Then it finds its timers due, and what was sent to it behind them. */
  stopLeader(forMs: number): void {
    this.#unread = [];
    this.#later(forMs, () => {
      const unread = this.#unread ?? [];
      this.#unread = undefined;
      this.#step({ type: 'tick' });
      for (const input of unread) this.#step(input);
    });
  }

  crash(node: SwarmNode): void {
    node.agent = undefined;
    node.boot += 1;
    node.wakeAt = Infinity;
    for (const taskId of node.running.keys()) this.onExecution(taskId, node.id, false);
    node.running = new Map();
    node.stopped = new Set();
  }

  startAgent(node: SwarmNode): void {
    const { random } = this;
    const managers = this.#managers();
    node.agent = createAgent({
      config: { ...this.#config, name: node.id, advertiseAddr: node.address },
      random,
      nodeId: node.id,
      address: node.address,
      files: new Map(node.files),
      managers,
    });
    this.#agent(node, { type: 'start' });
  }

  leave(node: SwarmNode): void {
    this.#agent(node, { type: 'leave' });
  }

  #managers(): { nodeId: string; address: string }[] {
    return this.nodes.slice(0, 3).map(({ id, address }) => ({ nodeId: id, address }));
  }

  #lead(): void {
    if (this.#manager !== undefined) return;
    this.#leadership += 1;
    this.#manager = createManager({
      config: this.#config,
      random: this.random,
      view: this.store,
      managers: () => this.#managers(),
    });
    this.#step({ type: 'start' });
  }

  #step(input: ManagerInput): void {
    const manager = this.#manager;
    if (manager === undefined) return;
    if (this.#unread !== undefined) {
      if (input.type !== 'tick') this.#unread.push(input);
      return;
    }
    const { transactions, messages } = manager.step(input, this.time);
    this.#waiting.push(...transactions);
    const from = this.nodes[this.#leader];
    for (const { to, message } of messages) {
      if (from !== undefined) this.#toAgent(from, to, message);
    }
    this.#propose();
    this.#wakeManager();
  }

  #wakeManager(): void {
    const deadline = this.#manager?.deadline;
    if (deadline === undefined || deadline >= this.#wakeAt) return;
    const at = Math.max(deadline, this.now);
    this.#wakeAt = at;
    const leadership = this.#leadership;
    this.#later(at - this.now, () => {
      if (leadership !== this.#leadership || at !== this.#wakeAt) return;
      this.#wakeAt = Infinity;
      this.#step({ type: 'tick' });
    });
  }

  /** One transaction at a time; all that wait go into it. */
  #propose(): void {
    while (!this.#inFlight && this.#waiting.length > 0) {
      const transaction = this.store.begin({ index: this.#index, wall: this.time.wall });
      for (const each of this.#waiting.splice(0)) each.run(transaction);
      if (transaction.actions.length === 0 || this.isGivenUp(transaction)) continue;
      const data = encodeActions(transaction.actions);
      this.#inFlight = true;
      const leadership = this.#leadership;
      this.#later(2 + this.random.integer('commit', 8), () => {
        if (!this.#inFlight) return;
        this.#inFlight = false;
        const events = this.#apply(data);
        if (leadership === this.#leadership) this.#step({ type: 'committed', events });
      });
    }
  }

  #commit<T>(run: (transaction: Transaction) => T): T {
    // A client's write waits for the entry that is under way, as the leader does.
    while (this.#inFlight) this.run(1);
    const transaction = this.store.begin({ index: this.#index, wall: this.time.wall });
    const result = run(transaction);
    if (transaction.actions.length > 0) {
      const events = this.#apply(encodeActions(transaction.actions));
      this.#step({ type: 'committed', events });
    }
    return result;
  }

  #apply(data: Uint8Array): readonly StoreEvent[] {
    this.#index += 1;
    this.commits += 1;
    if (this.#options.follower) this.follower.apply(new Uint8Array(data));
    const events = this.store.apply(data);
    for (const event of events) this.onCommit(event);
    return events;
  }

  #agent(node: SwarmNode, input: AgentInput): void {
    const { agent } = node;
    if (agent === undefined) return;
    const output = agent.step(input, this.time);
    for (const { to, message } of output.messages) this.#toManager(node, to, message);
    for (const order of output.prepare) this.#prepare(node, order);
    for (const order of output.start) this.#start(node, order);
    for (const { taskId } of output.stop) this.#stop(node, taskId);
    if (output.persist !== undefined) {
      const { sequence, operations } = output.persist;
      const { boot } = node;
      // The disk does one thing after the other.
      node.diskBusyUntil = Math.max(
        node.diskBusyUntil,
        this.now + 1 + this.random.integer('disk', 5),
      );
      this.#later(node.diskBusyUntil - this.now, () => {
        if (node.boot !== boot) return;
        for (const operation of operations) {
          if (operation.op === 'write') node.files.set(operation.file, operation.bytes);
        }
        this.#agent(node, { type: 'persisted', sequence });
      });
    }
    this.#wakeAgent(node);
  }

  #wakeAgent(node: SwarmNode): void {
    const deadline = node.agent?.deadline;
    if (deadline === undefined || deadline >= node.wakeAt) return;
    const at = Math.max(deadline, this.now);
    node.wakeAt = at;
    const { boot } = node;
    this.#later(at - this.now, () => {
      if (node.boot !== boot || node.wakeAt !== at) return;
      node.wakeAt = Infinity;
      this.#agent(node, { type: 'tick' });
    });
  }

  #toManager(from: SwarmNode, to: string, message: AgentMessage): void {
    this.#send(from, to, () => {
      const manager = this.nodes.find((node) => node.address === to);
      if (manager === undefined) return;
      if (this.#manager !== undefined && this.nodes[this.#leader] === manager) {
        this.#step({ type: 'agent', nodeId: from.id, address: from.address, message });
        return;
      }
      const leader = this.#manager === undefined ? undefined : this.nodes[this.#leader]?.address;
      const nonce = message.type === 'register' ? message.nonce : '';
      const managers = this.#managers();
      this.#toAgent(manager, from.address, { type: 'not-leader', nonce, leader, managers });
    });
  }

  #toAgent(from: SwarmNode, to: string, message: DispatcherMessage): void {
    this.#send(from, to, () => {
      const node = this.nodes.find((each) => each.address === to);
      if (node !== undefined) {
        this.#agent(node, { type: 'dispatcher', from: from.address, message });
      }
    });
  }

  #send(from: SwarmNode, to: string, deliver: () => void): void {
    const { lossPercent, duplicationPercent, delayMsMax } = this.#options;
    const receiver = this.nodes.find((node) => node.address === to);
    const deliverUnlessCut = (): void => {
      if (from !== receiver && (from.cut || receiver?.cut === true)) return;
      deliver();
    };
    const lost = this.random.integer('loss', 100) < lossPercent;
    if (lost && !this.reliable && from !== receiver) return;
    const doubled = this.random.integer('double', 100) < duplicationPercent;
    const copies = doubled && !this.reliable ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      this.#later(1 + this.random.integer('delay', delayMsMax), deliverUnlessCut);
    }
  }

  #prepare(node: SwarmNode, order: TaskOrder): void {
    const ending = this.endings.get(order.image);
    const report = (state: TaskReport['state'], error = ''): void => {
      this.#report(node, order.taskId, state, error);
    };
    this.#onNode(node, 1 + this.random.integer('prepare', 20), () => {
      if (ending?.state === 'rejected') report('rejected', 'No such image');
      else report('ready');
    });
  }

  #start(node: SwarmNode, order: TaskOrder): void {
    this.#onNode(node, 1 + this.random.integer('start', 20), () => {
      if (node.running.has(order.taskId) || node.stopped.has(order.taskId)) return;
      const executed: Executed = { stopped: false };
      node.running.set(order.taskId, executed);
      this.onExecution(order.taskId, node.id, true);
      this.#report(node, order.taskId, 'running');
      const ending = this.endings.get(order.image);
      if (ending === undefined) return;
      this.#onNode(node, ending.afterMs, () => {
        if (executed.stopped || node.running.get(order.taskId) !== executed) return;
        node.running.delete(order.taskId);
        this.onExecution(order.taskId, node.id, false);
        this.#report(node, order.taskId, ending.state, ending.state === 'failed' ? 'exit 1' : '');
      });
    });
  }

  #stop(node: SwarmNode, taskId: string): void {
    node.stopped.add(taskId);
    this.#onNode(node, 1 + this.random.integer('stop', 30), () => {
      const executed = node.running.get(taskId);
      if (executed !== undefined) {
        executed.stopped = true;
        node.running.delete(taskId);
        this.onExecution(taskId, node.id, false);
      }
      this.#report(node, taskId, 'shutdown');
    });
  }

  #report(node: SwarmNode, taskId: string, state: TaskReport['state'], error = ''): void {
    const exitCode = state === 'failed' ? 1 : state === 'complete' ? 0 : undefined;
    this.#agent(node, {
      type: 'report',
      report: { taskId, state, message: '', error, exitCode, ports: [] },
    });
  }

  #onNode(node: SwarmNode, afterMs: number, act: () => void): void {
    const { boot } = node;
    this.#later(afterMs, () => {
      if (node.boot === boot && node.agent !== undefined) act();
    });
  }

  #later(afterMs: number, act: () => void): void {
    this.#order += 1;
    const event = { at: this.now + afterMs, order: this.#order, act };
    const queue = this.#queue;
    let at = queue.push(event) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(event, queue[parent])) break;
      queue[at] = queue[parent] ?? event;
      at = parent;
    }
    queue[at] = event;
  }

  #pop(): void {
    const queue = this.#queue;
    const last = queue.pop();
    if (last === undefined || queue.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= queue.length) break;
      const left = queue[child];
      if (left !== undefined && isBefore(queue[child + 1], left)) child += 1;
      const smaller = queue[child];
      if (smaller === undefined || !isBefore(smaller, last)) break;
      queue[at] = smaller;
      at = child;
    }
    queue[at] = last;
  }
}

type Scheduled = { readonly at: number; readonly order: number };

const isBefore = (left: Scheduled | undefined, right: Scheduled | undefined): boolean =>
  left !== undefined &&
  right !== undefined &&
  (left.at < right.at || (left.at === right.at && left.order < right.order));

const clusterObject = (): Unstamped<ClusterObject> => ({
  ID: 'cluster',
  Spec: {
    Name: 'default',
    Labels: {},
    Orchestration: { TaskHistoryRetentionLimit: 5 },
    Raft: {
      SnapshotInterval: 10_000,
      KeepOldSnapshots: 0,
      LogEntriesForSlowFollowers: 500,
      ElectionTick: 10,
      HeartbeatTick: 1,
    },
    Dispatcher: { HeartbeatPeriod: 500e6 },
    CAConfig: { NodeCertExpiry: 7_776_000e9 },
    TaskDefaults: {},
    EncryptionConfig: { AutoLockManagers: false },
  },
  networkConfig: { DefaultAddrPool: [], SubnetSize: 24, DataPathPort: 4789 },
  JoinTokens: { Worker: 'w', Manager: 'm' },
  unlockKey: undefined,
  unlockKeyVersion: 0,
  peerSecret: '',
  removedNodes: [],
});

const nodeObject = (node: SwarmNode, manager: boolean): Unstamped<NodeObject> => ({
  ID: node.id,
  Spec: { Labels: {}, Role: manager ? 'manager' : 'worker', Availability: 'active' },
  Description: {
    Hostname: node.id,
    Platform: { Architecture: 'x86_64', OS: 'linux' },
    Resources: { NanoCPUs: 2e9, MemoryBytes: 4e9 },
    Engine: { EngineVersion: '0', Labels: {} },
  },
  Status: { State: 'unknown', Message: '', Addr: '' },
  role: manager ? 'manager' : 'worker',
  raftId: undefined,
  address: node.address,
});

export const serviceSpec = (name: string, spec: Partial<ServiceSpec> = {}): ServiceSpec => ({
  Name: name,
  TaskTemplate: { ContainerSpec: { Image: 'schism/echo' } },
  Mode: { Replicated: { Replicas: 2 } },
  ...spec,
});
