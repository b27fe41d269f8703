import { describe, expect, test } from '@jest/globals';
import type { Node } from '../../core/cluster.ts';
import { linkProxies, openLinks, type LinkDeed, type Links } from './links.ts';
import type { LiveTarget } from './target.ts';
import type { Counters, ProxyCount } from './toxiproxy/counters.ts';
import { ToxiproxyFailure } from './toxiproxy/http.ts';
import type { ProxyBody, ProxyState, ToxicBody, ToxiproxyControl } from './toxiproxy/control.ts';

const nodes: readonly Node[] = [
  { name: 'm1', role: 'manager' },
  { name: 'm2', role: 'manager' },
  { name: 'w1', role: 'worker' },
];
/** Workers talk to managers only, and the other way round. */
const talks = (from: Node, to: Node): boolean => from.role === 'manager' || to.role === 'manager';
const target = (answers: LiveTarget['answers'], ports = ['client', 'peer']) => ({
  answers,
  ports,
  talks,
});

/** A Toxiproxy that only remembers. */
class RememberedToxiproxy implements ToxiproxyControl {
  readonly url = 'http://remembered';
  readonly proxies = new Map<string, ProxyState>();
  refuses: string | undefined;
  /** Whoever dials this proxy as soon as it is open, and how it ended: bytes that entered and left. */
  knocks: string | undefined;
  /** It says yes to the removal of this toxic, and leaves it where it is. */
  keeps: string | undefined;
  readonly #counted = new Map<string, ProxyCount>();
  #ports = 40_000;

  version(): Promise<string> {
    return Promise.resolve('remembered');
  }
  populate(bodies: readonly ProxyBody[]): Promise<ReadonlyMap<string, ProxyState>> {
    for (const body of bodies) {
      this.#ports += 1;
      this.proxies.set(body.name, { ...body, listen: `127.0.0.1:${this.#ports}`, toxics: [] });
    }
    return Promise.resolve(new Map(this.proxies));
  }
  update(body: ProxyBody): Promise<ProxyBody> {
    const opens = body.enabled && !this.#get(body.name).enabled;
    this.#set(body.name, body);
    if (opens && body.name === this.knocks) this.#passes(body.name, 10);
    return Promise.resolve(body);
  }
  all(): Promise<ReadonlyMap<string, ProxyState>> {
    return Promise.resolve(this.proxies);
  }
  addToxic(proxy: string, toxic: ToxicBody): Promise<void> {
    if (proxy === this.refuses)
      return Promise.reject(new ToxiproxyFailure('500 it does not want to', 500));
    this.#set(proxy, { toxics: [...this.#get(proxy).toxics, toxic] });
    return Promise.resolve();
  }
  removeToxic(proxy: string, toxic: string): Promise<void> {
    if (toxic === this.keeps) return Promise.resolve();
    this.#set(proxy, { toxics: this.#get(proxy).toxics.filter(({ name }) => name !== toxic) });
    return Promise.resolve();
  }
  reset(): Promise<void> {
    return Promise.resolve();
  }
  counters(): Promise<Counters> {
    return Promise.resolve(new Map(this.#counted));
  }

  #passes(name: string, bytes: number): void {
    const swallowed = this.#get(name).toxics.length > 0;
    const before = this.#counted.get(name)?.upstream ?? { received: 0, sent: 0 };
    const upstream = {
      received: before.received + bytes,
      sent: before.sent + (swallowed ? 0 : bytes),
    };
    this.#counted.set(name, {
      upstream,
      downstream: { received: 0, sent: 0 },
      connections: undefined,
    });
  }

  /** Every toxic, as `m1__m2 timeout upstream`; every closed proxy, as `m1__m2 closed`. */
  get state(): readonly string[] {
    return [...this.proxies.values()].flatMap(({ name, toxics, enabled }) => [
      ...(enabled ? [] : [`${name} closed`]),
      ...toxics.map(({ type, stream }) => `${name} ${type} ${stream}`),
    ]);
  }

  #get(name: string): ProxyState {
    const proxy = this.proxies.get(name);
    if (proxy === undefined) throw new ToxiproxyFailure('404 proxy not found', 404);
    return proxy;
  }
  #set(name: string, change: Partial<ProxyState>): void {
    this.proxies.set(name, { ...this.#get(name), ...change });
  }
}

type Opened = {
  readonly links: Links;
  readonly toxiproxy: RememberedToxiproxy;
  readonly probed: readonly string[];
};

const open = async (
  answers: LiveTarget['answers'] = 'own',
  broken: readonly string[] = [],
): Promise<Opened> => {
  const toxiproxy = new RememberedToxiproxy();
  const probed: string[] = [];
  const links = await openLinks({
    control: toxiproxy,
    target: target(answers),
    nodes,
    counting: 'live',
    atFirst: 'listening',
    place: () => ({ listen: '127.0.0.1:0', upstream: '127.0.0.1:1' }),
    probe: ({ name }) => {
      probed.push(name);
      return broken.includes(name)
        ? Promise.reject(new Error('nobody listens'))
        : Promise.resolve();
    },
  });
  return { links, toxiproxy, probed };
};

const m1m2 = { from: 'm1', to: 'm2' };
const cut = (mode: 'drop' | 'refuse' | 'reset', ...links: LinkDeed['links']): LinkDeed => ({
  deed: 'cut',
  mode,
  links,
});

describe('proxies of links', () => {
  test('there is one for every ordered pair that talks, and one from the clients to every node', () => {
    expect(linkProxies(target('own'), nodes).map(({ name }) => name)).toEqual([
      'm1__m2',
      'm1__w1',
      'm2__m1',
      'm2__w1',
      'w1__m1',
      'w1__m2',
      'client__m1',
      'client__m2',
      'client__w1',
    ]);
  });

  test('further protocols have their own', () => {
    const names = linkProxies(target('own', ['raft', 'client', 'gossip']), nodes).map(
      ({ name, port }) => `${name} ${port}`,
    );
    expect(names.slice(0, 2)).toEqual(['m1__m2 raft', 'm1__m2.gossip gossip']);
  });

  test('only who dials is told its address, which is another for each', async () => {
    const { links } = await open();
    const addresses = nodes.flatMap((from) =>
      nodes
        .filter((to) => to !== from && talks(from, to))
        .map((to) => links.addressOf({ from: from.name, to: to.name }, 'peer')),
    );
    expect(new Set(addresses).size).toBe(addresses.length);
    expect(() => links.addressOf({ from: 'w1', to: 'w1' }, 'peer')).toThrow(
      'there is no link w1__w1',
    );
    expect(() => links.addressOf(m1m2, 'client')).toThrow('there is no link m1__m2 for client');
  });
});

describe('what a deed does to the proxies', () => {
  test.each([
    ['drop', ['m1__m2 timeout upstream']],
    ['reset', ['m1__m2 reset_peer upstream']],
    ['refuse', ['m1__m2 closed']],
  ] as const)('a cut by %s where nodes dial to answer: that link alone', async (mode, state) => {
    const { links, toxiproxy, probed } = await open('own');
    await links.begin(1, cut(mode, m1m2));
    expect(toxiproxy.state).toEqual(state);
    expect(await links.end(1)).toMatchObject({ healed: true });
    expect(toxiproxy.state).toEqual([]);
    expect(probed).toEqual(['m1__m2']);
  });

  test.each([
    ['drop', ['m1__m2 timeout upstream', 'm2__m1 timeout downstream']],
    ['reset', ['m1__m2 reset_peer upstream', 'm2__m1 reset_peer downstream']],
    ['refuse', ['m1__m2 closed', 'm2__m1 reset_peer downstream']],
  ] as const)(
    'a cut by %s where answers come back on the same connection: those that go the same way too',
    async (mode, state) => {
      const { links, toxiproxy } = await open('same');
      await links.begin(1, cut(mode, m1m2));
      expect(toxiproxy.state).toEqual(state);
      await links.end(1);
      expect(toxiproxy.state).toEqual([]);
    },
  );

  test('links that are refused both ways are closed, and nothing else', async () => {
    const { links, toxiproxy } = await open('same');
    await links.begin(1, cut('refuse', m1m2, { from: 'm2', to: 'm1' }));
    expect(toxiproxy.state).toEqual(['m1__m2 closed', 'm2__m1 closed']);
    await links.end(1);
    expect(toxiproxy.state).toEqual([]);
  });

  test('a delay delays both in the same way', async () => {
    const { links, toxiproxy } = await open('same');
    await links.begin(1, { deed: 'delay', links: [m1m2], delayMs: 70 });
    expect(toxiproxy.state).toEqual(['m1__m2 latency upstream', 'm2__m1 latency downstream']);
    const [toxic] = toxiproxy.proxies.get('m1__m2')?.toxics ?? [];
    expect(toxic?.attributes).toEqual({ latency: 70, jitter: 0 });
  });

  test('what a node answers its clients can be cut apart from what they ask', async () => {
    const { links, toxiproxy } = await open('same');
    await links.begin(1, cut('drop', { from: 'client', to: 'm1' }));
    await links.begin(2, cut('drop', { from: 'm2', to: 'client' }));
    expect(toxiproxy.state).toEqual([
      'client__m1 timeout upstream',
      'client__m2 timeout downstream',
    ]);
  });

  test('deeds on one link neither meet nor undo each other', async () => {
    const { links, toxiproxy, probed } = await open();
    await links.begin(1, cut('drop', m1m2));
    await links.begin(2, cut('drop', m1m2));
    await links.begin(3, cut('refuse', m1m2));
    await links.begin(4, cut('refuse', m1m2));
    await links.end(3);
    await links.end(1);
    expect(toxiproxy.state).toEqual(['m1__m2 closed', 'm1__m2 timeout upstream']);
    expect(probed).toEqual([]);
    await links.end(4);
    await links.end(2);
    expect(toxiproxy.state).toEqual([]);
    expect(probed).toEqual(['m1__m2']);
  });

  test('one that cannot be done everywhere is taken back where it was, and says why', async () => {
    const { links, toxiproxy } = await open();
    toxiproxy.refuses = 'm2__m1';
    const begun = links.begin(1, cut('drop', m1m2, { from: 'm2', to: 'm1' }));
    await expect(begun).rejects.toThrow('it does not want to');
    expect(toxiproxy.state).toEqual([]);
    expect(await links.end(1)).toEqual({
      evidence: { bit: false, text: 'it had not begun' },
      healed: true,
    });
  });

  test('a link that does not exist cannot be cut', async () => {
    const { links } = await open();
    await expect(links.begin(1, cut('drop', { from: 'w1', to: 'w2' }))).rejects.toThrow(
      'there is no link w1__w2',
    );
  });

  test('a link that does not carry again is not healed', async () => {
    const { links } = await open('own', ['m1__m2']);
    await links.begin(1, cut('refuse', m1m2));
    const { healed, evidence } = await links.end(1);
    expect(healed).toBe(false);
    expect(evidence.text).toContain('m1__m2 does not carry again: nobody listens');
  });

  test('a toxic that stays although its removal was confirmed is named', async () => {
    const { links, toxiproxy } = await open();
    await links.begin(1, cut('drop', m1m2));
    toxiproxy.keeps = 'cut-1-upstream';
    await expect(links.end(1)).rejects.toThrow(
      'link m1__m2: toxic cut-1-upstream is still on it, although its end was confirmed',
    );
  });
});

describe('a node that goes and comes back', () => {
  test('its ports are closed, and its links lead to where it listens next', async () => {
    const { links, toxiproxy } = await open();
    await links.closeTo('m2');
    expect(toxiproxy.state).toEqual(['m1__m2 closed', 'w1__m2 closed', 'client__m2 closed']);
    await links.leadTo('m2', { peer: '127.0.0.1:5', client: '127.0.0.1:6' });
    expect(toxiproxy.state).toEqual([]);
    expect(toxiproxy.proxies.get('w1__m2')?.upstream).toBe('127.0.0.1:5');
    expect(toxiproxy.proxies.get('client__m2')?.upstream).toBe('127.0.0.1:6');
  });

  test('a link that is refused stays closed when its node comes back, and opens with the end of the deed', async () => {
    const { links, toxiproxy } = await open();
    await links.begin(1, cut('refuse', m1m2));
    await links.closeTo('m2');
    await links.leadTo('m2', { peer: '127.0.0.1:5', client: '127.0.0.1:6' });
    expect(toxiproxy.state).toEqual(['m1__m2 closed']);
    await links.end(1);
    expect(toxiproxy.state).toEqual([]);
    expect(toxiproxy.proxies.get('m1__m2')?.upstream).toBe('127.0.0.1:5');
  });

  test('a deed that ends while the node is down leaves its links closed, and does not probe them', async () => {
    const { links, toxiproxy, probed } = await open();
    await links.begin(1, cut('refuse', m1m2));
    await links.closeTo('m2');
    expect(await links.end(1)).toMatchObject({ healed: true });
    expect(toxiproxy.state).toContain('m1__m2 closed');
    expect(probed).toEqual([]);
  });

  test('one that does not say where it listens is told so', async () => {
    const { links } = await open();
    await expect(links.leadTo('m2', { client: '127.0.0.1:6' })).rejects.toThrow(
      'm2: it did not say where it listens for peer',
    );
  });
});

test('calls that were turned away are evidence for whoever refuses there', async () => {
  const { links } = await open();
  const client = { from: 'client', to: 'm1' };
  await links.begin(1, cut('refuse', client));
  const turnedAway = { sent: false, before: [] };
  links.failed(client, turnedAway);
  links.failed(client, { sent: true, before: [1] });
  links.failed(client, { sent: true, before: [] });
  links.failed({ from: 'client', to: 'm2' }, turnedAway);
  expect((await links.end(1)).evidence).toEqual({
    bit: true,
    text: 'connections were severed or refused: client__m1 2',
  });
});

test('calls that fail while a deed is being done are evidence, and begin before it', async () => {
  const { links } = await open();
  const client = { from: 'client', to: 'm1' };
  const beginning = links.begin(1, cut('refuse', client));
  await Promise.resolve();
  const before = links.holding(client);
  links.failed(client, { sent: false, before });
  await beginning;
  expect([before, links.holding(client)]).toEqual([[], [1]]);
  expect((await links.end(1)).evidence.bit).toBe(true);
});

test('calls that a dead node turned away are none', async () => {
  const { links } = await open();
  const client = { from: 'client', to: 'm1' };
  await links.begin(1, cut('refuse', client));
  await links.closeTo('m1');
  links.failed(client, { sent: false, before: [1] });
  expect((await links.end(1)).evidence.bit).toBe(false);
});

describe('a refusal that nobody is known to have met', () => {
  test('ends with a look at who knocks, which lets nothing through', async () => {
    const { links, toxiproxy, probed } = await open();
    toxiproxy.knocks = 'm1__m2';
    await links.begin(1, cut('refuse', m1m2));
    const { evidence, healed } = await links.end(1);
    expect({ evidence, healed }).toEqual({
      evidence: { bit: true, text: 'bytes entered at its end and did not leave: m1__m2 10' },
      healed: true,
    });
    expect(toxiproxy.state).toEqual([]);
    expect(probed).toEqual(['m1__m2']);
  });

  test('did not bite where nobody knocks', async () => {
    const { links, toxiproxy } = await open();
    await links.begin(1, cut('refuse', m1m2));
    expect((await links.end(1)).evidence).toEqual({
      bit: false,
      text: 'no connections were severed or refused on m1__m2, and none was tried at its end',
    });
    expect(toxiproxy.state).toEqual([]);
  });

  test.each([
    ['that another deed closes as well', cut('refuse', m1m2)],
    ['into which another deed lets nothing through', cut('drop', m1m2)],
  ])('looks at no link %s', async (_, other) => {
    const { links, toxiproxy } = await open();
    toxiproxy.knocks = 'm1__m2';
    await links.begin(1, cut('refuse', m1m2));
    await links.begin(2, other);
    expect((await links.end(1)).evidence.bit).toBe(false);
    await links.end(2);
    expect(toxiproxy.state).toEqual([]);
  });

  test('looks at no link to a node that is down', async () => {
    const { links, toxiproxy } = await open();
    toxiproxy.knocks = 'm1__m2';
    await links.begin(1, cut('refuse', m1m2));
    await links.closeTo('m2');
    expect((await links.end(1)).evidence.bit).toBe(false);
    expect(toxiproxy.state).toContain('m1__m2 closed');
  });
});
