import type { Command } from '../../core/backend.ts';
import type { Json } from '../../core/json.ts';
import type { CallFailure } from '../../core/target.ts';
import { kinds, type Pending } from './event-queue.ts';
import { never, refusalTicks, type Link } from './network.ts';
import type { SimNode } from './node.ts';
import { ticksPerMs } from './profile.ts';
import type { World } from './world.ts';

/** One call of a client, from its request to what the client made of it. */
export type Call = {
  readonly id: number;
  readonly node: SimNode;
  readonly request: Json;
  readonly there: Link;
  readonly back: Link;
  /** Its connection will break before the answer is back. */
  readonly breaks: boolean;
  /** The node's number for it, once it has arrived. */
  requestId: number | undefined;
  /** What is on its way back. */
  end: { readonly response: Json } | CallFailure | undefined;
  /** The client has its end. */
  over: boolean;
};

/** The clients' side: every call goes to its node over `client__NODE`, and its answer comes back over `NODE__client`. */
export class Clients {
  readonly #world: World;
  /** Calls without an end, in the order in which they were asked. */
  readonly #open = new Set<Call>();
  #requests = 0;

  constructor(world: World) {
    this.#world = world;
  }

  begin(command: Extract<Command, { readonly type: 'call' }>): void {
    const { network, queue, tick } = this.#world;
    const node = this.#world.named(command.node);
    const there = network.link(network.clients, node.index);
    const call: Call = {
      id: command.id,
      node,
      request: command.request,
      there,
      back: network.link(node.index, network.clients),
      breaks: network.breaks(there),
      requestId: undefined,
      end: undefined,
      over: false,
    };
    this.#open.add(call);
    queue.add(tick + Math.ceil(command.timeoutMs * ticksPerMs), kinds.timeout).payload = call;
    if (network.refuses(there, call.back)) {
      this.#endAt(call, tick + refusalTicks, { failed: 'connection refused', sent: false });
      return;
    }
    const arrival = network.carry(there, tick);
    if (arrival !== never) {
      const record = queue.add(arrival, kinds.call);
      record.node = node.index;
      record.era = there.era;
      record.payload = call;
    } else if (there.drops === 0) {
      this.#endAt(call, tick + refusalTicks, failure('connection reset'));
    }
  }

  /** A request reaches its node, or what is left of it. */
  arrive(call: Call, era: number): void {
    if (call.over) return;
    const { node } = call;
    if (era !== call.there.era) {
      this.#fail(call, 'connection closed');
      return;
    }
    if (!node.running) {
      this.#sendBack(call, { failed: 'connection refused', sent: false });
      return;
    }
    this.#requests += 1;
    call.requestId = this.#requests;
    node.calls.set(call.requestId, call);
    const request = this.#world.target.request(call.request);
    this.#world.deliver(node, { type: 'request', id: call.requestId, request });
  }

  /** The node answers. Nobody waits for an answer to a request that it does not have. */
  reply(node: SimNode, requestId: number, response: unknown): void {
    const call = node.calls.get(requestId);
    if (call === undefined) return;
    node.calls.delete(requestId);
    if (call.breaks) this.#fail(call, 'connection reset');
    else this.#sendBack(call, { response: this.#world.target.response(response) });
  }

  /** What came back, a response or a failure, reaches the client. */
  ended(record: Pending, call: Call): void {
    if (call.over) return;
    this.#finish(call);
    const closed = record.era !== call.back.era;
    const result = closed ? failure('connection closed') : (call.end ?? failure('no answer'));
    this.#world.tell({ type: 'called', id: call.id, result });
  }

  timedOut(call: Call): void {
    if (call.over) return;
    this.#finish(call);
    this.#world.tell({ type: 'called', id: call.id, result: failure('timed out') });
    this.#abort(call);
  }

  /** The node's process is gone, and with it the connections of its clients. */
  died(node: SimNode): void {
    for (const call of node.calls.values()) this.#fail(call, 'connection reset');
    node.calls.clear();
  }

  /** A client's request that a paused node had not looked at yet when it ended. */
  dropped(call: Call): void {
    this.#fail(call, 'connection reset');
  }

  /** Connections over this link are closed, with all that was under way there: both ends notice. */
  closed(link: Link): void {
    for (const call of this.#open) {
      if (call.there !== link && call.back !== link) continue;
      link.lost += 1;
      this.#endAt(call, this.#world.tick + refusalTicks, failure('connection closed'));
      this.#abort(call);
    }
  }

  #finish(call: Call): void {
    call.over = true;
    this.#open.delete(call);
  }

  #fail(call: Call, why: string): void {
    this.#sendBack(call, failure(why));
  }

  /** Lets an end travel back; on a link that swallows it the client waits until its patience ends. */
  #sendBack(call: Call, end: NonNullable<Call['end']>): void {
    const { network, tick } = this.#world;
    const { back } = call;
    const arrival = network.carry(back, tick);
    if (arrival !== never) this.#endAt(call, arrival, end);
    else if (back.drops === 0) this.#endAt(call, tick + refusalTicks, failure('connection reset'));
  }

  #endAt(call: Call, tick: number, end: NonNullable<Call['end']>): void {
    call.end = end;
    const record = this.#world.queue.add(tick, kinds.answer);
    record.era = call.back.era;
    record.payload = call;
  }

  /** Tells the node that nobody waits for this answer any more. */
  #abort(call: Call): void {
    const { node, requestId } = call;
    if (requestId === undefined || !node.calls.delete(requestId)) return;
    const { network, queue, tick } = this.#world;
    const arrival = network.carry(call.there, tick);
    const record = queue.add(arrival === never ? tick + refusalTicks : arrival, kinds.abort);
    record.node = node.index;
    record.era = node.era;
    record.number = requestId;
  }
}

const failure = (failed: string): CallFailure => ({ failed, sent: true });
