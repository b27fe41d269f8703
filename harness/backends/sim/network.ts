import type { Choices, Stream } from '../../core/choices.ts';
import type { CutMode } from '../../core/fault.ts';
import { clientSide, linkName, type NodeName } from '../../core/cluster.ts';
import { chanceBase, ticksPerMs, type Noise, type Profile } from './profile.ts';
import type { PeerIdentity, Sender } from './program.ts';

/** One direction between two ends. */
export class Link {
  readonly name: string;
  /** Index of each end; the clients come after the last node. */
  readonly from: number;
  readonly to: number;
  /** How many cuts of each mode lie on it. */
  drops = 0;
  refusals = 0;
  resets = 0;
  /** Goes up when connections are closed under what is on its way; that is lost then. */
  era = 0;
  /** Ticks that delays add. */
  extraDelay = 0;
  /** What entered while it was cut and did not leave; what a delay held up. */
  lost = 0;
  delayed = 0;
  /** Messages keep their order unless one is drawn to be overtaken. */
  lastArrival = 0;
  readonly fates: Stream;
  readonly delays: Stream;
  /** Where the near end can be reached; empty for clients. */
  senderAddress = '';
  /** The sender as the far end sees it, for this pair of identities. */
  sender: Sender | undefined = undefined;
  senderOwn: PeerIdentity | undefined = undefined;
  senderTheirs: PeerIdentity | undefined = undefined;

  constructor(
    ends: { readonly from: NodeName; readonly to: NodeName },
    at: { readonly from: number; readonly to: number },
    choices: Choices,
  ) {
    this.name = linkName(ends);
    this.from = at.from;
    this.to = at.to;
    this.fates = choices.stream('message-fate', this.name);
    this.delays = choices.stream('message-delay', this.name);
  }

  get cut(): boolean {
    return this.drops + this.refusals + this.resets > 0;
  }
}

/** When a message arrives, in ticks; `never` where it is lost. */
export const never = -1;

/**
 * Links between all nodes, and between the clients and each node. Where messages travel one by one the modes of a cut differ only
 * in what else is lost with them. `drop`: what is sent while it lasts. `refuse`: also what is on its way when it begins, because the
 * connections are closed then. `reset`: also what is on its way when the first message is sent into it.
 */
export class Network {
  readonly #links: Link[] = [];
  readonly #ends: number;
  readonly #profile: Profile;
  #noise: Noise;
  #noisy: boolean;
  /** When the copy of the last duplicated message arrives. */
  #copyArrival = never;

  constructor(
    nodes: readonly NodeName[],
    { profile, choices }: { readonly profile: Profile; readonly choices: Choices },
  ) {
    const names = [...nodes, clientSide];
    this.#ends = names.length;
    this.#profile = profile;
    this.#noise = profile.noise;
    this.#noisy = isNoisy(profile.noise);
    names.forEach((from, a) => {
      names.forEach((to, b) => {
        this.#links.push(new Link({ from, to }, { from: a, to: b }, choices));
      });
    });
  }

  link(from: number, to: number): Link {
    const link = this.#links[from * this.#ends + to];
    if (link === undefined) throw new Error(`no link from ${from} to ${to}`);
    return link;
  }

  get clients(): number {
    return this.#ends - 1;
  }

  /** From now on it is as noisy as this. */
  become(noise: Noise): void {
    this.#noise = noise;
    this.#noisy = isNoisy(noise);
  }

  cut(link: Link, mode: CutMode): void {
    if (mode === 'drop') link.drops += 1;
    else if (mode === 'refuse') link.refusals += 1;
    else link.resets += 1;
    if (mode === 'refuse') closeConnections(link);
  }

  heal(link: Link, mode: CutMode): void {
    if (mode === 'drop') link.drops -= 1;
    else if (mode === 'refuse') link.refusals -= 1;
    else link.resets -= 1;
  }

  /** The arrival of a message between nodes that is sent now, or `never`. `duplicate` says when a copy of it arrives. */
  send(link: Link, now: number): number {
    this.#copyArrival = never;
    if (link.cut) {
      this.#swallow(link);
      return never;
    }
    let extra = link.extraDelay;
    if (extra > 0) link.delayed += 1;
    let keepsOrder = true;
    if (this.#noisy && link.from !== link.to) {
      const { slowness, loss, duplicate, echo, reorder, spike } = this.#noise;
      let fate = link.fates.next(chanceBase);
      if (fate < loss) return never;
      if (slowness > 0) extra += link.delays.next(slowness);
      fate -= loss;
      if (fate < duplicate) {
        const later = echo > 0 ? Math.max(extra, link.delays.next(echo)) : extra;
        this.#copyArrival = now + later + this.#delay(link);
      }
      fate -= duplicate;
      if (fate >= 0 && fate < reorder) {
        keepsOrder = false;
        extra += 4 * this.#delay(link);
      }
      fate -= reorder;
      if (fate >= 0 && fate < spike) extra += link.delays.next(this.#profile.spikeMax);
    }
    const arrival = now + extra + this.#delay(link);
    if (!keepsOrder) return arrival;
    if (arrival < link.lastArrival) return link.lastArrival;
    link.lastArrival = arrival;
    return arrival;
  }

  get copyArrival(): number {
    return this.#copyArrival;
  }

  /** As `send`, for a stream that neither loses nor repeats: a client's connection, or a probe. */
  carry(link: Link, now: number): number {
    if (link.cut) {
      this.#swallow(link);
      return never;
    }
    if (link.extraDelay > 0) link.delayed += 1;
    return now + link.extraDelay + this.#delay(link);
  }

  /** Whether this client's connection is refused. It is one for both directions, so either may refuse it; what is refused counts as lost. */
  refuses(there: Link, back: Link): boolean {
    const refusing = [there, back].filter(({ refusals }) => refusals > 0);
    for (const link of refusing) link.lost += 1;
    return refusing.length > 0;
  }

  /** Whether this client's connection is to break before its answer is back. */
  breaks(link: Link): boolean {
    const { breakage } = this.#noise;
    return breakage > 0 && link.fates.next(chanceBase) < breakage;
  }

  #swallow(link: Link): void {
    link.lost += 1;
    if (link.resets > 0) closeConnections(link);
  }

  #delay(link: Link): number {
    return this.#profile.delayMin + link.delays.next(this.#profile.delaySpread + 1);
  }
}

const isNoisy = ({ slowness, loss, duplicate, reorder, spike }: Noise): boolean =>
  slowness + loss + duplicate + reorder + spike > 0;

const closeConnections = (link: Link): void => {
  link.era += 1;
  link.lastArrival = 0;
};

/** How long a refusal takes to come back. */
export const refusalTicks = ticksPerMs / 5;
