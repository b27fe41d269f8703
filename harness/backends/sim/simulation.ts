import type { Command, Happening } from '../../core/backend.ts';
import type { Choices } from '../../core/choices.ts';
import type { Ms, Node, NodeName } from '../../core/cluster.ts';
import { counted } from '../../core/figures.ts';
import type { JsonObject } from '../../core/json.ts';
import { messageOf } from '../../core/thrown.ts';
import { unreachable } from '../../core/unreachable.ts';
import { randomFrom } from './chance.ts';
import { createFastCipher, watchNonces } from './cipher.ts';
import { Clients, type Call } from './clients.ts';
import type { CrashPoint } from './crash-points.ts';
import { Deeds, type Probing } from './deeds.ts';
import { Digest } from './digest.ts';
import type { DiskTrouble, Persist } from './disk.ts';
import { EventQueue, kinds, type Pending } from './event-queue.ts';
import type { Journal } from './journal.ts';
import { Network, never, type Link } from './network.ts';
import { SimNode } from './node.ts';
import {
  chanceBase,
  drawProfile,
  noNoise,
  ticksPerMs,
  type Noise,
  type Profile,
} from './profile.ts';
import type {
  Cipher,
  NodeEvent,
  PeerIdentity,
  Said,
  SimTarget,
  Vocabulary,
  WorldEffect,
} from './program.ts';
import { findCanaries } from './scan.ts';
import { senderOver } from './sender.ts';
import { addObservation, signed } from './signed.ts';
import { StrictChecks } from './strict.ts';
import { Wakes } from './wakes.ts';
import type { World } from './world.ts';

export type SimulationGiven = {
  readonly target: SimTarget;
  readonly nodes: readonly Node[];
  readonly settings: JsonObject;
  readonly choices: Choices;
  /** AES-256-GCM, for the share of runs that uses it; without it those use the fast one, with the same digest. */
  readonly realCipher?: Cipher;
  /** Instead of what the choices would draw. */
  readonly profile?: Partial<Profile>;
  readonly journal?: Journal;
  onHappening(happening: Happening, at: Ms): void;
};

type Event = NodeEvent<Vocabulary>;

const startEvent: Event = Object.freeze({ type: 'start' });
const wakeEvent: Event = Object.freeze({ type: 'wake' });

/** How soon a wake comes that was asked for at a time that has passed, and how often on end that may be. */
const hurryTicks = ticksPerMs / 10;
const hurriesMax = 10_000;

/** What a node's program threw. A program that throws is broken, and so is its run. */
export type Thrown = { readonly node: NodeName; readonly at: Ms; readonly message: string };

/** A cluster in virtual time. `step` carries out the next event; nothing happens by itself. */
export class Simulation implements World {
  readonly target: SimTarget;
  readonly queue = new EventQueue();
  readonly network: Network;
  readonly choices: Choices;
  readonly nodes: readonly SimNode[];
  readonly profile: Profile;
  tick = 0;
  /** Events carried out so far. */
  events = 0;
  thrown: Thrown | undefined = undefined;

  readonly #given: SimulationGiven;
  readonly #names = new Map<NodeName, SimNode>();
  readonly #clients: Clients;
  readonly #deeds: Deeds;
  readonly #digest = new Digest();
  /** Each node's wake, and the conductor's behind them. */
  readonly #wakes: Wakes;
  /** In strict runs only. */
  readonly #strict: StrictChecks | undefined;
  /** How often a sync takes long, in ten thousand. */
  #stall: number;

  constructor(given: SimulationGiven) {
    const { choices } = given;
    this.#given = given;
    this.target = given.target;
    this.choices = choices;
    this.profile = { ...drawProfile(choices), ...given.profile };
    this.#stall = this.profile.noise.stall;
    this.network = new Network(
      given.nodes.map((node) => node.name),
      { profile: this.profile, choices },
    );
    const fast = createFastCipher();
    const inner = this.profile.realCipher ? (given.realCipher ?? fast) : fast;
    this.nodes = given.nodes.map(
      (node, index) =>
        new SimNode(node, index, { profile: this.profile, choices, cipher: watchNonces(inner) }),
    );
    this.#wakes = new Wakes(this.nodes.length + 1);
    this.#strict = this.profile.strict ? new StrictChecks(this.target) : undefined;
    for (const node of this.nodes) {
      this.#names.set(node.name, node);
      for (const peer of this.nodes) {
        const link = this.network.link(node.index, peer.index);
        link.senderAddress = this.target.addressOf(node.name);
        node.routes.set(this.target.addressOf(peer.name), link);
      }
    }
    this.#clients = new Clients(this);
    this.#deeds = new Deeds(this, this.#clients);
  }

  /** Milliseconds of the run's clock. */
  get now(): Ms {
    return this.tick / ticksPerMs;
  }

  /** Over everything that has happened so far. */
  get digest(): string {
    return this.#digest.text;
  }

  /** Starts every node. */
  begin(): void {
    for (const node of this.nodes) this.#boot(node);
  }

  /** Begins the storm that this world has, if it has one. */
  storm(): void {
    const { storm } = this.profile;
    if (storm !== undefined) this.#become(storm);
  }

  /** Ends the world's own noise: loss, duplicates, stalls. What deeds do goes on. */
  calm(): void {
    this.#become(noNoise);
  }

  /** From now on, until it is taken back, a node's disk fails. */
  troubleDisk(name: NodeName, trouble: DiskTrouble | undefined): void {
    this.named(name).disk.trouble = trouble;
  }

  /** Carries out one command. Not from inside `onHappening`: what a node's event causes comes first. */
  carryOut(command: Command): void {
    this.#digest.addWord(command.type);
    switch (command.type) {
      case 'call':
        this.#clients.begin(command);
        return;
      case 'begin':
        this.#digest.addWord(command.deed.deed);
        this.#deeds.begin(command.id, command.deed);
        return;
      case 'end':
        this.#deeds.end(command.id);
        return;
      case 'start':
        this.#startOnCommand(command.id, this.named(command.node));
        return;
      case 'kill':
        this.#killOnCommand(command.id, this.named(command.node));
        return;
      case 'scan':
        this.#scan(command);
        return;
      case 'read-file': {
        const bytes = this.named(command.node).disk.view().get(command.file);
        this.tellLater({ type: 'file-read', id: command.id, bytes }, ticksPerMs);
        return;
      }
      case 'wake':
        this.#wakes.set(this.nodes.length, tickAt(command.at));
        return;
      default:
        unreachable(command);
    }
  }

  /** Carries out the next event; `false` where nothing is left that could happen. */
  step(): boolean {
    const next = this.queue.nextTick;
    const { earliest } = this.#wakes;
    if (earliest <= next) {
      if (earliest === Infinity) return false;
      this.#wake();
    } else {
      this.tick = next;
      const record = this.queue.take();
      const node = this.nodes[record.node];
      if (node !== undefined && node.pauses > 0 && isForNode(record)) node.held.push(record);
      else {
        this.events += 1;
        const digest = this.#digest;
        digest.addWide(next);
        digest.add(record.kind | (record.node << 8));
        this.#happens(record);
        if (this.#given.journal !== undefined) this.#note(record);
        this.queue.release(record);
      }
    }
    return true;
  }

  named(name: NodeName): SimNode {
    const node = this.#names.get(name);
    if (node === undefined) throw new Error(`no node is called ${name}`);
    return node;
  }

  tell(happening: Happening): void {
    this.#given.onHappening(happening, this.now);
  }

  tellLater(happening: Happening, ticks: number): void {
    this.queue.add(this.tick + ticks, kinds.happening).payload = happening;
  }

  setWake(node: SimNode, tick: number): void {
    this.#wakes.set(node.index, tick);
  }

  wakeOf(node: SimNode): number {
    return this.#wakes.of(node.index);
  }

  deliver(node: SimNode, event: Event): void {
    const { program, era } = node;
    if (program === undefined) return;
    let effects;
    try {
      effects = program.handle(event, node.clock.at(this.tick));
    } catch (error) {
      this.#threw(node, error);
      return;
    }
    for (let i = 0; i < effects.length; i += 1) {
      if (node.doom !== undefined && this.#strikes(node, 'amid-effects')) {
        this.#deeds.strike(node, `behind ${i} of ${effects.length} effects of an event`);
        return;
      }
      const effect = effects[i];
      // A target's own effects share the word `type` and nothing else with ours.
      if (effect !== undefined) this.#carryOutEffect(node, effect as WorldEffect<Vocabulary>);
      if (node.era !== era) return;
    }
  }

  crash(node: SimNode, event: 'killed' | 'exited', text: string): void {
    const { kept, lost, torn } = node.disk.crash(this.choices.stream('crash-disk', node.name));
    const unsynced =
      kept + lost === 0
        ? ''
        : `; of ${counted(kept + lost, 'unsynced write')} ${kept} ${kept === 1 ? 'was' : 'were'} kept${torn ? ' and one was torn' : ''}`;
    node.era += 1;
    node.program = undefined;
    node.device = undefined;
    node.identity = undefined;
    node.pauses = 0;
    this.#wakes.set(node.index, Infinity);
    this.#clients.died(node);
    for (const record of node.held) {
      if (record.kind === kinds.call) this.#clients.dropped(record.payload as Call);
      this.queue.release(record);
    }
    node.held = [];
    this.#digest.add(kept);
    this.#lived(node, event, text + unsynced);
    const { doom } = node;
    node.doom = undefined;
    doom?.then('as it ended by itself');
  }

  start(node: SimNode, then: (ok: boolean) => void): void {
    if (node.starting !== undefined) {
      node.starting.push(then);
      return;
    }
    node.starting = [then];
    const { bootMin, bootSpread } = this.profile;
    const takes = bootMin + this.choices.choose('boot-time', node.name, bootSpread + 1);
    this.queue.add(this.tick + takes, kinds.boot).node = node.index;
  }

  #become(noise: Noise): void {
    this.network.become(noise);
    this.#stall = noise.stall;
  }

  #happens(record: Pending): void {
    switch (record.kind) {
      case kinds.message:
        this.#arrive(record);
        return;
      case kinds.synced:
        this.#synced(this.#nodeOf(record), record.era);
        return;
      case kinds.device: {
        const node = this.#nodeOf(record);
        const event = node.era === record.era ? node.device?.due(record.number) : undefined;
        if (event !== undefined) this.deliver(node, event);
        return;
      }
      case kinds.boot: {
        const node = this.#nodeOf(record);
        const waiting = node.starting ?? [];
        node.starting = undefined;
        if (!node.running) this.#boot(node);
        for (const then of waiting) then(node.running);
        return;
      }
      case kinds.call:
        this.#clients.arrive(record.payload as Call, record.era);
        return;
      case kinds.answer:
        this.#clients.ended(record, record.payload as Call);
        return;
      case kinds.timeout:
        this.#clients.timedOut(record.payload as Call);
        return;
      case kinds.abort: {
        const node = this.#nodeOf(record);
        if (node.era === record.era) {
          this.deliver(node, { type: 'request-aborted', id: record.number });
        }
        return;
      }
      case kinds.happening:
        this.#tellNow(record.payload as Happening);
        return;
      case kinds.doom: {
        const node = this.#nodeOf(record);
        if (node.doom !== undefined && node.era === record.era) {
          this.#deeds.strike(node, 'between two events');
        }
        return;
      }
      case kinds.probe: {
        const { link } = record;
        if (link?.era === record.era) this.#deeds.probed(record.payload as Probing, link);
        return;
      }
      case kinds.probeLimit:
        this.#deeds.probeLimit(record.payload as Probing);
        return;
      case kinds.none:
      case kinds.wake:
      case kinds.conductorWake:
        throw new Error('such an event is never queued');
      default:
        unreachable(record.kind);
    }
  }

  #carryOutEffect(node: SimNode, effect: WorldEffect<Vocabulary>): void {
    switch (effect.type) {
      case 'send':
        this.#send(node, effect.to, effect.message);
        return;
      case 'wake':
        this.#askWake(node, effect.at);
        return;
      case 'persist':
        this.#persist(node, effect);
        return;
      case 'observe':
        this.#observe(node, effect.observation);
        return;
      case 'reply':
        this.#clients.reply(node, effect.id, effect.response);
        return;
      case 'identity':
        node.identity = effect.identity;
        return;
      case 'halt':
        this.crash(node, 'exited', effect.reason);
        return;
      default:
        this.#toDevice(node, effect);
    }
  }

  /** A time that has passed comes a little later, as with every real timer; over and over again it is a busy loop. */
  #askWake(node: SimNode, mono: number): void {
    if (mono > node.clock.at(this.tick).mono) {
      node.hurries = 0;
      this.#wakes.set(node.index, node.clock.tickOf(mono, this.tick));
      return;
    }
    node.hurries += 1;
    if (node.hurries > hurriesMax) {
      this.#threw(node, new Error(`it asked ${hurriesMax} times on end to be woken at once`));
    }
    this.#wakes.set(node.index, this.tick + hurryTicks);
  }

  #toDevice(node: SimNode, effect: Vocabulary['deviceEffect']): void {
    const { device } = node;
    if (device === undefined) return;
    device.carryOut(effect, (afterMs, ticket) => {
      const ticks = Math.ceil(afterMs * ticksPerMs);
      const record = this.queue.add(this.tick + ticks, kinds.device);
      record.node = node.index;
      record.era = node.era;
      record.number = ticket;
    });
  }

  #send(node: SimNode, to: string, message: unknown): void {
    const link = node.routes.get(to);
    if (link === undefined) return;
    const { network } = this;
    const arrival = network.send(link, this.tick);
    if (arrival === never) return;
    const carried = this.#strict === undefined ? message : this.#carry(this.#strict, node, message);
    const copy = network.copyArrival;
    this.#queueMessage(link, node.identity, arrival, carried);
    if (copy !== never) this.#queueMessage(link, node.identity, copy, carried);
  }

  #queueMessage(
    link: Link,
    identity: PeerIdentity | undefined,
    tick: number,
    message: unknown,
  ): void {
    const record = this.queue.add(tick, kinds.message);
    record.node = link.to;
    record.era = link.era;
    record.link = link;
    record.identity = identity;
    record.payload = message;
  }

  #carry(strict: StrictChecks, node: SimNode, message: unknown): unknown {
    const carried = strict.carry(message);
    if (carried !== undefined) return carried;
    this.#threw(node, new Error('a message did not survive its encoding'));
    return message;
  }

  #arrive(record: Pending): void {
    const { link, payload } = record;
    if (link?.era !== record.era) return;
    const node = this.nodes[record.node];
    if (node?.program === undefined) return;
    this.#digest.add(link.from | (this.target.fingerprint(payload) << 6));
    const from = senderOver(link, record.identity, node.identity);
    this.deliver(node, { type: 'message', from, message: payload });
    const wrong = this.#strict?.wrongWith(payload);
    if (wrong !== undefined) this.#threw(node, new Error(wrong));
  }

  #persist(node: SimNode, persist: Persist): void {
    if (node.doom !== undefined && this.#strikes(node, 'before-persist')) {
      this.#deeds.strike(node, `before persist ${persist.id}`);
      return;
    }
    this.#strict?.asked(persist);
    if (node.disk.ask(persist)) this.#sync(node);
    if (node.doom !== undefined && this.#strikes(node, 'amid-persist'))
      this.#deeds.strike(node, `amid persist ${persist.id}`);
  }

  #sync(node: SimNode): void {
    const { syncMin, syncSpread, stallMax } = this.profile;
    const draws = node.syncTimes;
    let takes = syncMin + draws.next(syncSpread + 1);
    if (this.#stall > 0 && draws.next(chanceBase) < this.#stall) {
      takes += draws.next(stallMax);
    }
    const record = this.queue.add(this.tick + takes, kinds.synced);
    record.node = node.index;
    record.era = node.era;
  }

  #synced(node: SimNode, era: number): void {
    if (node.era !== era) return;
    const { trouble } = node.disk;
    const group = trouble === undefined ? node.disk.synced() : node.disk.failed();
    if (node.disk.syncNext()) this.#sync(node);
    for (const persist of group) {
      this.#digest.add(persist.operations.length);
      if (this.#strict?.isUnchanged(persist) === false) {
        const what = `the bytes of persist ${persist.id} changed after it was asked for`;
        this.#threw(node, new Error(what));
      }
      if (node.doom !== undefined && this.#strikes(node, 'after-persist')) {
        this.#deeds.strike(node, `behind persist ${persist.id}, before it heard of it`);
        return;
      }
      const { id } = persist;
      this.deliver(
        node,
        trouble === undefined
          ? { type: 'persisted', id }
          : { type: 'persist-failed', id, error: troubleText(trouble) },
      );
      if (node.era !== era) return;
    }
  }

  #observe(node: SimNode, said: Said): void {
    const observation = signed(said, {
      node: node.name,
      boot: node.bootLabel,
      seq: node.said,
      at: this.now,
    });
    node.said += 1;
    addObservation(this.#digest, observation);
    this.tell({ type: 'observed', observation });
  }

  #tellNow(happening: Happening): void {
    if (happening.type === 'ended') this.#digest.addText(happening.evidence.text);
    this.tell(happening);
  }

  #boot(node: SimNode): void {
    const { choices, target } = this;
    node.boots += 1;
    node.said = 0;
    const scope = `${node.name}#${node.bootLabel}`;
    node.clock.boot(this.tick, choices.choose('clock-start', scope, 1_000_000));
    const random = randomFrom(choices, scope);
    this.#lived(node, 'started', `boot ${node.boots}`);
    try {
      node.device = target.device(node.name, randomFrom(choices, `${scope}/device`), (seen) => {
        this.#observe(node, seen);
      });
      node.program = target.boot({
        name: node.name,
        settings: this.#given.settings,
        random,
        cipher: node.cipher,
        files: node.disk.read(),
      });
    } catch (error) {
      this.#threw(node, error);
      return;
    }
    this.deliver(node, startEvent);
  }

  #startOnCommand(id: number, node: SimNode): void {
    if (node.running) {
      this.tellLater({ type: 'started', id, ok: true, text: `${node.name} runs already` }, 1);
      return;
    }
    this.start(node, (ok) => {
      const text = ok ? `${node.name} runs` : `${node.name} ended at once`;
      this.tellLater({ type: 'started', id, ok, text }, 1);
    });
  }

  #killOnCommand(id: number, node: SimNode): void {
    const told = (): void => {
      this.tellLater({ type: 'killed', id }, 1);
    };
    if (this.#deeds.kill(node, told) !== undefined) told();
  }

  #scan(command: Extract<Command, { readonly type: 'scan' }>): void {
    const { id, node, autolock, canaries } = command;
    const files = this.named(node).disk.view();
    let bytes = 0;
    for (const content of files.values()) bytes += content.length;
    const found = findCanaries(files, canaries);
    this.#digest.add(found.length);
    const looked = canaries.map((canary) => canary.name);
    const scan = { at: this.now, node, autolock, files: files.size, bytes, found, looked };
    this.tellLater({ type: 'scanned', id, scan }, ticksPerMs);
  }

  #lived(node: SimNode, event: 'started' | 'killed' | 'exited', text: string): void {
    this.tell({
      type: 'lifecycle',
      lifecycle: { at: this.now, node: node.name, event, text },
    });
  }

  #strikes(node: SimNode, point: CrashPoint): boolean {
    const { doom } = node;
    if (doom?.point !== point) return false;
    doom.countdown -= 1;
    return doom.countdown < 0;
  }

  #threw(node: SimNode, error: unknown): void {
    const message = messageOf(error);
    this.#digest.addText(message);
    this.thrown ??= { node: node.name, at: this.now, message };
  }

  #wake(): void {
    const waker = this.#wakes.place;
    this.tick = this.#wakes.earliest;
    this.events += 1;
    this.#wakes.set(waker, Infinity);
    this.#digest.addWide(this.tick);
    this.#digest.add(kinds.wake | (waker << 8));
    const node = this.nodes[waker];
    if (node === undefined) this.tell({ type: 'wake' });
    else this.deliver(node, wakeEvent);
    this.#given.journal?.note({
      tick: this.tick,
      text: `${node?.name ?? 'the conductor'} wakes`,
      digest: this.digest,
    });
  }

  #nodeOf(record: Pending): SimNode {
    const node = this.nodes[record.node];
    if (node === undefined) throw new Error(`no node has the number ${record.node}`);
    return node;
  }

  #note(record: Pending): void {
    const name = kindNames[record.kind] ?? '';
    const where = record.link?.name ?? this.nodes[record.node]?.name ?? '';
    const { payload } = record;
    const type = typeof payload === 'object' && payload !== null && 'type' in payload;
    const what = type && typeof payload.type === 'string' ? ` ${payload.type}` : '';
    this.#given.journal?.note({
      tick: this.tick,
      text: `${name}${what} ${where}`,
      digest: this.digest,
    });
  }
}

const kindNames: readonly string[] = Object.keys(kinds);

/** Whether a pause of its node holds it back: what happens in the node's process, or waits in its sockets. */
const isForNode = ({ kind }: Pending): boolean =>
  kind === kinds.message ||
  kind === kinds.synced ||
  kind === kinds.device ||
  kind === kinds.call ||
  kind === kinds.abort;

/** The first tick that is not before this time. */
const tickAt = (at: Ms): number => {
  const tick = Math.ceil(at * ticksPerMs);
  return tick / ticksPerMs < at ? tick + 1 : tick;
};

const troubleText = (trouble: DiskTrouble): string =>
  trouble === 'full' ? 'ENOSPC: no space left on device, write' : 'EIO: i/o error, write';
