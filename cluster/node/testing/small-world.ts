/**
 * A few nodes in virtual time, for the tests of this folder: messages take a little while and may be lost, a disk takes a
 * little while, tasks do at once what they are told. Everything is drawn from one seed.
 */
import type { ApiRequest, ApiResponse, Json } from '../../api/seam.ts';
import type { Instant, Random } from '../../ports.ts';
import { defaultNodeConfig } from '../config.ts';
import type { NodeConfig } from '../config.ts';
import { createNode } from '../node.ts';
import type { NodeObservation } from '../observation.ts';
import type {
  NodeEffect,
  NodeEvent,
  NodeProgram,
  PeerIdentity,
  Sender,
  TaskReport,
} from '../program.ts';
import type { PeerMessage } from '../../wire/messages.ts';
import { chanceOf, toyCipher } from './chance.ts';
import { apply } from './folder.ts';

type Scheduled = { readonly at: number; readonly order: number; run(): void };

export type SmallNode = {
  readonly name: string;
  readonly number: number;
  files: Map<string, Uint8Array>;
  readonly observations: NodeObservation[];
  program: NodeProgram | undefined;
  boot: number;
  identity: PeerIdentity | undefined;
  wakeAt: number;
  halted: string | undefined;
  /** How the next persist ends badly, if it does. */
  failNextPersist: string | undefined;
  /** Stops the node after this many more operations on its disk. */
  crashAfterOperations: number | undefined;
  readonly running: Set<string>;
};

export type Traffic = {
  readonly from: string;
  readonly to: string;
  readonly type: PeerMessage['type'];
  readonly sender: Sender;
  readonly message: PeerMessage;
};

const startWall = Date.UTC(2026, 10, 24);

export class SmallWorld {
  readonly nodes = new Map<string, SmallNode>();
  readonly traffic: Traffic[] = [];
  /** Of a thousand messages this many are lost, and come twice. */
  loss = 0;
  duplication = 0;
  now = 0;
  /** Whether a message may pass. */
  passes: (from: string, to: string, type: PeerMessage['type']) => boolean = () => true;
  readonly #random: Random;
  readonly #overrides: Partial<NodeConfig>;
  readonly #seed: number;
  #queue: Scheduled[] = [];
  #order = 0;
  #requests = 0;
  readonly #answers = new Map<string, ApiResponse>();

  constructor(seed = 1, overrides: Partial<NodeConfig> = {}) {
    this.#seed = seed;
    this.#random = chanceOf(seed);
    this.#overrides = overrides;
  }

  /** Starts a node, on the folder that it left behind if it ran before. */
  start(name: string): SmallNode {
    const node = this.nodes.get(name) ?? blank(name, this.nodes.size);
    this.nodes.set(name, node);
    node.boot += 1;
    node.identity = undefined;
    node.wakeAt = Infinity;
    node.halted = undefined;
    node.running.clear();
    node.program = createNode({
      config: { ...defaultNodeConfig, ...this.#overrides, name, advertiseAddr: `${name}:2377` },
      // No two boots share their chance: their ids would meet.
      random: chanceOf(this.#seed * 7919 + node.number * 104729 + node.boot * 15485863),
      cipher: toyCipher,
      files: new Map(node.files),
    });
    this.#handle(node, { type: 'start' });
    return node;
  }

  /** As if its power was cut: what was not done on its disk is gone. */
  kill(name: string): void {
    const node = this.node(name);
    node.program = undefined;
    node.boot += 1;
  }

  restart(name: string): void {
    this.kill(name);
    this.start(name);
  }

  node(name: string): SmallNode {
    const node = this.nodes.get(name);
    if (node === undefined) throw new Error(`there is no node ${name}`);
    return node;
  }

  run(ms: number): void {
    const until = this.now + ms;
    for (let next = this.#queue[0]; next !== undefined && next.at <= until; next = this.#queue[0]) {
      this.#queue.shift();
      this.now = Math.max(this.now, next.at);
      next.run();
    }
    this.now = until;
  }

  /** Runs until `holds` does. Answers the time that it took. */
  runUntil(what: string, holds: () => boolean, withinMs = 20_000): number {
    const began = this.now;
    while (!holds()) {
      if (this.now - began > withinMs) throw new Error(`it took too long until ${what}`);
      this.run(5);
    }
    return this.now - began;
  }

  /** Asks a node, and does not wait. */
  ask(name: string, method: ApiRequest['method'], target: string, body?: Json): string {
    const [path = '', search = ''] = target.split('?');
    const query = Object.fromEntries(new URLSearchParams(search));
    this.#requests += 1;
    const id = this.#requests;
    const key = `${name} ${id}`;
    this.#handle(this.node(name), {
      type: 'request',
      id,
      request: { method, path, query, headers: {}, body },
    });
    return key;
  }

  /** A message arrives that nobody sent just now: a late copy, or somebody else's word. */
  deliver(to: string, from: Sender, message: PeerMessage): void {
    this.#handle(this.node(to), { type: 'message', from, message });
  }

  /** The client goes away. */
  abort(key: string): void {
    const [name = '', id = ''] = key.split(' ');
    this.#handle(this.node(name), { type: 'request-aborted', id: Number(id) });
  }

  answer(key: string): ApiResponse | undefined {
    return this.#answers.get(key);
  }

  /** Asks a node and runs until it answers. */
  call(name: string, method: ApiRequest['method'], target: string, body?: Json): ApiResponse {
    const key = this.ask(name, method, target, body);
    this.runUntil(`${name} answers ${method} ${target}`, () => this.#answers.has(key), 30_000);
    const answer = this.#answers.get(key);
    if (answer === undefined) throw new Error('no answer');
    return answer;
  }

  #handle(node: SmallNode, event: NodeEvent): void {
    if (node.program === undefined || node.halted !== undefined) return;
    for (const effect of node.program.handle(event, this.#instant())) this.#carryOut(node, effect);
  }

  #instant(): Instant {
    return { mono: this.now, wall: startWall + this.now };
  }

  #after(ms: number, run: () => void): void {
    this.#order += 1;
    const scheduled = { at: this.now + ms, order: this.#order, run };
    let at = this.#queue.length;
    while (at > 0 && (this.#queue[at - 1]?.at ?? 0) > scheduled.at) at -= 1;
    this.#queue.splice(at, 0, scheduled);
  }

  /** For as long as the node has not been stopped since. */
  #toThisBoot(node: SmallNode, ms: number, event: NodeEvent): void {
    const { boot } = node;
    this.#after(ms, () => {
      if (node.boot === boot) this.#handle(node, event);
    });
  }

  #carryOut(node: SmallNode, effect: NodeEffect): void {
    switch (effect.type) {
      case 'observe':
        node.observations.push(effect.observation);
        return;
      case 'persist':
        this.#persist(node, effect);
        return;
      case 'send':
        this.#send(node, effect);
        return;
      case 'wake':
        this.#wake(node, effect.at);
        return;
      case 'reply':
        this.#answers.set(`${node.name} ${effect.id}`, effect.response);
        return;
      case 'identity':
        node.identity = effect.identity;
        return;
      case 'halt':
        node.halted = effect.reason;
        return;
      case 'task-prepare':
        this.#report(node, effect.order.taskId, 'ready');
        return;
      case 'task-start':
        node.running.add(effect.order.taskId);
        this.#report(node, effect.order.taskId, 'running');
        return;
      case 'task-stop':
        node.running.delete(effect.taskId);
        this.#report(node, effect.taskId, 'shutdown');
    }
  }

  #report(node: SmallNode, taskId: string, state: TaskReport['state']): void {
    const report = { taskId, state, message: '', error: '', exitCode: undefined, ports: [] };
    this.#toThisBoot(node, 1, { type: 'task', report });
  }

  #wake(node: SmallNode, at: number): void {
    node.wakeAt = at;
    const { boot } = node;
    this.#after(Math.max(0, at - this.now), () => {
      if (node.boot !== boot || node.wakeAt !== at) return;
      node.wakeAt = Infinity;
      this.#handle(node, { type: 'wake' });
    });
  }

  #persist(node: SmallNode, { id, operations }: NodeEffect & { readonly type: 'persist' }): void {
    const { boot } = node;
    this.#after(1, () => {
      if (node.boot !== boot) return;
      const error = node.failNextPersist;
      if (error !== undefined) {
        node.failNextPersist = undefined;
        this.#handle(node, { type: 'persist-failed', id, error });
        return;
      }
      const left = node.crashAfterOperations ?? Infinity;
      for (const operation of operations.slice(0, left)) apply(node.files, operation);
      if (operations.length > left) {
        node.crashAfterOperations = undefined;
        this.kill(node.name);
        return;
      }
      if (left !== Infinity) node.crashAfterOperations = left - operations.length;
      this.#handle(node, { type: 'persisted', id });
    });
  }

  #send(node: SmallNode, { to, message }: NodeEffect & { readonly type: 'send' }): void {
    const from = { nodeId: node.identity?.nodeId, address: `${node.name}:2377` };
    const target = to.slice(0, to.indexOf(':'));
    this.traffic.push({ from: node.name, to: target, type: message.type, sender: from, message });
    const copies = this.#random.integer('duplication', 1000) < this.duplication ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      if (this.#random.integer('loss', 1000) < this.loss) continue;
      this.#after(1 + this.#random.integer('delay', 3), () => {
        const receiver = this.nodes.get(target);
        if (receiver === undefined || !this.passes(node.name, target, message.type)) return;
        this.#handle(receiver, { type: 'message', from, message });
      });
    }
  }
}

const blank = (name: string, number: number): SmallNode => ({
  name,
  number,
  files: new Map(),
  observations: [],
  program: undefined,
  boot: 0,
  identity: undefined,
  wakeAt: Infinity,
  halted: undefined,
  failNextPersist: undefined,
  crashAfterOperations: undefined,
  running: new Set(),
});
