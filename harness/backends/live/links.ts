import {
  clientSide,
  linkName,
  type Link,
  type Ms,
  type Node,
  type NodeName,
} from '../../core/cluster.ts';
import type { Deed, Evidence } from '../../core/fault.ts';
import { messageOf } from '../../core/thrown.ts';
import { LiveFailure } from './failure.ts';
import { evidenceOf, isProven, type Marked } from './link-evidence.ts';
import {
  clientPort,
  type Address,
  type Addresses,
  type LiveTarget,
  type PortName,
} from './target.ts';
import { countOf, type Counters } from './toxiproxy/counters.ts';
import type { Stream, ToxicBody, ToxiproxyControl } from './toxiproxy/control.ts';

/** A directed link of one protocol, and the proxy that carries it. */
export type LinkProxy = {
  /** `m1__m2`, `client__m1`; protocols after the first have theirs appended: `m1__m2.gossip`. */
  readonly name: string;
  readonly link: Link;
  readonly port: PortName;
};

/** The deeds that links can do. */
export type LinkDeed = Extract<Deed, { readonly links: readonly Link[] }>;

export type Links = {
  readonly proxies: readonly LinkProxy[];
  /** Where a link's proxy listens. */
  addressOf(link: Link, port: PortName): Address;
  /** Points all links to a node at where it listens now, and opens them. */
  leadTo(node: NodeName, addresses: Addresses): Promise<void>;
  /** The ports of a node that has ended are closed: whoever dials is refused. */
  closeTo(node: NodeName): Promise<void>;
  /** Rejects with what went wrong, and takes back what was done of it. What it did, in words. */
  begin(id: number, deed: LinkDeed): Promise<string>;
  /** The deeds that are on at this link now, all of them confirmed. */
  holding(link: Link): readonly number[];
  /**
   * A client's call on this link failed: evidence for the deeds that refuse there now. `sent: false`: it was turned away, and so was
   * one that began while one of `before` was on, for it cannot have met anything else. Others broke under way.
   */
  failed(link: Link, call: { readonly sent: boolean; readonly before: readonly number[] }): void;
  /** Takes a deed back, confirms it and probes the links. Rejects where it cannot be taken back. */
  end(id: number): Promise<{ readonly evidence: Evidence; readonly healed: boolean }>;
};

export type LinkWorld = {
  readonly control: ToxiproxyControl;
  readonly target: Pick<LiveTarget, 'talks' | 'ports' | 'answers'>;
  readonly nodes: readonly Node[];
  /** Where a link's proxy is to listen (port 0: the kernel's choice), and where it leads as far as that is known. */
  place(proxy: LinkProxy): { readonly listen: Address; readonly upstream: Address };
  /**
   * Whether the proxies listen before their nodes do. `closed`: they refuse until then, which needs ports that are known beforehand.
   */
  readonly atFirst: 'listening' | 'closed';
  /**
   * `live`: counters move with the bytes. `at-close`: a connection's bytes are counted when it ends, as the real Toxiproxy does; so
   * the connections of a link are ended before it is delayed, and again afterwards.
   */
  readonly counting: 'live' | 'at-close';
  /** Rejects where a connection through the link does not reach the node that listens. */
  probe(proxy: LinkProxy, listen: Address): Promise<void>;
  /** How long counters are waited for that move when connections close. */
  readonly countWithinMs?: Ms;
};

/** Every ordered pair that talks, and one from the clients to every node. */
export const linkProxies = (
  target: Pick<LiveTarget, 'talks' | 'ports'>,
  nodes: readonly Node[],
): readonly LinkProxy[] => {
  const between = target.ports.filter((port) => port !== clientPort);
  const named = (link: Link, port: PortName): LinkProxy => ({
    name: port === clientPort || port === between[0] ? linkName(link) : `${linkName(link)}.${port}`,
    link,
    port,
  });
  const peers = nodes.flatMap((from) =>
    nodes
      .filter((to) => to.name !== from.name && target.talks(from, to))
      .flatMap((to) => between.map((port) => named({ from: from.name, to: to.name }, port))),
  );
  return [...peers, ...nodes.map((to) => named({ from: clientSide, to: to.name }, clientPort))];
};

/** A proxy as it should be; what is asked of the server follows from it. */
type Wanted = {
  readonly proxy: LinkProxy;
  listen: Address;
  upstream: Address;
  /** The node at its end runs. */
  open: boolean;
  readonly refusedBy: Set<number>;
  readonly toxics: Set<string>;
  /** Changes of one proxy follow one another. */
  queue: Promise<unknown>;
};

type Tampering = {
  readonly wanted: Wanted;
  readonly stream: Stream;
  /** The proxy takes no connections, rather than that it does something to what one of its streams carries. */
  readonly closes: boolean;
};
type Active = {
  readonly deed: LinkDeed;
  readonly tampered: readonly Tampering[];
  readonly before: Counters;
  /** `undefined` while it is being done. */
  after: Counters | undefined;
  /** Per proxy, calls that found it closed, and whether one broke. */
  readonly refusals: Map<string, number>;
  readonly broken: Set<string>;
};

const noCalls = (): Pick<Active, 'refusals' | 'broken'> => ({
  refusals: new Map(),
  broken: new Set(),
});

/** Whoever dials a link is looked for so often, for so long each time. */
const looksMax = 10;
const lookMs: Ms = 100;

/** Creates the proxies of all links. */
export const openLinks = async (world: LinkWorld): Promise<Links> => {
  const { control, nodes, target } = world;
  const proxies = linkProxies(target, nodes);
  const open = world.atFirst === 'listening';
  const created = await control.populate(
    proxies.map((proxy) => ({ name: proxy.name, ...world.place(proxy), enabled: open })),
  );
  const all = new Map<string, Wanted>();
  for (const proxy of proxies) {
    const state = created.get(proxy.name);
    if (state?.enabled !== open)
      throw new LiveFailure({
        place: `link ${proxy.name}`,
        what: `its proxy at ${control.url} is ${state === undefined ? 'not there' : open ? 'closed' : 'open'}`,
        nextStep: 'see the log of the proxy',
      });
    all.set(proxy.name, {
      proxy,
      listen: state.listen,
      upstream: state.upstream,
      open,
      refusedBy: new Set(),
      toxics: new Set(),
      queue: Promise.resolve(),
    });
  }
  return new ProxiedLinks(world, all);
};

class ProxiedLinks implements Links {
  readonly proxies: readonly LinkProxy[];
  readonly #world: LinkWorld;
  readonly #all: ReadonlyMap<string, Wanted>;
  readonly #active = new Map<number, Active>();

  constructor(world: LinkWorld, all: ReadonlyMap<string, Wanted>) {
    this.#world = world;
    this.#all = all;
    this.proxies = [...all.values()].map(({ proxy }) => proxy);
  }

  addressOf(link: Link, port: PortName): Address {
    for (const { proxy, listen } of this.#of(link)) if (proxy.port === port) return listen;
    throw new RangeError(`there is no link ${linkName(link)} for ${port}`);
  }

  async leadTo(node: NodeName, addresses: Addresses): Promise<void> {
    await this.#each(this.#to(node), (wanted) => {
      const address = addresses[wanted.proxy.port];
      if (address === undefined)
        throw new LiveFailure({
          place: node,
          what: `it did not say where it listens for ${wanted.proxy.port}`,
          nextStep: 'let it announce every port that its target names',
        });
      wanted.upstream = address;
      wanted.open = true;
      return this.#apply(wanted);
    });
  }

  async closeTo(node: NodeName): Promise<void> {
    await this.#each(this.#to(node), (wanted) => {
      wanted.open = false;
      return this.#apply(wanted);
    });
  }

  async begin(id: number, deed: LinkDeed): Promise<string> {
    const tampered = this.#tampered(deed);
    const { control } = this.#world;
    const before = await control.counters();
    const after = undefined;
    const active: Active = { deed, tampered, before, after, ...noCalls() };
    // Calls may fail of it before all of it is done.
    this.#active.set(id, active);
    try {
      await this.#each(tampered, (tampering) => this.#tamper(id, deed, tampering));
      active.after = await control.counters();
    } catch (thrown) {
      this.#active.delete(id);
      // The first failure is the one to tell; where the server is gone, so is what it did.
      await this.#each(tampered, (tampering) => this.#mend(id, deed, tampering)).catch(
        () => undefined,
      );
      throw thrown;
    }
    return `${deed.deed} on ${deed.links.map(linkName).join(', ')}`;
  }

  holding(link: Link): readonly number[] {
    return this.#at(link).flatMap(([id, { after }]) => (after === undefined ? [] : [id]));
  }

  failed(
    link: Link,
    { sent, before }: { readonly sent: boolean; readonly before: readonly number[] },
  ): void {
    // Where its node is down the port is closed anyway.
    const names = this.#find(link).flatMap(({ proxy, open }) => (open ? [proxy.name] : []));
    for (const [id, { refusals, broken }] of this.#at(link)) {
      for (const name of names) {
        if (sent && !before.includes(id)) broken.add(name);
        else refusals.set(name, (refusals.get(name) ?? 0) + 1);
      }
    }
  }

  async end(id: number): Promise<{ readonly evidence: Evidence; readonly healed: boolean }> {
    const active = this.#active.get(id);
    if (active?.after === undefined)
      return { evidence: { bit: false, text: 'it had not begun' }, healed: true };
    this.#active.delete(id);
    const { deed, tampered, before, after, refusals, broken } = active;
    const atEnd = await this.#world.control.counters();
    const marked: Marked = {
      deed,
      streams: tampered.map(({ wanted, stream, closes }) => ({
        proxy: wanted.proxy.name,
        stream,
        closes,
        ofClients: wanted.proxy.link.from === clientSide,
      })),
      before,
      begun: after,
      end: atEnd,
      refusals,
      broken,
    };
    let look: Marked['look'];
    try {
      look = isProven(marked) ? undefined : await this.#whoKnocks(id, tampered);
    } finally {
      await this.#each(tampered, (tampering) => this.#mend(id, deed, tampering));
    }
    await this.#nothingStays(id, deed, tampered);
    const [evidence, problems] = await Promise.all([
      evidenceOf({ ...marked, look }, this.#world),
      this.#probe(tampered.map(({ wanted }) => wanted)),
    ]);
    return problems.length === 0
      ? { evidence, healed: true }
      : {
          evidence: { ...evidence, text: `${evidence.text}; ${problems.join('; ')}` },
          healed: false,
        };
  }

  /**
   * Nobody sees who knocks at a closed port. So, before it is opened again, it is opened into nowhere for a moment, over and over until
   * somebody came: what enters then does not leave. Links that would not carry again by this deed's end alone tell nothing, and
   * clients are known by their calls.
   */
  async #whoKnocks(id: number, tampered: readonly Tampering[]): Promise<Marked['look']> {
    const { control } = this.#world;
    const closed = tampered
      .filter(({ closes }) => closes)
      .map(({ wanted }) => wanted)
      .filter(
        ({ proxy, open, refusedBy, toxics }) =>
          proxy.link.from !== clientSide && open && refusedBy.size === 1 && toxics.size === 0,
      );
    if (closed.length === 0) return undefined;
    const toxic = {
      name: lookName(id),
      stream: 'upstream',
      type: 'timeout',
      attributes: { timeout: 0 },
    } as const;
    const before = await control.counters();
    let after = before;
    await this.#each(closed, (wanted) => {
      wanted.toxics.add(toxic.name);
      return this.#queued(wanted, () => control.addToxic(wanted.proxy.name, toxic));
    });
    for (let looks = 0; looks < looksMax && !came(closed, before, after); looks += 1) {
      await this.#each(closed, (wanted) => {
        wanted.refusedBy.delete(id);
        return this.#apply(wanted);
      });
      await new Promise((resolve) => setTimeout(resolve, lookMs));
      // Where bytes are counted when connections end, this ends them.
      await this.#each(closed, (wanted) => {
        wanted.refusedBy.add(id);
        return this.#apply(wanted);
      });
      after = await control.counters();
    }
    await this.#each(closed, (wanted) => {
      wanted.toxics.delete(toxic.name);
      return this.#queued(wanted, () => control.removeToxic(wanted.proxy.name, toxic.name));
    });
    return { before, after };
  }

  /** What a deed does to which direction of which proxies. */
  #tampered(deed: LinkDeed): readonly Tampering[] {
    const refuses = deed.deed === 'cut' && deed.mode === 'refuse';
    const asks = deed.links
      .filter(({ to }) => to !== clientSide)
      .flatMap((link) => this.#of(link))
      .map((wanted): Tampering => ({ wanted, stream: 'upstream', closes: refuses }));
    const closed = new Set(refuses ? asks.map(({ wanted }) => wanted) : []);
    // What the one says is also in the answers that it gives on connections of the other, which it does not dial.
    const answers = deed.links
      .filter((link) => this.#answersTogether(link))
      .flatMap(({ from, to }) =>
        this.#find({ from: to, to: from }).map((wanted): Tampering => ({
          wanted,
          stream: 'downstream',
          closes: refuses && to === clientSide,
        })),
      )
      .filter(({ wanted }) => !closed.has(wanted));
    return [...asks, ...answers];
  }

  /** Whether what goes along a link goes also as answers along connections that the other end dialled. */
  #answersTogether({ from, to }: Link): boolean {
    return to === clientSide || (from !== clientSide && this.#world.target.answers === 'same');
  }

  #tamper(id: number, deed: LinkDeed, { wanted, stream, closes }: Tampering): Promise<void> {
    if (closes) {
      wanted.refusedBy.add(id);
      return this.#apply(wanted);
    }
    const toxic = toxicOf(id, deed, stream);
    wanted.toxics.add(toxic.name);
    return this.#queued(wanted, async () => {
      if (this.#countsDelays(deed)) await this.#sever(wanted);
      await this.#world.control.addToxic(wanted.proxy.name, toxic);
      if (this.#countsDelays(deed)) await this.#show(wanted);
    });
  }

  /** What is delayed passes in the end, so only connections that begin and end with the delay tell how much that was. */
  #countsDelays({ deed }: LinkDeed): boolean {
    return deed === 'delay' && this.#world.counting === 'at-close';
  }

  #mend(id: number, deed: LinkDeed, { wanted, stream, closes }: Tampering): Promise<void> {
    if (closes) {
      wanted.refusedBy.delete(id);
      return this.#apply(wanted);
    }
    const { name } = toxicOf(id, deed, stream);
    wanted.toxics.delete(name);
    return this.#queued(wanted, async () => {
      await this.#world.control.removeToxic(wanted.proxy.name, name);
      if (!this.#countsDelays(deed)) return;
      await this.#sever(wanted);
      await this.#show(wanted);
    });
  }

  /** A connection comes about also where a toxic swallows what is sent on it: no probe sees one that stayed, but the server does. */
  async #nothingStays(id: number, deed: LinkDeed, tampered: readonly Tampering[]): Promise<void> {
    const { control } = this.#world;
    const states = await control.all();
    for (const { wanted, stream } of tampered) {
      const { name } = wanted.proxy;
      const ours = [toxicOf(id, deed, stream).name, lookName(id)];
      const stayed = states.get(name)?.toxics.find((toxic) => ours.includes(toxic.name));
      if (stayed !== undefined)
        throw new LiveFailure({
          place: `link ${name}`,
          what: `toxic ${stayed.name} is still on it, although its end was confirmed`,
          nextStep: `see the log of the proxy at ${control.url}, and that nothing else drives it`,
        });
    }
  }

  /** What still stands in the way after a heal, per link; links that another deed holds, or whose node is down, cannot be told. */
  async #probe(wanted: readonly Wanted[]): Promise<readonly string[]> {
    const problems: string[] = [];
    await Promise.all(
      [...new Set(wanted)].map(async (one) => {
        if (!carries(one)) return;
        try {
          await this.#world.probe(one.proxy, one.listen);
        } catch (thrown) {
          // It may have gone down, or been cut again, while it was probed.
          if (!carries(one)) return;
          problems.push(`${one.proxy.name} does not carry again: ${messageOf(thrown)}`);
        }
      }),
    );
    return problems;
  }

  #apply(wanted: Wanted): Promise<void> {
    return this.#queued(wanted, () => this.#show(wanted));
  }

  /** Makes the proxy what it should be by now. */
  async #show(wanted: Wanted): Promise<void> {
    const { listen, upstream } = wanted;
    const enabled = wanted.open && wanted.refusedBy.size === 0;
    await this.#world.control.update({ name: wanted.proxy.name, listen, upstream, enabled });
  }

  /** Ends its connections; it refuses others until it is shown again. */
  async #sever({ proxy: { name }, listen, upstream }: Wanted): Promise<void> {
    await this.#world.control.update({ name, listen, upstream, enabled: false });
  }

  #queued<T>(wanted: Wanted, change: () => Promise<T>): Promise<T> {
    const done = wanted.queue.then(change);
    wanted.queue = done.catch(() => undefined);
    return done;
  }

  /** All at once; rejects only when all have ended, with the first reason. */
  async #each<T>(items: readonly T[], change: (item: T) => Promise<void>): Promise<void> {
    const ends = await Promise.allSettled(items.map(async (item) => change(item)));
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  /** The deeds at this link, by their numbers. */
  #at(link: Link): readonly (readonly [number, Active])[] {
    const at = new Set(this.#find(link));
    return [...this.#active].filter(([, { tampered }]) =>
      tampered.some(({ wanted }) => at.has(wanted)),
    );
  }

  #to(node: NodeName): readonly Wanted[] {
    return [...this.#all.values()].filter(({ proxy }) => proxy.link.to === node);
  }

  #find(link: Link): readonly Wanted[] {
    return [...this.#all.values()].filter(
      ({ proxy }) => proxy.link.from === link.from && proxy.link.to === link.to,
    );
  }

  #of(link: Link): readonly Wanted[] {
    const found = this.#find(link);
    if (found.length > 0) return found;
    throw new RangeError(`there is no link ${linkName(link)}`);
  }
}

/** Whether bytes entered one of them from the end that dials. */
const came = (links: readonly Wanted[], before: Counters, after: Counters): boolean =>
  links.some(({ proxy: { name } }) => {
    const [then, now] = [countOf(before, name), countOf(after, name)];
    return now.upstream.received > then.upstream.received;
  });

/** Nothing that we know of stands in its way. */
const carries = ({ open, refusedBy, toxics }: Wanted): boolean =>
  open && refusedBy.size === 0 && toxics.size === 0;

/** Who knocks at a closed port during this deed runs into a toxic of this name. */
const lookName = (id: number): string => `look-${id}`;

/** Its name tells whose it is, so that deeds on one link neither meet nor undo each other. */
const toxicOf = (id: number, deed: LinkDeed, stream: Stream): ToxicBody => {
  const name = `${deed.deed}-${id}-${stream}`;
  if (deed.deed === 'delay')
    return { name, stream, type: 'latency', attributes: { latency: deed.delayMs, jitter: 0 } };
  // Who refuses to be talked to refuses answers on its own connections as well: they break.
  const type = deed.mode === 'drop' ? 'timeout' : 'reset_peer';
  return { name, stream, type, attributes: { timeout: 0 } };
};
