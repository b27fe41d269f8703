import { clientSide } from '../../core/cluster.ts';
import type { Deed, Evidence } from '../../core/fault.ts';
import { unreachable } from '../../core/unreachable.ts';
import type { Clients } from './clients.ts';
import { crashPointWaitMs, drawCrashPoint } from './crash-points.ts';
import { kinds } from './event-queue.ts';
import { never, type Link } from './network.ts';
import type { SimNode } from './node.ts';
import { ticksPerMs } from './profile.ts';
import type { World } from './world.ts';

/** How long a deed takes to be carried out or confirmed. */
const confirmTicks = ticksPerMs / 2;
/** After a heal every link must carry a probe within this time. */
const probeLimitMs = 5_000;

type Open =
  | {
      readonly deed: Extract<Deed, { readonly deed: 'cut' | 'delay' }>;
      readonly links: readonly Link[];
      /** The links' counts when it began. */
      readonly before: readonly number[];
    }
  | {
      readonly deed: Extract<Deed, { readonly deed: 'kill' | 'pause' }>;
      readonly node: SimNode;
      era: number;
      where: string;
    };

/** Probes that are under way after a heal. */
export type Probing = {
  readonly id: number;
  readonly evidence: Evidence;
  readonly unanswered: Set<Link>;
};

/** Turns deeds into facts and back, with the evidence that they bit and that their end took. */
export class Deeds {
  readonly #world: World;
  readonly #clients: Clients;
  readonly #open = new Map<number, Open>();

  constructor(world: World, clients: Clients) {
    this.#world = world;
    this.#clients = clients;
  }

  begin(id: number, deed: Deed): void {
    switch (deed.deed) {
      case 'cut':
      case 'delay':
        this.#beginOnLinks(id, deed);
        return;
      case 'kill': {
        const node = this.#world.named(deed.node);
        const open: Open = { deed, node, era: node.era, where: '' };
        this.#open.set(id, open);
        const refusal = this.kill(node, (where) => {
          open.where = where;
          this.#begun(id, true, `${node.name} was killed ${where}`);
        });
        if (refusal !== undefined) this.#refuse(id, refusal);
        return;
      }
      case 'pause':
        this.#pause(id, deed);
        return;
      default:
        unreachable(deed);
    }
  }

  end(id: number): void {
    const open = this.#open.get(id);
    if (open === undefined) throw new Error(`no deed ${id} has begun`);
    this.#open.delete(id);
    if ('links' in open) this.#endOnLinks(id, open);
    else if (open.deed.deed === 'kill') this.#endKill(id, open.node, open.where);
    else this.#endPause(id, open.node, open.era);
  }

  /** Kills a node at a drawn point; says why not where it cannot. `then` is told where it died. */
  kill(node: SimNode, then: (where: string) => void): string | undefined {
    if (!node.running) return `${node.name} does not run`;
    if (node.doom !== undefined) return `${node.name} is being killed already`;
    const { point, countdown } = drawCrashPoint(this.#world.choices, node.name);
    node.doom = { point, countdown, then };
    if (point === 'at-once' || node.pauses > 0) this.strike(node, 'between two events');
    else {
      const { queue, tick } = this.#world;
      const record = queue.add(tick + crashPointWaitMs * ticksPerMs, kinds.doom);
      record.node = node.index;
      record.era = node.era;
    }
    return undefined;
  }

  /** The crash point is reached. */
  strike(node: SimNode, where: string): void {
    const { doom } = node;
    node.doom = undefined;
    this.#world.crash(node, 'killed', `killed ${where}`);
    doom?.then(where);
  }

  /** A probe has come through. */
  probed(probing: Probing, link: Link): void {
    if (!probing.unanswered.delete(link) || probing.unanswered.size > 0) return;
    this.#ended(probing.id, probing.evidence, true);
  }

  /** Time is up for the probes: links that another cut holds are not this deed's to heal. */
  probeLimit(probing: Probing): void {
    if (probing.unanswered.size === 0) return;
    const healed = [...probing.unanswered].every((link) => link.cut);
    probing.unanswered.clear();
    this.#ended(probing.id, probing.evidence, healed);
  }

  #beginOnLinks(id: number, deed: Extract<Deed, { readonly deed: 'cut' | 'delay' }>): void {
    const { network } = this.#world;
    const indexOf = (name: string): number =>
      name === clientSide ? network.clients : this.#world.named(name).index;
    const links = deed.links.map(({ from, to }) => network.link(indexOf(from), indexOf(to)));
    const before = links.map((link) => (deed.deed === 'cut' ? link.lost : link.delayed));
    for (const link of links) {
      if (deed.deed === 'delay') link.extraDelay += Math.ceil(deed.delayMs * ticksPerMs);
      else {
        network.cut(link, deed.mode);
        if (deed.mode === 'refuse') this.#clients.closed(link);
      }
    }
    this.#open.set(id, { deed, links, before });
    this.#begun(id, true, `${links.length} links ${deed.deed === 'cut' ? 'cut' : 'delayed'}`);
  }

  #endOnLinks(id: number, open: Extract<Open, { readonly links: readonly Link[] }>): void {
    const { deed, links, before } = open;
    const { network, queue, tick } = this.#world;
    let hit = 0;
    links.forEach((link, i) => {
      hit += (deed.deed === 'cut' ? link.lost : link.delayed) - (before[i] ?? 0);
      if (deed.deed === 'delay') link.extraDelay -= Math.ceil(deed.delayMs * ticksPerMs);
      else network.heal(link, deed.mode);
    });
    const what = deed.deed === 'cut' ? 'entered and did not leave' : 'were held up';
    const evidence = {
      bit: hit > 0,
      text: `${hit} messages ${what} on ${links.map((link) => link.name).join(', ')}`,
    };
    const probing: Probing = { id, evidence, unanswered: new Set() };
    for (const link of links) {
      if (link.cut) continue;
      const arrival = network.carry(link, tick);
      if (arrival === never) continue;
      probing.unanswered.add(link);
      const record = queue.add(arrival, kinds.probe);
      record.link = link;
      record.era = link.era;
      record.payload = probing;
    }
    if (probing.unanswered.size === 0) this.#ended(id, evidence, true);
    else queue.add(tick + probeLimitMs * ticksPerMs, kinds.probeLimit).payload = probing;
  }

  #endKill(id: number, node: SimNode, where: string): void {
    const bit = where !== '';
    const evidence = {
      bit,
      text: bit ? `${node.name} ran and was killed ${where}` : `${node.name} was not killed`,
    };
    if (node.running) this.#ended(id, evidence, true);
    else {
      this.#world.start(node, (ok) => {
        this.#ended(id, evidence, ok);
      });
    }
  }

  #pause(id: number, deed: Extract<Deed, { readonly deed: 'pause' }>): void {
    const node = this.#world.named(deed.node);
    if (!node.running) {
      this.#refuse(id, `${node.name} does not run`);
      return;
    }
    this.#open.set(id, { deed, node, era: node.era, where: '' });
    node.pauses += 1;
    if (node.pauses === 1) {
      node.heldWake = this.#world.wakeOf(node);
      this.#world.setWake(node, Infinity);
      this.#lived(node, 'paused');
    }
    this.#begun(id, true, `${node.name} was stopped`);
  }

  #endPause(id: number, node: SimNode, era: number): void {
    const evidence = { bit: true, text: `${node.name} ran and was stopped` };
    if (node.era === era) {
      node.pauses -= 1;
      if (node.pauses === 0) this.#resume(node);
    }
    this.#ended(id, evidence, true);
  }

  /** What came meanwhile happens now, in its order; the timer that is late may come before or after it. */
  #resume(node: SimNode): void {
    const { queue, tick, choices } = this.#world;
    for (const record of node.held) queue.again(tick, record);
    node.held = [];
    const late = choices.choose('resume-wake', node.name, 2) * ticksPerMs;
    this.#world.setWake(node, Math.max(node.heldWake, tick + late));
    this.#lived(node, 'resumed');
  }

  #lived(node: SimNode, event: 'paused' | 'resumed'): void {
    const at = this.#world.tick / ticksPerMs;
    this.#world.tell({ type: 'lifecycle', lifecycle: { at, node: node.name, event, text: '' } });
  }

  #begun(id: number, ok: boolean, text: string): void {
    this.#world.tellLater({ type: 'begun', id, ok, text }, confirmTicks);
  }

  #refuse(id: number, why: string): void {
    this.#open.delete(id);
    this.#begun(id, false, why);
  }

  #ended(id: number, evidence: Evidence, healed: boolean): void {
    this.#world.tellLater({ type: 'ended', id, evidence, healed }, confirmTicks);
  }
}
