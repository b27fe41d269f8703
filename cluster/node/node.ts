/** A node as one event-driven program: every event goes to the part that it concerns, then all parts are looked at once. */
import type { Instant } from '../ports.ts';
import { unreachable } from '../raft/unreachable.ts';
import type { DispatcherMessage } from '../agent/messages.ts';
import type { PeerMessage } from '../wire/messages.ts';
import { Alarm } from './alarm.ts';
import { Clients } from './clients.ts';
import { Effects } from './effects.ts';
import { Life } from './life.ts';
import { PersistPipeline } from './persist-pipeline.ts';
import type { NodeBoot, NodeEffect, NodeEvent, NodeProgram, Sender } from './program.ts';
import { Requests } from './requests.ts';
import type { Route } from './requests.ts';
import type { NodeWorld } from './world.ts';

/** A node at boot: outside of any swarm, or what its data folder says. Its first event is `start`. */
export const createNode = (boot: NodeBoot): NodeProgram => new Node(boot);

const nobody: Route = { to: 'nobody', elected: false };
const nothing: readonly NodeEffect[] = [];

class Node implements NodeProgram {
  readonly #world: NodeWorld;
  readonly #effects = new Effects();
  readonly #pipeline: PersistPipeline;
  readonly #alarm: Alarm;
  readonly #requests: Requests;
  readonly #life: Life;
  readonly #clients: Clients;
  /** What this node said to itself. */
  readonly #inbox: PeerMessage[] = [];
  #halted = false;

  constructor({ config, random, cipher, files }: NodeBoot) {
    this.#pipeline = new PersistPipeline(this.#effects, files);
    this.#alarm = new Alarm(this.#effects);
    this.#world = {
      config,
      random,
      cipher,
      effects: this.#effects,
      pipeline: this.#pipeline,
      now: { mono: 0, wall: 0 },
      send: (to, message) => {
        if (to === this.#address) this.#inbox.push(message);
        else this.#effects.push({ type: 'send', to, message });
      },
    };
    this.#requests = new Requests(this.#world, () => this.#life.manager?.route() ?? nobody);
    this.#life = new Life({
      world: this.#world,
      files,
      requests: this.#requests,
      local: () => this.#clients.local(),
    });
    this.#clients = new Clients(this.#world, this.#life, this.#requests);
  }

  handle(event: NodeEvent, now: Instant): readonly NodeEffect[] {
    if (this.#halted) return nothing;
    this.#world.now = now;
    this.#dispatch(event);
    this.#settle();
    return this.#effects.take();
  }

  get #address(): string {
    return this.#life.facts?.advertiseAddr ?? this.#world.config.advertiseAddr;
  }

  #dispatch(event: NodeEvent): void {
    switch (event.type) {
      case 'start':
        this.#life.boot();
        return;
      case 'wake':
        this.#alarm.rang();
        this.#life.tick();
        this.#requests.tick();
        return;
      case 'message':
        this.#hear(event.from, event.message);
        return;
      case 'persisted':
        this.#pipeline.persisted(event.id);
        return;
      case 'persist-failed':
        this.#halt(`the data folder cannot be written: ${event.error}`);
        return;
      case 'request':
        this.#clients.request(event.id, event.request);
        return;
      case 'request-aborted':
        this.#clients.aborted(event.id);
        return;
      case 'task':
        this.#life.agent?.step({ type: 'report', report: event.report });
        return;
      default:
        unreachable(event);
    }
  }

  /** Everything that an event may have made possible, until nothing is left. */
  #settle(): void {
    if (this.#halted) return;
    this.#life.review();
    if (this.#inbox.length > 0) this.#hearOwn();
    this.#pipeline.flush();
    this.#alarm.set(Math.min(this.#life.deadline, this.#requests.deadline));
  }

  #hearOwn(): void {
    for (let own = this.#inbox.shift(); own !== undefined; own = this.#inbox.shift()) {
      this.#hear({ nodeId: this.#life.facts?.nodeId, address: this.#address }, own);
      this.#life.review();
    }
  }

  #hear(from: Sender, message: PeerMessage): void {
    // A locked manager is not there for its peers: it neither votes nor counts.
    if (this.#life.state === 'locked') return;
    // Strangers may ask to join, and be answered; all else is between members.
    if (from.nodeId === undefined && message.type !== 'join' && message.type !== 'join-answer')
      return;
    const { manager } = this.#life;
    switch (message.type) {
      case 'raft':
        manager?.receive(message.message, from);
        return;
      case 'join':
        manager?.desk.join(message.request, from);
        return;
      case 'join-answer':
        this.#life.hearJoinAnswer(message.answer, from.nodeId !== undefined);
        return;
      case 'forward':
        manager?.desk.forward(message, from);
        return;
      case 'forward-answer':
        this.#requests.answered(message.id, message.response);
        return;
      case 'forward-answer-part':
        this.#requests.answeredInPart(message);
        return;
      case 'seal-question':
        manager?.desk.sealQuestion(message, from);
        return;
      case 'seal-answer':
        manager?.receiveSealAnswer(message, from);
        return;
      case 'agent':
        if (manager === undefined) this.#life.agent?.turnAway(message.message, from);
        else manager.desk.agent(message.message, from);
        return;
      case 'dispatcher':
        this.#hearDispatcher(from, message.message);
        return;
      default:
        unreachable(message);
    }
  }

  #hearDispatcher(from: Sender, message: DispatcherMessage): void {
    const { agent } = this.#life;
    agent?.step({ type: 'dispatcher', from: from.address, message });
    // What is still said to a session of another time does not end this one's.
    if (message.type === 'session-invalid' && message.removed && agent?.isOver === true)
      this.#life.hearRemoved();
  }

  /** What was not durable was not promised to anybody, and is not from now on. */
  #halt(reason: string): void {
    this.#effects.observe({ kind: 'note', text: reason });
    this.#effects.push({ type: 'halt', reason });
    this.#halted = true;
  }
}
