/**
 * Which nodes are there, from their heartbeats. Heartbeats stay in memory; only a change of state is written.
 * @source SwarmKit, manager/dispatcher/{dispatcher,nodes}.go.
 */
import type { NodeObject } from '../store/objects.ts';
import type { StoreEvent, Transaction } from '../store/types.ts';
import type { Desk } from './desk.ts';
import { isFull, type Loop, never } from './loop.ts';

type NodeState = NodeObject['Status']['State'];

type Known = {
  state: NodeState;
  message: string;
  /** Of the last registration; `undefined`: as the store has it. */
  address: string | undefined;
  hostname: string | undefined;
  /** When it counts as down. Infinity for a node that is down already. */
  expiresAt: number;
  /** It was to count as down, and nobody looked in time: it has one more heartbeat, and no third look. */
  spared: boolean;
  /** When a node went down, as far as this leadership knows. */
  downSince: number | undefined;
};

export const leadershipChanged =
  'Node moved to "unknown" state due to leadership change in cluster';
export const disconnected = 'node is currently trying to find new manager';
export const heartbeatFailure = 'heartbeat failure';
export const heartbeatFailureInUnknown = 'heartbeat failure for node in "unknown" state';

/** Of a heartbeat's period: later than any timer goes off where the machine does not stand still. */
const lateness = 1 / 100;

export class Liveness implements Loop {
  readonly name = 'liveness';
  readonly watches = ['node'] as const;
  readonly #desk: Desk;
  readonly #known = new Map<string, Known>();
  /** Nodes whose written state may differ from the known one. */
  readonly #dirty = new Set<string>();
  /** No node expires before. Heartbeats only move expiries away, so it need not follow them. */
  #nextExpiry = never;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  get dueAt(): number {
    return this.#dirty.size > 0 ? this.#desk.now.mono : never;
  }

  /** When `expire` has to look again. */
  get nextExpiry(): number {
    return this.#nextExpiry;
  }

  /** Since when a node is down, in this leadership. */
  downSince(nodeId: string): number | undefined {
    return this.#known.get(nodeId)?.downSince;
  }

  /** A new leader has heard nobody yet: who was not down may be there, and gets more time than usual to say so. */
  start(): void {
    for (const node of this.#desk.view.nodes()) {
      const down = node.Status.State === 'down';
      this.#meet(node, down ? node.Status : { State: 'unknown', Message: leadershipChanged });
    }
  }

  registered(nodeId: string, address: string, hostname: string): void {
    const known = this.#known.get(nodeId);
    if (known === undefined) return;
    known.address = address;
    known.hostname = hostname;
    this.#become(nodeId, known, 'ready', '');
    this.beat(nodeId);
  }

  beat(nodeId: string): void {
    const known = this.#known.get(nodeId);
    if (known !== undefined) this.#grant(known, this.#desk.config.graceFactor);
  }

  left(nodeId: string): void {
    const known = this.#known.get(nodeId);
    if (known === undefined) return;
    this.#become(nodeId, known, 'disconnected', disconnected);
    this.#grant(known, this.#desk.config.graceFactor);
  }

  /** The nodes whose time has run out, now down. */
  expire(): readonly string[] {
    const now = this.#desk.now.mono;
    if (now < this.#nextExpiry) return [];
    this.#nextExpiry = never;
    const expired: string[] = [];
    for (const [nodeId, known] of this.#known) {
      if (known.expiresAt <= now && !this.#spare(known)) {
        expired.push(nodeId);
        const message = known.state === 'unknown' ? heartbeatFailureInUnknown : heartbeatFailure;
        this.#become(nodeId, known, 'down', message);
      }
      this.#nextExpiry = Math.min(this.#nextExpiry, known.expiresAt);
    }
    return expired;
  }

  observe(event: StoreEvent): void {
    if (event.kind !== 'node') return;
    if (event.op === 'remove') {
      this.#known.delete(event.old.ID);
      this.#dirty.delete(event.old.ID);
    } else if (this.#known.has(event.object.ID)) {
      this.#compare(event.object);
    } else {
      this.#meet(event.object, event.object.Status);
    }
  }

  resync(): void {
    for (const node of this.#desk.view.nodes()) {
      if (this.#known.has(node.ID)) this.#compare(node);
      else this.#meet(node, node.Status);
    }
  }

  run(transaction: Transaction): void {
    for (const nodeId of this.#dirty) {
      if (isFull(transaction)) return;
      this.#dirty.delete(nodeId);
      const known = this.#known.get(nodeId);
      const node = transaction.node(nodeId);
      if (known !== undefined && node !== undefined && !agrees(node, known)) {
        transaction.update('node', withStatus(node, known), node.Version.Index);
      }
    }
  }

  #meet(node: NodeObject, status: Pick<NodeObject['Status'], 'State' | 'Message'>): void {
    const down = status.State === 'down';
    const known: Known = {
      state: status.State,
      message: status.Message,
      address: undefined,
      hostname: undefined,
      expiresAt: never,
      spared: false,
      downSince: down ? this.#desk.now.mono : undefined,
    };
    this.#known.set(node.ID, known);
    if (!down) this.#grant(known, this.#desk.config.unknownGraceFactor);
    this.#compare(node);
  }

  #become(nodeId: string, known: Known, state: NodeState, message: string): void {
    known.state = state;
    known.message = message;
    known.downSince = state === 'down' ? this.#desk.now.mono : undefined;
    if (state === 'down') known.expiresAt = never;
    // Whatever is applied now: something else may be under way.
    this.#dirty.add(nodeId);
  }

  #grant(known: Known, factor: number): void {
    known.expiresAt = this.#desk.now.mono + factor * this.#desk.heartbeatMs;
    known.spared = false;
    if (known.expiresAt < this.#nextExpiry) this.#nextExpiry = known.expiresAt;
  }

  /**
   * Who looks late stood still itself, stopped or on a machine that was: the heartbeats of that time wait to be read. SwarmKit's
   * timers do not know, and call nodes down that are well.
   */
  #spare(known: Known): boolean {
    const { now, heartbeatMs } = this.#desk;
    if (known.spared || now.mono - known.expiresAt <= heartbeatMs * lateness) return false;
    known.expiresAt = now.mono + heartbeatMs;
    known.spared = true;
    return true;
  }

  #compare(node: NodeObject): void {
    const known = this.#known.get(node.ID);
    if (known !== undefined && !agrees(node, known)) this.#dirty.add(node.ID);
  }
}

const agrees = (node: NodeObject, known: Known): boolean =>
  node.Status.State === known.state &&
  node.Status.Message === known.message &&
  (known.address === undefined || node.address === known.address) &&
  (known.hostname === undefined || node.Description.Hostname === known.hostname);

const withStatus = (node: NodeObject, known: Known): NodeObject => {
  const address = known.address ?? node.address;
  const Hostname = known.hostname ?? node.Description.Hostname;
  return {
    ...node,
    address,
    Description:
      Hostname === node.Description.Hostname ? node.Description : { ...node.Description, Hostname },
    Status: { State: known.state, Message: known.message, Addr: hostOf(address) },
  };
};

/** `10.0.0.1:2377` → `10.0.0.1`, `[::1]:2377` → `::1`. */
export const hostOf = (address: string): string => {
  const colon = address.lastIndexOf(':');
  const host = colon < 0 ? address : address.slice(0, colon);
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
};
