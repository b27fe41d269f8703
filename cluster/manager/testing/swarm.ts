/**
 * A swarm for tests of the control plane alone: one store, whoever leads, agents with an executor that is a table of
 * delays, and a network that loses, doubles and delays. Consensus is a line of code: an entry commits, or is lost with its
 * leader. Everything is a function of the seed.
 */
import { createAgent } from '../../agent/agent.ts';
import type { AgentMessage, DispatcherMessage } from '../../agent/messages.ts';
import type { Agent, AgentInput } from '../../agent/types.ts';
import { defaultNodeConfig, type NodeConfig } from '../../node/config.ts';
import type { Instant, Random } from '../../ports.ts';
import { encodeActions } from '../../store/actions.ts';
import type { NodeObject, ServiceObject, ServiceSpec, TaskObject } from '../../store/objects.ts';
import { createStore } from '../../store/store.ts';
import type { StoreEvent, Transaction } from '../../store/types.ts';
import { createManager } from '../manager.ts';
import type { Manager, ManagerInput, ManagerTransaction } from '../types.ts';
import { type Ending, Executor } from './executor.ts';
import { clusterObject, nodeObject, serviceSpec } from './objects.ts';
import { Queue } from './queue.ts';

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

type SwarmNode = {
  readonly id: string;
  readonly address: string;
  agent: Agent | undefined;
  boot: number;
  files: Map<string, Uint8Array>;
  diskBusyUntil: number;
  cut: boolean;
  readonly executor: Executor;
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
  readonly #queue = new Queue();
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
      executor: this.#executorOf(() => node),
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
      const { dueAt } = this.#queue;
      if (dueAt === undefined || dueAt > end) break;
      eventsAtOnce = dueAt > this.now ? 0 : eventsAtOnce + 1;
      if (eventsAtOnce > eventsAtOnceMax) throw new Error('Time stands still');
      this.now = Math.max(this.now, dueAt);
      this.#queue.next();
    }
    this.now = end;
  }

  /** What a client writes, at once. */
  write<T>(run: (transaction: Transaction) => T): T {
    return this.#commit(run);
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
    node.executor.crash();
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
    for (const order of output.prepare) node.executor.prepare(order);
    for (const order of output.start) node.executor.start(order);
    for (const { taskId } of output.stop) node.executor.stop(taskId);
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

  #executorOf(node: () => SwarmNode): Executor {
    return new Executor({
      random: this.random,
      endings: this.endings,
      later: (afterMs, act) => {
        this.#onNode(node(), afterMs, act);
      },
      ran: (taskId, runs) => {
        this.onExecution(taskId, node().id, runs);
      },
      report: (report) => {
        this.#agent(node(), { type: 'report', report });
      },
    });
  }

  #onNode(node: SwarmNode, afterMs: number, act: () => void): void {
    const { boot } = node;
    this.#later(afterMs, () => {
      if (node.boot === boot && node.agent !== undefined) act();
    });
  }

  #later(afterMs: number, act: () => void): void {
    this.#queue.add(this.now + afterMs, act);
  }
}
